/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate.h"

#include <string.h>

/* --- bases ----------------------------------------------------------------------------------- */

const char *const hello_bases[HELLO_BASES] = {"psk", "cert", "rpk", "any", "bare"};

static void add_suites(struct hello *h, const uint16_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        h->suites[h->suite_octets++] = (uint8_t)(ids[i] >> 8);
        h->suites[h->suite_octets++] = (uint8_t)ids[i];
    }
}

static void add_extension(struct hello *h, uint16_t type, const char *body, size_t len)
{
    struct hello_extension *e = &h->extensions[h->extension_count];

    if (h->extension_count == HELLO_EXTENSIONS_MAX || len > HELLO_BODY_MAX)
        return;
    *e = (struct hello_extension){.type = type, .len = (uint8_t)len};
    if (len > 0)
        memcpy(e->body, body, len);
    h->extension_count++;
}

static void add_name(struct hello *h)
{
    add_extension(h, 0,
                  "\0\x14\0\0\x11"
                  "coaps.example.org",
                  22);
}

static void add_curves(struct hello *h)
{
    add_extension(h, 10, "\0\2\0\x17", 4);
    add_extension(h, 11, "\1\0", 2);
    add_extension(h, 13, "\0\2\4\3", 4);
}

static void add_common(struct hello *h)
{
    add_extension(h, 23, "", 0);
    add_extension(h, 0xFF01, "\0", 1);
}

/* As libssl's client does: more of everything. */
static void base_any(struct hello *h)
{
    static const uint16_t suites[] = {0xC02C, 0xC02B, 0xC0AE, 0xC0AF, 0xD005,
                                      0xD003, 0xC0A8, 0x00AE, 0x00FF};

    add_suites(h, suites, sizeof(suites) / sizeof(suites[0]));
    h->session_id_len = 32;
    add_extension(h, 11, "\3\0\1\2", 4);
    add_extension(h, 10, "\0\x08\0\x1d\0\x17\0\x18\0\x19", 10);
    add_extension(h, 35, "", 0);
    add_extension(h, 22, "", 0);
    add_extension(h, 23, "", 0);
    add_extension(h, 13, "\0\x08\x08\x04\x04\x03\x05\x03\x04\x01", 10);
}

void hello_base(unsigned which, struct hello *ret)
{
    static const uint16_t psk[] = {0xC0A8}, public[] = {0xC0AE}, both[] = {0xC0AE, 0xC0A8};

    memset(ret, 0, sizeof(*ret));
    ret->version = 0xFEFD;
    ret->compression_len = 1;
    if (which == 0)
        add_suites(ret, psk, 1);
    else if (which == 4)
        add_suites(ret, both, 2);
    else if (which != 3)
        add_suites(ret, public, 1);
    if (which == 3)
        base_any(ret);
    if (which < 3)
        add_name(ret);
    if (which == 2) {
        add_extension(ret, 19, "\2\2\0", 3);
        add_extension(ret, 20, "\2\2\0", 3);
    }
    if (which == 1 || which == 2)
        add_curves(ret);
    if (which < 3)
        add_common(ret);
}

const struct hello_extension *hello_find(const struct hello *h, uint16_t type)
{
    for (size_t i = 0; i < h->extension_count; i++)
        if (h->extensions[i].type == type)
            return &h->extensions[i];
    return NULL;
}

/* --- changes --------------------------------------------------------------------------------- */

struct draw {
    uint64_t (*next)(void *);
    void *context;
};

static unsigned draw(struct draw *d, unsigned below)
{
    return below == 0 ? 0 : (unsigned)(d->next(d->context) % below);
}

static void change_version(struct hello *h, struct draw *d)
{
    static const uint16_t versions[] = {0xFEFF, 0xFEFC, 0xFEFE, 0x0303,
                                        0x0000, 0xFFFF, 0xFE00, 0x0100};

    h->version = versions[draw(d, 8)];
}

static void change_session_id(struct hello *h, struct draw *d)
{
    static const uint8_t lens[] = {0, 1, 31, 32, 33, 40};

    h->session_id_len = lens[draw(d, 6)];
    h->session_id[0] = (uint8_t)draw(d, 256);
}

static void change_suites(struct hello *h, struct draw *d)
{
    static const uint16_t some[] = {0xC0A8, 0xC0AE, 0xD005, 0xD003, 0x00FF, 0x5600,
                                    0x0000, 0xC02B, 0xC024, 0x00AE, 0x1301, 0xC0A4};
    unsigned at = draw(d, (unsigned)h->suite_octets);

    switch (draw(d, 6)) {
    case 0:
        h->suite_octets = 0;
        break;
    case 1:
        h->suite_octets -= h->suite_octets > 0;
        break;
    case 2:
        h->suites[at] ^= (uint8_t)(1u << draw(d, 8));
        break;
    case 3:
        h->suite_octets = 0;
        /* fall through */
    default:
        add_suites(h, &some[draw(d, 12)], h->suite_octets < 2 * HELLO_LIST_MAX - 2);
    }
}

static void change_compression(struct hello *h, struct draw *d)
{
    static const struct {
        uint8_t len, methods[2];
    } some[] = {{0, {0}}, {1, {1}}, {2, {1, 0}}, {2, {0, 1}}, {2, {0, 0}}, {1, {64}}};
    unsigned which = draw(d, 6);

    h->compression_len = some[which].len;
    memcpy(h->compression, some[which].methods, 2);
}

static void change_body(struct hello_extension *e, struct draw *d)
{
    switch (draw(d, 6)) {
    case 0:
        e->len = 0;
        break;
    case 1:
        e->len -= e->len > 0;
        break;
    case 2:
        e->len += e->len < HELLO_BODY_MAX;
        break;
    case 3:
        e->wrong_len = true;
        break;
    default:
        e->body[draw(d, e->len)] = (uint8_t)draw(d, 256);
    }
}

static void add_some(struct hello *h, struct draw *d)
{
    static const struct {
        uint16_t type;
        uint8_t len;
        const char *body;
    } some[] = {
        {1, 1, "\1"},          {1, 1, "\7"},        {3, 2, "\0\0"},        {4, 0, ""},
        {5, 5, "\1\0\0\0\0"},  {15, 1, "\1"},       {15, 1, "\3"},         {16, 5, "\0\3\2co"},
        {16, 5, "\0\3\2h2"},   {16, 2, "\0\0"},     {17, 0, ""},           {22, 0, ""},
        {23, 0, ""},           {25, 2, "\0\0"},     {35, 0, ""},           {35, 4, "\1\2\3\4"},
        {41, 0, ""},           {42, 0, ""},         {43, 3, "\2\xfe\xfd"}, {43, 3, "\2\xfe\xfc"},
        {51, 2, "\0\0"},       {53, 1, "\0"},       {54, 1, "\0"},         {0x0A0A, 0, ""},
        {0x7777, 3, "\1\2\3"}, {0xFF01, 1, "\0"},   {0xFF01, 2, "\1\1"},   {21, 3, "\0\0\0"},
        {19, 2, "\1\2"},       {20, 2, "\1\2"},     {19, 2, "\1\1"},       {2, 0, ""},
        {10, 4, "\0\2\0\x1d"}, {13, 4, "\0\2\2\1"},
    };
    unsigned which = draw(d, sizeof(some) / sizeof(some[0]));

    add_extension(h, some[which].type, some[which].body, some[which].len);
}

static void change_extensions(struct hello *h, struct draw *d)
{
    unsigned count = (unsigned)h->extension_count, at = draw(d, count), other = draw(d, count);

    switch (count == 0 ? 0 : draw(d, 8)) {
    case 1:
        memmove(&h->extensions[at], &h->extensions[at + 1],
                (count - at - 1) * sizeof(h->extensions[0]));
        h->extension_count--;
        break;
    case 2:
        add_extension(h, h->extensions[at].type, (const char *)h->extensions[at].body,
                      h->extensions[at].len);
        break;
    case 3: {
        struct hello_extension e = h->extensions[at];
        h->extensions[at] = h->extensions[other];
        h->extensions[other] = e;
        break;
    }
    case 4:
    case 5:
    case 6:
        change_body(&h->extensions[at], d);
        break;
    default:
        add_some(h, d);
    }
}

static void change_octets(struct hello *h, struct draw *d)
{
    switch (draw(d, 5)) {
    case 0:
        h->cut = 1 + draw(d, 60);
        break;
    case 1:
        h->append = 1 + draw(d, 8);
        break;
    case 2:
        h->block_off = draw(d, 2) == 0 ? 1 : -1;
        break;
    case 3:
        h->no_block = true;
        h->extension_count = 0;
        break;
    default:
        h->flip[0].at = (uint16_t)draw(d, 4096);
        h->flip[0].with = (uint8_t)(1u << draw(d, 8));
        h->flips = 1;
    }
}

void hello_mutate(struct hello *h, uint64_t (*next)(void *), void *context)
{
    static void (*const changes[])(struct hello *, struct draw *) = {
        change_version,     change_session_id, change_suites,     change_suites,
        change_compression, change_extensions, change_extensions, change_extensions,
        change_extensions,  change_octets,     change_octets};
    struct draw d = {next, context};

    changes[draw(&d, sizeof(changes) / sizeof(changes[0]))](h, &d);
}

/* --- together again -------------------------------------------------------------------------- */

static void put_body(const struct hello *h, struct prov_buf *out)
{
    prov_put_u16(out, h->version);
    for (uint8_t i = 0; i < 32; i++)
        prov_put_u8(out, (uint8_t)(i * 7 + 1));
    prov_put_u8(out, h->session_id_len);
    prov_put(out, h->session_id, h->session_id_len);
    prov_put_u8(out, h->cookie_len);
    prov_put_u16(out, (uint16_t)h->suite_octets);
    prov_put(out, h->suites, h->suite_octets);
    prov_put_u8(out, h->compression_len);
    prov_put(out, h->compression, h->compression_len);
    if (h->no_block)
        return;
    size_t block = 0;
    for (size_t i = 0; i < h->extension_count; i++)
        block += 4u + h->extensions[i].len;
    prov_put_u16(out, (uint16_t)((int)block + h->block_off));
    for (size_t i = 0; i < h->extension_count; i++) {
        const struct hello_extension *e = &h->extensions[i];
        prov_put_u16(out, e->type);
        prov_put_u16(out, (uint16_t)(e->len + e->wrong_len));
        prov_put(out, e->body, e->len);
    }
}

void hello_put(const struct hello *h, struct prov_buf *ret)
{
    uint8_t room[4096];
    struct prov_buf body = PROV_BUF_OF(room);

    put_body(h, &body);
    for (size_t i = 0; i < h->append; i++)
        prov_put_u8(&body, 0);
    body.len -= h->cut < body.len ? h->cut : 0;
    prov_put_u8(ret, 22);
    prov_put_u16(ret, 0xFEFF);
    prov_put_u16(ret, 0);
    prov_put_u48(ret, 0);
    prov_put_u16(ret, (uint16_t)(12 + body.len));
    prov_put_u8(ret, 1);
    prov_put_u24(ret, (uint32_t)body.len);
    prov_put_u16(ret, 0);
    prov_put_u24(ret, 0);
    prov_put_u24(ret, (uint32_t)body.len);
    prov_put_bytes(ret, prov_buf_bytes(&body));
    for (unsigned i = 0; i < h->flips; i++)
        ret->data[h->flip[i].at % ret->len] ^= h->flip[i].with;
}
