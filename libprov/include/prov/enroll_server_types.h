/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/enroll_server_types.h: the layout of a session's CoAP state, so that the caller can place
 * it. The members are private to enroll/server.
 *
 * About 11 KiB: a server lends it to a session while requests are in work and takes it back after
 * PROV_ENROLL_LIFETIME_MS without one; nothing that matters is lost then, since flow's verbs answer
 * a repeated request with the same object.
 */
#ifndef PROV_ENROLL_SERVER_TYPES_H
#define PROV_ENROLL_SERVER_TYPES_H

#include "prov/enroll.h"

#define PROV_ENROLL_DEDUP       4   /* answers kept for repeated message ids */
#define PROV_ENROLL_MESSAGE_MAX 640 /* largest CoAP message sent: a 512 octet block and options */
#define PROV_ENROLL_LIFETIME_MS 247000u /* EXCHANGE_LIFETIME (RFC 7252, section 4.8.2) */

/* An answer that was sent, for messages that come again. */
struct prov_enroll_kept {
    uint64_t at_ms;
    uint16_t id;
    bool used;
    bool confirmable; /* what it answers; a repeated NON gets nothing (RFC 7252, section 4.3) */
    uint16_t len;
    uint8_t octets[PROV_ENROLL_MESSAGE_MAX];
};

/* What the answer to the request in work needs to know of it. */
struct prov_enroll_work {
    bool busy;
    bool confirmable;
    uint16_t id;
    uint8_t token[PROV_COAP_TOKEN_MAX];
    uint8_t token_len;
    enum prov_enroll_op op;
    uint16_t accept;
    bool has_block1, has_block2;
    struct prov_coap_block block1, block2;
};

struct prov_enroll_session {
    const struct prov_fqdn *host; /* or NULL: any Uri-Host */
    uint8_t szx;                  /* the largest block sent and asked for */
    uint16_t next_id;             /* of messages that are not acknowledgements */
    struct prov_enroll_work work;

    /* Block1: the request's body, as far as it has come */
    enum prov_enroll_op in_op; /* 0: none */
    uint64_t in_at_ms;
    size_t in_len;
    uint8_t in[PROV_ENROLL_REQUEST_MAX];

    /* Block2: an answer longer than a block, for the requests of the other ones */
    enum prov_enroll_op out_op; /* 0: none */
    uint16_t out_accept, out_format;
    uint8_t out_code;
    uint64_t out_at_ms;
    size_t out_len;
    uint8_t out[PROV_ENROLL_RESPONSE_MAX];

    uint8_t kept_next;
    struct prov_enroll_kept kept[PROV_ENROLL_DEDUP];
};

#endif
