/* SPDX-License-Identifier: Apache-2.0 */
#include "mint.h"

#include <stdlib.h>
#include <string.h>

#include "libprov/x509/der.h"

static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

static void must(bool ok)
{
    if (!ok)
        abort();
}

void mint_add_oid(struct mint_plan *plan, struct prov_bytes oid, int critical,
                  struct prov_bytes value)
{
    must(plan->extension_count < MINT_EXTENSIONS);
    plan->extensions[plan->extension_count++] = (struct mint_extension){oid, 0, critical, value};
}

void mint_add(struct mint_plan *plan, uint8_t number, int critical, struct prov_bytes value)
{
    mint_add_oid(plan, PROV_BYTES_NONE, critical, value);
    plan->extensions[plan->extension_count - 1].number = number;
}

static struct mint_extension *find(struct mint_plan *plan, uint8_t number)
{
    for (size_t i = 0; i < plan->extension_count; i++)
        if (plan->extensions[i].oid.len == 0 && plan->extensions[i].number == number)
            return &plan->extensions[i];
    abort();
}

void mint_replace(struct mint_plan *plan, uint8_t number, int critical, struct prov_bytes value)
{
    struct mint_extension *extension = find(plan, number);

    extension->critical = critical;
    extension->value = value;
}

void mint_remove(struct mint_plan *plan, uint8_t number)
{
    struct mint_extension *extension = find(plan, number);

    *extension = plan->extensions[--plan->extension_count];
}

struct prov_bytes mint_name(struct prov_buf *buf, const char *common_name)
{
    size_t start = buf->len;
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
    must(!buf->overflow);
    return PROV_BYTES(buf->data + start, buf->len - start);
}

static void put_extension(struct prov_buf *buf, const struct mint_extension *extension)
{
    const uint8_t id_ce[] = {0x55, 0x1d, extension->number};
    size_t mark = buf->len;

    prov_der_put(buf, DER_OID, extension->oid.len > 0 ? extension->oid : PROV_BYTES_OF(id_ce));
    if (extension->critical != 0)
        prov_der_put(buf, DER_BOOLEAN, extension->critical == 1 ? OCTETS("\xff") : OCTETS("\x00"));
    prov_der_put(buf, DER_OCTET_STRING, extension->value);
    prov_der_wrap(buf, mark, DER_SEQUENCE);
}

static void put_extensions(struct prov_buf *buf, const struct mint_plan *plan)
{
    size_t mark, list;

    if (plan->extension_count == 0)
        return;
    mark = buf->len;
    list = buf->len;
    for (size_t i = 0; i < plan->extension_count; i++)
        put_extension(buf, &plan->extensions[i]);
    prov_der_wrap(buf, list, DER_SEQUENCE);
    prov_der_wrap(buf, mark, DER_CONTEXT_CONSTRUCTED(3));
}

static void put_time(struct prov_buf *buf, uint8_t tag, const char *text)
{
    uint8_t by_length = strlen(text) == 13 ? DER_UTC_TIME : DER_GENERALIZED_TIME;

    prov_der_put(buf, tag != 0 ? tag : by_length, prov_bytes_text(text));
}

static void put_algorithm(struct prov_buf *buf, struct prov_bytes algorithm)
{
    prov_put_bytes(buf, algorithm.len > 0 ? algorithm : PROV_BYTES_OF(ecdsa_with_sha256));
}

struct prov_bytes mint_tbs(const struct mint_plan *plan, struct prov_buf *buf)
{
    size_t start = buf->len, mark = buf->len, inner;
    uint8_t version = (uint8_t)plan->version, spki[PROV_SPKI_LEN];

    if (plan->version >= 0) {
        inner = buf->len;
        prov_der_put(buf, DER_INTEGER, PROV_BYTES(&version, 1));
        prov_der_wrap(buf, inner, DER_CONTEXT_CONSTRUCTED(0));
    }
    prov_der_put(buf, DER_INTEGER, plan->serial);
    put_algorithm(buf, plan->inner_algorithm);
    prov_put_bytes(buf, plan->issuer);
    inner = buf->len;
    put_time(buf, plan->time_tags[0], plan->not_before);
    put_time(buf, plan->time_tags[1], plan->not_after);
    prov_der_wrap(buf, inner, DER_SEQUENCE);
    prov_put_bytes(buf, plan->subject);
    prov_spki_encode(plan->point, spki);
    prov_put_bytes(buf, plan->spki.len > 0 ? plan->spki : PROV_BYTES_OF(spki));
    prov_put_bytes(buf, plan->unique_id);
    put_extensions(buf, plan);
    prov_der_wrap(buf, mark, DER_SEQUENCE);
    must(!buf->overflow);
    return PROV_BYTES(buf->data + start, buf->len - start);
}

struct prov_bytes mint_signed(struct prov_crypto *crypto, struct prov_bytes tbs,
                              struct prov_bytes outer_algorithm, const struct prov_key *key,
                              struct prov_buf *buf)
{
    uint8_t digest[PROV_HASH_LEN], raw[PROV_SIGNATURE_LEN], der[PROV_ECDSA_DER_MAX];
    struct prov_buf signature = PROV_BUF_OF(der);
    size_t start = buf->len, mark = buf->len;

    must(prov_crypto_sha256(crypto, &tbs, 1, digest) == PROV_OK);
    must(prov_crypto_sign(crypto, key, digest, raw) == PROV_OK);
    prov_ecdsa_encode(raw, &signature);
    prov_put_bytes(buf, tbs);
    put_algorithm(buf, outer_algorithm);
    prov_der_put_bits(buf, prov_buf_bytes(&signature));
    prov_der_wrap(buf, mark, DER_SEQUENCE);
    must(!buf->overflow);
    return PROV_BYTES(buf->data + start, buf->len - start);
}

struct prov_bytes mint_cert(struct prov_crypto *crypto, const struct mint_plan *plan,
                            const struct prov_key *key, struct prov_buf *buf)
{
    uint8_t octets[4096];
    struct prov_buf tbs = PROV_BUF_OF(octets);

    return mint_signed(crypto, mint_tbs(plan, &tbs), plan->outer_algorithm, key, buf);
}

void mint_key(struct prov_crypto *crypto, uint8_t number, struct prov_key *key,
              uint8_t ret_point[PROV_POINT_LEN])
{
    uint8_t scalar[PROV_SCALAR_LEN];

    memset(scalar, number, sizeof scalar);
    scalar[0] = 1;
    must(prov_crypto_key_load(crypto, PROV_BYTES_OF(scalar), key) == PROV_OK);
    must(prov_crypto_key_public(crypto, key, ret_point) == PROV_OK);
}

static struct mint_plan common(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                               const char *subject, struct prov_buf *buf)
{
    struct mint_plan plan = {
        .version = 2, .not_before = "260101000000Z", .not_after = "350101000000Z"};
    struct prov_key key = {0};

    plan.serial = OCTETS("\x4a\x01\x02\x03\x04\x05\x06\x07\x08");
    plan.issuer = mint_name(buf, issuer);
    plan.subject = mint_name(buf, subject);
    mint_key(crypto, number, &key, plan.point);
    prov_crypto_key_drop(crypto, &key);
    return plan;
}

struct mint_plan mint_server(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                             struct prov_buf *buf)
{
    struct mint_plan plan = common(crypto, number, issuer, "", buf);

    mint_add(&plan, CE_SAN, 1, SAN_SERVER);
    mint_add(&plan, CE_KU, 1, KU_SIGNATURE);
    mint_add(&plan, CE_EKU, 0, EKU_SERVER);
    return plan;
}

struct mint_plan mint_device(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                             struct prov_buf *buf)
{
    struct mint_plan plan = common(crypto, number, issuer, "AC-DE-48-00-11-22-33-44", buf);

    plan.not_after = "99991231235959Z";
    mint_add(&plan, CE_KU, 1, KU_SIGNATURE);
    mint_add(&plan, CE_EKU, 0, EKU_CLIENT);
    return plan;
}

struct mint_plan mint_ca(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                         const char *subject, struct prov_buf *buf)
{
    struct mint_plan plan = common(crypto, number, issuer, subject, buf);

    mint_add(&plan, CE_BC, 1, BC_CA);
    mint_add(&plan, CE_KU, 1, strcmp(issuer, subject) == 0 ? KU_CERT_SIGN : KU_SUB_CA);
    return plan;
}
