/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of a server, by behaving as many clients.
 */
#include "run.h"

struct endpoint {
    unsigned probe;
};

static prov_result begin(struct prov_check_run *run)
{
    (void)run;
    return PROV_OK;
}

static enum prov_check_event step(struct prov_check_run *run)
{
    (void)run;
    return PROV_CHECK_DONE;
}

static void push(struct prov_check_run *run, unsigned flow, uint8_t *datagram, size_t len)
{
    (void)run, (void)flow, (void)datagram, (void)len;
}

static void refused(struct prov_check_run *run, unsigned flow)
{
    (void)run, (void)flow;
}

static void end(struct prov_check_run *run)
{
    (void)run;
}

prov_result prov_check_endpoint(const struct prov_check_config *config, uint64_t now_ms,
                                struct prov_check_run **ret)
{
    static const struct check_judge judge = {
        PROV_CHECK_ENDPOINT, sizeof(struct endpoint), begin, step, push, refused, end};

    return check_run_make(&judge, config, now_ms, ret);
}
