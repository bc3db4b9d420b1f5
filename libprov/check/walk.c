/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include <string.h>

struct walk walk_make(struct prov_bytes bytes, unsigned *notes)
{
    return (struct walk){bytes, notes};
}

struct walk walk_in(const struct tlv *element, unsigned *notes)
{
    return walk_make(element->content, notes);
}

/* Octets of the head, or 0. */
static size_t head_len(struct prov_bytes rest, size_t *ret_content, unsigned *notes)
{
    if (rest.len < 2 || (rest.data[0] & 0x1f) == 0x1f || rest.data[1] == 0x80)
        return 0;
    if (rest.data[1] < 0x80) {
        *ret_content = rest.data[1];
        return 2;
    }
    size_t more = rest.data[1] & 0x7fu, len = 0;
    if (more > 4 || rest.len < 2 + more)
        return 0;
    for (size_t i = 0; i < more; i++)
        len = len << 8 | rest.data[2 + i];
    if (rest.data[2] == 0 || len < 0x80)
        *notes |= WALK_SLOPPY;
    *ret_content = len;
    return 2 + more;
}

bool walk_next(struct walk *walk, struct tlv *ret)
{
    size_t content = 0;

    memset(ret, 0, sizeof *ret);
    if (walk->rest.len == 0)
        return false;
    size_t head = head_len(walk->rest, &content, walk->notes);
    if (head == 0 || walk->rest.len - head < content) {
        *walk->notes |= WALK_BROKEN;
        walk->rest.len = 0;
        return false;
    }
    ret->tag = walk->rest.data[0];
    ret->content = PROV_BYTES(walk->rest.data + head, content);
    ret->whole = PROV_BYTES(walk->rest.data, head + content);
    walk->rest.data += head + content;
    walk->rest.len -= head + content;
    return true;
}

bool walk_is(const struct walk *walk, uint8_t tag)
{
    return walk->rest.len > 0 && walk->rest.data[0] == tag;
}

bool walk_take(struct walk *walk, uint8_t tag, struct tlv *ret)
{
    memset(ret, 0, sizeof *ret);
    return walk_is(walk, tag) && walk_next(walk, ret);
}
