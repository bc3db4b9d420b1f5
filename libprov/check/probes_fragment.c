/* SPDX-License-Identifier: Apache-2.0
 *
 * Fragments, sizes, and messages that are too short or too long.
 */
#include "endpoint.h"

#include <string.h>

#define CUT     240 /* octets of the hello in one piece: all up to the cookie is in the first */
#define PADDING 21

/* Long enough for four pieces. */
static void long_hello(struct endpoint *e, enum check_mode mode)
{
    static const uint8_t zeros[600];

    endpoint_hello_of(e, mode);
    check_hello_extension(&e->hello, PADDING, PROV_BYTES_OF(zeros));
    e->hello.cut = CUT;
    e->hello.cut_first = !e->cookies;
}

static enum check_act judge_taken(struct endpoint *e, const char *rule, const char *what)
{
    check_judge_rule(e->findings, rule, endpoint_taken(e), "a hello %s is %s", what,
                     endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_pieces(struct endpoint *e)
{
    if (e->stage == 0) {
        long_hello(e, e->base);
        return CHECK_ASK;
    }
    return judge_taken(e, "fragment.hello", "in pieces of 240 octets");
}

/* What is asked of pieces by one who takes none. */
static bool takes_pieces(struct endpoint *e, const char *rule)
{
    if (check_verdict(e->findings, "fragment.hello") == PROV_CHECK_PASS)
        return true;
    check_not_tested(e->findings, rule, "no hello in pieces is taken");
    return false;
}

static enum check_act probe_overlap(struct endpoint *e)
{
    if (!takes_pieces(e, "fragment.overlap"))
        return CHECK_DONE;
    if (e->stage == 0) {
        long_hello(e, e->base);
        e->hello.overlap = 50;
        return CHECK_ASK;
    }
    return judge_taken(e, "fragment.overlap", "in pieces that overlap by 50 octets");
}

static enum check_act probe_backwards(struct endpoint *e)
{
    if (!takes_pieces(e, "fragment.order"))
        return CHECK_DONE;
    if (e->stage == 0) {
        long_hello(e, e->base);
        e->hello.backwards = true;
        return CHECK_ASK;
    }
    return judge_taken(e, "fragment.order", "in pieces, the last ones first");
}

static enum check_act probe_inconsistent(struct endpoint *e)
{
    if (!takes_pieces(e, "fragment.inconsistent"))
        return CHECK_DONE;
    if (e->stage == 0) {
        long_hello(e, e->base);
        e->hello.length_off = 1;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "fragment.inconsistent", !e->answer.hello,
                     "pieces that do not agree on the length of the message: %s",
                     endpoint_answer(e));
    return CHECK_DONE;
}

/* --- what the server sends ------------------------------------------------------------------- */

static enum check_act probe_mirror(struct endpoint *e)
{
    if (!takes_pieces(e, "fragment.mirror"))
        return CHECK_DONE;
    if (e->stage == 0) {
        long_hello(e, CHECK_CERT);
        return CHECK_ASK;
    }
    if (!endpoint_taken(e))
        check_not_tested(e->findings, "fragment.mirror", "a hello in pieces is %s",
                         endpoint_answer(e));
    else
        check_judge_rule(e->findings, "fragment.mirror", e->answer.largest_fragment <= CUT,
                         "a hello in pieces of %u octets is answered in pieces of up to %zu", CUT,
                         e->answer.largest_fragment);
    return CHECK_DONE;
}

#define ETHERNET_MAX 1452 /* 1500 octets less IPv6 and UDP */

static enum check_act probe_size(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello_of(e, e->modes[CHECK_CERT] ? CHECK_CERT : e->base);
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "fragment.datagram", e->answer.largest <= ETHERNET_MAX,
                     "the largest datagram has %zu octets", e->answer.largest);
    return CHECK_DONE;
}

/* --- malformed ------------------------------------------------------------------------------- */

static enum check_act probe_trailing(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.trailing = 3;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "malformed.trailing", e->answer.alert == PROV_ALERT_DECODE_ERROR,
                     "a hello with 3 octets behind its end is %s", endpoint_answer(e));
    return CHECK_DONE;
}

static enum check_act probe_truncated(struct endpoint *e)
{
    if (e->stage == 0) {
        endpoint_hello(e);
        e->hello.missing = 2;
        return CHECK_ASK;
    }
    check_judge_rule(e->findings, "malformed.truncated", e->answer.alert == PROV_ALERT_DECODE_ERROR,
                     "a hello without its last 2 octets is %s", endpoint_answer(e));
    return CHECK_DONE;
}

const struct check_probe check_probes_fragment[] = {
    {"a hello in pieces", NEEDS_BASE, probe_pieces, {"fragment.hello"}},
    {"pieces that overlap", NEEDS_BASE, probe_overlap, {"fragment.overlap"}},
    {"pieces out of order", NEEDS_BASE, probe_backwards, {"fragment.order"}},
    {"pieces that do not agree", NEEDS_BASE, probe_inconsistent, {"fragment.inconsistent"}},
    {"the size of pieces", NEEDS_BASE | NEEDS_CERT, probe_mirror, {"fragment.mirror"}},
    {"the size of datagrams", NEEDS_BASE, probe_size, {"fragment.datagram"}},
    {"a hello that is too long", NEEDS_BASE, probe_trailing, {"malformed.trailing"}},
    {"a hello that is too short", NEEDS_BASE, probe_truncated, {"malformed.truncated"}},
    {.name = NULL},
};
