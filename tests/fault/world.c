/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_TIME 1780000000 /* Unix seconds, when the clock is believed */

/* --- the board ---------------------------------------------------------------------------------- */

static uint64_t uptime_ms(void *context)
{
    return ((const struct world *)context)->now_ms;
}

static enum prov_clock_trust clock_now(void *context, int64_t *ret)
{
    const struct world *world = context;
    *ret = world->time + (int64_t)(world->now_ms / 1000);
    return world->trust;
}

static void log_entry(void *context, const struct prov_agent_log *entry)
{
    struct world *world = context;
    for (int event = 1; event < 16; event++)
        if (strcmp(prov_log_event_text((enum prov_log_event)event), entry->event) == 0)
            world->logged[event]++;
}

/* xorshift64*: repeatable, and not the same at both ends. */
static bool fill(void *context, uint8_t *out, size_t len)
{
    uint64_t *state = context;
    for (size_t i = 0; i < len; i++) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        out[i] = (uint8_t)((*state * 2685821657736338717u) >> 56);
    }
    return true;
}

static bool device_fill(void *context, uint8_t *out, size_t len)
{
    struct world *world = context;
    if (world->random_fails > 0 && --world->random_fails == 0)
        return false;
    return fill(&world->seeds[0], out, len);
}

void world_make(struct world *world, enum prov_kind bootstrap)
{
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(octets);
    memset(world, 0, sizeof *world);
    world->trust = PROV_CLOCK_TRUSTED;
    world->time = WORLD_TIME;
    struct prov_crypto **cryptos[] = {&world->crypto, &world->server_crypto};
    for (int i = 0; i < 2; i++) {
        world->seeds[i] = 0x9e3779b97f4a7c15u + (uint64_t)i;
        world->randoms[i] = i == 0 ? (struct prov_random){device_fill, world}
                                   : (struct prov_random){fill, &world->seeds[i]};
        if (prov_crypto_make(&world->randoms[i], cryptos[i]) != PROV_OK)
            abort();
    }
    model_make(&world->model, world->server_crypto);
    sim_flash_make(&world->flash, 4096, 7, 16, 0xff);
    world->flash.deny_sectors = 2;
    world->port = (struct prov_port){.flash = sim_flash_port(&world->flash),
                                     .crypto = world->crypto,
                                     .uptime_ms = uptime_ms,
                                     .clock = clock_now,
                                     .log = log_entry,
                                     .context = world};
    world->workspace = calloc(1, sizeof *world->workspace);
    if (world->workspace == NULL)
        abort();
    model_bundle(&world->model, bootstrap, &bundle);
    if (prov_store_open(&world->store, &world->port) != PROV_OK ||
        prov_store_install_bundle(&world->store, prov_buf_bytes(&bundle), false) != PROV_OK)
        abort();
    prov_agent_open(&world->agent, &world->store, world->workspace);
}

void world_free(struct world *world)
{
    prov_agent_close(&world->agent);
    model_free(&world->model);
    free(world->workspace);
    prov_crypto_free(world->crypto);
    prov_crypto_free(world->server_crypto);
}

void world_reboot(struct world *world)
{
    prov_agent_close(&world->agent);
    sim_flash_reboot(&world->flash);
    world->queued = 0;
    world->has_late = false;
    world->now_ms += 5000;
    if (prov_store_open(&world->store, &world->port) != PROV_OK)
        abort();
    prov_agent_open(&world->agent, &world->store, world->workspace);
}

/* --- the wire ----------------------------------------------------------------------------------- */

void world_fate(struct world *world, enum wire_fate fate, unsigned at)
{
    world->fate = fate;
    world->fate_at = world->sent + at;
}

static void enqueue(struct world *world, const struct world_datagram *datagram)
{
    if (world->queued == WORLD_QUEUE)
        abort();
    world->queue[world->queued++] = *datagram;
}

/* Counts the first fragments of the plain handshake messages in a datagram. */
static void look_at(struct world *world, bool to_server, const uint8_t *octets, size_t len)
{
    world->octets[!to_server] += len;
    if (to_server && len > 25 && len <= sizeof world->hello && octets[0] == 22 && octets[13] == 1) {
        memcpy(world->hello, octets, len);
        world->hello_len = len;
    }
    while (len >= 13) {
        size_t content = (size_t)octets[11] << 8 | octets[12];
        bool plain = octets[0] == 22 && octets[3] == 0 && octets[4] == 0;
        if (len < 13 + content)
            return;
        for (size_t at = 13; plain && at + 12 <= 13 + content;) {
            const uint8_t *head = octets + at;
            bool first = head[6] == 0 && head[7] == 0 && head[8] == 0;
            world->messages[!to_server][head[0] & 31] += first;
            at += 12 + ((size_t)head[10] << 8 | head[11]);
        }
        octets += 13 + content;
        len -= 13 + content;
    }
}

static void carry(struct world *world, bool to_server, unsigned port, const uint8_t *octets,
                  size_t len)
{
    static struct world_datagram datagram;
    datagram = (struct world_datagram){.to_server = to_server, .port = port, .len = len};
    memcpy(datagram.octets, octets, len);
    world->sent++;
    look_at(world, to_server, octets, len);
    enum wire_fate fate = world->sent == world->fate_at ? world->fate : FATE_NONE;
    if (fate == FATE_SERVER_DIES)
        model_die(&world->model);
    if (fate == FATE_LOST || (world->deaf && to_server))
        return;
    if (fate == FATE_LATE) {
        world->late = datagram;
        world->has_late = true;
        return;
    }
    enqueue(world, &datagram);
    if (fate == FATE_DOUBLED)
        enqueue(world, &datagram);
}

static void from_server(void *context, unsigned port, const uint8_t *octets, size_t len)
{
    carry(context, false, port, octets, len);
}

static bool deliver(struct world *world)
{
    static struct world_datagram datagram;
    if (world->queued == 0)
        return false;
    datagram = world->queue[0];
    memmove(world->queue, world->queue + 1, --world->queued * sizeof world->queue[0]);
    if (world->has_late) { /* behind the one after it */
        world->has_late = false;
        enqueue(world, &world->late);
    }
    if (datagram.to_server) {
        model_receive(&world->model, world->now_ms, datagram.port, datagram.octets, datagram.len,
                      from_server, world);
        return true;
    }
    if (datagram.port != world->port_number)
        return true; /* nobody listens there any more */
    world->delivered = datagram;
    prov_agent_push(&world->agent, world->now_ms, world->delivered.octets, datagram.len);
    return true;
}

/* record 13 │ handshake 12 │ version 2 │ random 32 │ session id │ cookie │ suites │ compression │ extensions */
bool world_extension(const struct world *world, uint16_t type, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(world->hello, world->hello_len));
    struct prov_bytes skipped, extensions;
    uint16_t found = 0;
    if (!prov_take(&reader, 13 + 12 + 2 + 32, &skipped) ||
        !prov_take_vector(&reader, 1, &skipped) || !prov_take_vector(&reader, 1, &skipped) ||
        !prov_take_vector(&reader, 2, &skipped) || !prov_take_vector(&reader, 1, &skipped) ||
        !prov_take_vector(&reader, 2, &extensions))
        abort();
    reader = prov_reader_make(extensions);
    while (prov_take_u16(&reader, &found) && prov_take_vector(&reader, 2, ret))
        if (found == type)
            return true;
    return false;
}

/* --- running ------------------------------------------------------------------------------------ */

static void resolve(struct world *world)
{
    static const uint8_t loopback[4] = {127, 0, 0, 1};
    world->port_number++;
    prov_result r = prov_agent_set_peer(
        &world->agent, world->peer_ip != NULL ? PROV_BYTES(world->peer_ip, world->peer_ip_len)
                                              : PROV_BYTES_OF(loopback));
    (void)r; /* refused: the agent has failed and says so */
}

static void pull_all(struct world *world)
{
    uint8_t octets[MODEL_DATAGRAM];
    struct prov_buf out = PROV_BUF_OF(octets);
    while (prov_agent_pull(&world->agent, world->now_ms, &out)) {
        carry(world, true, world->port_number, out.data, out.len);
        out = PROV_BUF_OF(octets);
    }
}

static void inject(struct world *world)
{
    uint8_t octets[64];
    if (world->injections == 0 || world->injected_session == world->port_number)
        return;
    world->injections--;
    world->injected_session = world->port_number;
    memcpy(octets, world->injected.data, world->injected.len);
    prov_agent_push(&world->agent, world->now_ms, octets, world->injected.len);
    while (prov_agent_step(&world->agent, world->now_ms) == PROV_AGENT_AGAIN)
        ;
}

/* Nothing is under way: the time goes to the next deadline. */
static bool jump(struct world *world)
{
    uint64_t agent = prov_agent_deadline(&world->agent), server = model_deadline(&world->model);
    uint64_t next = agent < server ? agent : server;
    if (world->has_late) {
        world->has_late = false;
        enqueue(world, &world->late);
        return true;
    }
    if (next == UINT64_MAX)
        return false;
    world->now_ms = (next > world->now_ms ? next : world->now_ms) + world->oversleep_ms;
    model_tick(&world->model, world->now_ms, from_server, world);
    return true;
}

/* The datagram's room may be used for something else while the agent sleeps. */
static enum prov_agent_event step(struct world *world)
{
    if (world->before_step != NULL)
        world->before_step(world);
    enum prov_agent_event event = prov_agent_step(&world->agent, world->now_ms);
    if (event == PROV_AGENT_WAIT && prov_agent_deadline(&world->agent) != 0)
        memset(world->delivered.octets, 0xa5, sizeof world->delivered.octets);
    if (world->after_step != NULL)
        world->after_step(world, event);
    return event;
}

prov_result world_run_request(struct world *world, const struct prov_agent_request *request)
{
    uint64_t limit = world->oversleep_ms > 0 ? UINT64_MAX : world->now_ms + 3600000;
    prov_result r = prov_agent_begin(&world->agent, request, world->now_ms);
    if (r != PROV_OK)
        return r;
    for (unsigned rounds = 0; world->now_ms < limit && rounds < 100000; rounds++) {
        enum prov_agent_event event = step(world);
        if (event == PROV_AGENT_RESOLVE)
            resolve(world);
        if (event == PROV_AGENT_AGAIN || event == PROV_AGENT_RESOLVE)
            continue;
        pull_all(world);
        if (event == PROV_AGENT_DONE || event == PROV_AGENT_FAILED) {
            while (!world->flash.off && deliver(world))
                ;
            return prov_agent_report(&world->agent)->result;
        }
        if (deliver(world))
            inject(world);
        else if (!jump(world))
            return PROV_E_STATE;
    }
    return PROV_E_STATE;
}

prov_result world_run(struct world *world, enum prov_agent_op op, enum prov_kind kind)
{
    struct prov_agent_request request = {.op = op, .kind = kind, .tries = 3};
    prov_result r = world_run_request(world, &request);
    prov_agent_close(&world->agent);
    if (!world->flash.off)
        prov_agent_open(&world->agent, &world->store, world->workspace);
    return r;
}

/* --- what both ends hold ------------------------------------------------------------------------ */

int world_match(struct world *world, enum prov_store_place place)
{
    uint8_t room[PROV_STORE_ENTRY_MAX];
    struct prov_entry entry;
    if (prov_store_find(&world->store, place, NULL, (enum prov_kind)0, room, &entry) != PROV_OK)
        return -1;
    for (int i = world->model.count - 1; i >= 0; i--) {
        const struct model_credential *credential = &world->model.credentials[i];
        bool same = entry.kind == PROV_KIND_PSK
                        ? prov_bytes_equal(entry.psk_identity, PROV_BYTES_OF(credential->identity))
                        : prov_bytes_equal(entry.point, PROV_BYTES_OF(credential->point));
        if (same && credential->kind == entry.kind)
            return i;
    }
    return -1;
}

bool world_accepted(struct world *world, enum prov_store_place place)
{
    int i = world_match(world, place);
    if (i < 0)
        return false;
    enum prov_state state = world->model.credentials[i].state;
    if (place == PROV_STORE_FACTORY && world->model.enrolled)
        return false; /* it opens nothing any more */
    return state == PROV_STATE_ACTIVE || state == PROV_STATE_PENDING;
}

bool world_settled(struct world *world)
{
    int current = world_match(world, PROV_STORE_CURRENT), active = 0;
    for (int i = 0; i < world->model.count; i++)
        active += world->model.credentials[i].use == PROV_USE_OPERATIONAL &&
                  world->model.credentials[i].state == PROV_STATE_ACTIVE;
    return current >= 0 && active == 1 &&
           world->model.credentials[current].state == PROV_STATE_ACTIVE &&
           !prov_store_unfinished(&world->store) && !world->store.damaged &&
           !world->flash.rewritten;
}
