/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript, the PRF and the key schedule (RFC 5246, sections 5, 6.3, 7.4.9, 8.1; RFC 7627).
 */
#include "resume.h"

#include <string.h>

#define MASTER_BLOCKS 2 /* 48 octets */
#define KEY_BLOCKS                                                                                 \
    (PROV_WITH_SERVER ? 3 : 2) /* at most: twice 16 and 4 octets; of other suites 32 and 12 */

_Static_assert(sizeof(((struct prov_dtls_handshake *)0)->secret) >= KEY_BLOCKS * PROV_HASH_LEN,
               "what is derived lies where the secret was");

/* P_hash(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) …, A(0) = seed,
 * A(i) = HMAC(secret, A(i-1)); the seed of the PRF is label | seed. */
static prov_result expand(struct prov_crypto *crypto, struct prov_hmac *hmac, const char *label,
                          struct prov_bytes seed, uint8_t *ret, size_t blocks)
{
    uint8_t a[PROV_HASH_LEN];
    const struct prov_bytes parts[] = {PROV_BYTES_OF(a), prov_bytes_text(label), seed};
    const struct prov_bytes *before = parts + 1;
    size_t count = 2;
    prov_result result = PROV_OK;

    for (; result == PROV_OK && blocks > 0; blocks--, ret += PROV_HASH_LEN) {
        result = prov_crypto_hmac(crypto, hmac, before, count, a);
        if (result == PROV_OK)
            result = prov_crypto_hmac(crypto, hmac, parts, 3, ret);
        before = parts;
        count = 1;
    }
    prov_wipe(a, sizeof(a));
    return result;
}

prov_result prov_prf(struct prov_crypto *crypto, struct prov_bytes secret, const char *label,
                     struct prov_bytes seed, uint8_t *ret, size_t len)
{
    uint8_t room[PROV_PRF_MAX];
    struct prov_hmac hmac = {{0}};
    prov_result result = prov_crypto_hmac_begin(crypto, &hmac, secret);

    if (result == PROV_OK && len > sizeof(room))
        result = PROV_E_BOUNDS;
    if (result == PROV_OK)
        result =
            expand(crypto, &hmac, label, seed, room, (len + PROV_HASH_LEN - 1) / PROV_HASH_LEN);
    if (result == PROV_OK)
        memcpy(ret, room, len);
    prov_wipe(room, sizeof(room));
    prov_crypto_hmac_drop(crypto, &hmac);
    return result;
}

/* The PRF is keyed with hs->secret, of which nothing else needs to know any more (RFC 5246, section 8.1). */
static void key(struct prov_dtls *s, size_t secret_len)
{
    struct prov_dtls_handshake *hs = s->hs;

    prov_crypto_hmac_drop(s->crypto, &hs->prf);
    prov_dtls_note(s,
                   prov_crypto_hmac_begin(s->crypto, &hs->prf, PROV_BYTES(hs->secret, secret_len)));
    prov_wipe(hs->secret, sizeof(hs->secret));
}

/* Blocks of 32 octets, to where the secret was. */
static void derive(struct prov_dtls *s, const char *label, const uint8_t *seed, size_t seed_len,
                   size_t blocks)
{
    prov_dtls_note(s, expand(s->crypto, &s->hs->prf, label, PROV_BYTES(seed, seed_len),
                             s->hs->secret, blocks));
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
    const uint8_t *block = s->hs->secret;
    size_t key = prov_aead_key_len(s->suite->aead), iv = s->suite->fixed_iv_len;
    size_t blocks = PROV_WITH_SERVER && 2 * (key + iv) <= 2 * PROV_HASH_LEN ? 2 : KEY_BLOCKS;

    derive(s, "key expansion", s->hs->randoms, 2 * PROV_DTLS_RANDOM_LEN, blocks);
    for (size_t i = 0; i < 2; i++) {
        struct prov_dtls_keys *keys = &s->keys[prov_dtls_is_client(s) ? i : 1 - i];
        memcpy(keys->key, block + i * key, key);
        memcpy(keys->iv, block + 2 * key + i * iv, iv);
    }
    s->keys_ready = true;
}

/* RFC 7627, section 4: over the session hash, ClientKeyExchange included; RFC 5246, section 8.1 otherwise. Of a session
 * that has an id or gets a ticket the master secret is also kept for the next time. */
void prov_keys_derive(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    prov_transcript_digest(s);
    memcpy(hs->random_again, hs->random_server, PROV_DTLS_RANDOM_LEN);
    key(s, hs->secret_len);
    if (s->extended_master)
        derive(s, "extended master secret", hs->digest, PROV_HASH_LEN, MASTER_BLOCKS);
    else
        derive(s, "master secret", hs->randoms + PROV_DTLS_RANDOM_LEN, 2 * PROV_DTLS_RANDOM_LEN,
               MASTER_BLOCKS);
    if (PROV_DTLS_RESUMES && s->extended_master && (s->kept.session_id_len > 0 || hs->facts.ticket))
        prov_resume_master(s, hs->secret);
    key(s, PROV_DTLS_MASTER_LEN);
    derive_keys(s);
}

void prov_keys_resume(struct prov_dtls *s)
{
    memcpy(s->hs->secret, s->kept.master, sizeof(s->kept.master));
    key(s, sizeof(s->kept.master));
    derive_keys(s);
}

const uint8_t *prov_finished_make(struct prov_dtls *s, enum prov_dtls_role role)
{
    prov_transcript_digest(s);
    derive(s, role == PROV_DTLS_CLIENT ? "client finished" : "server finished", s->hs->digest,
           PROV_HASH_LEN, 1);
    return s->hs->secret;
}
