/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the store share: areas, blocks of flash, journal records.
 */
#ifndef PROV_STORE_PRIVATE_H
#define PROV_STORE_PRIVATE_H

#include "prov/store.h"

#define STORE_UNIT         32u /* everything starts and ends on a multiple: the largest program unit */
#define STORE_INDEX_LEN    64u
#define STORE_HEAD_LEN     (STORE_UNIT + STORE_INDEX_LEN) /* of a slot: clean mark and index */
#define STORE_RECORD_LEN   64u
#define STORE_RECORD_DATA  44u
#define STORE_RECORD_CHECK 16u
#define STORE_LOG_KEEP     16u /* log records that move to a fresh journal sector, at the most */

/* --- store_flash.c ---- */

uint32_t store_area_size(const struct prov_store *store);
uint32_t store_factory_at(const struct prov_store *store);
uint32_t store_slot_at(const struct prov_store *store, int slot);
uint32_t store_journal_at(const struct prov_store *store, int journal);
uint32_t store_deny_at(const struct prov_store *store, int area);
PROV_MUST prov_result store_geometry(struct prov_store *store);

PROV_MUST prov_result store_read(struct prov_store *store, uint32_t at, uint8_t *ret, size_t len);
/* Programs and reads back. PROV_E_IO if what is there is not what was written. */
PROV_MUST prov_result store_program(struct prov_store *store, uint32_t at, const uint8_t *data,
                                    size_t len);
PROV_MUST prov_result store_sync(struct prov_store *store);
bool store_octets_blank(const struct prov_store *store, const uint8_t *octets, size_t len);
/* Whether [at, end) reads as erased. */
PROV_MUST prov_result store_blank(struct prov_store *store, uint32_t at, uint32_t end, bool *ret);
/* The end of what is written in [at, end), rounded up to a unit. */
PROV_MUST prov_result store_written_end(struct prov_store *store, uint32_t at, uint32_t end,
                                        uint32_t *ret);
PROV_MUST prov_result store_erase_sectors(struct prov_store *store, uint32_t at, uint32_t count);

/* Octets in, units out. Wipe it (store_writer_end does). */
struct store_writer {
    struct prov_store *store;
    uint32_t at, end; /* next unit, and where the room ends */
    size_t fill;
    uint8_t unit[STORE_UNIT];
};
void store_writer_begin(struct store_writer *writer, struct prov_store *store, uint32_t at,
                        uint32_t end);
PROV_MUST prov_result store_writer_put(struct store_writer *writer, struct prov_bytes octets);
PROV_MUST prov_result store_writer_end(struct store_writer *writer);

/* --- store_index.c ---- */

enum store_type {
    STORE_IDENTITY = 1,
    STORE_CREDENTIAL = 2,
    STORE_SNAPSHOT = 3,
    STORE_DENY_LIST = 4
};

struct store_index {
    enum store_type type;
    uint8_t entry;
    bool from_factory;
    uint32_t sequence, length;
    uint32_t offset; /* of the body, from the start of the region */
};
enum store_found { STORE_FOUND_NOTHING = 0, STORE_FOUND_TORN, STORE_FOUND_VALID };
/* Reads the index at `at` and checks the digest over it and its body, which must lie in [low,
 * high). PROV_E_VERSION if it is whole and of a newer format. */
PROV_MUST prov_result store_index_read(struct prov_store *store, uint32_t at, uint32_t low,
                                       uint32_t high, struct store_index *ret,
                                       enum store_found *ret_found);
/* Programs the index over a body that is in place; syncs before and after. */
PROV_MUST prov_result store_index_write(struct prov_store *store, uint32_t at,
                                        const struct store_index *index);

/* --- store.c ---- */

/* Into the ring, with the time; a log that cannot be written stops nothing. */
void store_log(struct prov_store *store, enum prov_log_event event, const char *server,
               uint32_t value);

/* --- store_journal.c ---- */

enum store_record {
    STORE_RECORD_STATE = 1,
    STORE_RECORD_SEED = 2,
    STORE_RECORD_LOG = 3,
    STORE_RECORD_SESSION = 4 /* … 9 */
};
#define STORE_SESSION_PARTS (PROV_STORE_SESSION_MAX / STORE_RECORD_DATA)
_Static_assert(STORE_SESSION_PARTS *STORE_RECORD_DATA == PROV_STORE_SESSION_MAX,
               "a session fills its records");

/* Finds the journal in use, the last state and seed. */
PROV_MUST prov_result store_journal_open(struct prov_store *store, bool *ret_has_state);
/* Appends; moves to the other sector when this one is full. */
PROV_MUST prov_result store_journal_append(struct prov_store *store, enum store_record type,
                                           struct prov_bytes payload);
/* Makes `state` the store's, on flash first. */
PROV_MUST prov_result store_state_put(struct prov_store *store,
                                      const struct prov_store_state *state);
/* Number `index` of the log records in the sector in use. */
PROV_MUST prov_result store_journal_log(struct prov_store *store, uint32_t index,
                                        uint8_t ret[STORE_RECORD_DATA]);

/* --- store_slot.c ---- */

PROV_MUST prov_result store_slots_open(struct prov_store *store, bool has_state);
PROV_MUST prov_result store_slot_clear(struct prov_store *store, int slot);
/* The sequence of the snapshot in a place, 0: none. */
uint32_t store_slot_sequence(const struct prov_store *store, enum prov_store_place place);
/* A place as a run of framed entries: where it starts and how long it is. */
PROV_MUST prov_result store_slot_span(struct prov_store *store, enum prov_store_place place,
                                      uint32_t *ret_at, uint32_t *ret_len);

/* Puts a snapshot with the entry in use at once: for what was installed by hand. */
PROV_MUST prov_result store_slot_install(struct prov_store *store, const struct prov_entry *entry,
                                         struct prov_buf work);

/* --- store_deny.c ---- */

PROV_MUST prov_result store_deny_open(struct prov_store *store);

/* --- store_factory.c ---- */

PROV_MUST prov_result store_factory_open(struct prov_store *store);
PROV_MUST prov_result store_factory_find(struct prov_store *store, enum store_type type,
                                         size_t index, struct store_index *ret);

#endif
