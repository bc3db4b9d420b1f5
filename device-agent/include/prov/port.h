/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/port.h: what a board provides to the agent. A struct of functions and a context: any number
 * of instances, no globals. The board's own loop moves datagrams (prov/agent.h).
 *
 * Every function answers PROV_OK or the class of what failed; none may block for long.
 */
#ifndef PROV_PORT_H
#define PROV_PORT_H

#include "prov/bytes.h"
#include "prov/crypto.h"
#include "prov/identifier.h"

/* Flash: sectors of equal size; programmed in units; a unit is programmed once per erase. Offsets
 * count from the start of the agent's region. A store fits the flash that it was written for: the size of a
 * sector, the sectors of an area, (sector_count - deny_sectors - 2) / 3, and the erased octet stand in its records;
 * where they are others it is not opened. That holds for an image made on a host too. */
struct prov_flash {
    uint32_t sector_size;  /* octets erased together; at least PROV_STORE_SECTOR_MIN */
    uint32_t sector_count; /* at least 3 + PROV_STORE_JOURNAL_SECTORS + deny_sectors */
    uint32_t program_unit; /* 1, 2, 4, 8, 16 or 32 octets */
    uint8_t erased;        /* what an erased octet reads as: 0xff or 0x00 */
    uint8_t
        deny_sectors; /* the last ones of sector_count, for a deny-list: 2, or 0 if none is kept */
    /* An error is for a flash that does not answer. A unit whose ECC fails, as one that was torn does,
     * is given back as any octets: the store's own checks find it. */
    PROV_MUST prov_result (*read)(void *context, uint32_t offset, uint8_t *ret, size_t len);
    /* offset and len are multiples of program_unit */
    PROV_MUST prov_result (*program)(void *context, uint32_t offset, const uint8_t *data,
                                     size_t len);
    PROV_MUST prov_result (*erase)(void *context, uint32_t sector);
    /* Returns when all that was programmed and erased before will survive a power cut. */
    PROV_MUST prov_result (*sync)(void *context);
    void *context;
};

/* A region for those who have no reason to take another: four sectors for each area, two for the journal, two for
 * a deny-list. prov-agent, the board in this repository and `prov bundle export --format ihex` have it. */
#define PROV_FLASH_SECTOR       4096u
#define PROV_FLASH_SECTORS      16u
#define PROV_FLASH_UNIT         8u
#define PROV_FLASH_ERASED       0xffu
#define PROV_FLASH_DENY_SECTORS 2u

/* How far the clock can be believed (profile.md, row 29). */
enum prov_clock_trust { PROV_CLOCK_NONE = 0, PROV_CLOCK_COARSE = 1, PROV_CLOCK_TRUSTED = 2 };

/* Long-term keys in a holder that never shows them (a secure element): a P-256 key by number. The
 * store keeps the number where it would keep a scalar. */
struct prov_port_keys {
    /* Makes a key; the number stays good over a power cut. */
    PROV_MUST prov_result (*make)(void *context, uint32_t *ret_handle);
    PROV_MUST prov_result (*point)(void *context, uint32_t handle, uint8_t ret[PROV_POINT_LEN]);
    /* ECDSA over a SHA-256 digest, r || s. */
    PROV_MUST prov_result (*sign)(void *context, uint32_t handle,
                                  const uint8_t digest[PROV_HASH_LEN],
                                  uint8_t ret[PROV_SIGNATURE_LEN]);
    /* The key is not referred to any more. A power cut may swallow this call: a holder with little
     * room can drop every number that prov_store_uses_handle denies. */
    void (*drop)(void *context, uint32_t handle);
    void *context;
};

/* What the agent tells about itself: never a secret, never a whole PSK identity. */
struct prov_agent_log {
    const char
        *event; /* static: "handshake", "alert", "request", "stage", "commit", "confirm", … */
    const char *server; /* or NULL */
    prov_result result;
    int alert;      /* enum prov_alert, or -1 */
    int sent;       /* 1 sent, 0 received, -1 neither */
    uint32_t value; /* depends on the event: a slot, a CoAP code, a count */
};

struct prov_port {
    struct prov_flash flash;
    struct prov_crypto *crypto;        /* its random source refuses until it is seeded */
    const struct prov_port_keys *keys; /* or NULL: keys are scalars in the store */
    const struct prov_eui64
        *eui64; /* the device's own, where the hardware has one (fuses, radio): no other device's
                                     * store is opened then; or NULL */
    uint64_t (*uptime_ms)(void *context); /* monotonic */
    enum prov_clock_trust (*clock)(void *context, int64_t *ret_seconds);
    void (*log)(void *context, const struct prov_agent_log *entry); /* or NULL */
    void *context;
};

#endif
