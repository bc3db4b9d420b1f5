/* SPDX-License-Identifier: Apache-2.0
 *
 * Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue
 * OCTET STRING }. What is understood is RFC 7925's Table 1 and the two key identifiers, which CA
 * certificates carry by RFC 5280.
 */
#include "extensions.h"

#include "name.h"

/* --- key usage (RFC 5280, section 4.2.1.3) --------------------------------------------------- */

/* The bits from the most significant one of the first octet on; DER drops trailing zero bits
 * (X.690, section 11.2.2), so the last bit counted is a one. */
static void key_usage_decode(struct prov_der *value, struct prov_x509 *cert)
{
    struct prov_bytes content = prov_der_take(value, DER_BIT_STRING);
    unsigned unused, last;

    if (content.len < 2 || content.len > 3) {
        prov_der_fail(value, PROV_E_FORMAT);
        return;
    }
    unused = content.data[0];
    last = content.data[content.len - 1];
    if (unused > 7 || (last & ((2u << unused) - 1)) != 1u << unused ||
        (content.len == 3 && last != 0x80)) {
        prov_der_fail(value, PROV_E_FORMAT);
        return;
    }
    for (unsigned bit = 0; bit < 8 * (content.len - 1); bit++)
        if ((content.data[1 + bit / 8] & 0x80u >> bit % 8) != 0)
            cert->key_usage |= 1u << bit;
    cert->has_key_usage = true;
}

/* --- extended key usage (section 4.2.1.12) --------------------------------------------------- */

/* id-kp 1.3.6.1.5.5.7.3.n, and anyExtendedKeyUsage 2.5.29.37.0 */
static const uint8_t id_kp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03};
static const uint8_t any_extended_key_usage[] = {0x55, 0x1d, 0x25, 0x00};

static const struct {
    uint8_t number;
    enum prov_eku eku;
} purposes[] = {
    {1, PROV_EKU_SERVER_AUTH},  {2, PROV_EKU_CLIENT_AUTH}, {3, PROV_EKU_CODE_SIGNING},
    {9, PROV_EKU_OCSP_SIGNING}, {28, PROV_EKU_CMC_RA},
};

static unsigned purpose_bit(struct prov_bytes oid)
{
    if (OID_IS(oid, any_extended_key_usage))
        return PROV_EKU_ANY;
    if (oid.len != sizeof id_kp + 1 ||
        !prov_bytes_equal(PROV_BYTES(oid.data, sizeof id_kp), PROV_BYTES_OF(id_kp)))
        return PROV_EKU_OTHER;
    for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
        if (purposes[i].number == oid.data[sizeof id_kp])
            return purposes[i].eku;
    return PROV_EKU_OTHER;
}

static void extended_key_usage_decode(struct prov_der *value, struct prov_x509 *cert)
{
    struct prov_der list = prov_der_enter(value, DER_SEQUENCE);
    struct prov_bytes oid;

    if (!prov_der_more(&list))
        prov_der_fail(&list, PROV_E_FORMAT);
    while (prov_der_more(&list)) {
        oid = prov_der_take_oid(&list);
        cert->eku |= purpose_bit(oid);
    }
    prov_der_leave(value, &list);
    cert->has_eku = true;
}

/* --- basic constraints (section 4.2.1.9) ----------------------------------------------------- */

/* More than any path that is looked at. */
#define PATH_LEN_LARGE 255

static void basic_constraints_decode(struct prov_der *value, struct prov_x509 *cert)
{
    struct prov_der constraints = prov_der_enter(value, DER_SEQUENCE);
    struct prov_bytes path_len;

    cert->has_basic_constraints = true;
    if (prov_der_next_is(&constraints, DER_BOOLEAN)) {
        prov_der_take_true(&constraints);
        cert->is_ca = true;
    }
    if (cert->is_ca && prov_der_next_is(&constraints, DER_INTEGER)) {
        path_len = prov_der_take_unsigned(&constraints);
        cert->path_len = path_len.len == 1 ? path_len.data[0] : PATH_LEN_LARGE;
    }
    prov_der_leave(value, &constraints);
}

/* --- subject alternative name (section 4.2.1.6) ---------------------------------------------- */

/* x400Address [3], ediPartyName [5] and registeredID [8] are refused. */
enum general_name_tag {
    GENERAL_NAME_OTHER = DER_CONTEXT_CONSTRUCTED(0),
    GENERAL_NAME_RFC822 = DER_CONTEXT(1),
    GENERAL_NAME_DNS = DER_CONTEXT(2),
    GENERAL_NAME_DIRECTORY = DER_CONTEXT_CONSTRUCTED(4),
    GENERAL_NAME_URI = DER_CONTEXT(6),
    GENERAL_NAME_IP = DER_CONTEXT(7)
};

/* id-on-MACAddress 1.3.6.1.5.5.7.8.12: OCTET STRING (SIZE (6 | 8)) */
static const uint8_t id_on_mac_address[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x0c};

static void other_name_decode(struct prov_bytes content, struct prov_der *names,
                              struct prov_x509 *cert)
{
    struct prov_der other = prov_der_make(content);
    struct prov_bytes type = prov_der_take_oid(&other);
    struct prov_der value = prov_der_enter(&other, DER_CONTEXT_CONSTRUCTED(0));
    struct prov_bytes octets;

    if (OID_IS(type, id_on_mac_address)) {
        octets = prov_der_take(&value, DER_OCTET_STRING);
        if (octets.len != 6 && octets.len != 8)
            prov_der_fail(&value, PROV_E_NAME);
        cert->mac_name = octets;
    } else {
        prov_der_take(&value, DER_SEQUENCE); /* hardwareModuleName and the like: not looked at */
    }
    prov_der_leave(&other, &value);
    prov_der_end(&other);
    if (other.result != PROV_OK)
        prov_der_fail(names, other.result);
}

/* [4] is explicit, Name being a CHOICE. */
static void directory_name_decode(struct prov_bytes content, struct prov_der *names)
{
    struct prov_der inner = prov_der_make(content);
    struct prov_name name;

    prov_name_decode(&inner, &name);
    prov_der_end(&inner);
    if (inner.result != PROV_OK)
        prov_der_fail(names, inner.result);
}

static void general_name_decode(struct prov_der *names, struct prov_x509 *cert)
{
    struct prov_bytes content;
    uint8_t tag;

    prov_der_take_any(names, &tag, &content);
    cert->san_count++;
    switch (tag) {
    case GENERAL_NAME_OTHER:
        other_name_decode(content, names, cert);
        break;
    case GENERAL_NAME_DNS:
        if (cert->dns_count++ == 0)
            cert->dns_name = content;
        break;
    case GENERAL_NAME_URI:
        if (cert->uri_name.len == 0)
            cert->uri_name = content;
        break;
    case GENERAL_NAME_DIRECTORY:
        directory_name_decode(content, names);
        break;
    case GENERAL_NAME_RFC822:
    case GENERAL_NAME_IP:
        break;
    default:
        prov_der_fail(names, PROV_E_FORMAT);
    }
}

static void subject_alt_name_decode(struct prov_der *value, struct prov_x509 *cert)
{
    struct prov_der names;

    cert->san = PROV_BYTES(value->at, (size_t)(value->end - value->at));
    names = prov_der_enter(value, DER_SEQUENCE);
    if (!prov_der_more(&names))
        prov_der_fail(&names, PROV_E_FORMAT);
    while (prov_der_more(&names))
        general_name_decode(&names, cert);
    prov_der_leave(value, &names);
}

/* --- key identifiers (sections 4.2.1.1 and 4.2.1.2) ------------------------------------------ */

/* Not empty: an identifier that is there is compared. */
static struct prov_bytes identifier_decode(struct prov_der *der, uint8_t tag)
{
    struct prov_bytes identifier = prov_der_take(der, tag);

    if (identifier.len == 0)
        prov_der_fail(der, PROV_E_FORMAT);
    return identifier;
}

/* The issuer, one directoryName here, and its serial number come together or not at all. */
static void authority_key_identifier_decode(struct prov_der *value, struct prov_x509 *cert)
{
    struct prov_der inner = prov_der_enter(value, DER_SEQUENCE), names;

    if (prov_der_next_is(&inner, DER_CONTEXT(0)))
        cert->aki = identifier_decode(&inner, DER_CONTEXT(0));
    if (prov_der_more(&inner)) {
        names = prov_der_enter(&inner, DER_CONTEXT_CONSTRUCTED(1));
        cert->aki_issuer = prov_der_take(&names, GENERAL_NAME_DIRECTORY);
        directory_name_decode(cert->aki_issuer, &names);
        prov_der_leave(&inner, &names);
        cert->aki_serial = identifier_decode(&inner, DER_CONTEXT(2));
    }
    prov_der_leave(value, &inner);
}

static void subject_key_identifier_decode(struct prov_der *value, struct prov_x509 *cert)
{
    cert->ski = identifier_decode(value, DER_OCTET_STRING);
}

/* --- the list -------------------------------------------------------------------------------- */

enum may_be_critical { EITHER, NEVER };

/* id-ce 2.5.29.n. Those without a decoder restrict a path in a way that is not looked at here; RFC
 * 5280 has them critical always, so they are refused however they come. */
static const struct extension {
    uint8_t number;
    enum may_be_critical critical;
    void (*decode)(struct prov_der *value, struct prov_x509 *cert);
} extensions[] = {
    {14, NEVER, subject_key_identifier_decode},
    {15, EITHER, key_usage_decode},
    {ID_CE_SUBJECT_ALT_NAME, EITHER, subject_alt_name_decode},
    {19, EITHER, basic_constraints_decode},
    {30, EITHER, NULL}, /* nameConstraints */
    {35, NEVER, authority_key_identifier_decode},
    {36, EITHER, NULL}, /* policyConstraints */
    {37, EITHER, extended_key_usage_decode},
    {54, EITHER, NULL}, /* inhibitAnyPolicy */
};

static const struct extension *extension_find(struct prov_bytes oid)
{
    if (oid.len != 3 || oid.data[0] != 0x55 || oid.data[1] != 0x1d)
        return NULL;
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (extensions[i].number == oid.data[2])
            return &extensions[i];
    return NULL;
}

/* Two certificates' worth of what is understood; bounds the search for duplicates. */
#define EXTENSION_MAX 16

struct extension_list {
    struct prov_bytes oids[EXTENSION_MAX];
    size_t count;
    bool unknown_refused;
};

/* "A certificate MUST NOT include more than one instance of a particular extension." (section 4.2)
 */
static bool list_add(struct extension_list *list, struct prov_bytes oid)
{
    if (list->count == EXTENSION_MAX)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (prov_bytes_equal(list->oids[i], oid))
            return false;
    list->oids[list->count++] = oid;
    return true;
}

static prov_result value_decode(const struct extension *extension, bool critical,
                                struct prov_bytes octets, struct prov_x509 *cert)
{
    struct prov_der value = prov_der_make(octets);

    if (extension->decode == NULL || (critical && extension->critical == NEVER))
        return PROV_E_CERT_PROFILE;
    extension->decode(&value, cert);
    prov_der_end(&value);
    if (extension->decode == key_usage_decode)
        cert->key_usage_critical = critical;
    if (extension->decode == subject_alt_name_decode)
        cert->san_critical = critical;
    return value.result;
}

static void extension_decode(struct prov_der *der, struct extension_list *list,
                             struct prov_x509 *cert)
{
    struct prov_der inner = prov_der_enter(der, DER_SEQUENCE);
    struct prov_bytes oid = prov_der_take_oid(&inner);
    const struct extension *extension = extension_find(oid);
    bool critical = prov_der_next_is(&inner, DER_BOOLEAN);
    struct prov_bytes octets;
    prov_result result = PROV_OK;

    if (critical)
        prov_der_take_true(&inner);
    octets = prov_der_take(&inner, DER_OCTET_STRING);
    prov_der_leave(der, &inner);
    if (der->result != PROV_OK)
        return;
    if (!list_add(list, oid))
        result = PROV_E_CERT_PROFILE;
    else if (extension != NULL)
        result = value_decode(extension, critical, octets, cert);
    else if (critical || list->unknown_refused)
        result = PROV_E_CERT_PROFILE;
    if (result != PROV_OK)
        prov_der_fail(der, result);
}

void prov_extensions_decode(struct prov_der *der, bool unknown_refused, struct prov_x509 *cert)
{
    struct prov_der all = prov_der_enter(der, DER_SEQUENCE);
    struct extension_list list = {.unknown_refused = unknown_refused};

    if (!prov_der_more(&all))
        prov_der_fail(&all, PROV_E_FORMAT);
    while (prov_der_more(&all))
        extension_decode(&all, &list, cert);
    prov_der_leave(der, &all);
}

void prov_extension_put(struct prov_buf *buf, uint8_t number, struct prov_bytes value)
{
    const uint8_t oid[] = {0x55, 0x1d, number};
    size_t mark = prov_der_open(buf, DER_SEQUENCE);

    prov_der_put(buf, DER_OID, PROV_BYTES_OF(oid));
    prov_der_put(buf, DER_OCTET_STRING, value);
    prov_der_close(buf, mark);
}
