/* SPDX-License-Identifier: Apache-2.0
 *
 * Tickets, the server's part (RFC 5077): what a constrained server would have to keep, sealed and given
 * to the client to be kept.
 *
 *     ticket = key name 4 | nonce 12 | AES-128-CCM(state) | tag 16      AAD: the key's name
 *     state  = version 1 | kind 1 | suite 2 | max_fragment 1 | made_ms 8 | credential 16 | master 48
 *
 * Always with extended master secret, never of a name: such a server has none (profile.md, row 3).
 */
#include "ticket.h"

#include <string.h>

#include "resume.h"

#define VERSION    1
#define NAME_LEN   4
#define STATE_LEN  77
#define TICKET_LEN (NAME_LEN + PROV_AEAD_NONCE_LEN + STATE_LEN + PROV_AEAD_TAG_MAX)
_Static_assert(!PROV_WITH_TICKETS || TICKET_LEN <= PROV_DTLS_TICKET_MAX,
               "a client of ours keeps it");

/* A key seals for a day, and opens for another: no ticket lives longer than a day (H33). */
#define ROTATE_MS PROV_DTLS_RESUME_MS

/* --- keys ------------------------------------------------------------------------------------ */

void prov_dtls_tickets_wipe(struct prov_dtls_tickets *tickets)
{
    prov_wipe(tickets, sizeof(*tickets));
}

static prov_result rotate(struct prov_dtls_tickets *tickets, struct prov_crypto *crypto,
                          uint64_t now_ms)
{
    uint64_t age = now_ms - tickets->since_ms;
    struct prov_dtls_tickets fresh = {.since_ms = now_ms, .ready = true};

    if (tickets->ready && age < ROTATE_MS)
        return PROV_OK;
    prov_result result = prov_crypto_random(crypto, fresh.key[0], sizeof(fresh.key));
    if (result == PROV_OK)
        result = prov_crypto_random(crypto, fresh.name[0], sizeof(fresh.name));
    if (result != PROV_OK)
        return result;
    if (tickets->ready && age < 2 * (uint64_t)ROTATE_MS) {
        memcpy(fresh.key[1], tickets->key[0], sizeof(fresh.key[1]));
        memcpy(fresh.name[1], tickets->name[0], sizeof(fresh.name[1]));
    }
    *tickets = fresh;
    prov_wipe(&fresh, sizeof(fresh));
    return PROV_OK;
}

/* --- the state ------------------------------------------------------------------------------- */

static void put_state(const struct prov_dtls *s, struct prov_buf *buf)
{
    prov_put_u8(buf, VERSION);
    prov_put_u8(buf, s->kind);
    prov_put_u16(buf, s->suite->id);
    prov_put_u8(buf, s->max_fragment);
    prov_put_u64(buf, s->now_ms); /* the handshake ends with this flight */
    prov_put(buf, s->kept.credential, sizeof(s->kept.credential));
    prov_put(buf, s->kept.master, sizeof(s->kept.master));
}

static bool take_state(struct prov_bytes state, struct prov_dtls_resumable *ret)
{
    struct prov_reader reader = prov_reader_make(state);
    struct prov_bytes credential, master;
    uint8_t version;

    memset(ret, 0, sizeof(*ret));
    ret->extended_master = true;
    if (!prov_take_u8(&reader, &version) || version != VERSION ||
        !prov_take_u8(&reader, &ret->kind) || !prov_take_u16(&reader, &ret->suite) ||
        !prov_take_u8(&reader, &ret->max_fragment) || !prov_take_u64(&reader, &ret->made_ms) ||
        !prov_take(&reader, sizeof(ret->credential), &credential) ||
        !prov_take(&reader, sizeof(ret->master), &master) || !prov_reader_done(&reader))
        return false;
    memcpy(ret->credential, credential.data, credential.len);
    memcpy(ret->master, master.data, master.len);
    return true;
}

/* --- sealing --------------------------------------------------------------------------------- */

static prov_result seal(struct prov_dtls *s)
{
    struct prov_dtls_tickets *tickets = s->config->tickets;
    uint8_t room[STATE_LEN], *name = s->ticket->octets, *nonce = name + NAME_LEN;
    struct prov_buf state = PROV_BUF_OF(room);

    prov_result result = rotate(tickets, s->crypto, s->now_ms);
    if (result == PROV_OK)
        result = prov_crypto_random(s->crypto, nonce, PROV_AEAD_NONCE_LEN);
    if (result != PROV_OK)
        return result;
    put_state(s, &state);
    memcpy(name, tickets->name[0], NAME_LEN);
    result = prov_crypto_seal(s->crypto, PROV_AEAD_AES_128_CCM, PROV_BYTES_OF(tickets->key[0]),
                              nonce, PROV_BYTES(name, NAME_LEN), prov_buf_bytes(&state),
                              nonce + PROV_AEAD_NONCE_LEN);
    s->ticket->len = result == PROV_OK ? TICKET_LEN : 0;
    prov_wipe(room, sizeof(room));
    return result;
}

static prov_result open_with(struct prov_crypto *crypto, const uint8_t key[16],
                             struct prov_bytes ticket, struct prov_dtls_resumable *ret)
{
    const uint8_t *nonce = ticket.data + NAME_LEN, *sealed = nonce + PROV_AEAD_NONCE_LEN;
    uint8_t state[STATE_LEN];
    struct prov_dtls_resumable found;

    prov_result result = prov_crypto_open(crypto, PROV_AEAD_AES_128_CCM, PROV_BYTES(key, 16), nonce,
                                          PROV_BYTES(ticket.data, NAME_LEN),
                                          PROV_BYTES(sealed, STATE_LEN + PROV_AEAD_TAG_MAX), state);
    if (result == PROV_OK && take_state(PROV_BYTES_OF(state), &found))
        *ret = found;
    else
        result = PROV_E_NOT_FOUND;
    prov_wipe(state, sizeof(state));
    prov_dtls_resumable_wipe(&found);
    return result;
}

/* --- extension and message ------------------------------------------------------------------- */

bool prov_ticket_promised(const struct prov_dtls *s)
{
    return s->hs->facts.ticket && s->ticket != NULL && s->extended_master && !s->resumed;
}

/* Whatever is in it: a ticket of somebody else's is no error (section 3.2). */
prov_outcome prov_ticket_take_offer(struct prov_dtls *s, struct prov_bytes body)
{
    (void)body;
    s->hs->facts.ticket = s->config->constrained_server && s->config->tickets != NULL;
    return PROV_OK;
}

bool prov_ticket_shown(const struct prov_client_hello *hello, struct prov_bytes *ret)
{
    return prov_extension_find(hello->extensions, PROV_EXTENSION_SESSION_TICKET, ret) &&
           ret->len > 0;
}

prov_result prov_dtls_need_ticket(const struct prov_dtls *s, struct prov_dtls_resumable *ret)
{
    struct prov_client_hello hello;
    struct prov_bytes ticket;

    if (!prov_resume_held(s, &hello) || !s->hs->facts.ticket || !s->config->tickets->ready ||
        !prov_ticket_shown(&hello, &ticket) || ticket.len != TICKET_LEN)
        return PROV_E_NOT_FOUND;
    for (size_t i = 0; i < 2; i++)
        if (memcmp(ticket.data, s->config->tickets->name[i], NAME_LEN) == 0)
            return open_with(s->crypto, s->config->tickets->key[i], ticket, ret);
    return PROV_E_NOT_FOUND;
}

void prov_ticket_add(struct prov_dtls *s)
{
    if (!prov_ticket_promised(s))
        return;
    prov_dtls_note(s, seal(s));
    prov_resume_forget_secret(s); /* the client keeps it from here on */
    prov_flight_begin(s);
    prov_session_ticket_put(prov_flight_message(s, MESSAGE_NEW_SESSION_TICKET),
                            PROV_BYTES(s->ticket->octets, s->ticket->len));
    prov_flight_message_end(s);
}
