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

/* To its octets. UTF8String and PrintableString are what CAs MUST use, IA5String is emailAddress's and
 * domainComponent's (RFC 5280, section 4.1.2.4); the older types are not read. */
static bool text_decode(struct prov_bytes *value)
{
    struct prov_bytes element = *value;
    uint8_t tag = prov_der_take(&element, value);

    if (value->len == 0)
        return false;
    if (tag == DER_UTF8_STRING)
        return prov_is_utf8(*value);
    for (size_t i = 0; i < value->len; i++)
        if (value->data[i] >= 0x80)
            return false;
    return tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING;
}

int prov_name_decode(const struct prov_bytes *name, struct prov_bytes *ret_common_name)
{
    static const uint8_t members[] = {DER_OID, DER_ANY};
    struct prov_bytes left, relative, attribute, part[2];
    int count = 0;

    *ret_common_name = PROV_BYTES_NONE;
    if (!prov_der_open(name, DER_SEQUENCE, &left))
        return -1;
    while (left.len > 0) {
        if (prov_der_take(&left, &relative) != DER_SET)
            return -1;
        do {
            if (prov_der_take(&relative, &attribute) != DER_SEQUENCE ||
                !prov_der_split(&attribute, members, 2, part) || !text_decode(&part[1]))
                return -1;
            if (prov_der_is(&part[0], id_at_common_name) && count++ == 0)
                *ret_common_name = part[1];
        } while (relative.len > 0);
    }
    return count;
}
