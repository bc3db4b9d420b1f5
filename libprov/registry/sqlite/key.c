/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite/key.h"

/* SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of 65 octets }: what stands before
 * the point (RFC 5480, section 2). */
static const uint8_t spki_head[26] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                      0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                      0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

prov_result key_hash(struct prov_registry *registry, const uint8_t point[PROV_POINT_LEN],
                     uint8_t ret[PROV_HASH_LEN])
{
    struct prov_bytes parts[] = {PROV_BYTES_OF(spki_head), PROV_BYTES(point, PROV_POINT_LEN)};
    return prov_crypto_sha256(registry->keys.crypto, parts, 2, ret);
}

static prov_result owned(struct query *query, struct prov_why *why)
{
    struct prov_eui64 eui64;
    struct prov_fqdn fqdn;
    char name[65];
    char text[PROV_EUI64_TEXT];
    if (query_column_octets(query, 6, eui64.octets, sizeof eui64.octets, true)) {
        prov_eui64_format(&eui64, text);
        return prov_why_set(why, PROV_E_KEY_OWNED, "the key belongs to device %s already", text);
    }
    query_column_text(query, 5, fqdn.text, sizeof fqdn.text);
    if (fqdn.text[0] != '\0') {
        return prov_why_set(why, PROV_E_KEY_OWNED, "the key belongs to server %s already",
                            fqdn.text);
    }
    query_column_text(query, 4, name, sizeof name);
    return prov_why_set(why, PROV_E_KEY_OWNED, "the key belongs to the certificate authority %s",
                        name);
}

static prov_result key_find(struct prov_registry *registry, const uint8_t hash[PROV_HASH_LEN],
                            const struct key_owner *owner, int64_t *ret_id, struct prov_why *why)
{
    struct query query = query_make(registry, SQL_KEY_OWNER, why);
    query_octets(&query, hash, PROV_HASH_LEN);
    prov_result result = query_row(&query, "the key");
    if (result == PROV_OK) {
        if (query_column_int(&query, 1) == owner->ca &&
            query_column_int(&query, 2) == owner->server &&
            query_column_int(&query, 3) == owner->device)
            *ret_id = query_column_int(&query, 0);
        else
            result = owned(&query, why);
    }
    return query_end(&query, result);
}

static void bind_owner(struct query *query, int64_t id)
{
    if (id != 0)
        query_int(query, id);
    else
        query_null(query);
}

prov_result key_claim(struct prov_registry *registry, const uint8_t hash[PROV_HASH_LEN],
                      const uint8_t *point, const struct key_owner *owner, int64_t *ret_id,
                      struct prov_why *why)
{
    prov_result result = key_find(registry, hash, owner, ret_id, why);
    if (result != PROV_E_NOT_FOUND)
        return result;
    struct query query = query_make(registry, SQL_KEY_ADD, why);
    query_octets(&query, hash, PROV_HASH_LEN);
    query_octets(&query, point, point == NULL ? 0 : PROV_POINT_LEN);
    bind_owner(&query, owner->ca);
    bind_owner(&query, owner->server);
    bind_owner(&query, owner->device);
    result = query_run(&query, "this subject");
    if (result == PROV_OK)
        *ret_id = sqlite3_last_insert_rowid(registry->db);
    return result;
}
