/* SPDX-License-Identifier: Apache-2.0 */
#include "view_cose.h"

#include <string.h>

#include "prov/cbor.h"

/* One item's head: major type and argument, of any width. */
struct head {
    uint8_t major;
    uint64_t value;
};

static bool take_head(struct prov_reader *reader, struct head *ret)
{
    struct prov_bytes more;
    uint8_t first;

    if (!prov_take_u8(reader, &first))
        return false;
    size_t width = (first & 0x1f) < 24   ? 0
                   : (first & 0x1f) < 28 ? (size_t)1 << ((first & 0x1f) - 24)
                                         : 9;
    if (width > 8 || !prov_take(reader, width, &more)) /* 31: an indefinite length */
        return false;
    ret->major = first >> 5;
    ret->value = first & 0x1f;
    if (width > 0)
        ret->value = 0;
    for (size_t i = 0; i < width; i++)
        ret->value = ret->value << 8 | more.data[i];
    return true;
}

/* -1 - value for negative numbers; false for what is no integer, or a large one. */
static bool take_integer(struct prov_reader *reader, int64_t *ret)
{
    struct head head;

    if (!take_head(reader, &head) || head.major > 1 || head.value > INT32_MAX)
        return false;
    *ret = head.major == 0 ? (int64_t)head.value : -1 - (int64_t)head.value;
    return true;
}

struct value {
    struct head head;
    struct prov_bytes bytes; /* of a string */
    int64_t number;
};

/* Integers, strings and simple values, and arrays of integers (key_ops). */
static bool take_value(struct prov_reader *reader, struct value *ret)
{
    int64_t skip;

    memset(ret, 0, sizeof *ret);
    if (!take_head(reader, &ret->head))
        return false;
    switch (ret->head.major) {
    case 0:
    case 1:
        ret->number = ret->head.value > INT32_MAX ? INT64_MAX
                      : ret->head.major == 0      ? (int64_t)ret->head.value
                                                  : -1 - (int64_t)ret->head.value;
        return true;
    case 2:
    case 3:
        return ret->head.value <= SIZE_MAX &&
               prov_take(reader, (size_t)ret->head.value, &ret->bytes);
    case 4:
        for (uint64_t i = 0; i < ret->head.value; i++)
            if (!take_integer(reader, &skip))
                return false;
        return true;
    case 7:
        return true;
    default:
        return false;
    }
}

static void take_string(const struct value *value, bool *ret_has, struct prov_bytes *ret)
{
    *ret_has = value->head.major == 2;
    *ret = value->bytes;
}

static void entry_view(int64_t label, const struct value *value, struct cose_view *ret)
{
    bool symmetric = value->head.major == 2;

    switch (label) {
    case 1:
        ret->has_kty = value->head.major <= 1;
        ret->kty = value->number;
        break;
    case 2:
        take_string(value, &ret->has_kid, &ret->kid);
        break;
    case 3:
    case 4:
        break;
    case -1: /* crv, or k of a symmetric key */
        ret->has_k = symmetric;
        ret->has_crv = value->head.major <= 1;
        ret->k = value->bytes;
        ret->crv = value->number;
        break;
    case -2:
        take_string(value, &ret->has_x, &ret->x);
        break;
    case -3:
        take_string(value, &ret->has_y, &ret->y);
        ret->y_is_sign = value->head.major == 7;
        break;
    case -4:
        take_string(value, &ret->has_d, &ret->d);
        break;
    default:
        if (ret->unknown++ == 0)
            ret->unknown_label = label;
    }
}

void cose_view_make(struct prov_bytes octets, struct cose_view *ret)
{
    struct prov_reader reader = prov_reader_make(octets);
    struct value value;
    struct head map;
    int64_t label;

    memset(ret, 0, sizeof *ret);
    ret->deterministic = prov_cbor_check(octets) == PROV_OK;
    if (!take_head(&reader, &map) || map.major != 5)
        return;
    for (uint64_t i = 0; i < map.value; i++) {
        if (!take_integer(&reader, &label) || !take_value(&reader, &value))
            return;
        entry_view(label, &value, ret);
    }
    ret->readable = prov_reader_done(&reader);
}
