/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients whose record layer, Finished, timers or nonces are wrong.
 */
#include "faults.h"

#include <string.h>

#define CONTENT_HEARTBEAT 24

static bool is_record(const uint8_t *datagram, size_t len, uint8_t type, uint8_t epoch)
{
    return len > RECORD_HEADER_LEN && datagram[0] == type && datagram[4] == epoch;
}

/* Opens a copy of a datagram of one record in epoch 1. */
static prov_result peek(struct rig *rig, const uint8_t *datagram, size_t len, uint8_t *room,
                        struct prov_bytes *ret)
{
    struct prov_record record;
    size_t at = 0;

    memcpy(room, datagram, len);
    if (!rig->session.keys_ready || !prov_record_take(room, len, 0, &at, &record))
        return PROV_E_STATE;
    return prov_record_open(&rig->session, &record, ret);
}

/* --- Finished -------------------------------------------------------------------------------- */

static bool any_key(struct rig *rig, uint8_t *datagram, size_t *len)
{
    uint8_t room[RIG_MTU];
    struct prov_bytes content;

    if (!is_record(datagram, *len, CONTENT_HANDSHAKE, 1) || rig->session.hs == NULL ||
        peek(rig, datagram, *len, room, &content) != PROV_E_DIGEST)
        return true;
    prov_dtls_complete(&rig->session);
    return false;
}
static bool any_finished(struct rig *rig, uint8_t *datagram, size_t *len)
{
    uint8_t room[RIG_MTU];
    struct prov_bytes content;

    if (!is_record(datagram, *len, CONTENT_HANDSHAKE, 1) || rig->session.hs == NULL ||
        peek(rig, datagram, *len, room, &content) != PROV_OK)
        return true;
    if (memcmp(content.data + MESSAGE_HEADER_LEN,
               prov_finished_make(&rig->session, PROV_DTLS_SERVER), PROV_DTLS_FINISHED_LEN) == 0)
        return true;
    prov_dtls_complete(&rig->session);
    return false;
}

/* --- epoch 0 --------------------------------------------------------------------------------- */

/* From ChangeCipherSpec on nothing of epoch 0 is heard. */
static bool early_change(struct rig *rig, uint8_t *datagram, size_t *len)
{
    if (rig->count == 1 && datagram[4] == 0)
        return false;
    if (is_record(datagram, *len, CONTENT_CHANGE_CIPHER_SPEC, 0))
        rig->count = 1;
    return true;
}
static bool plain_data(struct rig *rig, uint8_t *datagram, size_t *len)
{
    uint8_t reset[4] = {0x70, 0};

    if (!rig->connected || !is_record(datagram, *len, CONTENT_APPLICATION_DATA, 0))
        return true;
    memcpy(reset + 2, datagram + RECORD_HEADER_LEN + 2, 2);
    rig_send(rig, CONTENT_APPLICATION_DATA, PROV_BYTES_OF(reset));
    return false;
}
static bool plain_alert(struct rig *rig, uint8_t *datagram, size_t *len)
{
    if (rig->connected && is_record(datagram, *len, CONTENT_ALERT, 0))
        rig->over = true;
    return true;
}

/* --- epoch 1 --------------------------------------------------------------------------------- */

static bool ends_at_forgery(struct rig *rig, uint8_t *datagram, size_t *len)
{
    static const uint8_t bad_record_mac[] = {LEVEL_FATAL, PROV_ALERT_BAD_RECORD_MAC};
    uint8_t room[RIG_MTU];
    struct prov_bytes content;

    if (!rig->connected || datagram[4] != 1 ||
        peek(rig, datagram, *len, room, &content) != PROV_E_DIGEST)
        return true;
    rig_send(rig, CONTENT_ALERT, PROV_BYTES_OF(bad_record_mac));
    rig->over = true;
    return false;
}
static uint64_t seq_of(const uint8_t *datagram)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(datagram + 5, 6));
    uint64_t seq = 0;

    return prov_take_u48(&reader, &seq) ? seq : 0;
}
static bool no_replay(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)len;
    if (rig->connected && datagram[4] == 1 && seq_of(datagram) == rig->session.window.highest)
        memset(rig->session.window.seen, 0, sizeof(rig->session.window.seen));
    return true;
}
static bool no_window(struct rig *rig, uint8_t *datagram, size_t *len)
{
    uint64_t seq = seq_of(datagram);

    (void)len;
    if (rig->connected && datagram[4] == 1 && seq + 64 < rig->session.window.highest)
        rig->session.window =
            (struct prov_dtls_window){.highest = (uint32_t)(seq - 1), .seen = {1}};
    return true;
}
static bool deaf_to_requests(struct rig *rig, uint8_t *datagram, size_t *len)
{
    return !rig->connected || !is_record(datagram, *len, CONTENT_HANDSHAKE, 1);
}
static bool deaf_to_close(struct rig *rig, uint8_t *datagram, size_t *len)
{
    return !rig->connected || !is_record(datagram, *len, CONTENT_ALERT, 1);
}
static void heartbeats(struct rig *rig)
{
    rig->client.heartbeat = true;
}
static bool heartbleed(struct rig *rig, uint8_t *datagram, size_t *len)
{
    static const uint8_t response[64] = {2, 0, 45};

    if (!rig->connected || !is_record(datagram, *len, CONTENT_HEARTBEAT, 1))
        return true;
    rig_send(rig, CONTENT_HEARTBEAT, PROV_BYTES_OF(response));
    return false;
}

/* --- nonces and ephemeral keys --------------------------------------------------------------- */

/* Sealed again under a nonce that counts from elsewhere. */
static bool other_nonce(struct rig *rig, uint8_t *datagram, size_t *len)
{
    struct prov_dtls *s = &rig->session;
    struct prov_record record;
    size_t at = 0;

    while (prov_record_take(datagram, *len, 0, &at, &record)) {
        if (record.epoch != 1)
            continue;
        size_t tag = prov_aead_tag_len(s->suite->aead), size = record.len - 8 - tag;
        uint8_t nonce[PROV_AEAD_NONCE_LEN], aad[13], *sealed = record.body + 8;
        struct prov_bytes key = {s->write.key, prov_aead_key_len(s->suite->aead)};

        memcpy(nonce, s->write.iv, 4);
        memcpy(nonce + 4, record.body, 8);
        memcpy(aad, record.header + 3, 8);
        memcpy(aad + 8, record.header, 3);
        aad[11] = (uint8_t)(size >> 8);
        aad[12] = (uint8_t)size;
        if (prov_crypto_open(s->crypto, s->suite->aead, key, nonce, PROV_BYTES_OF(aad),
                             PROV_BYTES(sealed, size + tag), sealed) != PROV_OK)
            return true;
        record.body[0] = nonce[4] = 0x80;
        if (prov_crypto_seal(s->crypto, s->suite->aead, key, nonce, PROV_BYTES_OF(aad),
                             PROV_BYTES(sealed, size), sealed) != PROV_OK)
            return true;
    }
    return true;
}

/* While its share is made, the random source says what it has said before. */
static void same_share(struct rig *rig, enum prov_dtls_event event)
{
    static uint64_t kept;

    if (event == PROV_DTLS_NEED_PSK) {
        kept = rig->world->random_state;
        rig->world->random_state = 42;
        rig->count = 1;
    } else if (rig->count == 1) {
        rig->world->random_state = kept + 1;
        rig->count = 0;
    }
}

/* --- timers ---------------------------------------------------------------------------------- */

static void fast_timer(struct rig *rig)
{
    rig->client.timer_initial_ms = 1000;
}
static void flat_timer(struct rig *rig)
{
    rig->client.timer_max_ms = 9000;
}
static bool endless(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)datagram;
    (void)len;
    if (rig->session.hs != NULL)
        rig->session.hs->resends = 0;
    return true;
}
static bool same_size(struct rig *rig, uint8_t *datagram, size_t *len)
{
    (void)datagram;
    (void)len;
    if (rig->session.hs != NULL)
        rig->session.hs->halvings = 0;
    return true;
}
static void large_flight(struct rig *rig)
{
    static struct prov_bytes chain[2];

    chain[0] = rig->world->leaf;
    chain[1] = rig->world->root;
    rig->client.chain = chain;
    rig->client.chain_len = 2;
}
static void no_halving(struct rig *rig, enum prov_dtls_event event)
{
    (void)event;
    if (rig->session.hs != NULL)
        rig->session.hs->halvings = 0;
}

/* --- the table ------------------------------------------------------------------------------- */

const struct rig_switch faults_session[] = {
    {"takes any key", RIG_PSK, "client.wrong_key", .in = any_key},
    {"takes any Finished", RIG_RPK, "client.finished", .in = any_finished},
    {"takes an early ChangeCipherSpec", RIG_PSK_FS, "client.early_change", .in = early_change},
    {"takes plain data", RIG_PSK, "client.plain_data", .in = plain_data},
    {"ends at a plain alert", RIG_PSK, "client.plain_alert", .in = plain_alert},
    {"ends at a forged record", RIG_PSK, "client.forged", .in = ends_at_forgery},
    {"takes a record twice", RIG_PSK, "client.replay", .in = no_replay},
    {"takes an old record", RIG_PSK, "client.replay.old", .in = no_window},
    {"ignores HelloRequest", RIG_PSK, "client.renegotiation", .in = deaf_to_requests},
    {"answers any heartbeat", RIG_PSK, "client.heartbeat.oversized", .config = heartbeats,
     .in = heartbleed},
    {"ignores close_notify", RIG_PSK, "client.close", .in = deaf_to_close},
    {"a nonce of its own", RIG_PSK, "client.nonce", .out = other_nonce},
    {"one ephemeral key for all", RIG_PSK_FS, "client.ephemeral", .after = same_share},
    {"a timer of 1 s", RIG_PSK, "client.timer", true, .config = fast_timer},
    {"a timer that does not double", RIG_PSK, "client.timer.doubles", true, .config = flat_timer},
    {"never gives up", RIG_PSK, "client.timer.ends", true, .out = endless},
    {"flights of one size", RIG_CERT, "client.mtu", true, .config = large_flight, .out = same_size,
     .after = no_halving},
    {NULL, .slow = false},
};
