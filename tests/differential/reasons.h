/* SPDX-License-Identifier: Apache-2.0
 *
 * Why another server may say something else to the same ClientHello: a table, each row with the section that
 * ours goes by.
 */
#ifndef PROV_TESTS_REASONS_H
#define PROV_TESTS_REASONS_H

#include "verdict.h"

enum peer { PEER_OPENSSL = 1, PEER_GNUTLS = 2 };

/* The index of a reason, or -1. `changes`: how many were made to the hello. */
int reason_find(enum peer peer, struct prov_bytes datagram, unsigned changes, struct verdict ours,
                struct verdict theirs);
extern const size_t reason_count;
const char *reason_text(size_t index);

#endif
