/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server looks up by what the peer showed.
 */
#include "sqlite/credential.h"
#include "sqlite/key.h"

/* H29: one statement that always finds a row (the dummy's if there is no other), one unseal of one
 * length. */
prov_result prov_registry_psk_find(struct prov_registry *registry, const struct prov_fqdn *server,
                                   struct prov_bytes identity, struct prov_credential *ret,
                                   struct prov_secret *ret_psk, bool *ret_known,
                                   struct prov_why *why)
{
    struct prov_credential credential = {0};
    uint8_t box[SEAL_BOX_LEN];
    struct query query = query_make(registry, SQL_PSK_FIND, why);
    query_text(&query, server->text);
    query_bytes(&query, identity);
    prov_result result = query_row(&query, "");
    if (result == PROV_OK) {
        credential_row(&query, &credential);
        (void)query_column_octets(&query, 19, box, sizeof box, false);
    }
    result = query_end(&query, result);
    if (result == PROV_E_NOT_FOUND) {
        return prov_why_set(why, PROV_E_CORRUPT, "the registry %s has no dummy row",
                            registry->path);
    }
    if (result == PROV_OK) {
        result = unseal_secret(&registry->keys, &credential.uuid, PROV_BYTES_OF(box), ret_psk);
    }
    if (result != PROV_OK) {
        return prov_why_set(why, result, "a sealed PSK does not open");
    }
    *ret_known = credential.id != 0;
    if (*ret_known) {
        *ret = credential;
    }
    return PROV_OK;
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
