/* SPDX-License-Identifier: Apache-2.0
 *
 * A store over a simulated flash, for tests of it.
 */
#ifndef PROV_TESTS_STORE_RIG_H
#define PROV_TESTS_STORE_RIG_H

#include "prov/store.h"
#include "tests/fault/sim_flash.h"

extern struct sim_flash flash;
extern struct prov_port port;
extern struct prov_store store;
extern uint8_t work[PROV_STORE_ENTRY_MAX];

#define ROOM work

/* Of a test: 8 sectors of 1024 octets, an empty store. */
int setup(void **state);
int teardown(void **state);
/* Another flash, erased. */
void make(uint32_t sector, uint32_t count, uint32_t unit, uint8_t erased);
/* After a reset. */
void reopen(void);
/* A PSK entry whose identity is `number`; its views point to a static. */
struct prov_entry psk_entry(const char *server, uint32_t number);
/* The number of the newest entry for the server, 0: none. */
uint32_t number_at(enum prov_store_place place, const char *server);
void rotate_to(const char *server, uint32_t number);
/* Where the slot starts that the current snapshot is in. */
uint32_t current_at(void);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
