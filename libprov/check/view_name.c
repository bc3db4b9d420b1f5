/* SPDX-License-Identifier: Apache-2.0
 *
 * Name ::= SEQUENCE OF SET OF SEQUENCE { type, value }; GeneralNames ::= SEQUENCE OF [n] (RFC 5280).
 */
#include "view.h"

#include <string.h>

#include "prov/text.h"

static void attribute_view(const struct tlv *attribute, unsigned *notes, struct name_view *ret)
{
    struct walk walk = walk_in(attribute, notes);
    struct tlv type, value;

    if (!walk_take(&walk, TAG_OID, &type) || !walk_next(&walk, &value))
        return;
    ret->attributes++;
    if (BYTES_ARE(type.content, "\x55\x04\x03") && ret->cn_count++ < VIEW_NAMES)
        ret->cn[ret->cn_count - 1] = value.content;
    ret->has_o |= BYTES_ARE(type.content, "\x55\x04\x0a");
    ret->has_c |= BYTES_ARE(type.content, "\x55\x04\x06");
    if (BYTES_ARE(type.content, "\x55\x04\x05") && ret->serial.tag == 0)
        ret->serial = value;
}

void name_view_make(const struct tlv *name, unsigned *notes, struct name_view *ret)
{
    struct walk rdns = walk_in(name, notes);
    struct tlv rdn, attribute;

    memset(ret, 0, sizeof *ret);
    ret->whole = name->whole;
    while (walk_next(&rdns, &rdn)) {
        struct walk set = walk_in(&rdn, notes);
        while (walk_next(&set, &attribute))
            attribute_view(&attribute, notes, ret);
    }
}

/* --- subjectAltName ---------------------------------------------------------------------------- */

/* [0] { type-id, [0] EXPLICIT value }; id-on-MACAddress 1.3.6.1.5.5.7.8.12 */
static void other_name_view(const struct tlv *name, unsigned *notes, struct san_view *ret)
{
    struct walk walk = walk_in(name, notes);
    struct tlv type, outer, octets;

    if (!walk_take(&walk, TAG_OID, &type) || !walk_take(&walk, 0xa0, &outer) ||
        !BYTES_ARE(type.content, "\x2b\x06\x01\x05\x05\x07\x08\x0c"))
        return;
    struct walk inner = walk_in(&outer, notes);
    if (ret->mac_count++ == 0 && walk_take(&inner, TAG_OCTETS, &octets))
        ret->mac = octets.content;
}

void san_view_make(struct prov_bytes value, unsigned *notes, struct san_view *ret)
{
    struct walk walk = walk_make(value, notes);
    struct tlv list, name;

    ret->present = true;
    ret->value = value;
    if (!walk_take(&walk, TAG_SEQUENCE, &list)) {
        *notes |= WALK_BROKEN;
        return;
    }
    walk = walk_in(&list, notes);
    while (walk_next(&walk, &name)) {
        ret->count++;
        ret->uri_count += name.tag == 0x86;
        ret->ip_count += name.tag == 0x87;
        if (name.tag == 0xa0)
            other_name_view(&name, notes, ret);
        if (name.tag != 0x82)
            continue;
        ret->wildcard |= memchr(name.content.data, '*', name.content.len) != NULL;
        if (ret->dns_count++ < VIEW_NAMES)
            ret->dns[ret->dns_count - 1] = name.content;
    }
}

/* --- what names say ---------------------------------------------------------------------------- */

static bool mac_is_eui64(struct prov_bytes mac)
{
    uint8_t octets[8] = {0};
    struct prov_eui64 eui64;

    if (mac.len == 8)
        return prov_eui64_from_octets(mac, &eui64) == PROV_OK;
    if (mac.len != 6)
        return false;
    memcpy(octets, mac.data, 3);
    octets[3] = 0xff;
    octets[4] = 0xfe;
    memcpy(octets + 5, mac.data + 3, 3);
    return prov_eui64_from_octets(PROV_BYTES_OF(octets), &eui64) == PROV_OK;
}

static bool text_is_eui64(struct prov_bytes text)
{
    char room[32] = "";
    struct prov_eui64 eui64;

    if (text.len >= sizeof room || memchr(text.data, '\0', text.len) != NULL)
        return false;
    memcpy(room, text.data, text.len);
    return prov_eui64_parse(room, &eui64) == PROV_OK;
}

bool view_eui64(const struct name_view *subject, const struct san_view *san, bool *ret_canonical)
{
    struct prov_eui64 eui64;

    *ret_canonical = true;
    if (san->mac_count > 0)
        return mac_is_eui64(san->mac);
    if (subject->cn_count == 0 || !text_is_eui64(subject->cn[0]))
        return false;
    *ret_canonical = prov_eui64_parse_canonical(subject->cn[0], &eui64) == PROV_OK;
    return true;
}

/* As a name in the DNS has labels of letters, digits and hyphens; a wildcard is one too. */
bool view_is_dns_name(struct prov_bytes text)
{
    struct prov_fqdn fqdn;
    bool wildcard = text.len > 2 && text.data[0] == '*' && text.data[1] == '.';

    if (wildcard)
        text = PROV_BYTES(text.data + 2, text.len - 2);
    return prov_fqdn_parse(text, &fqdn) == PROV_OK;
}
