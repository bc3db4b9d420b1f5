/* SPDX-License-Identifier: Apache-2.0
 *
 * /.well-known/core: the resource table as links (RFC 6690), with filters (section 4.1).
 *
 *   </.well-known/est/sen>;rt="ace.est.sen";ct="281 287",…
 */
#include <string.h>

#include "server/internal.h"

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

static bool query_fits(const struct prov_resource *resource, struct prov_bytes query)
{
    size_t equals = index_of(query, '=', 0);
    struct prov_bytes name = part(query, 0, equals);
    struct prov_bytes pattern;

    if (equals == query.len)
        return false;
    pattern = part(query, equals + 1, query.len);
    if (prov_bytes_equal(name, prov_bytes_text("href")))
        return attribute_fits(resource->path, pattern);
    if (prov_bytes_equal(name, prov_bytes_text("rt")))
        return attribute_fits(resource->rt, pattern);
    if (prov_bytes_equal(name, prov_bytes_text("ct")))
        return attribute_fits(resource->ct, pattern);
    return false;
}

static bool is_listed(const struct prov_resource *resource, const struct prov_coap_message *message)
{
    if (!resource->rt)
        return false;
    for (size_t i = 0; i < message->option_count; i++) {
        if (message->options[i].number == PROV_COAP_URI_QUERY &&
            !query_fits(resource, message->options[i].value))
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

static void put_link(struct prov_buf *ret, const struct prov_resource *resource)
{
    if (ret->len > 0)
        prov_put_text(ret, ",");
    prov_put_text(ret, "<");
    prov_put_text(ret, resource->path);
    prov_put_text(ret, ">");
    put_attribute(ret, "rt", resource->rt);
    put_attribute(ret, "ct", resource->ct);
}

void prov_enroll_discover(const struct prov_coap_message *message, struct prov_buf *ret)
{
    for (size_t i = 0; i < prov_resource_count; i++) {
        if (is_listed(&prov_resources[i], message))
            put_link(ret, &prov_resources[i]);
    }
}
