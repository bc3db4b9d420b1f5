/* SPDX-License-Identifier: Apache-2.0
 *
 * Resumption (RFC 7925, section 7): what is kept of the last session with a credential, so that the next
 * connection needs no public key. Never for a candidate, whose handshake is full (H35), and never for a
 * session that delivers a PSK: who has the kept secret could read that (row 11).
 *
 * It is written down sealed (H33), AES-128-CCM under a key made from the credential's own secret:
 *
 *     length of sealed and tag 2 │ nonce 12 │ sealed (made 8 │ until 8 │ suite 2 │ kind 1 │ fragment 1 │
 *     id length 1 │ id 32 │ master secret 48 │ ticket) │ tag 16
 *
 * A ticket only of a constrained server (RFC 5077), and only one that has room.
 *
 * The journal is append-only, so what was dropped stays on flash until its sector is erased. The seal
 * sees to it that it can't be opened once the credential is gone; a thief who has the credential needs no
 * session. A credential in a key holder has no secret here: its sessions are not written down.
 */
#include <string.h>

#include "agent_private.h"
#include "prov/text.h"

#define PLAIN_MIN 101
#define PLAIN_MAX (PROV_STORE_SESSION_MAX - HEAD_LEN - TAG_LEN)
#define HEAD_LEN  (2 + PROV_AEAD_NONCE_LEN)
#define TAG_LEN   16

#define DAY ((int64_t)(PROV_DTLS_RESUME_MS / 1000))

/* --- sealing ---------------------------------------------------------------------------------- */

static struct prov_bytes credential_secret(const struct prov_agent *agent)
{
    const struct prov_entry *entry = &agent->entry;
    if (entry->kind == PROV_KIND_PSK)
        return entry->psk;
    return entry->key.source == PROV_KEY_SCALAR ? entry->key.scalar : PROV_BYTES_NONE;
}

/* HMAC-SHA-256 with the credential's secret over a label and the server's name, the first half. */
static prov_result seal_key(struct prov_agent *agent, uint8_t ret[PROV_HASH_LEN])
{
    struct prov_crypto *crypto = agent->port->crypto;
    struct prov_bytes secret = credential_secret(agent);
    struct prov_hmac hmac = {{0}};
    const struct prov_bytes parts[] = {prov_bytes_text("prov kept session: "),
                                       prov_bytes_text(agent->report.server.text)};
    if (secret.len == 0)
        return PROV_E_NOT_FOUND;
    prov_result r = prov_crypto_hmac_begin(crypto, &hmac, secret);
    if (r == PROV_OK)
        r = prov_crypto_hmac(crypto, &hmac, parts, 2, ret);
    prov_crypto_hmac_drop(crypto, &hmac);
    return r;
}

static struct prov_bytes put_plain(const struct prov_agent *agent, uint8_t ret[PLAIN_MAX])
{
    const struct prov_dtls_resumable *resumable = &agent->resumable;
    struct prov_buf buf = prov_buf_make(ret, PLAIN_MAX);
    prov_put_u64(&buf, (uint64_t)agent->resumable_made);
    prov_put_u64(&buf, (uint64_t)agent->resumable_until);
    prov_put_u16(&buf, resumable->suite);
    prov_put_u8(&buf, resumable->kind);
    prov_put_u8(&buf, resumable->max_fragment);
    prov_put_u8(&buf, resumable->session_id_len);
    prov_put(&buf, resumable->session_id, sizeof resumable->session_id);
    prov_put(&buf, resumable->master, sizeof resumable->master);
    if (resumable->ticket_len <= PLAIN_MAX - PLAIN_MIN)
        prov_put(&buf, resumable->ticket, resumable->ticket_len);
    return prov_buf_bytes(&buf);
}

static bool take_plain(struct prov_agent *agent, struct prov_bytes plain)
{
    struct prov_dtls_resumable *resumable = &agent->resumable;
    struct prov_reader reader = prov_reader_make(plain);
    struct prov_bytes id = PROV_BYTES_NONE, master = PROV_BYTES_NONE, ticket = PROV_BYTES_NONE;
    uint64_t made = 0, until = 0;
    *resumable = (struct prov_dtls_resumable){.extended_master = true};
    if (!prov_take_u64(&reader, &made) || !prov_take_u64(&reader, &until) ||
        !prov_take_u16(&reader, &resumable->suite) || !prov_take_u8(&reader, &resumable->kind) ||
        !prov_take_u8(&reader, &resumable->max_fragment) ||
        !prov_take_u8(&reader, &resumable->session_id_len) ||
        !prov_take(&reader, sizeof resumable->session_id, &id) ||
        !prov_take(&reader, sizeof resumable->master, &master) ||
        !prov_take(&reader, prov_reader_left(&reader), &ticket) ||
        ticket.len > sizeof resumable->ticket)
        return false;
    memcpy(resumable->session_id, id.data, id.len);
    memcpy(resumable->master, master.data, master.len);
    if (ticket.len > 0)
        memcpy(resumable->ticket, ticket.data, ticket.len);
    resumable->ticket_len = (uint16_t)ticket.len;
    agent->resumable_made = (int64_t)made;
    agent->resumable_until = (int64_t)until;
    return true;
}

static prov_result seal(struct prov_agent *agent, struct prov_buf *ret)
{
    uint8_t key[PROV_HASH_LEN], octets[PLAIN_MAX], nonce[PROV_AEAD_NONCE_LEN];
    prov_result r = seal_key(agent, key);
    if (r == PROV_OK)
        r = prov_crypto_random(agent->port->crypto, nonce, sizeof nonce);
    if (r == PROV_OK) {
        struct prov_bytes plain = put_plain(agent, octets);
        prov_put_u16(ret, (uint16_t)(plain.len + TAG_LEN));
        prov_put(ret, nonce, sizeof nonce);
        uint8_t *sealed = prov_put_space(ret, plain.len + TAG_LEN);
        r = sealed == NULL
                ? PROV_E_OVERFLOW
                : prov_crypto_seal(agent->port->crypto, PROV_AEAD_AES_128_CCM, PROV_BYTES(key, 16),
                                   nonce, PROV_BYTES_NONE, plain, sealed);
    }
    prov_wipe(key, sizeof key);
    prov_wipe(octets, sizeof octets);
    return r;
}

/* PROV_E_DIGEST: another credential's, or a mix that a power cut has left. */
static prov_result unseal(struct prov_agent *agent)
{
    uint8_t box[PROV_STORE_SESSION_MAX], key[PROV_HASH_LEN], plain[PLAIN_MAX];
    prov_result r = prov_store_session_get(agent->store, box);
    size_t len = r == PROV_OK ? (size_t)box[0] << 8 | box[1] : 0;
    if (r == PROV_OK && (len < PLAIN_MIN + TAG_LEN || len > PLAIN_MAX + TAG_LEN))
        r = PROV_E_DIGEST;
    if (r == PROV_OK)
        r = seal_key(agent, key);
    if (r == PROV_OK)
        r = prov_crypto_open(agent->port->crypto, PROV_AEAD_AES_128_CCM, PROV_BYTES(key, 16),
                             box + 2, PROV_BYTES_NONE, PROV_BYTES(box + HEAD_LEN, len), plain);
    if (r == PROV_OK && !take_plain(agent, PROV_BYTES(plain, len - TAG_LEN)))
        r = PROV_E_CORRUPT;
    prov_wipe(key, sizeof key);
    prov_wipe(plain, sizeof plain);
    return r;
}

/* --- a session -------------------------------------------------------------------------------- */

void agent_resume_forget(struct prov_agent *agent)
{
    prov_dtls_resumable_wipe(&agent->resumable);
    agent->has_resumable = false;
}

static void drop(struct prov_agent *agent)
{
    agent_resume_forget(agent);
    prov_result kept = prov_store_session_drop(agent->store);
    (void)kept; /* what can't be dropped is refused again, and in this operation not offered */
}

/* The engine compares the name with the one that it sends. */
static prov_result name_digest(struct prov_agent *agent)
{
    struct prov_bytes name = agent->config.server_name != NULL
                                 ? prov_bytes_text(agent->config.server_name->text)
                                 : PROV_BYTES_NONE;
    if (name.len == 0)
        return PROV_OK;
    return prov_crypto_sha256(agent->port->crypto, &name, 1, agent->resumable.name);
}

void agent_resume_offer(struct prov_agent *agent)
{
    int64_t now = 0;
    agent_resume_forget(agent);
    if (agent->request->no_resumption || agent->candidate || agent->wanted == PROV_KIND_PSK ||
        agent->resume_failed)
        return;
    if (unseal(agent) != PROV_OK) {
        agent_resume_forget(agent);
        return;
    }
    /* Without a clock its age is not known; with one that has gone back neither. */
    if (!agent_time(agent, &now) || now < agent->resumable_made || now >= agent->resumable_until ||
        name_digest(agent) != PROV_OK) {
        drop(agent);
        return;
    }
    agent->resumable.made_ms = agent->now_ms;
    agent->config.resume = &agent->resumable;
}

bool agent_resume_failed(struct prov_agent *agent)
{
    if (agent->config.resume == NULL)
        return false;
    agent->resume_failed = true;
    drop(agent);
    return true;
}

/* The certificate of the server is not looked at when a session is resumed: not after its end. */
void agent_resume_note(struct prov_agent *agent)
{
    bool resumed = prov_dtls_resumed(&agent->dtls);
    int64_t now = 0;
    if (resumed && agent->ticket.len == 0) { /* the one before is still good */
        agent->ticket.len = agent->resumable.ticket_len;
        memcpy(agent->ticket.octets, agent->resumable.ticket, agent->resumable.ticket_len);
    }
    agent->config.resume = NULL;
    if (!agent->candidate)
        agent->report.abbreviated = resumed;
    /* not of a session that a PSK is delivered in: who steals what is kept could read it */
    agent->has_resumable =
        prov_dtls_resumable(&agent->dtls, agent->now_ms, &agent->resumable) == PROV_OK &&
        agent_time(agent, &now) && (agent->candidate || agent->wanted != PROV_KIND_PSK);
    if (resumed)
        return;
    agent->resumable_made = now;
    agent->resumable_until = now + DAY < agent->chain_until ? now + DAY : agent->chain_until;
}

/* A constrained server keeps nothing: its ticket does (RFC 7925, section 7). */
void agent_resume_started(struct prov_agent *agent)
{
    agent->ticket.len = 0;
    agent->chain_until = PROV_TIME_NEVER;
    if (agent->config.constrained_server)
        prov_dtls_set_ticket(&agent->dtls, &agent->ticket);
}

/* A failure here costs the next connection a full handshake and nothing else. */
void agent_resume_keep(struct prov_agent *agent)
{
    uint8_t octets[PROV_STORE_SESSION_MAX];
    struct prov_buf box = PROV_BUF_OF(octets);
    const struct prov_dtls_resumable *resumable = &agent->resumable;
    if (agent->request->no_resumption)
        return;
    bool kept = agent->has_resumable &&
                (resumable->session_id_len > 0 || resumable->ticket_len > 0) &&
                seal(agent, &box) == PROV_OK &&
                prov_store_session_put(agent->store, prov_buf_bytes(&box)) == PROV_OK;
    if (!kept)
        drop(agent);
    agent_resume_forget(agent);
}
