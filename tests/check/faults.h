/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tables of faults share.
 */
#ifndef PROV_TESTS_CHECK_FAULTS_H
#define PROV_TESTS_CHECK_FAULTS_H

#include "edit.h"

extern const struct fault faults_hello[], faults_flight[], faults_session[];
extern const size_t faults_hello_count, faults_flight_count, faults_session_count;

/* A ClientHello in epoch 0, or a piece of one. */
bool is_hello(const struct datagram *d);
bool offers_suite(const struct flow *f, uint16_t suite);
bool offers_alone(const struct flow *f, uint16_t suite);
bool is_record(const struct datagram *d, uint8_t type, uint16_t epoch);
bool is_raw_mode(const struct flow *f);
bool is_cert_mode(const struct flow *f);
bool is_nobody(const struct flow *f); /* asks for a name that nobody has */
/* Of the alerts in epoch 0. */
void set_alert(struct datagram *d, uint8_t alert);
bool has_alert(struct datagram *d, uint8_t alert);
/* Its body, or NULL. */
uint8_t *server_hello(struct datagram *d, size_t *ret_len);

#endif
