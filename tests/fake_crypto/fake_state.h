/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of the fake backend.
 */
#ifndef PROV_TESTS_FAKE_STATE_H
#define PROV_TESTS_FAKE_STATE_H

#include "fake_crypto.h"

/* A running digest; fits into prov_hash and prov_hmac. */
struct fake_mix {
    uint64_t lanes[4];
    uint64_t len;
    uint64_t alive;
};
struct fake_mix fake_mix_begin(uint64_t domain);
void fake_mix_add(struct fake_mix *mix, struct prov_bytes bytes);
void fake_mix_end(struct fake_mix mix, uint8_t ret[PROV_HASH_LEN]);

struct prov_crypto {
    bool has_random;
    struct prov_random random;
    uint64_t drawn;
    unsigned calls, fail_at;
    long alive; /* objects not dropped */
    struct prov_fake_entry trace[PROV_FAKE_TRACE_MAX];
    size_t trace_len;
};

/* Notes the call; false if it has to fail. */
bool fake_call(struct prov_crypto *crypto, enum prov_fake_operation operation, size_t len);
bool fake_fill(struct prov_crypto *crypto, uint8_t *ret, size_t len);

#endif
