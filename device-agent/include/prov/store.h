/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/store.h: what a device keeps, over the flash of prov/port.h. No heap, no waiting.
 *
 * The region is cut into areas of whole sectors:
 *
 *     factory    what was installed: the EUI-64, a key made on the device, bootstrap credentials. Only
 *                ever appended to: no enroll and no rotate erases it
 *     slot 0, 1  each a whole snapshot: entries keyed by server, one credential and what authenticates
 *                that server in each
 *     journal    two sectors, append-only: which slot is current, candidate, confirmed, failures, time
 *                floor, seed, back-off, log. When one is full the live part moves to the other
 *     deny-list  two sectors, or none: the list in force and the one before it
 *
 * All of it is records: 64 octets with the format's version and a CRC over them and the body behind them, if they
 * have one, so a torn write is seen. A unit is programmed once per erase. Bodies first, their record last: it is
 * the commit. What is written is read back. A store of a newer format is refused and left alone, and so is one that
 * was written for another flash: an image made on a host fits a port of the same geometry.
 *
 *     record:  "pv" │ version 1 │ type 1 │ sequence 4 │ length of the body 4 │ geometry 8 │ data 40 │ CRC-32
 *     factory: (identity │ body, credential │ body)*
 *     slot:    (credential │ body)*
 *     journal: state │ (state, seed, log, session)*
 *     deny:    deny-list │ the signed file
 *
 * What follows a body starts on the next multiple of 32 octets.
 */
#ifndef PROV_STORE_H
#define PROV_STORE_H

#include "prov/bundle.h"
#include "prov/deny_list.h"
#include "prov/port.h"

#define PROV_STORE_VERSION         1
#define PROV_STORE_JOURNAL_SECTORS 2
#define PROV_STORE_DENY_SECTORS    2
#define PROV_STORE_SECTOR_MIN      1024
#define PROV_STORE_SEED_LEN        40
#define PROV_STORE_SESSION_MAX                                                                     \
    280 /* a session that can be resumed, sealed: seven records at most */

/* One entry, encoded. Without certificates none is longer than this. */
#ifndef PROV_STORE_ENTRY_MAX
#define PROV_STORE_ENTRY_MAX (PROV_WITH_CERT ? 4096 : 864)
#endif
#define PROV_ENTRY_PEERS_MAX   (PROV_WITH_RPK || PROV_WITH_CERT ? PROV_BUNDLE_PEERS_MAX : 1)
#define PROV_ENTRY_CHAIN_MAX   (PROV_WITH_CERT ? PROV_BUNDLE_CHAIN_MAX : 1)
#define PROV_ENTRY_ANCHORS_MAX (PROV_WITH_CERT ? PROV_BUNDLE_ANCHORS_MAX : 1)
#define PROV_ENTRY_URLS_MAX    (PROV_WITH_CERTIFICATE_URLS ? PROV_BUNDLE_CHAIN_MAX : 1)

/* --- an entry --------------------------------------------------------------------------------- */

enum prov_key_source {
    PROV_KEY_NONE = 0,
    PROV_KEY_SCALAR = 1, /* 32 octets in the store */
    PROV_KEY_HANDLE = 2, /* a number of prov_port_keys */
    PROV_KEY_DEVICE = 3  /* the key of the identity record */
};
struct prov_key_ref {
    enum prov_key_source source;
    struct prov_bytes scalar; /* PROV_KEY_SCALAR */
    uint32_t handle;          /* PROV_KEY_HANDLE */
};

/* The views of an entry: what is not there is PROV_BYTES_NONE, and so is what follows the last of a list. Their
 * order is that of the keys on flash: no build may shift one that it reads. */
#define PROV_ENTRY_MEMBERS                                                                         \
    (7 + PROV_ENTRY_PEERS_MAX + PROV_ENTRY_CHAIN_MAX + PROV_ENTRY_ANCHORS_MAX)

/* One credential, what authenticates the server, where it is. Views all over: into the room it was read to, or into
 * whatever it is made of. Texts end with a NUL, which their length counts. */
struct prov_entry {
    union {
        struct {
            struct prov_bytes server;            /* text: its name */
            struct prov_bytes address;           /* text: "HOST:PORT"; or none */
            struct prov_bytes deny_signer;       /* the point of who signs deny-lists, or none */
            struct prov_bytes psk_identity, psk; /* PSK */
            struct prov_bytes point;             /* RPK, CERT: of `key` */
            struct prov_bytes peers[PROV_ENTRY_PEERS_MAX]; /* RPK: the server's points */
            struct prov_bytes chain[PROV_ENTRY_CHAIN_MAX]; /* CERT */
            struct prov_bytes anchors[PROV_ENTRY_ANCHORS_MAX];
            struct prov_bytes cached; /* its server's Certificate message, as it was last seen */
        };
        struct prov_bytes members[PROV_ENTRY_MEMBERS];
    };
    struct prov_key_ref key; /* RPK, CERT */
    union {
        struct {
            uint8_t from_factory; /* 1: it was enrolled with a bootstrap credential */
            uint8_t
                new_anchors; /* 1: not all those that the server had been verified by when these came (RFC 7030,
                                     section 4.1.3) */
            uint8_t use;  /* enum prov_use */
            uint8_t kind; /* enum prov_kind; the last octet on flash, which no erased one is like */
        };
        uint8_t head[4];
    };
    size_t url_count;                                      /* 0, or as many as the chain */
    struct prov_certificate_url urls[PROV_ENTRY_URLS_MAX]; /* where the chain lies */
    size_t room_used; /* octets of the room that it was read to */
};
/* How many there are in a list of an entry. */
size_t prov_entry_count(const struct prov_bytes *list, size_t max);
/* A text as an entry has it. */
struct prov_bytes prov_entry_text(const char *text);
PROV_MUST prov_result prov_entry_decode(struct prov_bytes bytes, struct prov_entry *ret);
/* PROV_E_POLICY unless there is something to authenticate with and something that authenticates the
 * server (profile.md, row 1). */
PROV_MUST prov_result prov_entry_check(const struct prov_entry *entry);

/* --- the store -------------------------------------------------------------------------------- */

enum prov_store_confirmed {
    PROV_STORE_UNCONFIRMED = 0,
    PROV_STORE_CONFIRMED = 1, /* the server has heard that current is in flash */
    PROV_STORE_CLEAN = 2      /* … and since then the idle slot was erased whole */
};

/* What the journal says about the slots. Sequences name snapshots; 0: none. */
struct prov_store_state {
    /* as the places of enum prov_store_place are */
    uint32_t current;      /* the snapshot in use */
    uint32_t candidate;    /* staged, not yet committed */
    uint32_t previous;     /* kept until the current one is confirmed */
    uint32_t last;         /* the highest sequence so far: none is used twice */
    uint32_t confirmed;    /* enum prov_store_confirmed */
    uint32_t failures;     /* authentic failures of the candidate */
    uint32_t attempts;     /* operations that failed in a row: for the board's back-off */
    uint32_t time_floor;   /* it is not earlier than this, Unix seconds (row 29) */
    uint32_t deny_version; /* of the newest deny-list that was ever taken (H41) */
    uint32_t cache_void;   /* the snapshot whose cached chains are not the servers' any more */
};
#define PROV_STORE_STATE_WORDS (sizeof(struct prov_store_state) / 4)

/* As it is on flash: its numbers are little-endian, as the processors are that read them. */
struct prov_store_record {
    uint16_t magic;
    uint8_t version, type;
    uint32_t sequence;
    uint32_t length;      /* of the body behind it */
    uint32_t geometry[2]; /* the size of a sector; that of an area, and 1 if it is erased to 0xff */
    union {
        uint8_t data[40];
        uint32_t others; /* of a credential in a slot: how many of that are before it */
    };
    uint32_t check; /* CRC-32 over what is before it and the units of the body */
};

struct prov_store {
    const struct prov_port *port;
    /* the record at hand: what it says and, of a walk over an area, where it starts, what is behind it and where the
     * area ends */
    struct prov_store_record record;
    uint32_t at, next, end;
    uint32_t area;             /* octets of the factory area and of each slot */
    uint32_t journal_at;       /* where the next record goes, in the sector in use */
    uint32_t journal_end;      /* where that ends, 0: none is yet */
    uint32_t journal_sequence; /* the sector's */
    uint32_t geometry[2];      /* as records have it */
    union {
        struct prov_store_state state;
        uint32_t state_words[PROV_STORE_STATE_WORDS];
    };
    uint32_t check;   /* of a record */
    uint32_t listed;  /* the snapshot whose entries are walked over, 0: the factory area's */
    uint32_t slot[2]; /* the snapshot's sequence, 0: no valid one */
    bool open;        /* else nothing is written: what is on flash is not known */
    bool damaged;     /* a snapshot that was in use is lost; what is left is in use */
    /* the deny-list in force: in which of its two sectors, -1: none */
    int deny;
    uint32_t deny_version, deny_length;
};

/* Looks at the flash and writes nothing. An erased region is an empty store. PROV_E_BOUNDS: a
 * geometry that cannot hold a store; PROV_E_CONFLICT: one that this store was not written for; PROV_E_NAME: it is
 * not that of the port's EUI-64; PROV_E_VERSION: a newer format; PROV_E_IO. */
PROV_MUST prov_result prov_store_open(struct prov_store *store, const struct prov_port *port);
void prov_store_wipe(struct prov_store *store);

/* The identity record. put: PROV_E_EXISTS if there is one. */
struct prov_identity {
    struct prov_eui64 eui64;
    struct prov_key_ref key; /* PROV_KEY_NONE: the device made none */
    uint8_t scalar[PROV_SCALAR_LEN];
    uint8_t point[PROV_POINT_LEN];
};
PROV_MUST prov_result prov_store_identity_get(struct prov_store *store, struct prov_identity *ret);
/* Its EUI-64 alone. */
PROV_MUST prov_result prov_store_device(struct prov_store *store, struct prov_eui64 *ret);
PROV_MUST prov_result prov_store_identity_put(struct prov_store *store,
                                              const struct prov_identity *identity);

enum prov_store_place {
    PROV_STORE_FACTORY = 0,
    PROV_STORE_CURRENT,
    PROV_STORE_CANDIDATE,
    PROV_STORE_PREVIOUS
};

/* The entries of a place, one after the other, each read into room; of a snapshot the one that it brought is the last,
 * and has its sequence in store->record. PROV_E_NOT_FOUND after that. PROV_E_CORRUPT: it is not for this build, of a
 * kind that it has not, too long for the room, or damaged. */
void prov_store_list(struct prov_store *store, enum prov_store_place place);
PROV_MUST prov_result prov_store_next(struct prov_store *store, uint8_t room[PROV_STORE_ENTRY_MAX],
                                      struct prov_entry *ret);
/* Number `index` of them. */
PROV_MUST prov_result prov_store_get(struct prov_store *store, enum prov_store_place place,
                                     size_t index, uint8_t room[PROV_STORE_ENTRY_MAX],
                                     struct prov_entry *ret);
static inline bool prov_store_unreadable(prov_result result)
{
    return result == PROV_E_CORRUPT;
}
/* The newest entry for the server (NULL: any) of the kind (0: any). What this build does not know, another kind
 * above all, is passed over. */
PROV_MUST prov_result prov_store_find(struct prov_store *store, enum prov_store_place place,
                                      const struct prov_fqdn *server, enum prov_kind kind,
                                      uint8_t room[PROV_STORE_ENTRY_MAX], struct prov_entry *ret);
/* Appends to the factory area, unless the very same is there. PROV_E_FULL; PROV_E_OVERFLOW: over
 * PROV_STORE_ENTRY_MAX. */
PROV_MUST prov_result prov_store_install(struct prov_store *store, const struct prov_entry *entry);
/* Takes in a bundle of prov/bundle.h: a bootstrap credential goes to the factory area, an
 * operational one becomes current. Refuses another device's (PROV_E_NAME), a key that is not here
 * (PROV_E_NOT_FOUND), and an operational one while a rotation is unfinished (PROV_E_STATE). dry:
 * checks only. */
PROV_MUST prov_result prov_store_install_bundle(struct prov_store *store, struct prov_bytes bundle,
                                                bool dry);

/* The rotation. stage writes a snapshot of the current one with the entry put in place of its
 * server's, makes it the candidate, durably. An unconfirmed snapshot in use is given up for it: the
 * caller knows that the server accepts the predecessor. PROV_E_FULL: the slot has no room, or the entry is over
 * PROV_STORE_ENTRY_MAX. */
PROV_MUST prov_result prov_store_stage(struct prov_store *store, const struct prov_entry *entry);
PROV_MUST prov_result prov_store_commit(struct prov_store *store); /* the candidate is current */
PROV_MUST prov_result
prov_store_confirm(struct prov_store *store); /* frees the old slot, ends failures and attempts */
PROV_MUST prov_result prov_store_failed(struct prov_store *store);  /* counts one more failure */
PROV_MUST prov_result prov_store_give_up(struct prov_store *store); /* the candidate is void */
/* Erases a slot that nothing refers to: what a power cut left. */
PROV_MUST prov_result prov_store_tidy(struct prov_store *store);
/* Whether something is staged or unconfirmed. */
bool prov_store_unfinished(const struct prov_store *store);
/* Whether any entry refers to the key. */
PROV_MUST prov_result prov_store_uses_handle(struct prov_store *store, uint32_t handle,
                                             uint8_t room[PROV_STORE_ENTRY_MAX], bool *ret);

/* Takes in a deny-list in place of the one in force, whole or not at all. PROV_E_FULL: the board keeps
 * none; PROV_E_NOT_FOUND: no bundle has named a signer; PROV_E_BOUNDS: too large; PROV_E_SIGNATURE: not by a
 * signer that a bundle has named; PROV_E_VERSION: a newer format; PROV_E_CONFLICT: not newer than one
 * that was taken before (the very same once more is fine). ret (may be filled if it fails so): what is
 * in the list, views into `file`. dry: checks only. */
PROV_MUST prov_result prov_store_deny_install(struct prov_store *store, struct prov_bytes file,
                                              uint8_t work[PROV_STORE_ENTRY_MAX], bool dry,
                                              struct prov_deny_list *ret);
/* The list in force, read into room. PROV_E_NOT_FOUND: none. */
PROV_MUST prov_result prov_store_deny_get(struct prov_store *store, struct prov_buf room,
                                          struct prov_deny_list *ret);
/* Whether a list that was taken is no longer there: an older one, or none, is in force. */
bool prov_store_deny_lost(const struct prov_store *store);

/* A server has shown another chain than the snapshot has: prov_store_get gives none from there. */
PROV_MUST prov_result prov_store_cache_void(struct prov_store *store, uint32_t sequence);

/* Small changes. floor never goes back. */
PROV_MUST prov_result prov_store_floor(struct prov_store *store, int64_t seconds);
PROV_MUST prov_result prov_store_attempt_failed(struct prov_store *store); /* counts an operation */

/* For a board without a true random generator. get: what to mix into the factory's entropy at a start: 28 octets of
 * what was put at the one before, and 12 that no start had before, whatever became of the journal. Where that has no
 * seed, at the first start or when it is lost, get writes 32 octets to the factory area: PROV_E_FULL. put: drawn
 * after that, and before anything else is. Unless both are PROV_OK nothing may be drawn. A region that is written
 * anew, or back, starts over: it needs other entropy. */
PROV_MUST prov_result prov_store_seed_get(struct prov_store *store,
                                          uint8_t ret[PROV_STORE_SEED_LEN]);
PROV_MUST prov_result prov_store_seed_put(struct prov_store *store,
                                          const uint8_t seed[PROV_STORE_SEED_LEN]);

/* What it takes to resume a session, sealed by the agent: what is here is as good as noise, and a power cut may
 * leave a mix of two. PROV_E_NOT_FOUND. */
PROV_MUST prov_result prov_store_session_put(struct prov_store *store, struct prov_bytes session);
/* Behind what was put stands anything. */
PROV_MUST prov_result prov_store_session_get(struct prov_store *store,
                                             uint8_t ret[PROV_STORE_SESSION_MAX]);
/* Nothing is written if there is none. */
PROV_MUST prov_result prov_store_session_drop(struct prov_store *store);

/* The log: a ring in the journal (profile.md, row 62). */
enum prov_log_event {
    PROV_LOG_HANDSHAKE = 1,
    PROV_LOG_ALERT = 2,
    PROV_LOG_REQUEST = 3,
    PROV_LOG_STAGE = 4,
    PROV_LOG_COMMIT = 5,
    PROV_LOG_CONFIRM = 6,
    PROV_LOG_GIVE_UP = 7,
    PROV_LOG_RESUME = 8,
    PROV_LOG_NO_TIME = 9, /* validity periods were not looked at: no clock */
    PROV_LOG_INSTALL = 10,
    PROV_LOG_FALL_BACK = 11,
    PROV_LOG_DENIED = 12,   /* what the server showed is on the deny-list */
    PROV_LOG_DENY_LIST = 13 /* one was taken: its version */
};
const char *prov_log_event_text(enum prov_log_event event);
#define PROV_LOG_SERVER   22 /* octets of the server's name that are kept */
#define PROV_LOG_NO_ALERT 255
struct prov_log_record {
    enum prov_clock_trust clock;
    int64_t time; /* Unix seconds, or milliseconds since the start without a clock */
    enum prov_log_event event;
    prov_result result;
    int alert, sent; /* as struct prov_agent_log */
    uint32_t value;
    char server[PROV_LOG_SERVER + 1];
};
PROV_MUST prov_result prov_store_log_put(struct prov_store *store,
                                         const struct prov_log_record *record);
/* Number `index` from the oldest on. PROV_E_NOT_FOUND after the last. */
PROV_MUST prov_result prov_store_log_get(struct prov_store *store, uint32_t index,
                                         struct prov_log_record *ret);

#endif
