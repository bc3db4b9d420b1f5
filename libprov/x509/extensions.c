/* SPDX-License-Identifier: Apache-2.0
 *
 * Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue
 * OCTET STRING }. What is understood is RFC 7925's Table 1 and the two key identifiers, which CA
 * certificates carry by RFC 5280. Each decoder goes through the octets of one extnValue.
 */
#include "extensions.h"

#include "name.h"

#include <string.h>

/* --- key usage (RFC 5280, section 4.2.1.3) --------------------------------------------------- */

/* The bits from the most significant one of the first octet on; DER drops trailing zero bits
 * (X.690, section 11.2.2), so the last bit counted is a one. The ninth is the last that there is. */
static void key_usage_decode(struct prov_der *der, struct prov_x509 *cert, bool critical)
{
    struct prov_bytes content;

    prov_der_take(der, DER_BIT_STRING, &content);
    if (content.len < 2 || content.len > 3) {
        prov_der_malformed(der);
        return;
    }
    unsigned unused = content.data[0], last = content.data[content.len - 1];
    if (unused > 7 || (last & ((2u << unused) - 1)) != 1u << unused ||
        (content.len == 3 && last != 0x80))
        prov_der_malformed(der);
    cert->key_usage = content.data[1];
    if (content.len == 3)
        cert->key_usage |= PROV_KU_DECIPHER_ONLY;
    cert->key_usage_critical = critical;
}

/* --- extended key usage (section 4.2.1.12) --------------------------------------------------- */

/* id-kp 1.3.6.1.5.5.7.3.n, and anyExtendedKeyUsage 2.5.29.37.0 */
static const uint8_t id_kp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03};
static const uint8_t any_extended_key_usage[] = {4, 0x55, 0x1d, 0x25, 0x00};

/* n of each bit of enum prov_eku, from the lowest on */
static const uint8_t purposes[] = {1, 2, 3, 9, 28};

static unsigned purpose_bit(struct prov_bytes oid)
{
    const uint8_t *purpose = NULL;

    if (prov_der_is(&oid, any_extended_key_usage))
        return PROV_EKU_ANY;
    if (oid.len == sizeof id_kp + 1 && memcmp(oid.data, id_kp, sizeof id_kp) == 0)
        purpose = memchr(purposes, oid.data[sizeof id_kp], sizeof purposes);
    return purpose != NULL ? 1u << (purpose - purposes) : PROV_EKU_OTHER;
}

static void extended_key_usage_decode(struct prov_der *der, struct prov_x509 *cert, bool critical)
{
    struct prov_bytes oid;

    (void)critical;
    prov_der_enter_some(der, DER_SEQUENCE);
    while (prov_der_more(der)) {
        prov_der_take_oid(der, &oid);
        cert->eku |= (uint16_t)purpose_bit(oid);
    }
    prov_der_leave(der);
}

/* --- basic constraints (section 4.2.1.9) ----------------------------------------------------- */

static void basic_constraints_decode(struct prov_der *der, struct prov_x509 *cert, bool critical)
{
    struct prov_bytes path_len;

    (void)critical;
    prov_der_enter(der, DER_SEQUENCE);
    cert->is_ca = prov_der_take_true(der);
    if (cert->is_ca && prov_der_more(der)) {
        prov_der_take_integer(der, &path_len);
        if (path_len.len == 0 || path_len.data[0] >= 0x80)
            prov_der_malformed(der);
        else if (path_len.len == 1)
            cert->path_len = path_len.data[0];
    }
    prov_der_leave(der);
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
static const uint8_t id_on_mac_address[] = {8, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x0c};

/* hardwareModuleName and the like are not looked at. */
static void other_name_decode(struct prov_der *der, struct prov_x509 *cert)
{
    struct prov_bytes type, value;

    prov_der_enter(der, GENERAL_NAME_OTHER);
    prov_der_take_oid(der, &type);
    prov_der_enter(der, DER_CONTEXT_CONSTRUCTED(0));
    bool is_mac = prov_der_is(&type, id_on_mac_address);
    prov_der_take(der, is_mac ? DER_OCTET_STRING : DER_SEQUENCE, &value);
    if (is_mac) {
        if (value.len != 6 && value.len != 8)
            prov_der_fail(der, PROV_E_NAME);
        cert->mac_name = value;
    }
    prov_der_leave(der);
    prov_der_leave(der);
}

/* [4] is explicit, Name being a CHOICE. */
static void directory_name_decode(struct prov_der *der, struct prov_bytes *ret)
{
    struct prov_bytes common_name;

    prov_der_enter(der, GENERAL_NAME_DIRECTORY);
    prov_name_decode(der, ret, &common_name);
    prov_der_leave(der);
}

static void string_name_decode(struct prov_der *der, struct prov_x509 *cert)
{
    struct prov_bytes content;

    switch (prov_der_take_any(der, &content)) {
    case GENERAL_NAME_DNS:
        cert->dns_count++;
        cert->dns_name = content;
        break;
    case GENERAL_NAME_URI:
        cert->uri_name = content;
        break;
    case GENERAL_NAME_RFC822:
    case GENERAL_NAME_IP:
        break;
    default:
        prov_der_malformed(der);
    }
}

static void subject_alt_name_decode(struct prov_der *der, struct prov_x509 *cert, bool critical)
{
    struct prov_bytes name;

    prov_der_enter_some(der, DER_SEQUENCE);
    cert->san = der->whole;
    cert->san_critical = critical;
    for (; prov_der_more(der); cert->san_count++) {
        if (prov_der_next_is(der, GENERAL_NAME_OTHER))
            other_name_decode(der, cert);
        else if (prov_der_next_is(der, GENERAL_NAME_DIRECTORY))
            directory_name_decode(der, &name);
        else
            string_name_decode(der, cert);
    }
    prov_der_leave(der);
}

/* --- key identifiers (sections 4.2.1.1 and 4.2.1.2) ------------------------------------------ */

/* Not empty: an identifier that is there is compared. */
static void identifier_decode(struct prov_der *der, uint8_t tag, struct prov_bytes *ret)
{
    prov_der_take(der, tag, ret);
    if (ret->len == 0)
        prov_der_malformed(der);
}

/* The issuer, one directoryName here, and its serial number come together or not at all. */
static void authority_key_identifier_decode(struct prov_der *der, struct prov_x509 *cert,
                                            bool critical)
{
    (void)critical;
    prov_der_enter(der, DER_SEQUENCE);
    if (prov_der_next_is(der, DER_CONTEXT(0)))
        identifier_decode(der, DER_CONTEXT(0), &cert->aki);
    if (prov_der_more(der)) {
        prov_der_enter(der, DER_CONTEXT_CONSTRUCTED(1));
        directory_name_decode(der, &cert->aki_issuer);
        prov_der_leave(der);
        identifier_decode(der, DER_CONTEXT(2), &cert->aki_serial);
    }
    prov_der_leave(der);
}

static void subject_key_identifier_decode(struct prov_der *der, struct prov_x509 *cert,
                                          bool critical)
{
    (void)critical;
    identifier_decode(der, DER_OCTET_STRING, &cert->ski);
}

/* --- the list -------------------------------------------------------------------------------- */

/* What is not understood; the loop refuses it where it must be. */
static void pass_over(struct prov_der *der, struct prov_x509 *cert, bool critical)
{
    (void)cert;
    (void)critical;
    der->at = der->end;
}

enum may_be_critical { EITHER, NEVER };

/* id-ce 2.5.29.n, and then all others. Those without a decoder restrict a path in a way that is not looked at
 * here; RFC 5280 has them critical always, so they are refused however they come. */
static const struct extension {
    uint8_t number;
    uint8_t critical;
    void (*decode)(struct prov_der *der, struct prov_x509 *cert, bool critical);
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
    {0, NEVER, pass_over},
};

static const struct extension *extension_find(struct prov_bytes oid)
{
    bool is_id_ce = oid.len == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x1d;
    const struct extension *row = extensions;

    while (row->number != 0 && !(is_id_ce && row->number == oid.data[2]))
        row++;
    return row;
}

/* Two certificates' worth of what is understood; bounds the search for duplicates. */
#define EXTENSION_MAX 16

void prov_extensions_decode(struct prov_der *der, bool unknown_refused, struct prov_x509 *cert)
{
    struct prov_bytes oids[EXTENSION_MAX + 1];

    prov_der_enter_some(der, DER_SEQUENCE);
    for (size_t count = 0; prov_der_more(der); count++) {
        prov_der_enter(der, DER_SEQUENCE);
        prov_der_take_oid(der, &oids[count]);
        const struct extension *row = extension_find(oids[count]);
        bool critical = prov_der_take_true(der);
        bool fits = row->decode != NULL && count < EXTENSION_MAX &&
                    !(critical && row->critical == NEVER) && !(unknown_refused && row->number == 0);
        /* "A certificate MUST NOT include more than one instance of a particular extension." (section 4.2) */
        for (size_t i = 0; i < count; i++)
            fits = fits && !prov_bytes_equal(oids[i], oids[count]);
        prov_der_enter(der, DER_OCTET_STRING);
        if (fits)
            row->decode(der, cert, critical);
        else
            prov_der_fail(der, PROV_E_CERT_PROFILE);
        prov_der_leave(der);
        prov_der_leave(der);
    }
    prov_der_leave(der);
}
