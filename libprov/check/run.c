/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static void fill_limits(struct prov_check_limits *limits)
{
    limits->handshakes = or_default(limits->handshakes, 200);
    limits->per_second = or_default(limits->per_second, 20);
    limits->silence_ms = or_default(limits->silence_ms, 2000);
    limits->total_ms = or_default(limits->total_ms, 300000);
    limits->datagrams = or_default(limits->datagrams, 64);
}

prov_result check_run_make(const struct check_judge *judge, const struct prov_check_config *config,
                           uint64_t now_ms, struct prov_check_run **ret)
{
    struct prov_check_run *run = calloc(1, sizeof(*run));

    if (run == NULL)
        return PROV_E_MEMORY;
    run->judge = judge;
    run->config = *config;
    fill_limits(&run->config.limits);
    run->now_ms = run->begun_ms = run->wake_ms = run->handshake_next_ms = now_ms;
    check_findings_begin(&run->findings, judge->subject);
    run->state = calloc(1, judge->state_size);
    prov_result result = run->state == NULL ? PROV_E_MEMORY : judge->begin(run);
    if (result != PROV_OK) {
        prov_check_free(run);
        return result;
    }
    *ret = run;
    return PROV_OK;
}

void prov_check_free(struct prov_check_run *run)
{
    if (run == NULL)
        return;
    if (run->state != NULL) {
        run->judge->end(run);
        prov_wipe(run->state, run->judge->state_size);
    }
    free(run->state);
    free(run);
}

/* --- the clock ------------------------------------------------------------------------------- */

static uint64_t end_ms(const struct prov_check_run *run)
{
    return run->begun_ms + run->config.limits.total_ms;
}

enum prov_check_event prov_check_step(struct prov_check_run *run, uint64_t now_ms)
{
    run->now_ms = now_ms;
    if (run->over)
        return PROV_CHECK_DONE;
    if (now_ms >= end_ms(run)) { /* the judge's last word, however late it is asked */
        run->now_ms = end_ms(run) - 1;
        (void)run->judge->step(run);
        run->over = run->time_over = true;
        return PROV_CHECK_DONE;
    }
    enum prov_check_event event = run->judge->step(run);
    run->over = event == PROV_CHECK_DONE;
    return event;
}

uint64_t prov_check_deadline(const struct prov_check_run *run)
{
    return run->wake_ms < end_ms(run) ? run->wake_ms : end_ms(run);
}

/* --- limits ---------------------------------------------------------------------------------- */

void check_run_probe(struct prov_check_run *run, const char *progress)
{
    run->datagrams = 0;
    run->flooded = false;
    snprintf(run->progress, sizeof(run->progress), "%s", progress);
}

enum check_permit check_run_handshake(struct prov_check_run *run)
{
    if (run->handshakes >= run->config.limits.handshakes)
        return CHECK_NEVER;
    if (run->now_ms < run->handshake_next_ms) {
        run->wake_ms = run->handshake_next_ms;
        return CHECK_LATER;
    }
    run->handshakes++;
    run->handshake_next_ms =
        run->now_ms + (1000 + run->config.limits.per_second - 1) / run->config.limits.per_second;
    return CHECK_GO;
}

/* --- datagrams ------------------------------------------------------------------------------- */

void check_run_send(struct prov_check_run *run, unsigned flow, struct prov_bytes datagram)
{
    if (run->queue_len == CHECK_QUEUE || datagram.len > CHECK_DATAGRAM_MAX)
        return;
    struct check_datagram *slot = &run->queue[(run->queue_first + run->queue_len) % CHECK_QUEUE];
    slot->flow = flow;
    slot->len = datagram.len;
    memcpy(slot->octets, datagram.data, datagram.len);
    run->queue_len++;
}

bool prov_check_pull(struct prov_check_run *run, uint64_t now_ms, unsigned *ret_flow,
                     struct prov_buf *out)
{
    struct check_datagram *slot = &run->queue[run->queue_first];

    run->now_ms = now_ms;
    if (run->queue_len == 0 || out->cap - out->len < slot->len)
        return false;
    prov_put(out, slot->octets, slot->len);
    *ret_flow = slot->flow;
    run->queue_first = (run->queue_first + 1) % CHECK_QUEUE;
    run->queue_len--;
    return true;
}

void prov_check_push(struct prov_check_run *run, uint64_t now_ms, unsigned flow, uint8_t *datagram,
                     size_t len)
{
    run->now_ms = now_ms;
    if (run->over || (run->one_flow && flow != run->flow))
        return;
    if (run->datagrams >= run->config.limits.datagrams) {
        run->flooded = true;
        return;
    }
    run->datagrams++;
    run->judge->push(run, flow, datagram, len);
}

void prov_check_refused(struct prov_check_run *run, uint64_t now_ms, unsigned flow)
{
    run->now_ms = now_ms;
    if (!run->over)
        run->judge->refused(run, flow);
}

/* --- what is said of it ---------------------------------------------------------------------- */

const char *prov_check_progress(const struct prov_check_run *run, unsigned *ret_done,
                                unsigned *ret_total)
{
    *ret_done = run->done;
    *ret_total = run->total;
    return run->progress;
}

static const char *why_not(const struct prov_check_run *run)
{
    if (run->time_over)
        return "the run's time was over";
    return run->why != NULL ? run->why : "no probe spoke of it";
}

prov_result prov_check_end(struct prov_check_run *run)
{
    if (!run->told)
        check_findings_tell(&run->findings, why_not(run), &run->config.sink);
    run->told = true;
    return run->result == PROV_OK && run->time_over ? PROV_E_TIMEOUT : run->result;
}
