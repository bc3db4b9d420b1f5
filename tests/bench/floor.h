/* SPDX-License-Identifier: Apache-2.0
 *
 * What no server can avoid: the cryptographic operations of its half of a handshake and nothing around
 * them, by the same backend with the same kept objects.
 */
#ifndef FLOOR_H
#define FLOOR_H

#include "world.h"

/* Nanoseconds of one handshake's operations, for each of `count` runs into `each`. PSK: key derivation by
 * HMAC, the transcript's hash, two Finished records. RPK: and a key pair, an agreement, a signature and a
 * check of one. CERT: and one more check, of the end entity under an issuer that is known. */
void floor_measure(struct world *world, enum prov_kind kind, double *each, int count);

#endif
