/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange against a server made of hand-written answers.
 */
#ifndef PROV_TESTS_CLIENT_RIG_H
#define PROV_TESTS_CLIENT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "prov/enroll_client.h"

struct rig {
    struct prov_exchange x;
    uint16_t message_max;
    uint64_t now;
    uint8_t room[2048], out[2048];
    struct prov_coap_message sent; /* the last message pulled */
    struct prov_buf raw;
};

/* What the server says; zero and NULL: not there. */
struct say {
    enum prov_coap_type type;
    uint8_t code;
    uint32_t format; /* 0: none */
    struct prov_bytes payload;
    const struct prov_coap_block *block1, *block2;
    const char *etag;
    uint16_t odd;
    int id_off, token_off; /* what is wrong with them */
    struct prov_bytes max_age;
};

void begin(struct rig *r, enum prov_enroll_op op, struct prov_bytes body);
/* The next message, or false. */
bool pull(struct rig *r);
void say(struct rig *r, struct say s);
void assert_running(const struct rig *r);
void assert_failed(const struct rig *r, prov_result result);

extern uint8_t octets[2048];
struct prov_bytes some(size_t len);

#define ACK   PROV_COAP_ACK
#define CERTS PROV_CF_CERTS_ONLY

#endif
