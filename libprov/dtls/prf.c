/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript, the PRF and the key schedule (RFC 5246, sections 5, 6.3, 7.4.9, 8.1; RFC 7627).
 */
#include "resume.h"

#include <string.h>

/* P_hash(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) …, A(0) = seed,
 * A(i) = HMAC(secret, A(i-1)); the seed of the PRF is label | seed. */
static prov_result expand(struct prov_crypto *crypto, struct prov_hmac *hmac, const char *label,
                          struct prov_bytes seed, uint8_t *ret, size_t len)
{
    uint8_t a[PROV_HASH_LEN], block[PROV_HASH_LEN];
    const struct prov_bytes parts[] = {PROV_BYTES_OF(a), prov_bytes_text(label), seed};
    const struct prov_bytes *before = parts + 1;
    size_t count = 2, step;
    prov_result result = PROV_OK;

    for (; result == PROV_OK && len > 0; ret += step, len -= step) {
        step = len < sizeof(block) ? len : sizeof(block);
        result = prov_crypto_hmac(crypto, hmac, before, count, a);
        if (result == PROV_OK)
            result = prov_crypto_hmac(crypto, hmac, parts, 3, block);
        if (result == PROV_OK)
            memcpy(ret, block, step);
        before = parts;
        count = 1;
    }
    prov_wipe(a, sizeof(a));
    prov_wipe(block, sizeof(block));
    return result;
}

prov_result prov_prf(struct prov_crypto *crypto, struct prov_bytes secret, const char *label,
                     struct prov_bytes seed, uint8_t *ret, size_t len)
{
    struct prov_hmac hmac = {{0}};
    prov_result result = prov_crypto_hmac_begin(crypto, &hmac, secret);

    if (result == PROV_OK)
        result = expand(crypto, &hmac, label, seed, ret, len);
    prov_crypto_hmac_drop(crypto, &hmac);
    return result;
}

/* The handshake's secret is another one now. */
static void key(struct prov_dtls *s, size_t secret_len)
{
    struct prov_dtls_handshake *hs = s->hs;

    hs->secret_len = (uint8_t)secret_len;
    prov_crypto_hmac_drop(s->crypto, &hs->prf);
    prov_dtls_note(s,
                   prov_crypto_hmac_begin(s->crypto, &hs->prf, PROV_BYTES(hs->secret, secret_len)));
}

/* Of the secret, which ret may be itself. */
static void derive(struct prov_dtls *s, const char *label, const uint8_t *seed, size_t seed_len,
                   uint8_t *ret, size_t len)
{
    prov_dtls_note(s, expand(s->crypto, &s->hs->prf, label, PROV_BYTES(seed, seed_len), ret, len));
}

/* --- transcript ------------------------------------------------------------------------------ */

void prov_transcript_begin(struct prov_dtls *s)
{
    s->hs->hashing = true;
    prov_dtls_note(s, prov_crypto_hash_begin(s->crypto, &s->hs->transcript));
}

void prov_transcript_add(struct prov_dtls *s, struct prov_bytes message)
{
    s->hs->digest_fresh = false;
    prov_dtls_note(s, prov_crypto_hash_add(s->crypto, &s->hs->transcript, message));
}

void prov_transcript_digest(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (!hs->digest_fresh)
        prov_dtls_note(s, prov_crypto_hash_peek(s->crypto, &hs->transcript, hs->digest));
    hs->digest_fresh = true;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* uint16 N | other_secret | uint16 N | psk. RFC 4279, section 2: other_secret is N zeros; RFC 5489, section 2: Z, which
 * is there already or comes later. */
void prov_premaster_make(struct prov_dtls *s, struct prov_bytes psk)
{
    size_t other = s->suite->kx == PROV_KX_PSK ? psk.len : PROV_SCALAR_LEN;
    uint8_t *behind = s->hs->secret + 2 + other;

    prov_store16(s->hs->secret, other);
    prov_store16(behind, psk.len);
    memcpy(behind + 2, psk.data, psk.len);
    s->hs->secret_len = (uint8_t)(2 + other + 2 + psk.len);
}

uint8_t *prov_premaster_shared(struct prov_dtls *s)
{
    if (!prov_dtls_is_public(s))
        return s->hs->secret + 2;
    s->hs->secret_len = PROV_SCALAR_LEN;
    return s->hs->secret;
}

/* RFC 5246, section 6.3: client and server write key, client and server write IV. */
static void derive_keys(struct prov_dtls *s)
{
    bool client = prov_dtls_is_client(s);
    struct prov_dtls_keys *ends[] = {client ? &s->write : &s->read, client ? &s->read : &s->write};
    uint8_t block[2 * (PROV_AEAD_KEY_MAX + PROV_AEAD_NONCE_LEN)];
    size_t key = prov_aead_key_len(s->suite->aead), iv = s->suite->fixed_iv_len;

    derive(s, "key expansion", s->hs->randoms, sizeof(s->hs->randoms), block, 2 * (key + iv));
    for (size_t i = 0; i < 2; i++) {
        memcpy(ends[i]->key, block + i * key, key);
        memcpy(ends[i]->iv, block + 2 * key + i * iv, iv);
    }
    s->keys_ready = true;
    prov_wipe(block, sizeof(block));
}

/* RFC 7627, section 4: over the session hash, ClientKeyExchange included; RFC 5246, section 8.1 otherwise. Of a session
 * that has an id or gets a ticket the master secret is also kept for the next time. */
void prov_keys_derive(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    uint8_t seed[2 * PROV_DTLS_RANDOM_LEN];

    prov_transcript_digest(s);
    key(s, hs->secret_len);
    if (s->extended_master) {
        derive(s, "extended master secret", hs->digest, PROV_HASH_LEN, hs->secret,
               PROV_DTLS_MASTER_LEN);
    } else {
        memcpy(seed, hs->random_client, PROV_DTLS_RANDOM_LEN);
        memcpy(seed + PROV_DTLS_RANDOM_LEN, hs->random_server, PROV_DTLS_RANDOM_LEN);
        derive(s, "master secret", seed, sizeof(seed), hs->secret, PROV_DTLS_MASTER_LEN);
    }
    key(s, PROV_DTLS_MASTER_LEN);
    /* what is left of the premaster secret (RFC 5246, section 8.1) */
    prov_wipe(hs->secret + PROV_DTLS_MASTER_LEN, sizeof(hs->secret) - PROV_DTLS_MASTER_LEN);
    if (PROV_DTLS_RESUMES && s->extended_master && (s->kept.session_id_len > 0 || hs->facts.ticket))
        prov_resume_master(s, hs->secret);
    derive_keys(s);
}

void prov_keys_resume(struct prov_dtls *s)
{
    memcpy(s->hs->secret, s->kept.master, sizeof(s->kept.master));
    key(s, sizeof(s->kept.master));
    derive_keys(s);
}

void prov_finished_make(struct prov_dtls *s, enum prov_dtls_role role,
                        uint8_t ret[PROV_DTLS_FINISHED_LEN])
{
    prov_transcript_digest(s);
    derive(s, role == PROV_DTLS_CLIENT ? "client finished" : "server finished", s->hs->digest,
           PROV_HASH_LEN, ret, PROV_DTLS_FINISHED_LEN);
}
