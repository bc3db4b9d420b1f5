/* SPDX-License-Identifier: Apache-2.0
 *
 * trusted_ca_keys (RFC 6066, section 6): the anchors of a client, by name, and a server's look at them.
 *
 *     trusted_authorities_list<0..2^16-1> of { identifier_type 1 | identifier }
 *     pre_agreed(0): nothing;  key_sha1_hash(1), cert_sha1_hash(3): 20;  x509_name(2): <1..2^16-1>
 *
 * Ours are names: the other forms need SHA-1 (profile.md, row 41; H34). They are taken apart all the
 * same, and match nothing.
 */
#include "identity.h"

enum identifier_type { PRE_AGREED = 0, KEY_SHA1_HASH = 1, X509_NAME = 2, CERT_SHA1_HASH = 3 };

/* --- client ---------------------------------------------------------------------------------- */

bool prov_anchors_put(const struct prov_dtls *s, struct prov_buf *buf)
{
    size_t list = prov_put_open(buf, 2);

    for (size_t i = 0; i < s->config->anchor_names_len; i++) {
        prov_put_u8(buf, X509_NAME);
        size_t name = prov_put_open(buf, 2);
        prov_put_bytes(buf, s->config->anchor_names[i]);
        prov_put_close(buf, 2, name);
    }
    prov_put_close(buf, 2, list);
    return s->config->anchor_names_len > 0 &&
           (s->config->kinds & PROV_KIND_BIT(PROV_KIND_CERT)) != 0;
}

/* --- server ---------------------------------------------------------------------------------- */

/* *ret: the name, or nothing for the other forms. False: not well-formed; a form that is not known has
 * no known length. */
static bool take_one(struct prov_reader *reader, struct prov_bytes *ret)
{
    struct prov_bytes hash;
    uint8_t type;

    *ret = PROV_BYTES_NONE;
    if (!prov_take_u8(reader, &type))
        return false;
    switch (type) {
    case PRE_AGREED:
        return true;
    case KEY_SHA1_HASH:
    case CERT_SHA1_HASH:
        return prov_take(reader, PROV_SHA1_LEN, &hash);
    case X509_NAME:
        return prov_take_vector(reader, 2, ret) && ret->len > 0;
    default:
        return false;
    }
}

prov_outcome prov_anchors_take(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list, name;

    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader))
        return PROV_ALERT_DECODE_ERROR;
    reader = prov_reader_make(list);
    while (!prov_reader_done(&reader))
        if (!take_one(&reader, &name))
            return PROV_ALERT_DECODE_ERROR;
    s->hs->anchors = list;
    return PROV_OK;
}

static bool is_root_of(const struct prov_dtls_config *config, struct prov_bytes name)
{
    for (size_t i = 0; i < config->anchor_names_len; i++)
        if (prov_bytes_equal(config->anchor_names[i], name))
            return true;
    return false;
}

bool prov_anchors_have(struct prov_bytes anchors, const struct prov_dtls_config *config)
{
    struct prov_reader reader = prov_reader_make(anchors);
    struct prov_bytes name;

    while (take_one(&reader, &name))
        if (name.len > 0 && is_root_of(config, name))
            return true;
    return false;
}
