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
uint32_t store_slot_at(const struct prov_store *store, int slot);
uint32_t store_journal_at(const struct prov_store *store, int journal);
uint32_t store_deny_at(const struct prov_store *store, int area);

/* PROV_E_CORRUPT beyond the region. */
PROV_MUST prov_result store_read(struct prov_store *store, uint32_t at, uint8_t *ret, size_t len);
/* PROV_E_CONFLICT: other octets stand there. */
PROV_MUST prov_result store_compare(struct prov_store *store, uint32_t at, const uint8_t *octets,
                                    size_t len);
/* Programs and reads back: PROV_E_IO if what is there is not what was written. */
PROV_MUST prov_result store_program(struct prov_store *store, uint32_t at, const uint8_t *octets,
                                    size_t len);
PROV_MUST prov_result store_sync(struct prov_store *store);
/* The end of what is written in [at, end), rounded up to a unit. */
PROV_MUST prov_result store_written_end(struct prov_store *store, uint32_t at, uint32_t end,
                                        uint32_t *ret);
/* Whole sectors. PROV_E_IO if they are not blank after that. */
PROV_MUST prov_result store_erase(struct prov_store *store, uint32_t at, uint32_t end);

/* Octets in, units out; the first error stays, and nothing is written after it. */
struct store_writer {
    struct prov_store *store; /* NULL: only counts */
    bool compare;             /* writes nothing; PROV_E_CONFLICT if something else stands there */
    uint32_t at;              /* the next octet */
    prov_result result;
    size_t fill;
    uint8_t unit[STORE_UNIT];
};
void store_writer_begin(struct store_writer *writer, struct prov_store *store, uint32_t at);
void store_compare_begin(struct store_writer *writer, struct prov_store *store, uint32_t at);
void store_writer_put(struct store_writer *writer, const uint8_t *octets, size_t len);
/* Fills up the last unit and wipes it. */
PROV_MUST prov_result store_writer_end(struct store_writer *writer);

void store_put_u32(uint8_t *at, uint32_t value);
uint32_t store_u32(const uint8_t *at);

/* --- store_record.c ---- */

enum store_type {
    STORE_NONE = 0, /* no record is; who looks for it meets every one of a newer format */
    STORE_IDENTITY = 1,
    STORE_CREDENTIAL = 2,
    STORE_SNAPSHOT = 3,
    STORE_DENY_LIST = 4,
    STORE_CLEAN = 5,
    /* what a journal holds */
    STORE_STATE = 16,
    STORE_SEED = 17,
    STORE_LOG = 18,
    STORE_SESSION = 32 /* … 38 */
};
#define STORE_SESSION_PARTS (PROV_STORE_SESSION_MAX / STORE_RECORD_DATA)
_Static_assert(STORE_SESSION_PARTS *STORE_RECORD_DATA == PROV_STORE_SESSION_MAX,
               "a session fills its records");

/* Where things stand in a record, in its octets. */
#define STORE_AT_SEQUENCE 4u
#define STORE_AT_DATA     8u
#define STORE_AT_LENGTH   8u  /* of the body behind it */
#define STORE_AT_COUNT    20u /* of a snapshot: its entries */
#define STORE_AT_ORIGIN   24u /* … and 1 if a bootstrap credential got it */

/* All of these work on store->record, the one at hand. */
void store_record_make(struct prov_store *store, enum store_type type, uint32_t sequence);
/* Programs it over a body that is in place; syncs before and after. */
PROV_MUST prov_result store_record_write(struct prov_store *store, uint32_t at);
/* PROV_E_NOT_FOUND: no whole record of the type is there; PROV_E_VERSION: one of a newer format; PROV_E_CONFLICT:
 * one for another geometry. */
PROV_MUST prov_result store_record_read(struct prov_store *store, uint32_t at,
                                        enum store_type type);
uint32_t store_record_u32(const struct prov_store *store, size_t at);
/* A walk over an area. */
struct store_walk {
    uint32_t at;   /* of the record that was found; its body lies behind it */
    uint32_t next; /* behind both */
    uint32_t end;  /* of the area */
    uint32_t length;
};
/* The next record of the type; what is torn is passed over. PROV_E_NOT_FOUND after the last. */
PROV_MUST prov_result store_walk(struct prov_store *store, struct store_walk *walk,
                                 enum store_type type);
/* Appends the record at hand at walk->next with a body: the entry or, if that is NULL, the octets. PROV_E_FULL;
 * PROV_E_OVERFLOW: an entry that has no room in PROV_STORE_ENTRY_MAX octets. */
PROV_MUST prov_result store_append(struct prov_store *store, struct store_walk *walk,
                                   const struct prov_entry *entry, const uint8_t *octets,
                                   size_t len);

/* --- entry.c ---- */

#define STORE_MEMBER_HEAD                                                                          \
    3u /* octets before those of an entry's member; the first one is the server */
void store_entry_put(struct store_writer *writer, const struct prov_entry *entry);

/* --- store_journal.c ---- */

/* Finds the journal in use and the last state. */
PROV_MUST prov_result store_journal_open(struct prov_store *store);
/* Appends; moves to the other sector when this one is full. */
PROV_MUST prov_result store_journal_put(struct prov_store *store, enum store_type type,
                                        const uint8_t *data, size_t len);
/* Takes the last record of the type to hand. PROV_E_NOT_FOUND. */
PROV_MUST prov_result store_journal_get(struct prov_store *store, enum store_type type);
/* Writes the state down as it was changed, or else is what a boot would find now. */
PROV_MUST prov_result store_state_put(struct prov_store *store);

/* --- store_log.c ---- */

/* Into the ring, with the time; a log that cannot be written stops nothing. */
void store_log(struct prov_store *store, enum prov_log_event event, const char *server,
               uint32_t value);
/* The last ones, as many as fit, from the journal sector in use to *to on. */
PROV_MUST prov_result store_log_move(struct prov_store *store, uint32_t sequence, uint32_t *to);

/* --- store_slot.c ---- */

PROV_MUST prov_result store_slots_open(struct prov_store *store);
/* The sequence of the snapshot in a place, 0: none. */
uint32_t store_slot_sequence(const struct prov_store *store, enum prov_store_place place);
/* The entries of a place. PROV_E_NOT_FOUND: there is no such snapshot. */
PROV_MUST prov_result store_place_walk(const struct prov_store *store, enum prov_store_place place,
                                       struct store_walk *ret);
/* Puts a snapshot with the entry in use at once: for what was installed by hand. */
PROV_MUST prov_result store_slot_install(struct prov_store *store, const struct prov_entry *entry);

/* --- store_deny.c ---- */

PROV_MUST prov_result store_deny_open(struct prov_store *store);

/* --- store_factory.c ---- */

/* From the start of the factory area. */
struct store_walk store_factory_walk(const struct prov_store *store);
/* As store_append, behind all that was ever written there. */
PROV_MUST prov_result store_factory_append(struct prov_store *store, const struct prov_entry *entry,
                                           const uint8_t *octets, size_t len);

#endif
