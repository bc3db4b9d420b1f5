/* SPDX-License-Identifier: Apache-2.0
 *
 * Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue
 * OCTET STRING }. What is understood is RFC 7925's Table 1 and the two key identifiers, which CA
 * certificates carry by RFC 5280. Each decoder has the octets of one extnValue, and says whether they are good.
 */
#include "extensions.h"

#include "name.h"

#include <string.h>

/* --- key usage (RFC 5280, section 4.2.1.3) --------------------------------------------------- */

/* The bits from the most significant one of the first octet on; DER drops trailing zero bits
 * (X.690, section 11.2.2), so the last bit counted is a one. The ninth is the last that there is. */
static bool key_usage_decode(const struct prov_bytes *value, struct prov_x509 *cert)
{
    struct prov_bytes content;

    if (!prov_der_open(value, DER_BIT_STRING, &content) || content.len < 2)
        return false;
    unsigned unused = content.data[0], bits = content.data[1];
    cert->key_usage = (uint16_t)bits;
    if (content.len == 2)
        return unused < 8 && (bits & ((2u << unused) - 1)) == 1u << unused;
    cert->key_usage |= PROV_KU_DECIPHER_ONLY;
    return content.len == 3 && unused == 7 && content.data[2] == 0x80;
}

/* --- extended key usage (section 4.2.1.12) --------------------------------------------------- */

/* id-kp 1.3.6.1.5.5.7.3.n */
static const uint8_t id_kp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03};

/* Bit n - 1 for serverAuth, clientAuth and codeSigning; what else there is is told by nobody here. */
static unsigned purpose_bit(struct prov_bytes oid)
{
    unsigned bit = 3;

    if (oid.len == sizeof id_kp + 1 && memcmp(oid.data, id_kp, sizeof id_kp) == 0)
        bit = oid.data[sizeof id_kp] - 1u;
    return bit < 3 ? 1u << bit : PROV_EKU_OTHER;
}

static bool extended_key_usage_decode(const struct prov_bytes *value, struct prov_x509 *cert)
{
    struct prov_bytes left, oid;

    if (!prov_der_open(value, DER_SEQUENCE, &left))
        return false;
    do {
        if (prov_der_take(&left, &oid) != DER_OID)
            return false;
        cert->eku |= (uint16_t)purpose_bit(oid);
    } while (left.len > 0);
    return true;
}

/* --- basic constraints (section 4.2.1.9) ----------------------------------------------------- */

static bool basic_constraints_decode(const struct prov_bytes *value, struct prov_x509 *cert)
{
    static const uint8_t members[] = {DER_OPTIONAL | DER_BOOLEAN, DER_OPTIONAL | DER_INTEGER};
    struct prov_bytes part[2];

    if (!prov_der_split(value, members, 2, part))
        return false;
    cert->is_ca = part[0].len > 0;
    if (part[1].len == 1)
        cert->path_len = part[1].data[0];
    return part[1].len == 0 || (cert->is_ca && part[1].data[0] < 0x80);
}

/* --- subject alternative name (section 4.2.1.6) ---------------------------------------------- */

/* id-on-MACAddress 1.3.6.1.5.5.7.8.12: OCTET STRING (SIZE (6 | 8)) */
static const uint8_t id_on_mac_address[] = {8, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x0c};

/* hardwareModuleName and the like are not looked at. */
static bool other_name_decode(struct prov_x509 *cert)
{
    struct prov_bytes left = cert->alt_name, type, value;

    if (prov_der_take(&left, &type) != DER_OID ||
        !prov_der_open(&left, DER_CONTEXT_CONSTRUCTED(0), &value))
        return false;
    if (!prov_der_is(&type, id_on_mac_address))
        return prov_der_open(&value, DER_SEQUENCE, &value);
    cert->alt_kind = PROV_ALT_MAC;
    return prov_der_open(&value, DER_OCTET_STRING, &cert->alt_name) &&
           (cert->alt_name.len == 6 || cert->alt_name.len == 8);
}

/* x400Address [3], ediPartyName [5] and registeredID [8] are refused. [4] is explicit, Name being a CHOICE. */
static bool general_name_decode(struct prov_x509 *cert)
{
    struct prov_bytes common_name;

    switch (cert->alt_kind) {
    case PROV_ALT_OTHER:
        return other_name_decode(cert);
    case PROV_ALT_DIRECTORY:
        return prov_name_decode(&cert->alt_name, &common_name) >= 0;
    case PROV_ALT_RFC822:
    case PROV_ALT_DNS:
    case PROV_ALT_URI:
    case PROV_ALT_IP:
        return true;
    default:
        return false;
    }
}

static bool subject_alt_name_decode(const struct prov_bytes *value, struct prov_x509 *cert)
{
    struct prov_bytes left;

    cert->san = *value;
    if (!prov_der_open(value, DER_SEQUENCE, &left))
        return false;
    do {
        cert->alt_kind = prov_der_take(&left, &cert->alt_name);
        cert->san_count++;
        if (!general_name_decode(cert))
            return false;
    } while (left.len > 0);
    return true;
}

/* --- key identifiers (sections 4.2.1.1 and 4.2.1.2) ------------------------------------------ */

/* Not empty: an identifier that is there is compared. The issuer, one directoryName here, and its serial number
 * come together or not at all. */
static bool authority_key_identifier_decode(const struct prov_bytes *value, struct prov_x509 *cert)
{
    static const uint8_t members[] = {DER_OPTIONAL | DER_CONTEXT(0),
                                      DER_OPTIONAL | DER_CONTEXT_CONSTRUCTED(1),
                                      DER_OPTIONAL | DER_CONTEXT(2)};
    struct prov_bytes part[3], common_name;

    if (!prov_der_split(value, members, 3, part) || (part[0].data != NULL && part[0].len == 0))
        return false;
    cert->aki = part[0];
    cert->aki_serial = part[2];
    if (part[1].data == NULL)
        return part[2].data == NULL;
    return part[2].len > 0 &&
           prov_der_open(&part[1], DER_CONTEXT_CONSTRUCTED(4), &cert->aki_issuer) &&
           prov_name_decode(&cert->aki_issuer, &common_name) >= 0;
}

static bool subject_key_identifier_decode(const struct prov_bytes *value, struct prov_x509 *cert)
{
    return prov_der_open(value, DER_OCTET_STRING, &cert->ski) && cert->ski.len > 0;
}

/* --- the list -------------------------------------------------------------------------------- */

/* n of id-ce 2.5.29.n, as enum prov_x509_extension has them. Those behind restrict a path in a way that is not looked at
 * here; RFC 5280 has them critical always, so they are refused however they come. */
static const uint8_t arcs[] = {15,
                               ID_CE_SUBJECT_ALT_NAME,
                               19,
                               37,
                               14,
                               35,
                               30 /* nameConstraints */,
                               36 /* policyConstraints */,
                               54 /* inhibitAnyPolicy */};
enum { NEVER_CRITICAL = PROV_X509_SUBJECT_KEY_IDENTIFIER, UNKNOWN = sizeof arcs };

static size_t extension_find(const struct prov_bytes *oid)
{
    const uint8_t *arc = NULL;

    if (oid->len == 3 && oid->data[0] == 0x55 && oid->data[1] == 0x1d)
        arc = memchr(arcs, oid->data[2], sizeof arcs);
    return arc != NULL ? (size_t)(arc - arcs) : UNKNOWN;
}

static bool value_decode(size_t extension, const struct prov_bytes *value, struct prov_x509 *cert)
{
    switch (extension) {
    case PROV_X509_KEY_USAGE:
        return key_usage_decode(value, cert);
    case PROV_X509_SUBJECT_ALT_NAME:
        return subject_alt_name_decode(value, cert);
    case PROV_X509_BASIC_CONSTRAINTS:
        return basic_constraints_decode(value, cert);
    case PROV_X509_EXTENDED_KEY_USAGE:
        return extended_key_usage_decode(value, cert);
    case PROV_X509_SUBJECT_KEY_IDENTIFIER:
        return subject_key_identifier_decode(value, cert);
    case PROV_X509_AUTHORITY_KEY_IDENTIFIER:
        return authority_key_identifier_decode(value, cert);
    default:
        return true;
    }
}

/* Two certificates' worth of what is understood; bounds the search for duplicates. */
#define EXTENSION_MAX 16

prov_result prov_extensions_decode(const struct prov_bytes *list, bool unknown_refused,
                                   struct prov_x509 *cert)
{
    static const uint8_t members[] = {DER_OID, DER_OPTIONAL | DER_BOOLEAN, DER_OCTET_STRING};
    struct prov_bytes seen[EXTENSION_MAX], left, extension, part[3];
    size_t count = 0;

    if (!prov_der_open(list, DER_SEQUENCE, &left))
        return PROV_E_FORMAT;
    do {
        if (prov_der_take(&left, &extension) != DER_SEQUENCE ||
            !prov_der_split(&extension, members, 3, part))
            return PROV_E_FORMAT;
        size_t found = extension_find(&part[0]);
        bool critical = part[1].len > 0;
        if (count == EXTENSION_MAX || (critical && found >= NEVER_CRITICAL) ||
            (found >= PROV_X509_EXTENSIONS && (found != UNKNOWN || unknown_refused)))
            return PROV_E_CERT_PROFILE;
        /* "A certificate MUST NOT include more than one instance of a particular extension." (section 4.2) */
        for (size_t i = 0; i < count; i++)
            if (prov_bytes_equal(seen[i], part[0]))
                return PROV_E_CERT_PROFILE;
        seen[count++] = part[0];
        if (critical)
            cert->critical[found] = true;
        if (!value_decode(found, &part[2], cert))
            return PROV_E_FORMAT;
    } while (left.len > 0);
    return PROV_OK;
}
