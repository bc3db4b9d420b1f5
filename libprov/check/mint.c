/* SPDX-License-Identifier: Apache-2.0 */
#include "mint.h"

#include <stdio.h>
#include <string.h>

#include "prov/text.h"
#include "x509/der.h"

#define OCTETS(literal) PROV_BYTES((const uint8_t *)(literal), sizeof(literal) - 1)
#define HOUR            3600
#define DAY             86400

/* AlgorithmIdentifier (RFC 5758, section 3.2; RFC 3279, section 2.2.3) */
#define ECDSA_SHA256 OCTETS("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")
#define ECDSA_SHA1   OCTETS("\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01")

/* A key that nobody has the other half of: the base point of secp384r1 (FIPS 186-4, D.1.2.4). */
#define P384_SPKI                                                                                  \
    OCTETS("\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03"  \
           "\x62\x00\x04\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d"  \
           "\x3b\x62\x8b\xa7\x9b\x98\x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29"  \
           "\x6c\x3a\x54\x5e\x38\x72\x76\x0a\xb7\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf"  \
           "\x92\x92\xdc\x29\xf8\xf4\x1d\xbd\x28\x9a\x14\x7c\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a"  \
           "\x60\xb1\xce\x1d\x7e\x81\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f")

/* What makes one certificate. */
struct plan {
    const char *issuer, *subject;  /* CN; "" : an empty name */
    struct prov_bytes issuer_name; /* a Name, or none: `issuer` */
    int64_t not_before, not_after;
    struct prov_key *key, *signer;
    struct prov_bytes spki;      /* in place of key's */
    struct prov_bytes algorithm; /* none: ecdsa-with-SHA256 */
    bool ca, critical, sha1, rsa;
    const char *names[2]; /* dNSNames */
    struct prov_bytes key_usage, ext_key_usage;
};

/* --- keys ------------------------------------------------------------------------------------ */

static prov_result make_keys(struct check_mint *mint)
{
    struct prov_key *keys[] = {&mint->leaf, &mint->ca[0], &mint->ca[1], &mint->ca[2],
                               &mint->stranger};
    prov_result result = PROV_OK;

    for (size_t i = 0; result == PROV_OK && i < sizeof(keys) / sizeof(keys[0]); i++)
        result = prov_crypto_key_make(mint->crypto, keys[i]);
    return result;
}

prov_result mint_begin(struct check_mint *mint, struct prov_crypto *crypto,
                       struct prov_bytes anchor, struct prov_bytes scalar,
                       const struct prov_fqdn *name, int64_t now)
{
    uint8_t point[PROV_POINT_LEN];

    mint->crypto = crypto;
    mint->name = *name;
    mint->now = now;
    prov_result result = prov_x509_parse(anchor, &mint->anchor);
    if (result == PROV_OK)
        result = prov_crypto_key_load(crypto, scalar, &mint->anchor_key);
    if (result == PROV_OK)
        result = prov_crypto_key_public(crypto, &mint->anchor_key, point);
    if (result == PROV_OK && !prov_bytes_equal(PROV_BYTES_OF(point), mint->anchor.point))
        result = PROV_E_CONFLICT;
    return result == PROV_OK ? make_keys(mint) : result;
}

void mint_end(struct check_mint *mint)
{
    if (mint->crypto == NULL)
        return;
    prov_crypto_key_drop(mint->crypto, &mint->anchor_key);
    prov_crypto_key_drop(mint->crypto, &mint->leaf);
    prov_crypto_key_drop(mint->crypto, &mint->stranger);
    for (size_t i = 0; i < 3; i++)
        prov_crypto_key_drop(mint->crypto, &mint->ca[i]);
    prov_wipe(mint, sizeof(*mint));
}

/* --- one certificate ------------------------------------------------------------------------- */

static void put_name(struct prov_buf *buf, const char *common_name)
{
    size_t name = buf->len, set, attribute;

    if (common_name[0] != '\0') {
        set = buf->len;
        attribute = buf->len;
        prov_der_put(buf, DER_OID, OCTETS("\x55\x04\x03"));
        prov_der_put(buf, DER_UTF8_STRING, prov_bytes_text(common_name));
        prov_der_wrap(buf, attribute, DER_SEQUENCE);
        prov_der_wrap(buf, set, DER_SET);
    }
    prov_der_wrap(buf, name, DER_SEQUENCE);
}

/* UTCTime to 2049, GeneralizedTime from then on (RFC 5280, section 4.1.2.5). */
static void put_time(struct prov_buf *buf, int64_t seconds)
{
    struct prov_civil at;
    char text[64];

    prov_civil_from_seconds(seconds, &at);
    bool old = at.year < 2050;
    snprintf(text, sizeof(text), "%0*d%02d%02d%02d%02d%02dZ", old ? 2 : 4,
             old ? at.year % 100 : at.year, at.month, at.day, at.hour, at.minute, at.second);
    prov_der_put(buf, old ? DER_UTC_TIME : DER_GENERALIZED_TIME, prov_bytes_text(text));
}

static void put_extension(struct prov_buf *buf, struct prov_bytes oid, bool critical,
                          struct prov_bytes value)
{
    size_t mark = buf->len;

    prov_der_put(buf, DER_OID, oid);
    if (critical)
        prov_der_put(buf, DER_BOOLEAN, OCTETS("\xff"));
    prov_der_put(buf, DER_OCTET_STRING, value);
    prov_der_wrap(buf, mark, DER_SEQUENCE);
}

static void put_names(struct prov_buf *buf, const struct plan *plan)
{
    uint8_t room[2 * PROV_FQDN_MAX + 32];
    struct prov_buf names = PROV_BUF_OF(room);
    size_t mark = names.len;

    for (size_t i = 0; i < 2 && plan->names[i] != NULL; i++)
        prov_der_put(&names, DER_CONTEXT(2), prov_bytes_text(plan->names[i]));
    prov_der_wrap(&names, mark, DER_SEQUENCE);
    put_extension(buf, OCTETS("\x55\x1d\x11"), plan->subject[0] == '\0', prov_buf_bytes(&names));
}

/* 04 14 and the first 20 octets of the key's digest (RFC 7093, section 2) */
static void put_key_id(struct check_mint *mint, const struct plan *plan, struct prov_buf *buf)
{
    uint8_t point[PROV_POINT_LEN], value[2 + PROV_HASH_LEN] = {DER_OCTET_STRING, 20};
    struct prov_bytes part = PROV_BYTES_OF(point);

    if (prov_crypto_key_public(mint->crypto, plan->key, point) == PROV_OK &&
        prov_crypto_sha256(mint->crypto, &part, 1, value + 2) == PROV_OK)
        put_extension(buf, OCTETS("\x55\x1d\x0e"), false, PROV_BYTES(value, 22));
}

static void put_extensions(struct check_mint *mint, const struct plan *plan, struct prov_buf *buf)
{
    size_t mark = buf->len;
    size_t list = buf->len;

    if (plan->ca) {
        put_extension(buf, OCTETS("\x55\x1d\x13"), true, OCTETS("\x30\x03\x01\x01\xff"));
        put_key_id(mint, plan, buf);
    }
    put_extension(buf, OCTETS("\x55\x1d\x0f"), true, plan->key_usage);
    if (plan->ext_key_usage.len > 0)
        put_extension(buf, OCTETS("\x55\x1d\x25"), false, plan->ext_key_usage);
    if (plan->names[0] != NULL)
        put_names(buf, plan);
    if (plan->critical) /* below 2.25: nobody's */
        put_extension(buf, OCTETS("\x69\x83\x4a\x21"), true, OCTETS("\x05\x00"));
    prov_der_wrap(buf, list, DER_SEQUENCE);
    prov_der_wrap(buf, mark, DER_CONTEXT_CONSTRUCTED(3));
}

/* SubjectPublicKeyInfo with a modulus of 2048 bits that nobody knows the factors of. */
static void put_rsa_key(struct prov_buf *buf)
{
    uint8_t modulus[256];
    size_t spki = buf->len, bits, key;

    memset(modulus, 0xb5, sizeof(modulus));
    prov_put(buf, "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 15);
    bits = buf->len;
    prov_put_u8(buf, 0);
    key = buf->len;
    prov_der_put_unsigned(buf, PROV_BYTES_OF(modulus));
    prov_der_put_unsigned(buf, OCTETS("\x01\x00\x01"));
    prov_der_wrap(buf, key, DER_SEQUENCE);
    prov_der_wrap(buf, bits, DER_BIT_STRING);
    prov_der_wrap(buf, spki, DER_SEQUENCE);
}

static prov_result put_key(struct check_mint *mint, const struct plan *plan, struct prov_buf *buf)
{
    uint8_t point[PROV_POINT_LEN], spki[PROV_SPKI_LEN];

    if (plan->rsa) {
        put_rsa_key(buf);
        return PROV_OK;
    }
    prov_result result = prov_crypto_key_public(mint->crypto, plan->key, point);
    prov_spki_encode(point, spki);
    prov_put_bytes(buf, plan->spki.len > 0 ? plan->spki : PROV_BYTES_OF(spki));
    return result;
}

static prov_result put_tbs(struct check_mint *mint, const struct plan *plan, struct prov_buf *buf)
{
    size_t tbs = buf->len, inner;
    uint8_t serial[16];

    prov_result result = prov_crypto_random(mint->crypto, serial, sizeof(serial));
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
    prov_put(buf, "\xa0\x03\x02\x01\x02", 5); /* version 3 */
    prov_der_put_unsigned(buf, PROV_BYTES_OF(serial));
    prov_put_bytes(buf, plan->algorithm);
    if (plan->issuer_name.len > 0)
        prov_put_bytes(buf, plan->issuer_name);
    else
        put_name(buf, plan->issuer);
    inner = buf->len;
    put_time(buf, plan->not_before);
    put_time(buf, plan->not_after);
    prov_der_wrap(buf, inner, DER_SEQUENCE);
    put_name(buf, plan->subject);
    if (result == PROV_OK)
        result = put_key(mint, plan, buf);
    put_extensions(mint, plan, buf);
    prov_der_wrap(buf, tbs, DER_SEQUENCE);
    return result;
}

/* SHA-1 in its place at the end: ECDSA reads a digest as a number (FIPS 186-4, section 6.4). */
static prov_result digest_of(struct check_mint *mint, const struct plan *plan,
                             struct prov_bytes tbs, uint8_t ret[PROV_HASH_LEN])
{
    memset(ret, 0, PROV_HASH_LEN);
    return plan->sha1 ? prov_crypto_sha1(mint->crypto, tbs, ret + PROV_HASH_LEN - PROV_SHA1_LEN)
                      : prov_crypto_sha256(mint->crypto, &tbs, 1, ret);
}

static prov_result make_one(struct check_mint *mint, const struct plan *plan,
                            struct mint_chain *chain)
{
    uint8_t room[1024], digest[PROV_HASH_LEN], raw[PROV_SIGNATURE_LEN], der[PROV_ECDSA_DER_MAX];
    struct prov_buf tbs = PROV_BUF_OF(room), signature = PROV_BUF_OF(der);
    struct prov_buf out =
        prov_buf_make(chain->octets + chain->used, sizeof(chain->octets) - chain->used);

    prov_result result = put_tbs(mint, plan, &tbs);
    if (result == PROV_OK)
        result = prov_buf_result(&tbs);
    if (result == PROV_OK)
        result = digest_of(mint, plan, prov_buf_bytes(&tbs), digest);
    if (result == PROV_OK)
        result = prov_crypto_sign(mint->crypto, plan->signer, digest, raw);
    if (result != PROV_OK)
        return result;
    prov_ecdsa_encode(raw, &signature);
    size_t mark = out.len;
    prov_put_bytes(&out, prov_buf_bytes(&tbs));
    prov_put_bytes(&out, plan->algorithm);
    prov_der_put_bits(&out, prov_buf_bytes(&signature));
    prov_der_wrap(&out, mark, DER_SEQUENCE);
    if (out.overflow || chain->len == MINT_CHAIN_MAX)
        return PROV_E_OVERFLOW;
    chain->certs[chain->len++] = prov_buf_bytes(&out);
    chain->used += out.len;
    return PROV_OK;
}

/* --- chains ---------------------------------------------------------------------------------- */

static const char *const ca_names[] = {"prov check CA 1", "prov check CA 2", "prov check CA 3"};

/* The end entity below CA 1. */
static struct plan leaf_plan(struct check_mint *mint)
{
    return (struct plan){.issuer = ca_names[0],
                         .subject = "",
                         .not_before = mint->now - DAY,
                         .not_after = mint->now + DAY,
                         .key = &mint->leaf,
                         .signer = &mint->ca[0],
                         .algorithm = ECDSA_SHA256,
                         .names = {mint->name.text},
                         .key_usage = OCTETS("\x03\x02\x07\x80"),
                         .ext_key_usage =
                             OCTETS("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01")};
}

/* CA n of count: below CA n + 1, or below the anchor. */
static struct plan ca_plan(struct check_mint *mint, size_t n, size_t count)
{
    bool top = n + 1 == count;

    return (struct plan){.issuer = top ? "" : ca_names[n + 1],
                         .issuer_name = top ? mint->anchor.subject : PROV_BYTES_NONE,
                         .subject = ca_names[n],
                         .not_before = mint->now - DAY,
                         .not_after = mint->now + DAY,
                         .key = &mint->ca[n],
                         .signer = top ? &mint->anchor_key : &mint->ca[n + 1],
                         .algorithm = ECDSA_SHA256,
                         .ca = true,
                         .key_usage = OCTETS("\x03\x02\x02\x84")};
}

/* What is wrong with the end entity. names: room for what is not the server's. */
static void spoil_leaf(struct check_mint *mint, enum mint_form form, struct plan *leaf,
                       char names[PROV_FQDN_MAX + 8])
{
    const char *rest = strchr(mint->name.text, '.');

    switch (form) {
    case MINT_OTHER_NAME:
    case MINT_TWO_NAMES:
        snprintf(names, PROV_FQDN_MAX + 8, "other%.240s", rest);
        leaf->names[form == MINT_TWO_NAMES] = names;
        break;
    case MINT_WILDCARD:
        snprintf(names, PROV_FQDN_MAX + 8, "*%.240s", rest);
        leaf->names[0] = names;
        break;
    case MINT_CN_ONLY:
        leaf->names[0] = NULL;
        leaf->subject = mint->name.text;
        break;
    case MINT_EXPIRED:
        leaf->not_after = mint->now - HOUR;
        break;
    case MINT_EARLY:
        leaf->not_before = mint->now + DAY;
        leaf->not_after = mint->now + 2 * DAY;
        break;
    case MINT_CLIENT_USE:
        leaf->ext_key_usage = OCTETS("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02");
        break;
    case MINT_NO_SIGNATURE: /* keyEncipherment */
        leaf->key_usage = OCTETS("\x03\x02\x05\x20");
        break;
    case MINT_CRITICAL:
        leaf->critical = true;
        break;
    case MINT_RSA:
        leaf->rsa = true;
        break;
    case MINT_P384:
        leaf->spki = P384_SPKI;
        break;
    case MINT_SHA1:
        leaf->algorithm = ECDSA_SHA1;
        leaf->sha1 = true;
        break;
    default:
        break;
    }
}

static void spoil_ca(struct check_mint *mint, enum mint_form form, struct plan *ca)
{
    if (form == MINT_OTHER_ROOT) {
        ca->issuer_name = PROV_BYTES_NONE;
        ca->issuer = "a root that nobody has";
    }
    if (form == MINT_OTHER_ROOT || form == MINT_FORGED)
        ca->signer = &mint->stranger;
    if (form == MINT_NOT_CA) {
        ca->ca = false;
        ca->key_usage = OCTETS("\x03\x02\x07\x80");
    }
}

prov_result mint_make(struct check_mint *mint, enum mint_form form, struct mint_chain *ret)
{
    size_t cas = form == MINT_FOUR ? 3 : form == MINT_THREE || form == MINT_DISORDER ? 2 : 1;
    char names[PROV_FQDN_MAX + 8];
    struct plan leaf = leaf_plan(mint);

    ret->len = ret->used = 0;
    spoil_leaf(mint, form, &leaf, names);
    prov_result result = make_one(mint, &leaf, ret);
    for (size_t i = 0; result == PROV_OK && i < cas; i++) {
        struct plan ca = ca_plan(mint, i, cas);
        spoil_ca(mint, form, &ca);
        result = make_one(mint, &ca, ret);
    }
    if (result == PROV_OK && form == MINT_DISORDER) {
        struct prov_bytes first = ret->certs[1];
        ret->certs[1] = ret->certs[2];
        ret->certs[2] = first;
    }
    return result;
}
