/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to prov_flow_serve as a session would make them.
 */
#ifndef TESTS_FLOW_SERVE_FIXTURE_H
#define TESTS_FLOW_SERVE_FIXTURE_H

#include "fixture.h"

extern const uint8_t serve_tls_unique[PROV_DTLS_TLS_UNIQUE_LEN];

struct served {
    prov_result result;
    struct prov_flow_answer answer;
    uint8_t room[PROV_ENROLL_RESPONSE_MAX];
};

/* Over a forward-secret session with channel binding, unless `request` says otherwise afterwards.
 */
struct prov_flow_request serve_request(struct fixture *f, const struct prov_flow_peer *peer,
                                       enum prov_enroll_op op, struct prov_bytes body);
void serve(struct fixture *f, const struct prov_flow_request *request, struct served *ret);
/* Both at once, with the defaults. */
void serve_op(struct fixture *f, const struct prov_flow_peer *peer, enum prov_enroll_op op,
              struct prov_bytes body, struct served *ret);
/* The code is the one expected, there is no body, and nothing was written. */
void serve_refused(struct fixture *f, const struct prov_flow_request *request, uint8_t code);

/* The body of a request to /prov/psk. */
struct prov_bytes psk_request_id(uint8_t seed, uint8_t room[17]);
/* Asks for a PSK and confirms it: the device is enrolled. Answers the new credential's id. */
struct prov_uuid enroll_psk(struct fixture *f, const struct prov_uuid *by, uint8_t seed);
/* Bootstrap and active operational credentials of the kind. */
struct prov_uuid make_credential(struct fixture *f, enum prov_kind kind, enum prov_use use);

#endif
