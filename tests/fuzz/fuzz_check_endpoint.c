/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of servers against one whose datagrams are changed on their way: kind of bundle 1, then for each
 * datagram an operation 1: let pass, replace (length 2, octets), change one octet (place 2, value 1), cut
 * (place 2), double, lose. What is left of the input over lets pass. Whatever comes, the run ends in time and
 * tells each rule once.
 */
#include <string.h>

#include "fuzz.h"
#include "libprov/check/run.h"
#include "tests/check/target.h"

#define TOTAL_MS 200000

struct told {
    size_t count;
    bool bad;
};

static void tell(void *context, const struct prov_check_finding *finding)
{
    struct told *told = context;

    told->count++;
    told->bad |= finding->verdict < PROV_CHECK_PASS || finding->verdict > PROV_CHECK_NOT_TESTED ||
                 finding->evidence[0] == '\0';
}

/* How many times it is to be delivered. */
static unsigned change(struct prov_reader *reader, struct datagram *d)
{
    struct prov_bytes octets;
    uint16_t place;
    uint8_t op = 0, value;

    if (!prov_take_u8(reader, &op))
        return 1;
    if (op % 6 == 1 && prov_take_vector(reader, 2, &octets) && octets.len <= TARGET_ROOM) {
        d->len = octets.len;
        if (octets.len > 0)
            memcpy(d->octets, octets.data, octets.len);
    } else if (op % 6 == 2 && prov_take_u16(reader, &place) && prov_take_u8(reader, &value)) {
        d->octets[place % (d->len > 0 ? d->len : 1)] = value;
    } else if (op % 6 == 3 && prov_take_u16(reader, &place)) {
        d->len = place % (d->len + 1);
    }
    return op % 6 == 4 ? 2 : op % 6 == 5 ? 0 : 1;
}

static bool move(struct prov_check_run *run, struct target *t, struct prov_reader *reader,
                 uint64_t now)
{
    uint8_t room[2048];
    struct prov_buf out = PROV_BUF_OF(room);
    unsigned flow;
    bool any = false;

    while (prov_check_pull(run, now, &flow, &out)) {
        target_take(t, now, flow, room, out.len);
        out.len = 0;
        any = true;
    }
    for (size_t i = 0; i < t->outbox_len; i++) {
        struct datagram d = t->outbox[i].d;

        for (unsigned times = change(reader, &d); times > 0; times--) {
            struct datagram copy = d;
            prov_check_push(run, now, t->outbox[i].flow, copy.octets, copy.len);
            while (prov_check_step(run, now) == PROV_CHECK_AGAIN)
                continue;
        }
        any = true;
    }
    t->outbox_len = 0;
    return any;
}

static void judge(struct prov_check_run *run, struct target *t, struct prov_reader *reader)
{
    uint64_t now = 1;

    for (;;) {
        enum prov_check_event event = prov_check_step(run, now);

        if (event == PROV_CHECK_DONE)
            return;
        if (move(run, t, reader, now) || event == PROV_CHECK_AGAIN)
            continue;
        uint64_t deadline = prov_check_deadline(run), theirs = target_deadline(t);
        deadline = theirs < deadline ? theirs : deadline;
        now = deadline > now ? deadline : now + 1;
        FUZZ_CHECK(now <= 1 + TOTAL_MS);
        target_tick(t, now);
    }
}

static size_t expected(void)
{
    const struct prov_check_rule *rule;
    size_t count = 0;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        count += (rule->subjects & PROV_CHECK_ENDPOINT) != 0;
    return count;
}

static struct wire_world *the_world(void)
{
    static struct wire_world world;

    if (world.crypto == NULL)
        wire_world_make(&world);
    return &world;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));
    struct target *t = calloc(1, sizeof(*t));
    struct prov_check_run *run = NULL;
    struct prov_bundle bundle;
    uint8_t scalar[PROV_SCALAR_LEN], kind = 0;
    struct told told = {0, false};

    (void)!prov_take_u8(&reader, &kind);
    FUZZ_CHECK(t != NULL);
    target_make(t, the_world(), NULL);
    target_bundle(the_world(), kind % WIRE_KINDS, &bundle, scalar);
    struct prov_check_config config = {.crypto = the_world()->crypto,
                                       .bundle = (kind & 0x80) ? NULL : &bundle,
                                       .server = the_world()->fqdn,
                                       .now_unix = the_world()->time,
                                       .limits = {.total_ms = TOTAL_MS},
                                       .sink = {tell, &told}};
    FUZZ_CHECK(prov_check_endpoint(&config, 1, &run) == PROV_OK);
    judge(run, t, &reader);
    FUZZ_CHECK(run->findings.unknown == NULL);
    prov_result result = prov_check_end(run);
    FUZZ_CHECK(told.count == expected() && !told.bad);
    FUZZ_CHECK(result == PROV_OK || result == PROV_E_TIMEOUT || result == PROV_E_PEER);
    prov_check_free(run);
    target_free(t);
    free(t);
    return 0;
}
