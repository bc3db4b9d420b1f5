/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles that are spoilt on purpose: encoded samples whose items are replaced, under a right digest.
 */
#ifndef PROV_TESTS_COSE_SPOIL_H
#define PROV_TESTS_COSE_SPOIL_H

#include "prov/bundle.h"
#include "tests/unit/cose/samples.h"

/* One instance for a test program; open and close are its group's set-up and tear-down. */
extern struct prov_crypto *crypto;
int open_crypto(void **state);
int close_crypto(void **state);

struct octets {
    uint8_t data[PROV_BUNDLE_MAX + 64];
    size_t len;
};

void encode(const struct prov_bundle *bundle, struct octets *ret);
void encode_sample(const char *name, struct octets *ret);
/* Makes the digest right again. */
void seal(struct octets *octets);
/* Where the n-th item of the array stands. */
size_t item_at(const struct octets *octets, int n);
/* Puts other octets in the place of the n-th item, and makes the digest right. */
void replace(struct octets *octets, int n, const void *data, size_t len);

/* Fails the test unless the octets are refused so, there, and nothing was put out. */
void refuse_at(const struct octets *octets, prov_result expected, size_t expected_at);
/* Fails the test unless the bundle is not written, and what stood before it stays. */
void refuse_encoding(const struct prov_bundle *bundle, prov_result expected);

enum {
    ID = 1,
    PROFILE,
    USE,
    DEVICE,
    SERVER,
    ADDRESS,
    ISSUED,
    DENY_SIGNER,
    KIND,
    CREDENTIAL,
    PEER,
    DIGEST
};

/* Refuses the sample with the n-th item replaced by the octets of a string literal, at that item.
 */
#define REFUSE_ITEM(sample, n, literal, expected)                                                  \
    do {                                                                                           \
        struct octets octets_;                                                                     \
        encode_sample(sample, &octets_);                                                           \
        replace(&octets_, n, literal, sizeof(literal) - 1);                                        \
        refuse_at(&octets_, expected, item_at(&octets_, n));                                       \
    } while (0)

#endif
