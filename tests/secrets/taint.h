/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROV_TESTS_TAINT_H
#define PROV_TESTS_TAINT_H

#include "prov/crypto.h"

/* From here on memcheck tells of every branch and address that depends on these octets; or no longer. */
void taint_hide(const void *data, size_t len);
void taint_show(const void *data, size_t len);
bool taint_is_hidden(const void *data, size_t len);

/* Faults for the test of the test. */
enum taint_leak {
    TAINT_LEAK_NONE = 0,
    TAINT_LEAK_COMPARE, /* secrets are compared until the first difference */
    TAINT_LEAK_BRANCH,  /* a branch on a bit of a key */
    TAINT_LEAK_ADDRESS, /* an entry of a table, chosen by a key */
    TAINT_LEAK_CLEAR    /* a Finished goes out that is not sealed */
};
extern enum taint_leak taint_leak;

/* What HMAC gives may be seen: the registry's check of its key file and its index of PSKs, which lie in the
 * database as they are. */
extern bool taint_tags_are_public;

#endif
