/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server looks up by what the peer showed.
 */
#include "sqlite/credential.h"
#include "sqlite/key.h"

#define SEALED_COLUMN 19 /* after those of credential_row */

/* H29, first step: the row of the identity, or the dummy's if there is none that may connect. */
static prov_result psk_choose(struct prov_registry *registry, const struct prov_fqdn *server,
                              struct prov_bytes identity, int64_t *ret_id, struct prov_why *why)
{
    struct prov_fqdn its_server;
    int64_t id = 0, state = 0;
    struct query query = query_make(registry, SQL_PSK_FIND, why);
    query_bytes(&query, identity);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        id = query_column_int(&query, 0);
        state = query_column_int(&query, 1);
        query_column_text(&query, 2, its_server.text, sizeof its_server.text);
    }
    result = query_end(&query, result);
    if (result == PROV_OK) {
        bool known = prov_fqdn_equal(&its_server, server) &&
                     (state == PROV_STATE_PENDING || state == PROV_STATE_ACTIVE);
        *ret_id = known ? id : 0;
    }
    return result;
}

/* Second step: the whole row with its box, which opens. */
static prov_result psk_load(struct prov_registry *registry, int64_t id, struct prov_credential *ret,
                            struct prov_secret *ret_psk, struct prov_why *why)
{
    uint8_t box[SEAL_BOX_LEN];
    struct query query = query_make(registry, SQL_PSK_GET, why);
    query_int(&query, id);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        credential_row(&query, ret);
        (void)query_column_octets(&query, SEALED_COLUMN, box, sizeof box, false);
    }
    result = query_end(&query, result);
    if (result != PROV_OK)
        return result;
    result = unseal_secret(&registry->keys, &ret->uuid, PROV_BYTES_OF(box), ret_psk);
    if (result != PROV_OK) {
        char text[PROV_UUID_TEXT];
        prov_uuid_format(&ret->uuid, text);
        return prov_why_set(why, result, "the sealed PSK of credential %s does not open", text);
    }
    return PROV_OK;
}

/* Two statements that each find one row, and one unseal of one length, whoever asks; what is known of the result
 * decides which row and, at the end, where it goes. */
prov_result prov_registry_psk_find(struct prov_registry *registry, const struct prov_fqdn *server,
                                   struct prov_bytes identity, struct prov_credential *ret,
                                   struct prov_secret *ret_psk, bool *ret_known,
                                   struct prov_why *why)
{
    struct prov_credential credential = {0}, nobody;
    int64_t id = 0;
    prov_result result = psk_choose(registry, server, identity, &id, why);
    if (result == PROV_OK)
        result = psk_load(registry, id, &credential, ret_psk, why);
    if (result == PROV_E_NOT_FOUND) {
        return prov_why_set(why, PROV_E_CORRUPT, "the registry %s has no dummy row",
                            registry->path);
    }
    if (result != PROV_OK)
        return result;
    struct prov_credential *where = id != 0 ? ret : &nobody;
    *where = credential;
    *ret_known = id != 0;
    return PROV_OK;
}

prov_result prov_registry_rpk_find(struct prov_registry *registry, const struct prov_fqdn *server,
                                   const uint8_t point[PROV_POINT_LEN], struct prov_credential *ret,
                                   struct prov_why *why)
{
    uint8_t hash[PROV_HASH_LEN];
    prov_result result = key_hash(registry, point, hash);
    if (result != PROV_OK)
        return prov_why_set(why, result, "cannot hash a raw public key");
    struct query query = query_make(registry, SQL_RPK_FIND, why);
    query_text(&query, server->text);
    query_octets(&query, hash, sizeof hash);
    result = credential_one(&query, ret);
    return result == PROV_E_NOT_FOUND
               ? prov_why_set(why, result, "no device has this raw public key at server %s",
                              server->text)
               : result;
}

prov_result prov_registry_cert_find(struct prov_registry *registry, struct prov_bytes issuer,
                                    struct prov_bytes serial, struct prov_credential *ret,
                                    struct prov_why *why)
{
    struct query query = query_make(registry, SQL_CERT_FIND, why);
    query_bytes(&query, issuer);
    query_bytes(&query, serial);
    prov_result result = credential_one(&query, ret);
    return result == PROV_E_NOT_FOUND
               ? prov_why_set(why, result,
                              "no certificate of this issuer and serial number was issued")
               : result;
}
