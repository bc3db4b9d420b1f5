/* SPDX-License-Identifier: Apache-2.0 */
#include "model_cert.h"

#include <string.h>

/* An element around what `content` holds. */
static void element(struct prov_buf *ret, uint8_t tag, struct prov_bytes content)
{
    prov_put_u8(ret, tag);
    if (content.len >= 0x100) {
        prov_put_u8(ret, 0x82);
        prov_put_u16(ret, (uint16_t)content.len);
    } else if (content.len >= 0x80) {
        prov_put_u8(ret, 0x81);
        prov_put_u8(ret, (uint8_t)content.len);
    } else {
        prov_put_u8(ret, (uint8_t)content.len);
    }
    prov_put_bytes(ret, content);
}

#define LITERAL(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void name(struct prov_buf *ret, const char *common)
{
    uint8_t a[96], b[96];
    struct prov_buf pair = PROV_BUF_OF(a), set = PROV_BUF_OF(b);
    if (common[0] != '\0') {
        prov_put(&pair, LITERAL(0x06, 0x03, 0x55, 0x04, 0x03));
        element(&pair, 0x0c, prov_bytes_text(common));
        element(&set, 0x30, prov_buf_bytes(&pair));
        pair.len = 0;
        element(&pair, 0x31, prov_buf_bytes(&set));
    }
    element(ret, 0x30, prov_buf_bytes(&pair));
}

static void extension(struct prov_buf *ret, uint8_t last_oid, bool critical,
                      struct prov_bytes value)
{
    uint8_t a[128];
    struct prov_buf inner = PROV_BUF_OF(a);
    prov_put(&inner, LITERAL(0x06, 0x03, 0x55, 0x1d));
    prov_put_u8(&inner, last_oid);
    if (critical)
        prov_put(&inner, LITERAL(0x01, 0x01, 0xff));
    element(&inner, 0x04, value);
    element(ret, 0x30, prov_buf_bytes(&inner));
}

static void extensions(struct prov_buf *ret, const struct model_cert *cert)
{
    uint8_t a[256], b[256], c[64];
    struct prov_buf list = PROV_BUF_OF(a), whole = PROV_BUF_OF(b), san = PROV_BUF_OF(c),
                    names = PROV_BUF_OF(c);
    if (cert->dns != NULL) {
        uint8_t d[64];
        struct prov_buf dns = PROV_BUF_OF(d);
        element(&dns, 0x82, prov_bytes_text(cert->dns));
        element(&names, 0x30, prov_buf_bytes(&dns));
        san.len = names.len;
        extension(&list, 0x11, cert->subject[0] == '\0', prov_buf_bytes(&san));
    }
    if (cert->ca) {
        static const uint8_t ca[] = {0x30, 0x03, 0x01, 0x01, 0xff};
        static const uint8_t usage[] = {0x03, 0x02, 0x02, 0x04};
        extension(&list, 0x13, true, PROV_BYTES_OF(ca));
        extension(&list, 0x0f, true, PROV_BYTES_OF(usage));
    } else {
        static const uint8_t usage[] = {0x03, 0x02, 0x07, 0x80};
        extension(&list, 0x0f, true, PROV_BYTES_OF(usage));
    }
    element(&whole, 0x30, prov_buf_bytes(&list));
    element(ret, 0xa3, prov_buf_bytes(&whole));
}

static void body(struct prov_buf *ret, const struct model_cert *cert)
{
    static const uint8_t algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                        0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    uint8_t a[64], spki[PROV_SPKI_LEN];
    struct prov_buf validity = PROV_BUF_OF(a);
    prov_put(ret, LITERAL(0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01));
    prov_put_u8(ret, cert->serial);
    prov_put(ret, algorithm, sizeof algorithm);
    name(ret, cert->issuer);
    element(&validity, 0x17,
            prov_bytes_text(cert->not_before != NULL ? cert->not_before : "250101000000Z"));
    element(&validity, 0x18, prov_bytes_text("99991231235959Z"));
    element(ret, 0x30, prov_buf_bytes(&validity));
    name(ret, cert->subject);
    prov_spki_encode(cert->point, spki);
    prov_put(ret, spki, sizeof spki);
    extensions(ret, cert);
}

static prov_result sign(struct prov_crypto *crypto, const struct model_cert *cert,
                        struct prov_bytes tbs, struct prov_buf *ret)
{
    struct prov_key key = {0};
    uint8_t digest[PROV_HASH_LEN], raw[PROV_SIGNATURE_LEN];
    prov_result r = prov_crypto_sha256(crypto, &tbs, 1, digest);
    if (r == PROV_OK)
        r = prov_crypto_key_load(crypto, prov_secret_bytes(cert->signer), &key);
    if (r == PROV_OK)
        r = prov_crypto_sign(crypto, &key, digest, raw);
    prov_crypto_key_drop(crypto, &key);
    if (r == PROV_OK)
        prov_ecdsa_encode(raw, ret);
    return r;
}

prov_result model_cert_make(struct prov_crypto *crypto, const struct model_cert *cert,
                            struct prov_buf *ret)
{
    static const uint8_t algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                        0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    uint8_t a[640], b[700], c[96];
    struct prov_buf tbs = PROV_BUF_OF(a), whole = PROV_BUF_OF(b), signature = PROV_BUF_OF(c);
    body(&tbs, cert);
    element(&whole, 0x30, prov_buf_bytes(&tbs));
    prov_put_u8(&signature, 0);
    prov_result r = sign(crypto, cert, prov_buf_bytes(&whole), &signature);
    if (r != PROV_OK)
        return r;
    prov_put(&whole, algorithm, sizeof algorithm);
    element(&whole, 0x03, prov_buf_bytes(&signature));
    element(ret, 0x30, prov_buf_bytes(&whole));
    r = prov_buf_result(&whole);
    return r == PROV_OK ? prov_buf_result(ret) : r;
}
