/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles of every kind and shape, the same each time: for the unit tests, the second decoder, the
 * fuzzer's first seeds and the vectors in tests/vectors.
 */
#ifndef PROV_TESTS_COSE_SAMPLES_H
#define PROV_TESTS_COSE_SAMPLES_H

#include "prov/bundle.h"
#include "prov/deny_list.h"

struct sample {
    const char *name;
    void (*fill)(struct prov_bundle *bundle);
};

extern const struct sample samples[];
extern const size_t sample_count;

/* The sample of that name; all views point at constants. */
void sample_get(const char *name, struct prov_bundle *ret);

/* Two points of RFC 9052, appendix C.7.1: of "11" and of "meriadoc.brandybuck@buckland.example";
 * and the private key of "11". */
extern const uint8_t sample_point_11[PROV_POINT_LEN];
extern const uint8_t sample_point_meriadoc[PROV_POINT_LEN];
extern const uint8_t sample_point_peregrin[PROV_POINT_LEN];
extern const uint8_t sample_scalar_11[PROV_SCALAR_LEN];

/* A deny-list with two issuers, serials of several lengths, and keys. */
extern const struct prov_deny_entries sample_deny_entries;

#endif
