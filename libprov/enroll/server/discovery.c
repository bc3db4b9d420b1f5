/* SPDX-License-Identifier: Apache-2.0
 *
 * /.well-known/core: the resource table as links (RFC 6690), with filters (section 4.1).
 *
 *   </.well-known/est/sen>;rt="ace.est.sen";ct="281 287",…
 */
#include <string.h>

#include "server/internal.h"

/* The attributes of what is listed: resource types, and content formats. */
static const struct link {
    uint8_t op;
    const char *rt, *ct;
} links[] = {
    {PROV_ENROLL_EST_CRTS, "ace.est.crts", "281"},
    {PROV_ENROLL_EST_SEN, "ace.est.sen", "281 287"},
    {PROV_ENROLL_EST_SREN, "ace.est.sren", "281 287"},
    {PROV_ENROLL_CRTS, "prov.crts", "281"},
    {PROV_ENROLL_CERT, "prov.cert", "281 287"},
    {PROV_ENROLL_RPK, "prov.rpk", "102"},
    {PROV_ENROLL_PSK, "prov.psk", "101"},
    {PROV_ENROLL_CONFIRM, "prov.confirm", NULL},
    {PROV_ENROLL_NOW, "prov.now", "60"},
};

static const char *path_of(const struct link *link)
{
    return prov_resource_get((enum prov_enroll_op)link->op)->path;
}

static struct prov_bytes part(struct prov_bytes bytes, size_t from, size_t to)
{
    return from < to ? PROV_BYTES(bytes.data + from, to - from) : PROV_BYTES_NONE;
}

static size_t index_of(struct prov_bytes bytes, uint8_t octet, size_t from)
{
    size_t at = from;

    while (at < bytes.len && bytes.data[at] != octet)
        at++;
    return at;
}

/* A Complete Value String, or a Prefix Value String before '*'. */
static bool value_fits(struct prov_bytes value, struct prov_bytes pattern)
{
    bool prefix = pattern.len > 0 && pattern.data[pattern.len - 1] == '*';

    if (!prefix)
        return prov_bytes_equal(value, pattern);
    pattern.len--;
    return value.len >= pattern.len && prov_bytes_equal(part(value, 0, pattern.len), pattern);
}

/* Each of the values between spaces counts as one. */
static bool attribute_fits(const char *attribute, struct prov_bytes pattern)
{
    struct prov_bytes values = attribute ? prov_bytes_text(attribute) : PROV_BYTES_NONE;
    size_t at = 0;

    while (attribute && at <= values.len) {
        size_t end = index_of(values, ' ', at);

        if (value_fits(part(values, at, end), pattern))
            return true;
        at = end + 1;
    }
    return false;
}

static bool query_fits(const struct link *link, struct prov_bytes query)
{
    size_t equals = index_of(query, '=', 0);
    struct prov_bytes name = part(query, 0, equals);
    struct prov_bytes pattern;

    if (equals == query.len)
        return false;
    pattern = part(query, equals + 1, query.len);
    if (prov_bytes_equal(name, prov_bytes_text("href")))
        return attribute_fits(path_of(link), pattern);
    if (prov_bytes_equal(name, prov_bytes_text("rt")))
        return attribute_fits(link->rt, pattern);
    if (prov_bytes_equal(name, prov_bytes_text("ct")))
        return attribute_fits(link->ct, pattern);
    return false;
}

static bool is_listed(const struct link *link, const struct prov_coap_message *message)
{
    for (size_t i = 0; i < message->option_count; i++) {
        if (message->options[i].number == PROV_COAP_URI_QUERY &&
            !query_fits(link, message->options[i].value))
            return false;
    }
    return true;
}

static void put_attribute(struct prov_buf *ret, const char *name, const char *value)
{
    if (!value)
        return;
    prov_put_text(ret, ";");
    prov_put_text(ret, name);
    prov_put_text(ret, "=\"");
    prov_put_text(ret, value);
    prov_put_text(ret, "\"");
}

static void put_link(struct prov_buf *ret, const struct link *link)
{
    if (ret->len > 0)
        prov_put_text(ret, ",");
    prov_put_text(ret, "<");
    prov_put_text(ret, path_of(link));
    prov_put_text(ret, ">");
    put_attribute(ret, "rt", link->rt);
    put_attribute(ret, "ct", link->ct);
}

void prov_enroll_discover(const struct prov_coap_message *message, struct prov_buf *ret)
{
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (is_listed(&links[i], message))
            put_link(ret, &links[i]);
    }
}
