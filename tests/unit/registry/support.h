/* SPDX-License-Identifier: Apache-2.0
 *
 * What the registry's tests share: a folder of their own with a real SQLite file, a clock and a
 * random source that can be told to fail, shorthands for rows, and a second, plain view of the
 * file.
 */
#ifndef TEST_REGISTRY_SUPPORT_H
#define TEST_REGISTRY_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "prov/registry.h"
#include "prov/text.h"

#define TEST_NOW INT64_C(1764000000) /* seconds */

struct box {
    char folder[64];
    char path[128];
    char key_path[128];
    int64_t now_ms;
    uint64_t random_state;
    int random_left; /* calls until the source fails; -1: never */
    struct prov_crypto *crypto;
    struct prov_registry_config config;
    struct prov_registry *registry;
    struct prov_why why;
};

/* A folder without a registry; with one; both are taken down by box_teardown. */
int box_setup_empty(void **state);
int box_setup(void **state);
int box_teardown(void **state);
/* Closes and opens again. */
void box_reopen(struct box *box);
prov_result box_create(struct box *box);

/* Asserts the result, that there are words, that they hold `part`, and clears them. */
void assert_why(struct box *box, prov_result result, prov_result expected, const char *part);
/* Asserts PROV_OK and shows the words otherwise. */
void assert_done(struct box *box, prov_result result);

/* The nth device, server; a name for them. */
struct prov_eui64 eui(uint8_t n);
struct prov_fqdn fqdn(const char *text);
void add_device(struct box *box, uint8_t n);
void add_server(struct box *box, const char *text);
/* Credentials with made-up keys: `seed` decides id, key, identity, serial. Secrets live in static
 * storage of the seed. */
struct prov_credential_new new_psk(uint8_t device, const char *server, uint8_t seed);
struct prov_credential_new new_rpk(uint8_t device, const char *server, uint8_t seed);
struct prov_credential_new new_cert(uint8_t device, const char *server, uint8_t seed);
struct prov_uuid uuid_of(uint8_t seed);
const struct prov_secret *secret_of(uint8_t seed);
/* Adds, and answers it as it is read back. */
struct prov_credential add(struct box *box, const struct prov_credential_new *credential);
struct prov_credential get(struct box *box, uint8_t seed);
enum prov_state state_of(struct box *box, uint8_t seed);

/* Everything in the file in one number, read by a connection that is not the registry's. */
uint64_t digest(const struct box *box);
/* Runs SQL on the file from outside; answers SQLite's code. */
int raw(const struct box *box, const char *sql);
int64_t raw_number(const struct box *box, const char *sql);
/* Number of events, and whether the last one has the verb. */
int64_t events(const struct box *box);
void assert_last_event(const struct box *box, const char *verb);
/* Whether the octets stand anywhere in the database, its log or its shared memory. */
bool file_holds(const struct box *box, struct prov_bytes needle);
bool exists(const char *path, const char *suffix);
unsigned mode_of(const char *path, const char *suffix);
/* Files in the folder. */
int file_count(const struct box *box);

#endif
