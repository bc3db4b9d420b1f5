/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include <string.h>

#define EXPLICIT_NONCE 8
#define AAD_LEN        13

void link_begin(struct check_link *link, struct prov_crypto *crypto, enum prov_dtls_role role)
{
    link_end(link);
    link->crypto = crypto;
    link->role = role;
}

void link_end(struct check_link *link)
{
    if (link->hashing)
        prov_crypto_hash_drop(link->crypto, &link->transcript);
    prov_wipe(link, sizeof(*link));
}

/* --- records --------------------------------------------------------------------------------- */

static struct prov_bytes key_of(const struct check_link *link, const struct prov_dtls_keys *keys)
{
    return PROV_BYTES(keys->key, prov_aead_key_len(link->suite->aead));
}

static void make_nonce(const uint8_t *iv, const uint8_t *explicit, uint8_t *ret)
{
    memcpy(ret, iv, PROV_AEAD_NONCE_LEN - EXPLICIT_NONCE);
    memcpy(ret + PROV_AEAD_NONCE_LEN - EXPLICIT_NONCE, explicit, EXPLICIT_NONCE);
}

/* epoch and sequence number | type | version | length of the content (RFC 5246, section 6.2.3.3) */
static void make_aad(const uint8_t *header, size_t len, uint8_t ret[AAD_LEN])
{
    memcpy(ret, header + 3, 8);
    memcpy(ret + 8, header, 3);
    ret[11] = (uint8_t)(len >> 8);
    ret[12] = (uint8_t)len;
}

static bool put_sealed(struct check_link *link, uint64_t seq, uint8_t type,
                       struct prov_bytes content, struct prov_buf *out)
{
    uint8_t nonce[PROV_AEAD_NONCE_LEN], aad[AAD_LEN];
    size_t tag = link->keyed ? prov_aead_tag_len(link->suite->aead) : 0, mark = out->len;

    if (!link->keyed ||
        out->cap - out->len < RECORD_HEADER_LEN + EXPLICIT_NONCE + content.len + tag)
        return false;
    prov_put_u8(out, type);
    prov_put_u16(out, DTLS_1_2);
    prov_put_u16(out, 1);
    prov_put_u48(out, seq);
    prov_put_u16(out, (uint16_t)(EXPLICIT_NONCE + content.len + tag));
    uint8_t *header = out->data + mark;
    make_nonce(link->own.iv, header + 3, nonce);
    make_aad(header, content.len, aad);
    prov_put(out, header + 3, EXPLICIT_NONCE); /* epoch and sequence: RFC 7925, appendix B */
    uint8_t *room = prov_put_space(out, content.len + tag);
    if (prov_crypto_seal(link->crypto, link->suite->aead, key_of(link, &link->own), nonce,
                         PROV_BYTES_OF(aad), content, room) == PROV_OK)
        return true;
    out->len = mark;
    return false;
}

bool link_put_at(struct check_link *link, unsigned epoch, uint64_t seq, uint8_t type,
                 struct prov_bytes content, struct prov_buf *out)
{
    if (epoch == 1)
        return put_sealed(link, seq, type, content, out);
    if (out->cap - out->len < RECORD_HEADER_LEN + content.len)
        return false;
    prov_record_put_plain(DTLS_1_2, seq, type, content, out);
    return true;
}

bool link_put(struct check_link *link, unsigned epoch, uint8_t type, struct prov_bytes content,
              struct prov_buf *out)
{
    if (!link_put_at(link, epoch, link->record_seq[epoch], type, content, out))
        return false;
    link->record_seq[epoch]++;
    return true;
}

prov_result link_open(struct check_link *link, const struct prov_record *record,
                      struct prov_bytes *ret)
{
    uint8_t nonce[PROV_AEAD_NONCE_LEN], aad[AAD_LEN];
    size_t tag = link->keyed ? prov_aead_tag_len(link->suite->aead) : 0;

    if (!link->keyed)
        return PROV_E_STATE;
    if (record->len < EXPLICIT_NONCE + tag)
        return PROV_E_TRUNCATED;
    size_t len = record->len - EXPLICIT_NONCE - tag;
    make_nonce(link->peer.iv, record->body, nonce);
    make_aad(record->header, len, aad);
    uint8_t *sealed = record->body + EXPLICIT_NONCE;
    prov_result result =
        prov_crypto_open(link->crypto, link->suite->aead, key_of(link, &link->peer), nonce,
                         PROV_BYTES_OF(aad), PROV_BYTES(sealed, len + tag), sealed);
    if (result == PROV_OK)
        *ret = PROV_BYTES(sealed, len);
    return result;
}

/* --- messages out ---------------------------------------------------------------------------- */

void link_message_unheard(struct check_link *link, uint8_t type, struct prov_bytes body,
                          struct prov_buf *ret)
{
    prov_message_header_put(ret, type, (uint32_t)body.len, link->next_send++, 0,
                            (uint32_t)body.len);
    prov_put_bytes(ret, body);
}

void link_message(struct check_link *link, uint8_t type, struct prov_bytes body,
                  struct prov_buf *ret)
{
    size_t mark = ret->len;

    link_message_unheard(link, type, body, ret);
    if (!ret->overflow)
        link_hear(link, PROV_BYTES(ret->data + mark, ret->len - mark));
}

/* One fragment in a record of its own. */
static void put_fragment(struct check_link *link, unsigned epoch,
                         const struct prov_fragment *message, uint32_t offset, uint32_t len,
                         struct prov_buf *out)
{
    uint8_t room[MESSAGE_HEADER_LEN + LINK_RECORD_MAX];
    struct prov_buf content = PROV_BUF_OF(room);

    prov_message_header_put(&content, message->type, message->length, message->message_seq, offset,
                            len);
    if (len > 0)
        prov_put(&content, message->body.data + offset, len);
    (void)link_put(link, epoch, CONTENT_HANDSHAKE, prov_buf_bytes(&content), out);
}

void link_flight(struct check_link *link, unsigned epoch, struct prov_bytes flight,
                 void (*send)(void *context, struct prov_bytes datagram), void *context)
{
    struct prov_reader reader = prov_reader_make(flight);
    struct prov_fragment message;
    uint8_t room[LINK_DATAGRAM];
    struct prov_buf out = PROV_BUF_OF(room);

    while (prov_fragment_take(&reader, &message)) {
        uint32_t offset = 0;
        do {
            uint32_t len = message.length - offset;
            if (len > LINK_RECORD_MAX)
                len = LINK_RECORD_MAX;
            if (out.len > 0 && out.cap - out.len < len + 64) { /* headers, nonce and tag */
                send(context, prov_buf_bytes(&out));
                out.len = 0;
            }
            put_fragment(link, epoch, &message, offset, len, &out);
            offset += len;
        } while (offset < message.length);
    }
    if (out.len > 0)
        send(context, prov_buf_bytes(&out));
}

/* --- messages in ----------------------------------------------------------------------------- */

static bool is_whole(const struct link_slot *slot)
{
    for (uint32_t i = 0; i < slot->len; i++)
        if ((slot->have[i / 8] >> i % 8 & 1) == 0)
            return false;
    return slot->used;
}

static void keep_fragment(struct check_link *link, const struct prov_fragment *fragment)
{
    struct link_slot *slot = &link->slots[fragment->message_seq % LINK_SLOTS];

    if (!slot->used) {
        struct prov_buf header = prov_buf_make(slot->octets, MESSAGE_HEADER_LEN);
        memset(slot->have, 0, sizeof(slot->have));
        prov_message_header_put(&header, fragment->type, fragment->length, fragment->message_seq, 0,
                                fragment->length);
        slot->used = true;
        slot->len = fragment->length;
    }
    if (slot->octets[0] != fragment->type || slot->len != fragment->length)
        return;
    if (fragment->body.len > 0)
        memcpy(slot->octets + MESSAGE_HEADER_LEN + fragment->offset, fragment->body.data,
               fragment->body.len);
    for (size_t i = fragment->offset; i < fragment->offset + fragment->body.len; i++)
        slot->have[i / 8] |= (uint8_t)(1u << i % 8);
}

bool link_take(struct check_link *link, struct prov_bytes content)
{
    struct prov_reader reader = prov_reader_make(content);
    struct prov_fragment fragment;
    bool repeated = false;

    while (prov_fragment_take(&reader, &fragment)) {
        uint16_t ahead = (uint16_t)(fragment.message_seq - link->next_receive);
        if (fragment.message_seq < link->next_receive)
            repeated = true;
        else if (ahead < LINK_SLOTS && fragment.length <= LINK_MESSAGE_MAX)
            keep_fragment(link, &fragment);
    }
    return repeated;
}

bool link_first(const struct check_link *link, struct prov_bytes *ret)
{
    const struct link_slot *slot = &link->slots[link->next_receive % LINK_SLOTS];

    if (!slot->used || !is_whole(slot))
        return false;
    *ret = PROV_BYTES(slot->octets, MESSAGE_HEADER_LEN + slot->len);
    return true;
}

void link_pop(struct check_link *link)
{
    link->slots[link->next_receive++ % LINK_SLOTS].used = false;
}

/* --- transcript and keys --------------------------------------------------------------------- */

void link_hear(struct check_link *link, struct prov_bytes message)
{
    if (!link->hashing)
        link->hashing = prov_crypto_hash_begin(link->crypto, &link->transcript) == PROV_OK;
    if (link->hashing &&
        prov_crypto_hash_add(link->crypto, &link->transcript, message) != PROV_OK) {
        prov_crypto_hash_drop(link->crypto, &link->transcript);
        link->hashing = false;
    }
}

prov_result link_digest(const struct check_link *link, uint8_t ret[PROV_HASH_LEN])
{
    return link->hashing ? prov_crypto_hash_peek(link->crypto, &link->transcript, ret)
                         : PROV_E_STATE;
}

prov_result link_derive(struct check_link *link, struct prov_bytes premaster, bool extended)
{
    uint8_t digest[PROV_HASH_LEN], randoms[2 * PROV_DTLS_RANDOM_LEN];
    prov_result result = link_digest(link, digest);

    memcpy(randoms, link->random_client, PROV_DTLS_RANDOM_LEN);
    memcpy(randoms + PROV_DTLS_RANDOM_LEN, link->random_server, PROV_DTLS_RANDOM_LEN);
    if (result == PROV_OK && extended)
        result = prov_prf(link->crypto, premaster, "extended master secret", PROV_BYTES_OF(digest),
                          link->master, sizeof(link->master));
    else if (result == PROV_OK)
        result = prov_prf(link->crypto, premaster, "master secret", PROV_BYTES_OF(randoms),
                          link->master, sizeof(link->master));
    return result == PROV_OK ? link_expand(link) : result;
}

/* client and server write key, client and server write IV (RFC 5246, section 6.3) */
prov_result link_expand(struct check_link *link)
{
    struct prov_dtls_keys *client = link->role == PROV_DTLS_CLIENT ? &link->own : &link->peer;
    struct prov_dtls_keys *server = link->role == PROV_DTLS_CLIENT ? &link->peer : &link->own;
    uint8_t block[2 * (PROV_AEAD_KEY_MAX + PROV_AEAD_NONCE_LEN)], randoms[2 * PROV_DTLS_RANDOM_LEN];
    size_t key = prov_aead_key_len(link->suite->aead), iv = link->suite->fixed_iv_len;

    memcpy(randoms, link->random_server, PROV_DTLS_RANDOM_LEN);
    memcpy(randoms + PROV_DTLS_RANDOM_LEN, link->random_client, PROV_DTLS_RANDOM_LEN);
    prov_result result = prov_prf(link->crypto, PROV_BYTES_OF(link->master), "key expansion",
                                  PROV_BYTES_OF(randoms), block, 2 * (key + iv));
    if (result == PROV_OK) {
        memcpy(client->key, block, key);
        memcpy(server->key, block + key, key);
        memcpy(client->iv, block + 2 * key, iv);
        memcpy(server->iv, block + 2 * key + iv, iv);
        link->keyed = true;
    }
    prov_wipe(block, sizeof(block));
    return result;
}

prov_result link_verify_data(const struct check_link *link, enum prov_dtls_role role,
                             uint8_t ret[PROV_DTLS_FINISHED_LEN])
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result result = link_digest(link, digest);

    return result != PROV_OK
               ? result
               : prov_prf(link->crypto, PROV_BYTES_OF(link->master),
                          role == PROV_DTLS_CLIENT ? "client finished" : "server finished",
                          PROV_BYTES_OF(digest), ret, PROV_DTLS_FINISHED_LEN);
}
