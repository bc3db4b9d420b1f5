/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of certificates, keys or requests as its parts: PEM (RFC 7468), DER, or anything else as it is.
 */
#include "check.h"

#include "prov/text.h"

#include <string.h>

#define BEGIN "-----BEGIN "
#define END   "-----END "
#define DASH  "-----"

static const char *find(const char *text, const char *word)
{
    return text == NULL ? NULL : strstr(text, word);
}

/* The base64 between two marks, without its line ends. */
static prov_result decode_block(const char *from, const char *until, struct prov_buf *room)
{
    char text[RUN_FILE_MAX];
    size_t len = 0;

    for (; from < until && len < sizeof(text); from++)
        if (*from != '\n' && *from != '\r')
            text[len++] = *from;
    return prov_base64_parse(PROV_BYTES((const uint8_t *)text, len), room);
}

static prov_result take_pem(struct run *run, const char *path, const char *text,
                            struct prov_buf *room, struct prov_bytes *ret, size_t cap,
                            size_t *ret_count)
{
    for (const char *at = find(text, BEGIN); at != NULL; at = find(at, BEGIN)) {
        const char *from = find(at + strlen(BEGIN), DASH), *until = find(at, END);
        size_t mark = room->len;

        if (from == NULL || until == NULL || from > until)
            return prov_why_set(&run->why, PROV_E_FORMAT, "a PEM block without its end: %.200s",
                                path);
        if (*ret_count == cap)
            return prov_why_set(&run->why, PROV_E_BOUNDS, "more than %zu parts: %.200s", cap, path);
        prov_result r = decode_block(from + strlen(DASH), until, room);
        if (r != PROV_OK)
            return prov_why_set(&run->why, PROV_E_FORMAT, "not base64, in part %zu: %.200s",
                                *ret_count + 1, path);
        ret[(*ret_count)++] = PROV_BYTES(room->data + mark, room->len - mark);
        at = until;
    }
    return PROV_OK;
}

/* DER values one after the other; anything else is one part, and the judge says what is wrong with it. */
static void take_values(struct prov_bytes octets, bool values, struct prov_bytes *ret, size_t cap,
                        size_t *ret_count)
{
    if (values && prov_flow_chain_split(octets, ret, cap, ret_count) == PROV_OK)
        return;
    ret[0] = octets;
    *ret_count = 1;
}

prov_result parts_read(struct run *run, const char *path, bool values, struct prov_buf *room,
                       struct prov_bytes *ret, size_t cap, size_t *ret_count)
{
    uint8_t octets[RUN_FILE_MAX + 1];
    struct prov_buf file = prov_buf_make(octets, RUN_FILE_MAX);
    prov_result r = file_read(run, path, &file);
    size_t count = 0;

    if (r != PROV_OK)
        return r;
    octets[file.len] = '\0';
    if (memchr(octets, '\0', file.len) == NULL && find((const char *)octets, BEGIN) != NULL) {
        r = take_pem(run, path, (const char *)octets, room, ret, cap, &count);
    } else {
        uint8_t *copy = prov_put_space(room, file.len);
        if (copy == NULL)
            r = PROV_E_OVERFLOW;
        else
            memcpy(copy, octets, file.len);
        if (r == PROV_OK)
            take_values(PROV_BYTES(copy, file.len), values, ret, cap, &count);
    }
    prov_wipe(octets, sizeof(octets));
    if (r == PROV_OK)
        *ret_count = count;
    return r;
}
