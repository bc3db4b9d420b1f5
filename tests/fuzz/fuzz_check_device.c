/* SPDX-License-Identifier: Apache-2.0
 *
 * The judge of devices is sent whatever comes: kind 1, then datagrams: flow 1, length 2, octets. Flow with 0x80: the
 * octets at the place of the cookie become the judge's, so that a hello can pass; with 0x40: time goes on
 * by a second first. It ends in its time and tells each rule once.
 */
#include "fuzz.h"

#include <string.h>

#include "tests/device/rig.h"

#define HELLO_COOKIE ((size_t)RECORD_HEADER_LEN + MESSAGE_HEADER_LEN + 2 + PROV_DTLS_RANDOM_LEN)

static struct rig_world *world_of_all(void)
{
    static struct rig_world world;

    if (world.crypto == NULL)
        rig_world_make(&world);
    world.random_state = 0xF022;
    return &world;
}

/* The cookie of the last HelloVerifyRequest. */
static void pull(struct rig *rig, uint8_t cookie[COOKIE_LEN])
{
    uint8_t room[RIG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);
    unsigned flow;

    while (prov_check_pull(rig->run, rig->now_ms, &flow, &out)) {
        if (out.len == RECORD_HEADER_LEN + MESSAGE_HEADER_LEN + 3 + COOKIE_LEN &&
            room[RECORD_HEADER_LEN] == MESSAGE_HELLO_VERIFY_REQUEST)
            memcpy(cookie, room + out.len - COOKIE_LEN, COOKIE_LEN);
        out.len = 0;
    }
}

/* session_id<0..32>, then the cookie. */
static void put_cookie(uint8_t *datagram, size_t len, const uint8_t cookie[COOKIE_LEN])
{
    size_t at = len > HELLO_COOKIE ? HELLO_COOKIE + 1 + datagram[HELLO_COOKIE] : len;

    if (at + 1 + COOKIE_LEN <= len && datagram[at] == COOKIE_LEN)
        memcpy(datagram + at + 1, cookie, COOKIE_LEN);
}

static void push(struct rig *rig, uint8_t flow, struct prov_bytes datagram,
                 uint8_t cookie[COOKIE_LEN])
{
    uint8_t *exact = malloc(datagram.len > 0 ? datagram.len : 1);

    FUZZ_CHECK(exact != NULL);
    if (datagram.len > 0)
        memcpy(exact, datagram.data, datagram.len);
    if ((flow & 0x80) != 0)
        put_cookie(exact, datagram.len, cookie);
    rig->now_ms += (flow & 0x40) != 0 ? 1000 : 1;
    prov_check_push(rig->run, rig->now_ms, flow & 0x3F, exact, datagram.len);
    (void)prov_check_step(rig->run, rig->now_ms);
    pull(rig, cookie);
    free(exact);
}

static void run_out(struct rig *rig, uint8_t cookie[COOKIE_LEN])
{
    unsigned steps = 0;

    while (prov_check_step(rig->run, rig->now_ms) != PROV_CHECK_DONE) {
        uint64_t next = prov_check_deadline(rig->run);
        pull(rig, cookie);
        FUZZ_CHECK(next <= 300000 && ++steps < 1000);
        rig->now_ms = next > rig->now_ms ? next : rig->now_ms + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rig rig;
    static const struct rig_switch slow = {.slow = true};
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));
    struct prov_bytes datagram;
    uint8_t kind, flow, cookie[COOKIE_LEN] = {0};

    if (!prov_take_u8(&reader, &kind))
        return 0;
    rig_make(&rig, world_of_all(), (enum rig_mode)(kind % RIG_MODES),
             (kind & 0x80) != 0 ? &slow : NULL);
    while (prov_take_u8(&reader, &flow) && prov_take_vector(&reader, 2, &datagram))
        push(&rig, flow, datagram, cookie);
    run_out(&rig, cookie);
    prov_result result = prov_check_end(rig.run);
    FUZZ_CHECK(result == PROV_OK || result == PROV_E_TIMEOUT || result == PROV_E_PEER);
    size_t rules = 0;
    for (size_t i = 0; prov_check_rule_at(i) != NULL; i++)
        rules += (prov_check_rule_at(i)->subjects & PROV_CHECK_DEVICE) != 0;
    FUZZ_CHECK(rig.finding_count == rules);
    rig_free(&rig);
    return 0;
}
