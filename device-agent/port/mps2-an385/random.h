/* SPDX-License-Identifier: Apache-2.0
 *
 * Random octets: AES-CTR-DRBG (NIST SP 800-90A) over a seed that the board is given. Until there is one, and
 * when drawing fails, it says no (RFC 7925, section 12).
 */
#ifndef BOARD_RANDOM_H
#define BOARD_RANDOM_H

#include "prov/crypto.h"

#include <mbedtls/ctr_drbg.h>

struct board_random {
    mbedtls_ctr_drbg_context drbg;
    struct prov_bytes entropy; /* while it is being seeded */
    bool seeded;
    uint32_t requests, fails_after; /* it fails at the request behind; 0: never */
};

void random_begin(struct board_random *random);
/* entropy: at least 32 octets that nobody knows; more: what else differs, a kept seed for one. */
PROV_MUST prov_result random_seed(struct board_random *random, struct prov_bytes entropy,
                                  struct prov_bytes more);
struct prov_random random_source(struct board_random *random);

#endif
