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

#include <string.h>

static const uint8_t id_at_common_name[] = {0x55, 0x04, 0x03};

/* RFC 3629, section 4: shortest form, no surrogates, up to U+10FFFF. */
static bool is_utf8(struct prov_bytes text)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    size_t at = 0;

    while (at < text.len) {
        uint8_t first = text.data[at++];
        unsigned more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint32_t value = more == 0 ? first : first & (0x3fu >> more);

        if ((first >= 0x80 && first < 0xc0) || first > 0xf4 || text.len - at < more)
            return false;
        for (unsigned i = more; i > 0; i--, at++) {
            if ((text.data[at] & 0xc0) != 0x80)
                return false;
            value = value << 6 | (text.data[at] & 0x3f);
        }
        if (value < least[more] || (value >= 0xd800 && value < 0xe000) || value > 0x10ffff)
            return false;
    }
    return true;
}

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
        return is_utf8(value);
    return (tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING) && is_ascii(value);
}

static void attribute_decode(struct prov_der *set, struct prov_name *name)
{
    struct prov_der attribute = prov_der_enter(set, DER_SEQUENCE);
    struct prov_bytes type = prov_der_take_oid(&attribute);
    struct prov_bytes value;
    uint8_t tag;

    prov_der_take_any(&attribute, &tag, &value);
    if (!is_text(tag, value))
        prov_der_fail(&attribute, PROV_E_FORMAT);
    prov_der_leave(set, &attribute);
    if (!OID_IS(type, id_at_common_name))
        return;
    if (name->common_name_count++ == 0)
        name->common_name = value;
}

void prov_name_decode(struct prov_der *der, struct prov_name *ret)
{
    struct prov_der copy = *der, name, set;

    memset(ret, 0, sizeof *ret);
    ret->whole = prov_der_take_whole(&copy, DER_SEQUENCE);
    name = prov_der_enter(der, DER_SEQUENCE);
    ret->is_empty = !prov_der_more(&name);
    while (prov_der_more(&name)) {
        set = prov_der_enter(&name, DER_SET);
        if (!prov_der_more(&set))
            prov_der_fail(&set, PROV_E_FORMAT);
        while (prov_der_more(&set))
            attribute_decode(&set, ret);
        prov_der_leave(&name, &set);
    }
    prov_der_leave(der, &name);
}

void prov_name_put_common_name(struct prov_buf *buf, struct prov_bytes common_name)
{
    size_t name = prov_der_open(buf, DER_SEQUENCE);
    size_t set = prov_der_open(buf, DER_SET);
    size_t attribute = prov_der_open(buf, DER_SEQUENCE);

    prov_der_put(buf, DER_OID, PROV_BYTES_OF(id_at_common_name));
    prov_der_put(buf, DER_UTF8_STRING, common_name);
    prov_der_close(buf, attribute);
    prov_der_close(buf, set);
    prov_der_close(buf, name);
}

/* An EUI-48 stands for the EUI-64 with FF-FE in its middle. */
static prov_result mac_eui64(struct prov_bytes mac, struct prov_eui64 *ret)
{
    uint8_t octets[8];

    if (mac.len == 8)
        return prov_eui64_from_octets(mac, ret);
    memcpy(octets, mac.data, 3);
    octets[3] = 0xff;
    octets[4] = 0xfe;
    memcpy(octets + 5, mac.data + 3, 3);
    return prov_eui64_from_octets(PROV_BYTES_OF(octets), ret);
}

prov_result prov_name_eui64(const struct prov_name_parts *parts, struct prov_eui64 *ret)
{
    struct prov_eui64 by_name, by_mac;
    bool has_name, has_mac = parts->mac_name.len > 0;

    if (parts->san_count > 1 || parts->dns_count > 0 || parts->uri_name.len > 0 ||
        parts->common_name_count > 1)
        return PROV_E_NAME;
    has_name = prov_eui64_parse_canonical(parts->common_name, &by_name) == PROV_OK;
    if (has_mac && mac_eui64(parts->mac_name, &by_mac) != PROV_OK)
        return PROV_E_NAME;
    if ((!has_name && !has_mac) || (has_name && has_mac && !prov_eui64_equal(&by_name, &by_mac)))
        return PROV_E_NAME;
    *ret = has_mac ? by_mac : by_name;
    return PROV_OK;
}
