/* SPDX-License-Identifier: Apache-2.0
 *
 * enroll and rotate: an operation from begin to end, and how it went.
 */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a request's pointers point to. */
struct names {
    struct prov_fqdn server, discovered;
    struct prov_eui64 constrained;
};

static prov_result take_name(const struct options *options, enum option_id id,
                             struct prov_fqdn *name, const struct prov_fqdn **ret,
                             struct prov_why *why)
{
    const char *text = options->values[id];
    if (text == NULL)
        return PROV_OK;
    prov_result r = prov_fqdn_parse(prov_bytes_text(text), name);
    if (r != PROV_OK)
        return prov_why_set(why, r, "%s: %.64s", prov_result_text(r), text);
    *ret = name;
    return PROV_OK;
}

/* Which server, and how it is known. */
static prov_result take_server(const struct options *options, struct prov_agent_request *ret,
                               struct names *names, struct prov_why *why)
{
    const char *text = options->values[OPT_SERVER_EUI64];
    bool found = GIVEN(options, OPT_DISCOVER) || text != NULL;
    if (found && !GIVEN(options, OPT_ADDRESS))
        return prov_why_set(why, PROV_E_USAGE, "--discover and --server-eui64 need --address");
    if (GIVEN(options, OPT_DISCOVER) && text != NULL)
        return prov_why_set(why, PROV_E_USAGE, "--discover or --server-eui64, not both");
    prov_result r = take_name(options, OPT_SERVER, &names->server, &ret->server, why);
    if (r == PROV_OK)
        r = take_name(options, OPT_DISCOVER, &names->discovered, &ret->discovered, why);
    if (r != PROV_OK || text == NULL)
        return r;
    r = prov_eui64_parse(text, &names->constrained);
    if (r != PROV_OK)
        return prov_why_set(why, r, "%s: %.64s", prov_result_text(r), text);
    ret->constrained = &names->constrained;
    return PROV_OK;
}

static prov_result take_hello(const struct options *options, struct prov_agent_request *ret,
                              struct prov_why *why)
{
    uint32_t fragment = 0, chain = 0;
    ret->protocol = GIVEN(options, OPT_ALPN) ? "co" : NULL; /* RFC 9952 */
    ret->heartbeat = GIVEN(options, OPT_HEARTBEAT);
    ret->no_connection_id = GIVEN(options, OPT_NO_CONNECTION_ID);
    ret->no_resumption = GIVEN(options, OPT_NO_RESUMPTION);
    ret->no_cached_info = GIVEN(options, OPT_NO_CACHED_INFO);
    prov_result r = options_number(options, OPT_MAX_FRAGMENT, 512, 4096, 0, &fragment, why);
    if (r == PROV_OK && (fragment & (fragment - 1)) != 0)
        r = prov_why_set(why, PROV_E_USAGE, "--max-fragment is 512, 1024, 2048 or 4096");
    if (r == PROV_OK)
        r = options_number(options, OPT_MAX_CHAIN, 1, PROV_PATH_MAX, 0, &chain, why);
    ret->max_fragment = (uint16_t)fragment;
    ret->max_chain = (uint8_t)chain;
    return r;
}

static prov_result request_of(const struct options *options, enum prov_agent_op op,
                              struct prov_agent_request *ret, struct names *names,
                              struct prov_why *why)
{
    const char *kind = options->values[OPT_KIND];
    uint32_t mtu = 0, tries = 0;
    *ret = (struct prov_agent_request){.op = op};
    ret->no_forward_secrecy = GIVEN(options, OPT_NO_FORWARD_SECRECY);
    if (kind != NULL && prov_kind_parse(kind, &ret->kind) != PROV_OK)
        return prov_why_set(why, PROV_E_USAGE, "--kind is psk, rpk or cert: %.64s", kind);
    prov_result r = take_server(options, ret, names, why);
    if (r == PROV_OK)
        r = take_hello(options, ret, why);
    if (r == PROV_OK)
        r = options_number(options, OPT_TIMER, 1, 60000, 0, &ret->timer_initial_ms, why);
    if (r == PROV_OK)
        r = options_number(options, OPT_MTU, PROV_DTLS_MTU_MIN, 4096, 0, &mtu, why);
    if (r == PROV_OK)
        r = options_number(options, OPT_TRIES, 1, 100, 2, &tries, why);
    ret->mtu = (uint16_t)mtu;
    ret->tries = (uint8_t)tries;
    return r;
}

/* --- how it went ------------------------------------------------------------------------------ */

static const char *begin_words(prov_result r, enum prov_agent_op op, bool discovers)
{
    switch (r) {
    case PROV_E_NOT_FOUND:
        return op == PROV_AGENT_ENROLL ? "no bootstrap credential for the server in the store"
                                       : "no operational credential for the server in the store";
    case PROV_E_AMBIGUOUS:
        return "several servers in the store: --server NAME";
    case PROV_E_NO_FORWARD_SECRECY:
        return "a PSK is delivered only with forward secrecy";
    case PROV_E_POLICY:
        return discovers
                   ? "--discover and --server-eui64 are for certificates: a PSK or a pinned key "
                     "is one server's"
                   : "nothing to authenticate the server with";
    default:
        return prov_result_text(r);
    }
}

/* In answers. */
static const char *const phase_names[PROV_PHASE_COUNT] = {
    [PROV_PHASE_IDLE] = "idle",       [PROV_PHASE_RESOLVE] = "resolve",
    [PROV_PHASE_LEAVE] = "leave",     [PROV_PHASE_START] = "start",
    [PROV_PHASE_PAUSE] = "pause",     [PROV_PHASE_HANDSHAKE] = "handshake",
    [PROV_PHASE_ASK] = "ask",         [PROV_PHASE_ANSWER] = "answer",
    [PROV_PHASE_LATER] = "later",     [PROV_PHASE_CHECK] = "check",
    [PROV_PHASE_STAGE] = "stage",     [PROV_PHASE_COMMIT] = "commit",
    [PROV_PHASE_CONFIRM] = "confirm", [PROV_PHASE_DONE] = "done",
    [PROV_PHASE_FAILED] = "failed",
};

/* In words about an error. */
static const char *const phase_texts[] = {
    [PROV_PHASE_RESOLVE] = "looking up the server",
    [PROV_PHASE_START] = "handshake",
    [PROV_PHASE_HANDSHAKE] = "handshake",
    [PROV_PHASE_ASK] = "request",
    [PROV_PHASE_ANSWER] = "request",
    [PROV_PHASE_CHECK] = "the new certificate",
    [PROV_PHASE_STAGE] = "staging",
    [PROV_PHASE_COMMIT] = "commit",
    [PROV_PHASE_CONFIRM] = "confirm",
    [PROV_PHASE_PAUSE] = "handshake",
    [PROV_PHASE_LATER] = "request",
    [PROV_PHASE_LEAVE] = "the end of a session",
};

static const char *phase_text(enum prov_agent_phase phase)
{
    size_t count = sizeof phase_texts / sizeof phase_texts[0];
    return (size_t)phase < count && phase_texts[phase] != NULL ? phase_texts[phase] : "?";
}

/* A raw key has no path: it is pinned or it is not (its alert is never unknown_ca: RFC 7925, section 6). */
static const char *refusal_text(const struct prov_agent_report *report)
{
    return report->result == PROV_E_ISSUER && report->alert_sent == PROV_ALERT_HANDSHAKE_FAILURE
               ? "the server's key is not one that is pinned"
               : prov_result_text(report->result);
}

static prov_result explain(const struct prov_agent_report *report, struct prov_why *why)
{
    prov_result r = report->result;
    const char *where = phase_text(report->at), *server = report->server.text;
    if (report->alert_received != PROV_ALERT_NONE)
        return prov_why_set(why, r, "%s with %s: the server sent the alert %s", where, server,
                            prov_alert_text(report->alert_received));
    if (report->alert_sent != PROV_ALERT_NONE)
        return prov_why_set(why, r, "%s with %s: %s (alert %s sent)", where, server,
                            refusal_text(report), prov_alert_text(report->alert_sent));
    if (r == PROV_E_PEER_REFUSED)
        return prov_why_set(why, r, "%s: %s answered %u.%02u%s%s", where, server, report->code >> 5,
                            report->code & 31u, report->reason[0] != '\0' ? ": " : "",
                            report->reason);
    if (r == PROV_E_TIMEOUT)
        return prov_why_set(why, r, "%s: %s does not answer", where, server);
    return prov_why_set(why, r, "%s with %s: %s", where, server, prov_result_text(r));
}

/* How often each phase was stepped, and for how long. */
static void print_phases(struct print *print, const struct prov_agent_stats *stats)
{
    print_open(print, "phases");
    for (size_t i = 0; i < PROV_AGENT_STATS_PHASES; i++) {
        const struct prov_agent_phase_stats *phase = &stats->phase[i];
        if (phase->steps == 0)
            continue;
        print_item_begin(print);
        print_text(print, "phase", phase_names[i]);
        print_int(print, "steps", phase->steps);
        print_int(print, "spent_ms", phase->spent_ms);
        print_int(print, "longest_ms", phase->longest_ms);
        print_item_end(print);
    }
    print_close(print);
}

static void print_report(const struct options *options, const struct prov_agent_report *report,
                         const struct prov_agent_stats *stats)
{
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    print_text(&print, "server", report->server.text);
    print_text(&print, "kind", prov_kind_text(report->kind));
    print_text(&print, "state", "active");
    print_bool(&print, "resumed", report->resumed);
    print_bool(&print, "abbreviated", report->abbreviated);
    print_int(&print, "cached_chains", report->cached_chains);
    print_int(&print, "handshakes", report->handshakes);
    print_int(&print, "datagrams_sent", stats->datagrams_out);
    print_int(&print, "datagrams_received", stats->datagrams_in);
    print_int(&print, "octets_sent", stats->octets_out);
    print_int(&print, "octets_received", stats->octets_in);
    print_int(&print, "wakes", stats->wakes);
    if (GIVEN(options, OPT_STATS) || GIVEN(options, OPT_JSON))
        print_phases(&print, stats);
    print_end(&print);
}

/* What would be done: nothing was sent, and what was written is gone with the copy. */
static void print_dry(const struct options *options, const struct prov_agent *agent)
{
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    print_text(&print, "server", prov_agent_server(agent)->text);
    print_text(&print, "address", prov_agent_address(agent));
    print_bool(&print, "resumed", prov_agent_report(agent)->resumed);
    print_bool(&print, "dry_run", true);
    print_end(&print);
}

/* --- the operation ---------------------------------------------------------------------------- */

struct run {
    struct prov_agent agent;
    union prov_agent_workspace workspace;
    struct board board;
};

static prov_result operate(const struct options *options, struct run *run,
                           const struct prov_agent_request *request, struct prov_why *why)
{
    const char *address = options->values[OPT_ADDRESS];
    prov_agent_open(&run->agent, &run->board.store, &run->workspace);
    prov_result r = prov_agent_begin(&run->agent, request, 0);
    if (r != PROV_OK) {
        r = prov_why_set(why, r, "%s",
                         begin_words(r, request->op,
                                     request->discovered != NULL || request->constrained != NULL));
    } else if (GIVEN(options, OPT_DRY_RUN)) {
        print_dry(options, &run->agent);
    } else {
        r = board_run(&run->board, &run->agent, address != NULL ? address : "", why);
        const struct prov_agent_report *report = prov_agent_report(&run->agent);
        if (r != PROV_OK)
            r = explain(report, why);
        else
            print_report(options, report, prov_agent_stats(&run->agent));
    }
    prov_agent_close(&run->agent);
    return r;
}

static prov_result operation(const struct options *options, enum prov_agent_op op,
                             struct prov_why *why)
{
    struct prov_agent_request request;
    struct names names;
    prov_result r = request_of(options, op, &request, &names, why);
    if (r != PROV_OK)
        return r;
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return PROV_E_MEMORY;
    r = command_open(options, FLASH_OPEN, &run->board, why);
    if (r == PROV_OK) {
        if (GIVEN(options, OPT_DRY_RUN))
            r = flash_file_detach(&run->board.flash, why);
        if (r == PROV_OK)
            r = operate(options, run, &request, why);
        board_close(&run->board);
    }
    prov_wipe(run, sizeof *run);
    free(run);
    return r;
}

prov_result cmd_enroll(const struct options *options, struct prov_why *why)
{
    return operation(options, PROV_AGENT_ENROLL, why);
}

prov_result cmd_rotate(const struct options *options, struct prov_why *why)
{
    return operation(options, PROV_AGENT_ROTATE, why);
}
