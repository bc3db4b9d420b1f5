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

static bool is_ascii(struct prov_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 0x80)
            return false;
    return true;
}

/* UTF8String and PrintableString are what CAs MUST use, IA5String is emailAddress's and
 * domainComponent's (RFC 5280, section 4.1.2.4); the older types are not read. */
static bool is_text(uint8_t tag, struct prov_bytes value)
{
    if (value.len == 0)
        return false;
    if (tag == DER_UTF8_STRING)
        return prov_is_utf8(value);
    return (tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING) && is_ascii(value);
}

/* Returns whether it is a CN. */
static bool attribute_decode(struct prov_der *der, struct prov_bytes *ret)
{
    struct prov_bytes type;

    prov_der_enter(der, DER_SEQUENCE);
    prov_der_take_oid(der, &type);
    if (!is_text(prov_der_take_any(der, ret), *ret))
        prov_der_malformed(der);
    prov_der_leave(der);
    return prov_der_is(&type, id_at_common_name);
}

unsigned prov_name_decode(struct prov_der *der, struct prov_bytes *ret,
                          struct prov_bytes *ret_common_name)
{
    struct prov_bytes value;
    unsigned count = 0;

    prov_der_enter(der, DER_SEQUENCE);
    *ret = der->whole;
    while (prov_der_more(der)) {
        prov_der_enter_some(der, DER_SET);
        while (prov_der_more(der))
            if (attribute_decode(der, &value) && count++ == 0)
                *ret_common_name = value;
        prov_der_leave(der);
    }
    prov_der_leave(der);
    return count;
}
