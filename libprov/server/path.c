/* SPDX-License-Identifier: Apache-2.0
 *
 * A peer that is heard from another address: behind a NAT that has forgotten it, or moved. Its connection id
 * leads the datagram to its session (RFC 9146). Section 6 has three conditions before the peer's address
 * may be replaced:
 *
 *   1. The record is authentic, and
 *   2. newer than all before it: prov_dtls_newest. From here on what is sent goes to the new address, but
 *      never more than three times the octets of such records that came from there (H16).
 *   3. The new address has been shown to receive. Each of them is answered with a CoAP ping (an empty
 *      confirmable message, RFC 7252, section 4.3) of a random message id, sealed, to that address alone.
 *      Every CoAP endpoint answers it with a reset of that id. Who only writes a false source address
 *      on the peer's datagrams can neither read the ping nor make the reset; a peer that does so itself
 *      would have to guess: a wrong id ends the trial, and after TRIALS_MAX without a proof no new
 *      address is tried.
 *
 * Only then does the session move: in the table, and in the counts of the addresses. Until then its old
 * address stays in force: a newer record from there ends the trial.
 *
 *      records from elsewhere ──► on trial, at most 3 : 1 ──► the reset comes from there ──► moved
 */
#include <string.h>

#include "internal.h"

#define AMPLIFICATION 3u
#define TRIALS_MAX    16u
#define PING_LEN      4

static bool same_peer(const struct prov_server_peer *a, const struct prov_server_peer *b)
{
    return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

/* --- connection ids -------------------------------------------------------------------------- */

prov_result path_name(struct prov_server *server, struct association *a)
{
    uint8_t cid[CID_LEN];
    prov_result result;

    do {
        result = prov_crypto_random(server->flow.crypto, cid, sizeof(cid));
    } while (result == PROV_OK && table_named(&server->table, cid));
    if (result != PROV_OK)
        return result;
    table_name(&server->table, a, cid);
    prov_dtls_set_connection_id(&a->dtls, PROV_BYTES_OF(a->cid));
    return PROV_OK;
}

struct association *path_association(const struct prov_server *server, struct prov_bytes datagram,
                                     bool *ret_named)
{
    struct prov_bytes cid;

    *ret_named = prov_dtls_datagram_cid(datagram, CID_LEN, &cid);
    return *ret_named ? table_named(&server->table, cid.data) : NULL;
}

/* --- sending --------------------------------------------------------------------------------- */

void path_send(struct prov_server *server, struct association *a, struct prov_bytes datagram)
{
    struct trial *trial = &a->session->trial;

    if (a != a->session->live || !trial->on) {
        server_send(server, &a->session->peer, datagram);
        return;
    }
    if (trial->out + datagram.len > AMPLIFICATION * trial->in)
        return; /* as if lost: the peer asks again, which makes room */
    trial->out += datagram.len;
    server_send(server, &trial->peer, datagram);
}

/* CON, no token, code 0.00, message id */
static void ping(struct prov_server *server, struct association *a)
{
    const struct trial *trial = &a->session->trial;
    const uint8_t message[PING_LEN] = {0x40, 0, trial->ping[0], trial->ping[1]};
    uint8_t room[PING_LEN + PROV_DTLS_RECORD_OVERHEAD];
    struct prov_buf out = PROV_BUF_OF(room);

    if (prov_dtls_seal(&a->dtls, PROV_BYTES_OF(message), &out) == PROV_OK)
        path_send(server, a, prov_buf_bytes(&out));
}

/* --- hearing --------------------------------------------------------------------------------- */

static bool begin_trial(struct prov_server *server, struct session *session)
{
    struct trial trial = {
        .on = true, .peer = *server->arrival.peer, .tries = session->trial.tries + 1u};

    if (session->trial.tries >= TRIALS_MAX ||
        prov_crypto_random(server->flow.crypto, trial.ping, sizeof(trial.ping)) != PROV_OK)
        return false;
    session->trial = trial;
    return true;
}

/* Once for a datagram. */
void path_heard(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    struct session *session = a->session;
    struct trial *trial = &session->trial;
    const struct prov_server_peer *from = server->arrival.peer;
    size_t len = server->arrival.len;

    if (a != session->live || from == NULL || len == 0 || !prov_dtls_newest(&a->dtls))
        return;
    server->arrival.len = 0;
    session_touch(server, session, now_ms);
    if (same_peer(from, &session->peer)) {
        trial->on = false;
        return;
    }
    if (!(trial->on && same_peer(from, &trial->peer)) && !begin_trial(server, session))
        return;
    trial->in += len;
    ping(server, a);
}

/* --- moving ---------------------------------------------------------------------------------- */

static void log_moved(struct prov_server *server, uint64_t now_ms, const struct association *a)
{
    struct line line;

    line_begin(&line, server, "moved");
    line_peer(&line, &a->session->peer);
    line_who(&line, a);
    line_end_loud(&line, server, now_ms);
}

/* Who was at that address is there no longer. */
static void move(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    struct session *session = a->session;
    struct session *other = table_find(&server->table, &session->trial.peer);

    if (other)
        session_end(server, now_ms, other, END_REPLACED);
    if (session->fresh) /* it stays where its cookie was: it begins anew */
        association_end(server, now_ms, session->fresh, END_REPLACED);
    if (!table_move(&server->table, session, &session->trial.peer))
        return; /* out of memory: on trial as before */
    session->trial = (struct trial){0};
    session_moved(server, now_ms, session);
    log_moved(server, now_ms, a);
}

/* RST, no token, code 0.00, message id */
bool path_takes(struct prov_server *server, uint64_t now_ms, struct association *a,
                struct prov_bytes message)
{
    struct trial *trial = &a->session->trial;

    if (!trial->on || message.len != PING_LEN || message.data[0] != 0x70 || message.data[1] != 0)
        return false;
    if (!server->arrival.peer || !same_peer(server->arrival.peer, &trial->peer))
        return true;
    if (memcmp(message.data + 2, trial->ping, sizeof(trial->ping)) == 0)
        move(server, now_ms, a);
    else
        trial->on = false;
    return true;
}
