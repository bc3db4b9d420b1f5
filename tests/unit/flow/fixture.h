/* SPDX-License-Identifier: Apache-2.0
 *
 * A factory in a temporary folder: registry, CAs, one server, one device; a clock that is set by
 * hand.
 */
#ifndef TESTS_FLOW_FIXTURE_H
#define TESTS_FLOW_FIXTURE_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "prov/flow.h"
#include "prov/text.h"

#define FIXTURE_START INT64_C(1795312860) /* 2026-11-22T02:01:00Z */

struct fixture {
    char folder[64];
    char path[96], key_path[96];
    int64_t now_ms;
    struct prov_crypto *crypto;
    struct prov_registry *registry;
    struct prov_pki *pki;
    struct prov_why why;
    struct prov_flow flow;
    struct prov_fqdn server, other_server;
    struct prov_eui64 device, other_device;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* prov_eui64_parse, prov_fqdn_parse of what is right. */
struct prov_eui64 fixture_eui64(const char *text);
struct prov_fqdn fixture_fqdn(const char *text);

/* How many credentials and events there are: what a refusal must leave as it was. */
struct fixture_counts {
    size_t credentials, events;
};
struct fixture_counts fixture_count(struct fixture *f);
void fixture_assert_unchanged(struct fixture *f, struct fixture_counts before);

struct prov_credential fixture_get(struct fixture *f, const struct prov_uuid *id);
struct prov_flow_peer fixture_peer(struct fixture *f, const struct prov_uuid *id);
/* The device's credential in the state; asserts that there is exactly one. */
struct prov_credential fixture_only(struct fixture *f, enum prov_use use, enum prov_state state);

/* Key pairs that a device makes. */
struct device_key {
    struct prov_key key;
    uint8_t point[PROV_POINT_LEN];
};
void device_key_make(struct fixture *f, struct device_key *ret);
void device_key_drop(struct fixture *f, struct device_key *key);
/* A request by the key; challenge NULL: none. */
void device_csr(struct fixture *f, struct device_key *key, const struct prov_csr_plan *plan,
                struct prov_buf *ret);
/* COSE_Sign1 by the key over its own public half, bound to the device and the session. */
void device_sign1(struct fixture *f, struct device_key *signer, const uint8_t point[PROV_POINT_LEN],
                  const struct prov_eui64 *device, const uint8_t *tls_unique, struct prov_buf *ret);

#endif
