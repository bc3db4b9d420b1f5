/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines: key=value pairs, time first. Never a secret; a PSK's identity only as a short hash.
 *
 *   time=2026-11-22T02:01:00Z event=handshake result=ok peer=192.0.2.7:40001 kind=psk device=00-… …
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "prov/text.h"

static void put(struct line *line, const char *text, size_t len)
{
    size_t room = sizeof(line->text) - 1 - line->len;

    if (len > room)
        len = room;
    memcpy(line->text + line->len, text, len);
    line->len += len;
    line->text[line->len] = '\0';
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static void put_key(struct line *line, const char *key)
{
    if (line->len > 0)
        put_text(line, " ");
    put_text(line, key);
    put_text(line, "=");
}

static bool is_plain(const char *value)
{
    if (*value == '\0')
        return false;
    for (; *value; value++) {
        if (*value <= ' ' || *value > '~' || *value == '"' || *value == '=')
            return false;
    }
    return true;
}

/* What could end the line or the quotes becomes '?': a reason may carry a peer's words. */
static void put_quoted(struct line *line, const char *value)
{
    put_text(line, "\"");
    for (; *value; value++) {
        char c = *value >= ' ' && *value <= '~' && *value != '"' ? *value : '?';

        put(line, &c, 1);
    }
    put_text(line, "\"");
}

void line_text(struct line *line, const char *key, const char *value)
{
    put_key(line, key);
    if (is_plain(value))
        put_text(line, value);
    else
        put_quoted(line, value);
}

void line_number(struct line *line, const char *key, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, value);
    line_text(line, key, text);
}

void line_begin(struct line *line, struct prov_server *server, const char *event)
{
    char time[PROV_TIME_TEXT];

    line->len = 0;
    prov_time_format(server->flow.clock_ms(server->flow.clock_context) / 1000, time);
    line_text(line, "time", time);
    line_text(line, "event", event);
}

void line_code(struct line *line, uint8_t code)
{
    char text[8];

    snprintf(text, sizeof(text), "%u.%02u", (unsigned)(code >> 5), (unsigned)(code & 31));
    line_text(line, "code", text);
}

void line_peer(struct line *line, const struct prov_server_peer *peer)
{
    char text[PROV_SERVER_PEER_TEXT];

    prov_server_peer_format(peer, text);
    line_text(line, "peer", text);
}

static void put_credential(struct line *line, const struct prov_flow_peer *who)
{
    char device[PROV_EUI64_TEXT], uuid[PROV_UUID_TEXT];

    prov_eui64_format(&who->device, device);
    prov_uuid_format(&who->uuid, uuid);
    line_text(line, "device", device);
    line_text(line, "credential", uuid);
    line_text(line, "use", prov_use_text(who->use));
}

void line_who(struct line *line, const struct association *a)
{
    enum prov_kind kind = prov_dtls_kind(&a->dtls);
    char hash[2 * sizeof(a->identity_hash) + 1];

    if (kind != 0)
        line_text(line, "kind", prov_kind_text(kind));
    if (kind == PROV_KIND_PSK && !a->who.resumed) { /* else none was shown */
        prov_hex_format(PROV_BYTES_OF(a->identity_hash), hash);
        line_text(line, "identity_hash", hash);
    }
    if (a->who.credential != 0)
        put_credential(line, &a->who);
}

void line_result(struct line *line, struct prov_server *server, prov_result result)
{
    line_text(line, "result", result == PROV_OK ? "ok" : "failed");
    if (result != PROV_OK)
        line_text(line, "reason",
                  server->why.text[0] ? server->why.text : prov_result_text(result));
}

void line_end(struct line *line, struct prov_server *server)
{
    if (server->config.io.log)
        server->config.io.log(server->config.io.context, line->text);
}

static void say_how_many(struct prov_server *server)
{
    struct line line;

    line_begin(&line, server, "suppressed");
    line_number(&line, "lines", server->unsaid);
    line_end(&line, server);
    server->unsaid = 0;
}

void line_end_loud(struct line *line, struct prov_server *server, uint64_t now_ms)
{
    if (now_ms - server->loud_since_ms >= 1000) {
        server->loud_since_ms = now_ms;
        server->loud = 0;
        if (server->unsaid > 0)
            say_how_many(server);
    }
    if (server->loud < LOUD_MAX) {
        server->loud++;
        line_end(line, server);
    } else {
        server->unsaid++;
    }
}
