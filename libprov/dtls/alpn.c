/* SPDX-License-Identifier: Apache-2.0
 *
 * application_layer_protocol_negotiation (RFC 7301, section 3.1), with one protocol: "co" is CoAP over
 * DTLS (RFC 9952). The answer is a list of one name.
 *
 *     opaque ProtocolName<1..2^8-1>;    ProtocolName protocol_name_list<2..2^16-1>
 */
#include "extensions.h"

#include <string.h>

static bool put_body(const struct prov_dtls *s, struct prov_buf *buf)
{
    if (s->config->protocol == NULL || (!prov_dtls_is_client(s) && !s->hs->facts.protocol))
        return false;
    size_t list = prov_put_open(buf, 2), name = prov_put_open(buf, 1);
    prov_put_text(buf, s->config->protocol);
    prov_put_close(buf, 1, name);
    prov_put_close(buf, 2, list);
    return true;
}

/* Whether the name is in the list, and how many there are. False: not a list of names. */
static bool look_through(struct prov_bytes body, const char *wanted, bool *ret_has,
                         unsigned *ret_count)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list, name;

    *ret_has = false;
    *ret_count = 0;
    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader) || list.len == 0)
        return false;
    for (reader = prov_reader_make(list); !prov_reader_done(&reader); ++*ret_count) {
        if (!prov_take_vector(&reader, 1, &name) || name.len == 0)
            return false;
        *ret_has |= prov_bytes_equal(name, prov_bytes_text(wanted));
    }
    return true;
}

/* Section 3.2: a server without the protocol that a client can speak says no_application_protocol; a client
 * takes no answer but the one that it offered. */
static prov_outcome take_body(struct prov_dtls *s, struct prov_bytes body)
{
    bool client = prov_dtls_is_client(s), has;
    unsigned count;

    if (s->config->protocol == NULL) /* a server that does not look at it */
        return PROV_OK;
    if (!look_through(body, s->config->protocol, &has, &count))
        return PROV_ALERT_DECODE_ERROR;
    if (!has || (client && count != 1))
        return client ? PROV_ALERT_ILLEGAL_PARAMETER : PROV_ALERT_NO_APPLICATION_PROTOCOL;
    s->hs->facts.protocol = true;
    return PROV_OK;
}

const struct prov_extension prov_extension_alpn = {.type = PROV_EXTENSION_ALPN,
                                                   .modes = PROV_MODES_ALL,
                                                   .anew = true,
                                                   .put = put_body,
                                                   .take = take_body};
