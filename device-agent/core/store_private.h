/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the store share: areas, blocks of flash, records.
 */
#ifndef PROV_STORE_PRIVATE_H
#define PROV_STORE_PRIVATE_H

#include "prov/store.h"

#define STORE_UNIT         32u /* everything starts and ends on a multiple: the largest program unit */
#define STORE_RECORD_LEN   64u
#define STORE_RECORD_DATA  40u
#define STORE_WITH_SESSION (PROV_WITH_RESUMPTION || PROV_WITH_TICKETS)
#define STORE_LOG_KEEP     16u /* log records that move to a fresh journal sector, at the most */

/* --- store_flash.c ---- */

/* Cuts the region into areas. */
PROV_MUST prov_result store_geometry(struct prov_store *store);
uint32_t store_deny_at(const struct prov_store *store, int area);

PROV_MUST prov_result store_read(struct prov_store *store, uint32_t at, void *ret, size_t len);
/* Programs whole units and reads them back: PROV_E_IO if what is there is not what was written. */
PROV_MUST prov_result store_program(struct prov_store *store, uint32_t at, const void *units,
                                    size_t len);
PROV_MUST prov_result store_sync(struct prov_store *store);
/* Where what is written from `at` on ends, of that length, rounded up to a unit; behind all of it if it cannot be
 * read. */
uint32_t store_written_end(struct prov_store *store, uint32_t at, uint32_t len);
/* Whole sectors. PROV_E_IO if they are not blank after that. */
PROV_MUST prov_result store_erase(struct prov_store *store, uint32_t at, uint32_t len);

/* --- store_record.c ---- */

enum store_type {
    STORE_IDENTITY = 1,
    STORE_CREDENTIAL = 2,
    STORE_DENY_LIST = 3,
    /* what a journal holds */
    STORE_STATE = 16,
    STORE_LOG = 17,
    STORE_SEED = 18,
    STORE_SESSION = 19, /* … 25 */
    STORE_NONE = 256    /* no record is; who looks for it meets every one of a newer format */
};
#define STORE_SESSION_PARTS (PROV_STORE_SESSION_MAX / STORE_RECORD_DATA)
_Static_assert(STORE_SESSION_PARTS *STORE_RECORD_DATA == PROV_STORE_SESSION_MAX,
               "a session fills its records");
/* From STORE_SEED on: of these the last of each type moves on when a journal is full. */
#define STORE_LAST_KEPT                                                                            \
    (STORE_WITH_SESSION ? (int)(STORE_SESSION + STORE_SESSION_PARTS - 1) : STORE_SEED)

/* All of these work on the record at hand, and move it. */
void store_record_make(struct prov_store *store, enum store_type type, uint32_t sequence);
/* Programs it over a body that is in place; syncs before and after. */
PROV_MUST prov_result store_record_write(struct prov_store *store, uint32_t at);
/* The one at store->at. PROV_E_NOT_FOUND: no whole record is there, with a body before the end; PROV_E_VERSION: one of a
 * newer format; PROV_E_CONFLICT: one for another geometry. */
PROV_MUST prov_result store_record_read(struct prov_store *store);
/* A walk: over [next, end). */
static inline void store_walk_over(struct prov_store *store, uint32_t next, uint32_t end)
{
    store->next = next;
    store->end = end;
}
/* The next record of the type; what is torn is passed over. PROV_E_NOT_FOUND after the last. */
PROV_MUST prov_result store_walk(struct prov_store *store, enum store_type type);

/* Writes a body, and the record at hand over it; or compares a body. The first error stays, and nothing is written
 * after it: PROV_E_FULL, PROV_E_CONFLICT. */
struct store_writer {
    struct prov_store *store;
    uint32_t start; /* where the record goes */
    uint32_t at;    /* the next octet */
    uint32_t end;
    prov_result result;
    bool compare;
    uint8_t unit[STORE_UNIT];
};
void store_writer_begin(struct store_writer *writer, struct prov_store *store, uint32_t at,
                        uint32_t end);
/* With the body of the record at `at`; writes nothing. */
void store_compare_begin(struct store_writer *writer, struct prov_store *store, uint32_t at);
void store_writer_put(struct store_writer *writer, const uint8_t *octets, size_t len);
PROV_MUST prov_result store_writer_end(struct store_writer *writer);

/* --- entry.c ---- */

#define STORE_MEMBER_HEAD                                                                          \
    3u /* octets before those of an entry's member; the first one is the server */
void store_entry_put(struct store_writer *writer, const struct prov_entry *entry);

/* --- store_journal.c ---- */

#define STORE_JOURNAL_AREA 3u /* behind the factory area and the slots */
/* Finds the journal in use and the last state. */
PROV_MUST prov_result store_journal_open(struct prov_store *store);
/* Over all that the sector in use holds. */
static inline void store_journal_walk(struct prov_store *store)
{
    store_walk_over(store, store->journal_end - store->geometry[0], store->journal_at);
}
/* Appends; moves to the other sector when this one is full. If it fails, the store is what a boot would find now. */
PROV_MUST prov_result store_journal_put(struct prov_store *store, enum store_type type,
                                        const void *data, size_t len);
/* Takes the last record of the type to hand. PROV_E_NOT_FOUND. */
PROV_MUST prov_result store_journal_get(struct prov_store *store, enum store_type type);
/* Writes the state down as it was changed. */
PROV_MUST prov_result store_state_put(struct prov_store *store);

/* --- store_log.c ---- */

/* Into the ring, with the time; a log that cannot be written stops nothing. */
void store_log(struct prov_store *store, enum prov_log_event event, const char *server,
               uint32_t value);
/* The last ones, as many as fit, from the journal sector in use to *to on. */
PROV_MUST prov_result store_log_move(struct prov_store *store, uint32_t *to);

/* --- store_slot.c ---- */

/* 0: the factory area; 1, 2: the slots. */
void store_area_walk(struct prov_store *store, uint32_t area);
PROV_MUST prov_result store_slots_open(struct prov_store *store);
/* The sequence of the snapshot in a place, 0: none. */
static inline uint32_t store_slot_sequence(const struct prov_store *store,
                                           enum prov_store_place place)
{
    return place == PROV_STORE_FACTORY ? 0 : store->state_words[place - 1];
}
/* Puts a snapshot with the entry in use at once: for what was installed by hand. */
PROV_MUST prov_result store_slot_install(struct prov_store *store, const struct prov_entry *entry);

/* --- store_deny.c ---- */

PROV_MUST prov_result store_deny_open(struct prov_store *store);

/* --- store_factory.c ---- */

/* Of this device: PROV_E_NAME. */
PROV_MUST prov_result store_identity_find(struct prov_store *store);
/* A record behind all that was ever written to the factory area. */
void store_factory_begin(struct store_writer *writer, struct prov_store *store);

#endif
