/* SPDX-License-Identifier: Apache-2.0
 *
 * The transcript, the PRF and the key schedule (RFC 5246, sections 5, 6.3, 7.4.9, 8.1; RFC 7627).
 */
#include "engine.h"

#include <string.h>

/* P_hash(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) …, A(0) = seed,
 * A(i) = HMAC(secret, A(i-1)); the seed of the PRF is label | seed. */
static prov_result expand(struct prov_crypto *crypto, struct prov_hmac *hmac,
                          const struct prov_bytes seed[3], uint8_t *ret, size_t len)
{
    uint8_t a[PROV_HASH_LEN], block[PROV_HASH_LEN];
    struct prov_bytes parts[] = {PROV_BYTES_OF(a), seed[0], seed[1], seed[2]};
    prov_result result = prov_crypto_hmac(crypto, hmac, seed, 3, a);

    while (result == PROV_OK && len > 0) {
        size_t step = len < sizeof(block) ? len : sizeof(block);
        result = prov_crypto_hmac(crypto, hmac, parts, 4, block);
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

static prov_result prf(struct prov_crypto *crypto, struct prov_hmac *hmac, const char *label,
                       struct prov_bytes seed_1, struct prov_bytes seed_2, uint8_t *ret, size_t len)
{
    const struct prov_bytes seed[3] = {prov_bytes_text(label), seed_1, seed_2};

    return expand(crypto, hmac, seed, ret, len);
}

prov_result prov_prf(struct prov_crypto *crypto, struct prov_bytes secret, const char *label,
                     struct prov_bytes seed_1, struct prov_bytes seed_2, uint8_t *ret, size_t len)
{
    struct prov_hmac hmac;

    memset(&hmac, 0, sizeof(hmac));
    prov_result result = prov_crypto_hmac_begin(crypto, &hmac, secret);
    if (result == PROV_OK)
        result = prf(crypto, &hmac, label, seed_1, seed_2, ret, len);
    prov_crypto_hmac_drop(crypto, &hmac);
    return result;
}

/* --- transcript ------------------------------------------------------------------------------ */

prov_result prov_transcript_begin(struct prov_dtls *s)
{
    s->hs->hashing = true;
    return prov_dtls_check(s, prov_crypto_hash_begin(s->crypto, &s->hs->transcript));
}

prov_result prov_transcript_add(struct prov_dtls *s, struct prov_bytes message)
{
    s->hs->digest_fresh = false;
    return prov_dtls_check(s, prov_crypto_hash_add(s->crypto, &s->hs->transcript, message));
}

prov_result prov_transcript_digest(struct prov_dtls *s)
{
    if (s->hs->digest_fresh)
        return PROV_OK;
    prov_result result =
        prov_dtls_check(s, prov_crypto_hash_peek(s->crypto, &s->hs->transcript, s->hs->digest));
    if (result == PROV_OK)
        s->hs->digest_fresh = true;
    return result;
}

/* --- keys ------------------------------------------------------------------------------------ */

#define PREMASTER_MAX (2 + PROV_PSK_MAX + 2 + PROV_PSK_MAX)

/* RFC 4279, section 2 (N zeros in place of other_secret); RFC 5489, section 2 (Z in its place);
 * RFC 8422, section 5.10 (Z alone). */
static void put_premaster(const struct prov_dtls *s, struct prov_buf *premaster)
{
    static const uint8_t zeros[PROV_PSK_MAX];
    struct prov_bytes psk = prov_secret_bytes(&s->hs->psk);
    struct prov_bytes other =
        s->suite->kx == PROV_KX_PSK ? PROV_BYTES(zeros, psk.len) : PROV_BYTES_OF(s->hs->shared);

    if (s->suite->kx == PROV_KX_ECDHE_ECDSA) {
        prov_put_bytes(premaster, other);
        return;
    }
    prov_put_u16(premaster, (uint16_t)other.len);
    prov_put_bytes(premaster, other);
    prov_put_u16(premaster, (uint16_t)psk.len);
    prov_put_bytes(premaster, psk);
}

/* RFC 7627, section 4: over the session hash, ClientKeyExchange included; RFC 5246, section 8.1 otherwise. */
static prov_result make_master(struct prov_dtls *s, uint8_t ret[PROV_DTLS_MASTER_LEN])
{
    struct prov_dtls_handshake *hs = s->hs;
    bool extended = s->extended_master;
    uint8_t room[PREMASTER_MAX];
    struct prov_buf premaster = PROV_BUF_OF(room);

    put_premaster(s, &premaster);
    prov_result result = prov_prf(
        s->crypto, prov_buf_bytes(&premaster),
        extended ? "extended master secret" : "master secret",
        extended ? PROV_BYTES_OF(hs->digest) : PROV_BYTES_OF(hs->random_client),
        extended ? PROV_BYTES_NONE : PROV_BYTES_OF(hs->random_server), ret, PROV_DTLS_MASTER_LEN);
    prov_wipe(room, sizeof(room));
    return result;
}

/* The master secret stays as the key of an HMAC: that is all it is used for. Of a session that has an
 * id or gets a ticket it is also kept for the next time. */
static prov_result derive_master(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    uint8_t master[PROV_DTLS_MASTER_LEN];

    prov_result result = make_master(s, master);
    prov_crypto_ecdh_drop(s->crypto, &hs->secret.ecdh);
    memset(&hs->secret, 0, sizeof(hs->secret));
    hs->master_ready = true;
    if (PROV_DTLS_RESUMES && result == PROV_OK && s->extended_master &&
        (s->kept.session_id_len > 0 || hs->facts.ticket))
        prov_resume_master(s, master);
    if (result == PROV_OK)
        result = prov_crypto_hmac_begin(s->crypto, &hs->secret.master, PROV_BYTES_OF(master));
    prov_wipe(master, sizeof(master));
    return result;
}

/* RFC 5246, section 6.3: client and server write key, client and server write IV. */
static prov_result derive_keys(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    struct prov_dtls_keys *client = prov_dtls_is_client(s) ? &s->write : &s->read;
    struct prov_dtls_keys *server = prov_dtls_is_client(s) ? &s->read : &s->write;
    uint8_t block[2 * (PROV_AEAD_KEY_MAX + PROV_AEAD_NONCE_LEN)];
    size_t key = prov_aead_key_len(s->suite->aead), iv = s->suite->fixed_iv_len;

    prov_result result =
        prf(s->crypto, &hs->secret.master, "key expansion", PROV_BYTES_OF(hs->random_server),
            PROV_BYTES_OF(hs->random_client), block, 2 * (key + iv));
    if (result == PROV_OK) {
        memcpy(client->key, block, key);
        memcpy(server->key, block + key, key);
        memcpy(client->iv, block + 2 * key, iv);
        memcpy(server->iv, block + 2 * key + iv, iv);
        s->keys_ready = true;
    }
    prov_wipe(block, sizeof(block));
    return result;
}

prov_result prov_keys_derive(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    prov_result result = prov_transcript_digest(s);

    if (result != PROV_OK)
        return result;
    result = derive_master(s);
    if (result == PROV_OK)
        result = derive_keys(s);
    prov_wipe(hs->shared, sizeof(hs->shared));
    prov_secret_wipe(&hs->psk);
    return prov_dtls_check(s, result);
}

prov_result prov_keys_resume(struct prov_dtls *s)
{
    s->hs->master_ready = true;
    prov_result result =
        prov_crypto_hmac_begin(s->crypto, &s->hs->secret.master, PROV_BYTES_OF(s->kept.master));
    if (result == PROV_OK)
        result = derive_keys(s);
    return prov_dtls_check(s, result);
}

prov_result prov_finished_make(struct prov_dtls *s, enum prov_dtls_role role,
                               uint8_t ret[PROV_DTLS_FINISHED_LEN])
{
    const char *label = role == PROV_DTLS_CLIENT ? "client finished" : "server finished";
    prov_result result = prov_transcript_digest(s);

    if (result != PROV_OK)
        return result;
    return prov_dtls_check(s, prf(s->crypto, &s->hs->secret.master, label,
                                  PROV_BYTES_OF(s->hs->digest), PROV_BYTES_NONE, ret,
                                  PROV_DTLS_FINISHED_LEN));
}
