/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript, the PRF and the key schedule (RFC 5246, sections 5, 6.3, 7.4.9, 8.1; RFC 7627).
 */
#include "resume.h"

#include <string.h>

#define PARTS       3 /* of a seed: the label, and two more */
#define TEXT(label) PROV_BYTES((const uint8_t *)(label), sizeof(label) - 1)

/* P_hash(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) …, A(0) = seed,
 * A(i) = HMAC(secret, A(i-1)); the seed of the PRF is label | seed. */
static prov_result expand(struct prov_crypto *crypto, struct prov_hmac *hmac,
                          const struct prov_bytes seed[PARTS], uint8_t *ret, size_t len)
{
    uint8_t a[PROV_HASH_LEN], block[PROV_HASH_LEN];
    struct prov_bytes parts[1 + PARTS] = {PROV_BYTES_OF(a)};

    memcpy(parts + 1, seed, PARTS * sizeof(*seed));
    prov_result result = prov_crypto_hmac(crypto, hmac, seed, PARTS, a);
    while (result == PROV_OK && len > 0) {
        size_t step = len < sizeof(block) ? len : sizeof(block);
        result = prov_crypto_hmac(crypto, hmac, parts, 1 + PARTS, block);
        if (result == PROV_OK)
            memcpy(ret, block, step);
        ret += step;
        len -= step;
        if (result == PROV_OK && len > 0)
            result = prov_crypto_hmac(crypto, hmac, parts, 1, a);
    }
    prov_wipe(a, sizeof(a));
    prov_wipe(block, sizeof(block));
    return result;
}

static prov_result prf(struct prov_crypto *crypto, struct prov_bytes secret,
                       const struct prov_bytes seed[PARTS], uint8_t *ret, size_t len)
{
    struct prov_hmac hmac;

    memset(&hmac, 0, sizeof(hmac));
    prov_result result = prov_crypto_hmac_begin(crypto, &hmac, secret);
    if (result == PROV_OK)
        result = expand(crypto, &hmac, seed, ret, len);
    prov_crypto_hmac_drop(crypto, &hmac);
    return result;
}

prov_result prov_prf(struct prov_crypto *crypto, struct prov_bytes secret, const char *label,
                     struct prov_bytes seed_1, struct prov_bytes seed_2, uint8_t *ret, size_t len)
{
    const struct prov_bytes seed[PARTS] = {prov_bytes_text(label), seed_1, seed_2};

    return prf(crypto, secret, seed, ret, len);
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

#define PREMASTER_MAX (2 + PROV_PSK_MAX + 2 + PROV_PSK_MAX)

/* RFC 4279, section 2 (N zeros in place of other_secret); RFC 5489, section 2 (Z in its place). */
static struct prov_bytes psk_premaster(const struct prov_dtls *s, uint8_t room[PREMASTER_MAX])
{
    struct prov_bytes psk = prov_secret_bytes(&s->hs->psk);
    bool zeros = s->suite->kx == PROV_KX_PSK;
    size_t other = zeros ? psk.len : sizeof(s->hs->shared);
    struct prov_buf premaster = prov_buf_make(room, PREMASTER_MAX);

    memset(room, 0, PREMASTER_MAX);
    prov_put_u16(&premaster, (uint16_t)other);
    uint8_t *space = prov_put_space(&premaster, other);
    if (!zeros)
        memcpy(space, s->hs->shared, other);
    prov_put_u16(&premaster, (uint16_t)psk.len);
    prov_put_bytes(&premaster, psk);
    return prov_buf_bytes(&premaster);
}

/* RFC 8422, section 5.10: Z alone where there is no other secret. RFC 7627, section 4: over the session hash,
 * ClientKeyExchange included; RFC 5246, section 8.1 otherwise. */
static prov_result make_master(struct prov_dtls *s, uint8_t ret[PROV_DTLS_MASTER_LEN])
{
    struct prov_dtls_handshake *hs = s->hs;
    uint8_t room[PREMASTER_MAX];
    struct prov_bytes secret =
        prov_dtls_is_public(s) ? PROV_BYTES_OF(hs->shared) : psk_premaster(s, room);
    struct prov_bytes seed[PARTS] = {TEXT("extended master secret"), PROV_BYTES_OF(hs->digest)};

    if (!s->extended_master) {
        seed[0] = TEXT("master secret");
        seed[1] = PROV_BYTES_OF(hs->random_client);
        seed[2] = PROV_BYTES_OF(hs->random_server);
    }
    prov_result result = prf(s->crypto, secret, seed, ret, PROV_DTLS_MASTER_LEN);
    prov_wipe(room, sizeof(room));
    prov_wipe(hs->shared, sizeof(hs->shared));
    prov_secret_wipe(&hs->psk);
    return result;
}

/* The master secret stays as the key of an HMAC: that is all it is used for. */
static void key_master(struct prov_dtls *s, const uint8_t *master)
{
    struct prov_dtls_handshake *hs = s->hs;

    prov_crypto_ecdh_drop(s->crypto, &hs->secret.ecdh);
    memset(&hs->secret, 0, sizeof(hs->secret));
    hs->master_ready = true;
    prov_dtls_note(s, prov_crypto_hmac_begin(s->crypto, &hs->secret.master,
                                             PROV_BYTES(master, PROV_DTLS_MASTER_LEN)));
}

/* What is made of it. */
static void derive(struct prov_dtls *s, const struct prov_bytes seed[PARTS], uint8_t *ret,
                   size_t len)
{
    if (s->hs->error == PROV_OK)
        prov_dtls_note(s, expand(s->crypto, &s->hs->secret.master, seed, ret, len));
}

/* RFC 5246, section 6.3: client and server write key, client and server write IV. */
static void derive_keys(struct prov_dtls *s)
{
    const struct prov_dtls_handshake *hs = s->hs;
    bool client = prov_dtls_is_client(s);
    struct prov_dtls_keys *ends[] = {client ? &s->write : &s->read, client ? &s->read : &s->write};
    uint8_t block[2 * (PROV_AEAD_KEY_MAX + PROV_AEAD_NONCE_LEN)];
    size_t key = prov_aead_key_len(s->suite->aead), iv = s->suite->fixed_iv_len;
    const struct prov_bytes seed[PARTS] = {TEXT("key expansion"), PROV_BYTES_OF(hs->random_server),
                                           PROV_BYTES_OF(hs->random_client)};

    derive(s, seed, block, 2 * (key + iv));
    for (size_t i = 0; i < 2; i++) {
        memcpy(ends[i]->key, block + i * key, key);
        memcpy(ends[i]->iv, block + 2 * key + i * iv, iv);
    }
    s->keys_ready = true;
    prov_wipe(block, sizeof(block));
}

/* Of a session that has an id or gets a ticket the master secret is also kept for the next time. */
void prov_keys_derive(struct prov_dtls *s)
{
    uint8_t master[PROV_DTLS_MASTER_LEN] = {0};

    prov_transcript_digest(s);
    prov_dtls_note(s, make_master(s, master));
    if (PROV_DTLS_RESUMES && s->extended_master &&
        (s->kept.session_id_len > 0 || s->hs->facts.ticket))
        prov_resume_master(s, master);
    key_master(s, master);
    prov_wipe(master, sizeof(master));
    derive_keys(s);
}

void prov_keys_resume(struct prov_dtls *s)
{
    key_master(s, s->kept.master);
    derive_keys(s);
}

void prov_finished_make(struct prov_dtls *s, enum prov_dtls_role role,
                        uint8_t ret[PROV_DTLS_FINISHED_LEN])
{
    const struct prov_bytes seed[PARTS] = {role == PROV_DTLS_CLIENT ? TEXT("client finished")
                                                                    : TEXT("server finished"),
                                           PROV_BYTES_OF(s->hs->digest)};

    prov_transcript_digest(s);
    derive(s, seed, ret, PROV_DTLS_FINISHED_LEN);
}
