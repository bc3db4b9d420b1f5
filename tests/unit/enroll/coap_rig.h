/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to the server's half of enrollment, made and read by the codec of core.
 */
#ifndef PROV_TESTS_COAP_RIG_H
#define PROV_TESTS_COAP_RIG_H

#include "prov/enroll_server.h"

#define NONE 0xffffu

struct rig {
    struct prov_enroll_session s;
    struct prov_fqdn host;
    uint16_t next_id;
    uint64_t now;
    uint8_t out[PROV_ENROLL_MESSAGE_MAX];
    struct prov_buf reply;
    struct prov_coap_message m; /* the reply, decoded */
    struct prov_enroll_request request;
};

/* What a test sends; zero and NULL: not there. */
struct ask {
    uint8_t code;
    const char *path;
    uint32_t format; /* NONE: no Content-Format; 0 is text/plain */
    uint32_t accept; /* 0: none */
    const char *host, *query;
    struct prov_bytes payload;
    const struct prov_coap_block *block1, *block2;
    uint32_t size1;
    uint16_t odd; /* another option's number */
    uint16_t id;  /* 0: the next one */
    bool non;
};

void rig_begin(struct rig *r);
enum prov_enroll_event feed(struct rig *r, struct prov_bytes message);
enum prov_enroll_event ask(struct rig *r, struct ask a);
void answer(struct rig *r, uint8_t code, uint16_t format, struct prov_bytes body);
uint32_t option_uint(const struct rig *r, uint16_t number);
struct prov_coap_block option_block(const struct rig *r, uint16_t number);
void assert_refused(struct rig *r, struct ask a, uint8_t code);
struct prov_bytes octets(uint8_t *room, size_t len);

#define SEN  "/.well-known/est/sen"
#define CRTS "/.well-known/est/crts"
#define CORE "/.well-known/core"
#define BODY ((struct prov_bytes){(const uint8_t *)"csr", 3})

#endif
