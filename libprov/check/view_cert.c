/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificate (RFC 5280, section 4.1) and CertificationRequest (RFC 2986, section 4).
 */
#include "view.h"

#include <string.h>

#include "prov/text.h"

struct prov_bytes view_algorithm(const struct tlv *identifier, unsigned *notes,
                                 struct tlv *ret_parameters)
{
    struct walk walk = walk_in(identifier, notes);
    struct tlv oid;

    walk_take(&walk, TAG_OID, &oid);
    walk_next(&walk, ret_parameters);
    return oid.content;
}

struct prov_bytes view_bits(const struct tlv *bits)
{
    return bits->content.len == 0 ? PROV_BYTES_NONE
                                  : PROV_BYTES(bits->content.data + 1, bits->content.len - 1);
}

void key_view_make(const struct tlv *spki, unsigned *notes, struct key_view *ret)
{
    struct walk walk = walk_in(spki, notes);
    struct tlv algorithm, bits;

    memset(ret, 0, sizeof *ret);
    ret->spki = spki->whole;
    if (walk_take(&walk, TAG_SEQUENCE, &algorithm))
        ret->algorithm = view_algorithm(&algorithm, notes, &ret->parameters);
    if (walk_take(&walk, TAG_BITS, &bits))
        ret->point = view_bits(&bits);
}

/* --- times ------------------------------------------------------------------------------------- */

/* The form of RFC 5280, section 4.1.2.5, and the value if it can be told. */
static void time_view(const struct tlv *time, bool *ret_form, bool *ret_has, int64_t *ret)
{
    bool utc = time->tag == TAG_UTC_TIME;
    size_t digits = utc ? PROV_TIME_DIGITS - 2 : PROV_TIME_DIGITS;
    const uint8_t *text = time->content.data;

    *ret_form = *ret_has = false;
    if ((!utc && time->tag != TAG_GENERALIZED_TIME) || time->content.len != digits + 1)
        return;
    *ret = prov_time_from_digits(text, digits);
    *ret_has = text[digits] == 'Z' && *ret >= 0;
    *ret_form = *ret_has && (utc || memcmp(text, "2050", 4) >= 0);
}

/* --- whose it is ------------------------------------------------------------------------------- */

static bool is_server(const struct cert_view *c)
{
    const struct extensions_view *x = &c->extensions;

    if (c->has_eui64)
        return false;
    return x->san.dns_count > 0 || x->san.uri_count > 0 || x->san.ip_count > 0 ||
           (x->eku & PROV_EKU_SERVER_AUTH) != 0 ||
           (c->subject.cn_count > 0 && view_is_dns_name(c->subject.cn[0]));
}

/* By what it says of itself: cA makes a CA, a name of the DNS or serverAuth a server; among devices'
 * certificates, no expiry makes a manufacturer's. */
static enum prov_cert_role role_of(const struct cert_view *c)
{
    const struct extensions_view *x = &c->extensions;

    if (x->is_ca)
        return prov_bytes_equal(c->issuer.whole, c->subject.whole) ? PROV_CERT_ROOT
                                                                   : PROV_CERT_SUBORDINATE;
    if (is_server(c))
        return PROV_CERT_SERVER;
    if ((x->eku & PROV_EKU_SERVER_AUTH) != 0 && (x->eku & PROV_EKU_CLIENT_AUTH) == 0)
        return PROV_CERT_DEVICE_SERVER;
    return c->has_time[1] && c->seconds[1] >= PROV_TIME_NEVER ? PROV_CERT_IDEVID : PROV_CERT_LDEVID;
}

/* --- the certificate --------------------------------------------------------------------------- */

static void version_view(struct walk *tbs, struct cert_view *ret)
{
    struct tlv outer;

    if (!walk_take(tbs, 0xa0, &outer))
        return;
    struct walk inner = walk_in(&outer, &ret->notes);
    walk_take(&inner, TAG_INTEGER, &ret->version);
}

static void tail_view(struct walk *tbs, struct cert_view *ret)
{
    struct tlv element, list;

    while (walk_next(tbs, &element)) {
        ret->has_unique_id |= (element.tag & 0x1f) == 1 || (element.tag & 0x1f) == 2;
        if (element.tag != 0xa3)
            continue;
        struct walk inner = walk_in(&element, &ret->notes);
        if (walk_take(&inner, TAG_SEQUENCE, &list)) {
            ret->has_extensions = true;
            extensions_view_make(&list, &ret->notes, &ret->extensions);
        }
    }
}

static bool tbs_view(const struct tlv *element, struct cert_view *ret)
{
    struct walk tbs = walk_in(element, &ret->notes);
    struct tlv validity, spki;

    ret->tbs = element->whole;
    version_view(&tbs, ret);
    if (!walk_take(&tbs, TAG_INTEGER, &ret->serial) ||
        !walk_take(&tbs, TAG_SEQUENCE, &ret->inner) ||
        !walk_take(&tbs, TAG_SEQUENCE, &ret->issuer_name) ||
        !walk_take(&tbs, TAG_SEQUENCE, &validity) ||
        !walk_take(&tbs, TAG_SEQUENCE, &ret->subject_name) || !walk_take(&tbs, TAG_SEQUENCE, &spki))
        return false;
    struct walk times = walk_in(&validity, &ret->notes);
    for (size_t i = 0; i < 2; i++) {
        walk_next(&times, &ret->times[i]);
        time_view(&ret->times[i], &ret->time_form[i], &ret->has_time[i], &ret->seconds[i]);
    }
    name_view_make(&ret->issuer_name, &ret->notes, &ret->issuer);
    name_view_make(&ret->subject_name, &ret->notes, &ret->subject);
    key_view_make(&spki, &ret->notes, &ret->key);
    tail_view(&tbs, ret);
    return true;
}

void cert_view_make(struct prov_bytes der, struct cert_view *ret)
{
    struct tlv certificate, tbs, bits;

    memset(ret, 0, sizeof *ret);
    ret->der = der;
    struct walk file = walk_make(der, &ret->notes);
    if (!walk_take(&file, TAG_SEQUENCE, &certificate))
        return;
    ret->trailing = file.rest.len > 0;
    struct walk walk = walk_in(&certificate, &ret->notes);
    if (!walk_take(&walk, TAG_SEQUENCE, &tbs) || !tbs_view(&tbs, ret))
        return;
    ret->readable = walk_take(&walk, TAG_SEQUENCE, &ret->outer) &&
                    walk_take(&walk, TAG_BITS, &bits) && (ret->notes & WALK_BROKEN) == 0;
    if (!ret->readable)
        return;
    ret->signature = view_bits(&bits);
    ret->has_eui64 = view_eui64(&ret->subject, &ret->extensions.san, &ret->eui64_canonical);
    ret->role = role_of(ret);
}

/* --- the request ------------------------------------------------------------------------------- */

/* pkcs-9 1.2.840.113549.1.9.n: 7 challengePassword, 14 extensionRequest; 2 and 15 ask for nothing. */
static void attribute_view(const struct tlv *attribute, struct csr_view *ret)
{
    struct walk walk = walk_in(attribute, &ret->notes);
    struct tlv type, set, value;

    if (!walk_take(&walk, TAG_OID, &type) || !walk_take(&walk, TAG_SET, &set))
        return;
    struct walk values = walk_in(&set, &ret->notes);
    walk_next(&values, &value);
    if (BYTES_ARE(type.content, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07")) {
        ret->has_challenge = true;
        ret->challenge = value;
    } else if (BYTES_ARE(type.content, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e")) {
        ret->has_request = true;
        extensions_view_make(&value, &ret->notes, &ret->extensions);
    } else if (!BYTES_ARE(type.content, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02") &&
               !BYTES_ARE(type.content, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f") &&
               ret->unknown_attributes++ == 0) {
        ret->unknown = type.content;
    }
}

static bool info_view(const struct tlv *element, struct csr_view *ret)
{
    struct walk info = walk_in(element, &ret->notes);
    struct tlv subject, spki, set, attribute;

    ret->info = element->whole;
    if (!walk_take(&info, TAG_INTEGER, &ret->version) ||
        !walk_take(&info, TAG_SEQUENCE, &subject) || !walk_take(&info, TAG_SEQUENCE, &spki))
        return false;
    name_view_make(&subject, &ret->notes, &ret->subject);
    key_view_make(&spki, &ret->notes, &ret->key);
    if (!walk_take(&info, 0xa0, &set))
        return true;
    struct walk walk = walk_in(&set, &ret->notes);
    while (walk_next(&walk, &attribute))
        attribute_view(&attribute, ret);
    return true;
}

void csr_view_make(struct prov_bytes der, struct csr_view *ret)
{
    struct tlv request, info, bits;

    memset(ret, 0, sizeof *ret);
    ret->der = der;
    struct walk file = walk_make(der, &ret->notes);
    if (!walk_take(&file, TAG_SEQUENCE, &request))
        return;
    ret->trailing = file.rest.len > 0;
    struct walk walk = walk_in(&request, &ret->notes);
    if (!walk_take(&walk, TAG_SEQUENCE, &info) || !info_view(&info, ret))
        return;
    ret->readable = walk_take(&walk, TAG_SEQUENCE, &ret->algorithm) &&
                    walk_take(&walk, TAG_BITS, &bits) && (ret->notes & WALK_BROKEN) == 0;
    if (!ret->readable)
        return;
    ret->signature = view_bits(&bits);
    ret->has_eui64 = view_eui64(&ret->subject, &ret->extensions.san, &ret->eui64_canonical);
}

/* --- names of numbers -------------------------------------------------------------------------- */

#define OID(text, octets)                                                                          \
    {                                                                                              \
        text, octets, sizeof(octets) - 1                                                           \
    }

static const struct {
    const char *text, *octets;
    size_t len;
} oids[] = {
    OID("ecdsa-with-SHA256", "\x2a\x86\x48\xce\x3d\x04\x03\x02"),
    OID("ecdsa-with-SHA384", "\x2a\x86\x48\xce\x3d\x04\x03\x03"),
    OID("ecdsa-with-SHA512", "\x2a\x86\x48\xce\x3d\x04\x03\x04"),
    OID("ecdsa-with-SHA224", "\x2a\x86\x48\xce\x3d\x04\x03\x01"),
    OID("ecdsa-with-SHA1", "\x2a\x86\x48\xce\x3d\x04\x01"),
    OID("id-ecPublicKey", "\x2a\x86\x48\xce\x3d\x02\x01"),
    OID("secp256r1", "\x2a\x86\x48\xce\x3d\x03\x01\x07"),
    OID("secp384r1", "\x2b\x81\x04\x00\x22"),
    OID("secp521r1", "\x2b\x81\x04\x00\x23"),
    OID("secp224r1", "\x2b\x81\x04\x00\x21"),
    OID("secp256k1", "\x2b\x81\x04\x00\x0a"),
    OID("rsaEncryption", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
    OID("md5WithRSAEncryption", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"),
    OID("sha1WithRSAEncryption", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"),
    OID("rsassaPss", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
    OID("sha256WithRSAEncryption", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"),
    OID("sha384WithRSAEncryption", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"),
    OID("sha512WithRSAEncryption", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"),
    OID("id-X25519", "\x2b\x65\x6e"),
    OID("id-Ed25519", "\x2b\x65\x70"),
    OID("id-Ed448", "\x2b\x65\x71"),
    OID("subjectKeyIdentifier", "\x55\x1d\x0e"),
    OID("keyUsage", "\x55\x1d\x0f"),
    OID("subjectAltName", "\x55\x1d\x11"),
    OID("issuerAltName", "\x55\x1d\x12"),
    OID("basicConstraints", "\x55\x1d\x13"),
    OID("nameConstraints", "\x55\x1d\x1e"),
    OID("cRLDistributionPoints", "\x55\x1d\x1f"),
    OID("certificatePolicies", "\x55\x1d\x20"),
    OID("policyMappings", "\x55\x1d\x21"),
    OID("authorityKeyIdentifier", "\x55\x1d\x23"),
    OID("policyConstraints", "\x55\x1d\x24"),
    OID("extKeyUsage", "\x55\x1d\x25"),
    OID("inhibitAnyPolicy", "\x55\x1d\x36"),
    OID("authorityInfoAccess", "\x2b\x06\x01\x05\x05\x07\x01\x01"),
};

const char *view_oid_text(struct prov_bytes oid)
{
    for (size_t i = 0; i < sizeof oids / sizeof *oids; i++)
        if (prov_bytes_equal(oid, PROV_BYTES((const uint8_t *)oids[i].octets, oids[i].len)))
            return oids[i].text;
    return NULL;
}
