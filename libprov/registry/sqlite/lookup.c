/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server looks up by what the peer showed.
 */
#include "sqlite/credential.h"
#include "sqlite/key.h"

/* The box of the row, which is there. */
static prov_result box_open(struct prov_registry *registry, int64_t id, struct prov_secret *ret_psk,
                            struct prov_why *why)
{
    struct prov_uuid uuid;
    uint8_t box[SEAL_BOX_LEN];
    struct query query = query_make(registry, SQL_PSK_BOX, why);
    query_int(&query, id);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        (void)query_column_octets(&query, 0, uuid.octets, sizeof uuid.octets, false);
        (void)query_column_octets(&query, 1, box, sizeof box, false);
    }
    result = query_end(&query, result);
    if (result == PROV_OK) {
        result = unseal_secret(&registry->keys, &uuid, PROV_BYTES_OF(box), ret_psk);
    }
    return result == PROV_OK ? result : prov_why_set(why, result, "a sealed PSK does not open");
}

static bool may_connect(const struct prov_credential *credential, const struct prov_fqdn *server)
{
    return credential->id != 0 && prov_fqdn_equal(&credential->server, server) &&
           (credential->state == PROV_STATE_PENDING || credential->state == PROV_STATE_ACTIVE);
}

/* H29: two statements that each find a row, the dummy's if there is no other, and one unseal of one length, whoever
 * asks. */
prov_result prov_registry_psk_find(struct prov_registry *registry, const struct prov_fqdn *server,
                                   struct prov_bytes identity, struct prov_credential *ret,
                                   struct prov_secret *ret_psk, bool *ret_known,
                                   struct prov_why *why)
{
    struct prov_credential credential;
    struct query query = query_make(registry, SQL_PSK_FIND, why);
    query_bytes(&query, identity);
    prov_result result = credential_one(&query, &credential);
    if (result == PROV_E_NOT_FOUND) {
        return prov_why_set(why, PROV_E_CORRUPT, "the registry %s has no dummy row",
                            registry->path);
    }
    if (result != PROV_OK) {
        return result;
    }
    bool known = may_connect(&credential, server);
    result = box_open(registry, known ? credential.id : 0, ret_psk, why);
    if (result == PROV_OK) {
        *ret_known = known;
    }
    if (result == PROV_OK && known) {
        *ret = credential;
    }
    return result;
}

prov_result prov_registry_rpk_find(struct prov_registry *registry, const struct prov_fqdn *server,
                                   const uint8_t point[PROV_POINT_LEN], struct prov_credential *ret,
                                   struct prov_why *why)
{
    uint8_t hash[PROV_HASH_LEN];
    prov_result result = key_hash(registry, point, hash);
    if (result != PROV_OK) {
        return prov_why_set(why, result, "cannot hash a raw public key");
    }
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
