/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 5280, section 4.1.2.4:
 *
 *     Name ::= SEQUENCE OF RelativeDistinguishedName
 *     RelativeDistinguishedName ::= SET SIZE (1..MAX) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
 *
 * Names are compared octet by octet, which is all that RFC 5280, section 7.1 asks of names that one
 * issuer writes.
 */
#include "name.h"

#include "prov/text.h"

static const uint8_t id_at_common_name[] = {3, 0x55, 0x04, 0x03};

/* UTF8String and PrintableString are what CAs MUST use, IA5String is emailAddress's and domainComponent's
 * (RFC 5280, section 4.1.2.4); the older types are not read. */
static bool is_text(uint8_t tag, struct prov_bytes value)
{
    if (value.len == 0)
        return false;
    if (tag == DER_UTF8_STRING)
        return prov_is_utf8(value);
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] >= 0x80)
            return false;
    return tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING;
}

int prov_name_decode(const struct prov_bytes *name, struct prov_bytes *ret_common_name)
{
    struct prov_bytes left, relative, attribute, type, value;
    int count = 0;

    *ret_common_name = PROV_BYTES_NONE;
    if (!prov_der_open(name, DER_SEQUENCE, &left))
        return -1;
    while (left.len > 0) {
        if (prov_der_take(&left, &relative) != DER_SET)
            return -1;
        do {
            if (prov_der_take(&relative, &attribute) != DER_SEQUENCE ||
                !prov_der_open(&attribute, DER_SEQUENCE, &attribute) ||
                prov_der_take(&attribute, &type) != DER_OID)
                return -1;
            uint8_t tag = prov_der_take(&attribute, &value);
            if (!is_text(tag, value) || attribute.len > 0)
                return -1;
            if (prov_der_is(&type, id_at_common_name) && count++ == 0)
                *ret_common_name = value;
        } while (relative.len > 0);
    }
    return count;
}
