/* SPDX-License-Identifier: Apache-2.0
 *
 * Extensions ::= SEQUENCE OF SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
 */
#include "view.h"

#include <string.h>

static void key_usage_view(struct prov_bytes value, unsigned *notes, struct extensions_view *ret)
{
    struct walk walk = walk_make(value, notes);
    struct tlv bits;

    ret->has_ku = true;
    if (!walk_take(&walk, TAG_BITS, &bits) || bits.content.len < 2) {
        *notes |= WALK_SLOPPY;
        return;
    }
    for (unsigned bit = 0; bit < 9 && bit / 8 + 1 < bits.content.len; bit++)
        if ((bits.content.data[1 + bit / 8] & 0x80u >> bit % 8) != 0)
            ret->ku |= bit < 8 ? 0x80u >> bit : (unsigned)PROV_KU_DECIPHER_ONLY;
}

static unsigned purpose(struct prov_bytes oid)
{
    static const struct {
        uint8_t number;
        enum prov_eku eku;
    } known[] = {{1, PROV_EKU_SERVER_AUTH},
                 {2, PROV_EKU_CLIENT_AUTH},
                 {3, PROV_EKU_CODE_SIGNING},
                 {9, PROV_EKU_OCSP_SIGNING},
                 {28, PROV_EKU_CMC_RA}};

    if (BYTES_ARE(oid, "\x55\x1d\x25\x00"))
        return PROV_EKU_ANY;
    if (oid.len != 8 || memcmp(oid.data, "\x2b\x06\x01\x05\x05\x07\x03", 7) != 0)
        return PROV_EKU_OTHER;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == oid.data[7])
            return known[i].eku;
    return PROV_EKU_OTHER;
}

static void ext_key_usage_view(struct prov_bytes value, unsigned *notes,
                               struct extensions_view *ret)
{
    struct walk walk = walk_make(value, notes);
    struct tlv list, oid;

    ret->has_eku = true;
    walk_take(&walk, TAG_SEQUENCE, &list);
    walk = walk_in(&list, notes);
    while (walk_next(&walk, &oid))
        ret->eku |= purpose(oid.content);
}

static void basic_constraints_view(struct prov_bytes value, unsigned *notes,
                                   struct extensions_view *ret)
{
    struct walk walk = walk_make(value, notes);
    struct tlv list, item;

    ret->has_bc = true;
    walk_take(&walk, TAG_SEQUENCE, &list);
    walk = walk_in(&list, notes);
    if (walk_take(&walk, TAG_BOOLEAN, &item)) {
        ret->is_ca = item.content.len == 1 && item.content.data[0] != 0;
        if (!ret->is_ca || item.content.data[0] != 0xff)
            *notes |= WALK_SLOPPY;
    }
    if (walk_take(&walk, TAG_INTEGER, &item)) {
        ret->has_path_len = true;
        ret->path_len = item.content.len == 1 ? item.content.data[0] : 255;
    }
}

static void key_identifiers_view(struct prov_bytes value, bool is_own, unsigned *notes,
                                 struct extensions_view *ret)
{
    struct walk walk = walk_make(value, notes);
    struct tlv list, item;

    if (is_own) {
        ret->has_ski = true;
        if (walk_take(&walk, TAG_OCTETS, &item))
            ret->ski = item.content;
        return;
    }
    ret->has_aki = true;
    walk_take(&walk, TAG_SEQUENCE, &list);
    walk = walk_in(&list, notes);
    if (walk_take(&walk, 0x80, &item))
        ret->aki = item.content;
}

static void known_view(const struct extension_view *extension, unsigned *notes,
                       struct extensions_view *ret)
{
    if (extension->oid.len != 3 || extension->oid.data[0] != 0x55 || extension->oid.data[1] != 0x1d)
        return;
    switch (extension->oid.data[2]) {
    case 14:
    case 35:
        key_identifiers_view(extension->value, extension->oid.data[2] == 14, notes, ret);
        break;
    case 15:
        key_usage_view(extension->value, notes, ret);
        ret->ku_critical = extension->critical;
        break;
    case 17:
        san_view_make(extension->value, notes, &ret->san);
        ret->san.critical = extension->critical;
        break;
    case 19:
        basic_constraints_view(extension->value, notes, ret);
        ret->bc_critical = extension->critical;
        break;
    case 37:
        ext_key_usage_view(extension->value, notes, ret);
        break;
    default:
        break;
    }
}

static bool extension_view_make(const struct tlv *element, unsigned *notes,
                                struct extension_view *ret)
{
    struct walk walk = walk_in(element, notes);
    struct tlv oid, critical, value;

    memset(ret, 0, sizeof *ret);
    if (!walk_take(&walk, TAG_OID, &oid))
        return false;
    if (walk_take(&walk, TAG_BOOLEAN, &critical)) {
        ret->critical = critical.content.len > 0 && critical.content.data[0] != 0;
        if (!ret->critical || critical.content.data[0] != 0xff) /* X.690, sections 11.1 and 11.5 */
            *notes |= WALK_SLOPPY;
    }
    if (!walk_take(&walk, TAG_OCTETS, &value))
        return false;
    ret->oid = oid.content;
    ret->value = value.content;
    return true;
}

void extensions_view_make(const struct tlv *list, unsigned *notes, struct extensions_view *ret)
{
    struct walk walk = walk_in(list, notes);
    struct extension_view extension;
    struct tlv element;

    while (walk_next(&walk, &element)) {
        if (!extension_view_make(&element, notes, &extension)) {
            *notes |= WALK_BROKEN;
            return;
        }
        if (ret->count == VIEW_EXTENSIONS) {
            ret->too_many = true;
            return;
        }
        ret->all[ret->count++] = extension;
        known_view(&extension, notes, ret);
    }
}
