/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients with one rule broken each: the tables, by what the switch changes.
 */
#ifndef PROV_TESTS_DEVICE_FAULTS_H
#define PROV_TESTS_DEVICE_FAULTS_H

#include "rig.h"

/* Each ends with a row without a name. */
extern const struct rig_switch faults_hello[], faults_flight[], faults_chain[], faults_session[];

#define OCTETS(...)                                                                                \
    PROV_BYTES(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

/* The datagram with the body of a message changed, which stands whole in a record of its own: change gets
 * room for RIG_MTU / 2 octets. False if there is none. */
bool fault_rewrite(uint8_t *datagram, size_t *len, uint8_t type,
                   size_t (*change)(struct rig *rig, uint8_t *body, size_t len), struct rig *rig);
/* Puts a message behind the first one of a type; those behind it count on. */
void fault_insert(uint8_t *datagram, size_t *len, uint8_t behind, uint8_t type,
                  struct prov_bytes body);
/* An extension block in place: takes a type out (-1: none), puts one behind the rest (-1: none). */
size_t fault_extensions(uint8_t *block, size_t len, int out, int in, struct prov_bytes body);

#endif
