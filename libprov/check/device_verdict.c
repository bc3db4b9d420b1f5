/* SPDX-License-Identifier: Apache-2.0
 *
 * From what came to what is said of it.
 */
#include "device.h"

#include <stdio.h>
#include <string.h>

const char *device_outcome(const struct device *d, char room[96])
{
    const struct device_connection *c = &d->now;

    if (c->went_on != NULL)
        snprintf(room, 96, "answered with %s", c->went_on);
    else if (c->alert >= 0)
        snprintf(room, 96, "alert %d (%s)%s", c->alert, prov_alert_text((enum prov_alert)c->alert),
                 c->alert_epoch == 1 ? ", encrypted" : "");
    else if (c->data > 0)
        snprintf(room, 96, "%u records of data", c->data);
    else
        snprintf(room, 96, "%s",
                 c->refused     ? "the device's port is closed"
                 : c->abandoned ? "no alert; the device began anew"
                 : c->finished  ? "Finished, then silence"
                                : "silence");
    return room;
}

/* --- what can be tested ---------------------------------------------------------------------- */

static const char *kind_cannot(const struct device *d, unsigned needs)
{
    unsigned kinds = needs & (NEED_PSK | NEED_RPK | NEED_CERT);
    unsigned kind = d->offer.kind == PROV_KIND_PSK   ? NEED_PSK
                    : d->offer.kind == PROV_KIND_RPK ? NEED_RPK
                                                     : NEED_CERT;

    if (kinds != 0 && (kinds & kind) == 0)
        return "not for this kind of credential";
    return (needs & NEED_SHARE) != 0 && d->offer.mode == PROV_MODE_PSK ? "no ECDHE suite is offered"
                                                                       : NULL;
}

const char *device_cannot(const struct device *d, const struct device_probe *probe, bool *ret_never)
{
    unsigned needs = probe->needs;
    const char *reason = d->met ? kind_cannot(d, needs) : NULL;

    *ret_never = reason != NULL;
    if (!d->met || reason != NULL)
        return reason;
    if ((needs & NEED_SLOW) != 0 && !d->run->config.slow)
        return "it takes a minute: --slow";
    if (probe->expect == EXPECT_NOTHING && (needs & NEED_CONNECT) == 0)
        return NULL;
    if (d->offer.suite == NULL)
        return "no suite of the profile is offered";
    if (!d->has_server && ((needs & NEED_SERVER) != 0 || d->offer.kind != PROV_KIND_PSK))
        return d->no_server;
    if ((needs & NEED_CONNECT) != 0 && !d->connects)
        return "no handshake with a good server has completed";
    if ((needs & NEED_TALK) != 0 && !d->talks)
        return "the device sends no data by which it could be seen";
    if ((needs & NEED_LIFE) != 0 && !d->lives)
        return "the device gives no sign of life when it is connected";
    return probe->cannot != NULL ? probe->cannot(d, ret_never) : NULL;
}

/* --- alerts ---------------------------------------------------------------------------------- */

static bool alert_fits(const struct device_probe *probe, int alert)
{
    for (size_t i = 0; i < sizeof(probe->alerts); i++)
        if (alert > 0 && probe->alerts[i] == alert)
            return true;
    return false;
}

/* Another one than the standard names, or none, is collected: one rule speaks of all. */
static void note_alert(struct device *d, const struct device_probe *probe)
{
    size_t len = strlen(d->alerts);
    char room[96];

    if (d->now.alert >= 0 && !prov_alert_allowed((enum prov_alert)d->now.alert, d->now.offer.kind))
        return; /* another rule speaks of it */
    d->alerts_seen = true;
    if (!alert_fits(probe, d->now.alert))
        snprintf(d->alerts + len, sizeof(d->alerts) - len, "%s%s: %s, not %u", len == 0 ? "" : "; ",
                 probe->name, device_outcome(d, room), probe->alerts[0]);
}

static void judge_allowed(struct device *d)
{
    if (d->now.alert >= 0)
        check_judge_rule(d->findings, "client.alerts.forbidden",
                         prov_alert_allowed((enum prov_alert)d->now.alert, d->now.offer.kind),
                         "%s: alert %d (%s)", device_probe(d)->name, d->now.alert,
                         prov_alert_text((enum prov_alert)d->now.alert));
}

/* --- by expectation -------------------------------------------------------------------------- */

static void expect_connect(struct device *d, const struct device_probe *probe)
{
    char room[96];
    bool good = d->now.finished && d->now.alert < 0;

    check_judge_rule(d->findings, probe->rule, good, "%s",
                     good ? "the handshake completed" : device_outcome(d, room));
}

static void expect_refusal(struct device *d, const struct device_probe *probe)
{
    char room[96];
    bool went_on = d->now.went_on != NULL || d->now.finished;
    bool good = !went_on && (!probe->alert_is_must || alert_fits(probe, d->now.alert));

    check_judge_rule(d->findings, probe->rule, good, "%s", device_outcome(d, room));
    if (!went_on && !probe->alert_is_must && probe->alerts[0] != 0)
        note_alert(d, probe);
}

static void expect_no_data(struct device *d, const struct device_probe *probe)
{
    char room[96];

    if (!d->now.finished) {
        check_not_tested(d->findings, probe->rule, "the handshake did not get that far: %s",
                         device_outcome(d, room));
        return;
    }
    check_judge_rule(d->findings, probe->rule, d->now.data == 0, "%s", device_outcome(d, room));
    if (d->now.data == 0 && probe->alerts[0] != 0)
        note_alert(d, probe);
}

static void expect_life(struct device *d, const struct device_probe *probe)
{
    char room[96];
    bool lives = (d->now.answered || d->now.close_answered) && d->now.alert < 0;

    check_judge_rule(d->findings, probe->rule, lives, "%s",
                     lives ? "the session went on" : device_outcome(d, room));
}

/* A chain whose handshake has not completed must not be remembered. */
static void note_chain(struct device *d)
{
    if (!d->now.has_fingerprint)
        return;
    if (!d->now.finished && d->failed_count < DEVICE_CHAINS &&
        (!d->has_completed || memcmp(d->completed, d->now.fingerprint, PROV_HASH_LEN) != 0))
        memcpy(d->failed[d->failed_count++], d->now.fingerprint, PROV_HASH_LEN);
}

void device_verdict(struct device *d)
{
    const struct device_probe *probe = device_probe(d);
    char room[96];

    judge_allowed(d);
    note_chain(d);
    if (probe->rule != NULL && !d->now.echoed) {
        check_not_tested(d->findings, probe->rule, "the cookie did not come back: %s",
                         device_outcome(d, room));
        return;
    }
    if ((probe->expect == EXPECT_ALIVE || probe->expect == EXPECT_NOTHING) &&
        (probe->needs & NEED_CONNECT) != 0 && !d->now.finished) {
        check_not_tested(d->findings, probe->rule, "the handshake did not complete: %s",
                         device_outcome(d, room));
        return;
    }
    if (probe->expect == EXPECT_CONNECT)
        expect_connect(d, probe);
    else if (probe->expect == EXPECT_REFUSE)
        expect_refusal(d, probe);
    else if (probe->expect == EXPECT_NO_DATA)
        expect_no_data(d, probe);
    else if (probe->expect == EXPECT_ALIVE)
        expect_life(d, probe);
    if (probe->judge != NULL)
        probe->judge(d);
}

/* --- at the end ------------------------------------------------------------------------------ */

/* Nobody has to offer what he remembers: a full handshake is always right (RFC 7925, section 7). */
static void sum_up_memory(struct device *d)
{
    static const char never[] = "never offered: a device may always ask for a full handshake";
    bool cert = d->offer.kind == PROV_KIND_CERT;

    if (!d->connects)
        return;
    if (check_verdict(d->findings, "client.resumption") == 0)
        check_not_tested(d->findings, "client.resumption", "%s", never);
    if (!cert) {
        check_not_applicable(d->findings, "client.cached_info", "no certificates");
        check_not_applicable(d->findings, "client.cached_info.completed", "no certificates");
    } else if (check_verdict(d->findings, "client.cached_info") == 0) {
        check_not_tested(d->findings, "client.cached_info", "%s", never);
        check_not_tested(d->findings, "client.cached_info.completed", "%s", never);
    }
}

/* Rules that nothing could break with this kind of credential. */
static void sum_up_kind(struct device *d)
{
    static const struct {
        enum prov_kind kind; /* of whose credential it speaks; 0: of public keys */
        const char *rule;
    } rows[] = {{PROV_KIND_PSK, "client.identity"},
                {PROV_KIND_PSK, "client.identity.private"},
                {(enum prov_kind)0, "client.certificate"},
                {(enum prov_kind)0, "client.certificate.verify"}};
    bool psk = d->offer.kind == PROV_KIND_PSK;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (psk != (rows[i].kind == PROV_KIND_PSK))
            check_not_applicable(d->findings, rows[i].rule, "not for this kind of credential");
    if (d->offer.mode == PROV_MODE_PSK)
        check_not_applicable(d->findings, "client.ephemeral", "no ECDHE suite is offered");
}

void device_sum_up(struct device *d)
{
    if (!d->met)
        return;
    sum_up_kind(d);
    device_sum_up_hello(d);
    if (d->alerts_seen)
        check_judge_rule(d->findings, "client.alerts", d->alerts[0] == '\0', "%s",
                         d->alerts[0] == '\0' ? "as the standards name them" : d->alerts);
    if (d->seen_12 && check_verdict(d->findings, "client.version.retry") == 0)
        check_not_tested(d->findings, "client.version.retry", "the device did not come back");
    sum_up_memory(d);
}
