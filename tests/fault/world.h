/* SPDX-License-Identifier: Apache-2.0
 *
 * A device and its server on a simulated wire, with a simulated clock: an agent over sim_flash, a model
 * server, datagrams that are lost, doubled or late. The device can lose its power at any time.
 */
#ifndef PROV_TESTS_WORLD_H
#define PROV_TESTS_WORLD_H

#include "model.h"
#include "prov/agent.h"
#include "sim_flash.h"

enum wire_fate { FATE_NONE = 0, FATE_LOST, FATE_DOUBLED, FATE_LATE, FATE_SERVER_DIES, FATE_COUNT };

#define WORLD_QUEUE 64
struct world_datagram {
    bool to_server;
    unsigned port;
    size_t len;
    uint8_t octets[MODEL_DATAGRAM];
};

struct world {
    struct prov_crypto *crypto;        /* the device's */
    struct prov_crypto *server_crypto; /* the server's */
    uint64_t seeds[2];
    struct prov_random randoms[2];
    struct sim_flash flash;
    struct prov_port port;
    struct prov_store store;
    struct prov_agent agent;
    union prov_agent_workspace *workspace;
    struct model model;
    uint64_t now_ms;
    unsigned port_number;
    /* the wire */
    struct world_datagram queue[WORLD_QUEUE];
    size_t queued;
    struct world_datagram late;
    struct world_datagram delivered; /* to the device: it stays until the agent sleeps */
    bool has_late;
    unsigned sent;    /* datagrams so far, either way */
    unsigned fate_at; /* 1: the next one */
    enum wire_fate fate;
    bool deaf; /* the server hears nothing */
    /* a datagram put before the device in each session, once it has heard anything: "anybody's word" */
    struct prov_bytes injected;
    unsigned injected_session;
    unsigned injections;   /* how many sessions it still meets */
    uint64_t oversleep_ms; /* how much later than the deadline the device wakes */
    unsigned random_fails; /* the device's source fails at that call, 1: the next, once; 0: never */
    /* around each step of the agent's, if there is one */
    void (*before_step)(struct world *world);
    void (*after_step)(struct world *world, enum prov_agent_event event);
    int64_t time; /* Unix seconds, as the clock says */
    enum prov_clock_trust trust;
    const uint8_t *peer_ip;
    size_t peer_ip_len;
    unsigned logged[16]; /* by enum prov_log_event */
    unsigned messages[2]
                     [32]; /* plain handshake messages from the device, from the server, by type */
    size_t octets[2];
    uint8_t hello[1500]; /* the device's last ClientHello, with its record */
    size_t hello_len;
};

void world_make(struct world *world, enum prov_kind bootstrap);
void world_free(struct world *world);
/* Runs one operation to its end, whatever that is. */
prov_result world_run(struct world *world, enum prov_agent_op op, enum prov_kind kind);
prov_result world_run_request(struct world *world, const struct prov_agent_request *request);
/* The power comes back: memory is lost, flash is not. */
void world_reboot(struct world *world);
void world_fate(struct world *world, enum wire_fate fate, unsigned at);
/* The server's credential that the store's place holds, -1: none. */
int world_match(struct world *world, enum prov_store_place place);
/* Whether the server takes the credential that the place holds. */
bool world_accepted(struct world *world, enum prov_store_place place);
/* The body of an extension of the device's last ClientHello; false: it is not there. */
bool world_extension(const struct world *world, uint16_t type, struct prov_bytes *ret);
/* The end that every run must come to: the store's current credential is the one that the server has as
 * active, and nothing is left to do. */
bool world_settled(struct world *world);

#endif
