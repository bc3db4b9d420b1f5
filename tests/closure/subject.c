/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"
#include "libprov/dtls/messages.h"
#include "tests/fault/model_cert.h"

#define ROOM     4096
#define LONG_MTU 4000 /* every message in one record: they are recorded whole */

const char *const closure_kinds[KINDS] = {"psk",    "psk-fs", "rpk", "cert",   "resumed",
                                          "cached", "url",    "cid", "ticket", "by ticket"};
struct library library;
struct world worlds[KINDS];

static const uint8_t right_psk[16] = {1, 2, 3}, dummy_psk[16] = {4, 5, 6}, identity[8] = {7, 0, 9};
static const uint8_t server_cid[4] = {0xC1, 0xD1, 2, 3};
static const char data_text[] = "data";

static void must(prov_result result, const char *what)
{
    if (result == PROV_OK)
        return;
    fprintf(stderr, "closure: %s: %04x\n", what, (unsigned)result);
    abort();
}

static struct end *subject_of(struct world *w)
{
    return &w->ends[w->subject];
}

/* What a kind is a variety of. */
static enum kind base_of(enum kind kind)
{
    static const enum kind bases[KINDS] = {PSK, PSK_FS, RPK, CERT, RPK, CERT, CERT, RPK, RPK, RPK};

    return bases[kind];
}

/* A server takes the kind that the ClientHello asks for, whichever world that was recorded in. */
static enum kind kind_now(const struct world *w)
{
    const struct prov_dtls *s = &w->ends[w->subject].s;
    enum kind kind;

    if (s->suite == NULL || s->kind == 0)
        return w->kind;
    if (s->kind == PROV_KIND_PSK)
        kind = s->suite->kx == PROV_KX_PSK ? PSK : PSK_FS;
    else
        kind = s->kind == PROV_KIND_RPK ? RPK : CERT;
    return kind == base_of(w->kind) ? w->kind : kind;
}

/* A session that is not resumed goes on as one that never was. */
static const struct script *script_now(const struct world *w)
{
    const struct end *e = &w->ends[w->subject];
    enum kind kind = kind_now(w);

    if (e->seen.word_len > 0 && !e->s.resumed)
        kind = kind == RESUMED ? RPK : kind == BY_TICKET ? TICKET : kind;
    return &worlds[kind].scripts[1 - w->subject];
}

static void violate(struct world *w, const char *what)
{
    struct observed *seen = &subject_of(w)->seen;

    if (seen->violation == NULL)
        seen->violation = what;
}

/* --- copies ---------------------------------------------------------------------------------- */

/* The room between the own flight, at its front, and what came, at its end, holds nothing. */
#define HEAD_LEN   offsetof(struct prov_dtls_handshake, room)
#define CRYPTO_LEN offsetof(struct prov_crypto, trace)

static const uint8_t *end_of_room(const struct prov_dtls_handshake *hs)
{
    return hs->room + hs->inbox_at;
}

struct copy *subject_save(const struct end *e)
{
    size_t inbox = e->s.hs != NULL ? sizeof(e->work.room) - e->work.inbox_at : 0,
           flight = e->s.hs != NULL ? e->work.flight_len : 0;
    size_t len = sizeof(e->s) + sizeof(e->seen) + CRYPTO_LEN + HEAD_LEN + inbox + flight;
    struct copy *copy = malloc(sizeof(*copy) + len);
    uint8_t *to;

    if (copy == NULL)
        abort();
    copy->len = len;
    to = copy->octets;
    memcpy(to, &e->s, sizeof(e->s));
    memcpy(to += sizeof(e->s), &e->seen, sizeof(e->seen));
    memcpy(to += sizeof(e->seen), e->crypto, CRYPTO_LEN);
    memcpy(to += CRYPTO_LEN, &e->work, HEAD_LEN);
    memcpy(to += HEAD_LEN, end_of_room(&e->work), inbox);
    memcpy(to + inbox, e->work.room, flight);
    return copy;
}

void subject_restore(struct end *e, const struct copy *copy)
{
    const uint8_t *from = copy->octets;

    memcpy(&e->s, from, sizeof(e->s));
    memcpy(&e->seen, from += sizeof(e->s), sizeof(e->seen));
    memcpy(e->crypto, from += sizeof(e->seen), CRYPTO_LEN);
    memcpy(&e->work, from += CRYPTO_LEN, HEAD_LEN);
    if (e->s.hs == NULL)
        return;
    memcpy(e->work.room + (end_of_room(&e->work) - e->work.room), from += HEAD_LEN,
           sizeof(e->work.room) - e->work.inbox_at);
    memcpy(e->work.room, from + sizeof(e->work.room) - e->work.inbox_at, e->work.flight_len);
}

static uint64_t digest_add(uint64_t digest, const void *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        digest = (digest ^ ((const uint8_t *)octets)[i]) * UINT64_C(0x100000001b3);
    return digest;
}

/* Numbers that only count, or are always fresh here, are left out. */
uint64_t copy_digest(const struct end *e)
{
    static struct prov_dtls s;
    static struct prov_dtls_handshake head;
    uint64_t digest = UINT64_C(0xcbf29ce484222325);

    memcpy(&s, &e->s, sizeof(s));
    s.write_seq[0] = s.write_seq[1] = s.now_ms = s.linger_until_ms = 0;
    s.datagrams_in = s.datagrams_out = s.octets_in = s.octets_out = 0;
    s.records_dropped = s.records_forged = s.flights_resent = 0;
    memset(&s.window, 0, sizeof(s.window));
    digest = digest_add(digest, &s, sizeof(s));
    digest = digest_add(digest, &e->seen, offsetof(struct observed, now));
    if (e->s.hs == NULL)
        return digest;
    memcpy(&head, &e->work, HEAD_LEN);
    head.deadline_ms -= e->s.now_ms;
    digest = digest_add(digest, &head, HEAD_LEN);
    return digest_add(digest, end_of_room(&e->work), sizeof(e->work.room) - e->work.inbox_at);
}

/* --- what is seen ---------------------------------------------------------------------------- */

static void take_word(struct world *w, uint8_t id)
{
    struct observed *seen = &subject_of(w)->seen;
    uint8_t types[WORD_MAX];
    bool whole;

    if (library.bodies[id].type == MESSAGE_HELLO_VERIFY_REQUEST) {
        seen->verify_requests++; /* before ServerHello, again and again (RFC 6347, section 4.2.1) */
        if (w->subject == SERVER || seen->word_len > 0 || seen->verify_requests > 3)
            violate(w, "a HelloVerifyRequest was taken where it may not be");
        return;
    }
    if (seen->word_len == WORD_MAX)
        abort();
    seen->word[seen->word_len++] = id;
    for (size_t i = 0; i < seen->word_len; i++)
        types[i] = library.bodies[seen->word[i]].type;
    if (!standard_begins(w->subject, kind_now(w), types, seen->word_len, &whole))
        violate(w, "a message was taken out of order");
}

/* message_seq of the message that is due. */
static unsigned due(const struct end *e)
{
    return e->s.hs != NULL ? e->s.hs->next_receive : e->s.finished_peer_seq + 1u;
}

/* What was taken since: the inbox has moved on. */
static void see_taken(struct world *w, unsigned from)
{
    const struct end *e = subject_of(w);

    if (e->s.hs == NULL && !e->s.connected)
        return;
    for (unsigned seq = from; seq < due(e); seq++)
        take_word(w, e->seen.sent[seq % sizeof(e->seen.sent)]);
}

/* Whether a ServerHello has the extension session_ticket (RFC 5077, section 3.2). */
static bool promises(const struct body *hello)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(hello->octets, hello->len));
    struct prov_bytes skip, extension;
    uint16_t type;

    if (!prov_take(&reader, 34, &skip) || !prov_take_vector(&reader, 1, &skip) ||
        !prov_take(&reader, 3 + 2, &skip))
        return false;
    while (prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &extension))
        if (type == 35)
            return true;
    return false;
}

/* What was promised has come, and what has come was promised. */
static void check_ticket(struct world *w, const uint8_t *types)
{
    const struct observed *seen = &subject_of(w)->seen;
    bool came = memchr(types, MESSAGE_NEW_SESSION_TICKET, seen->word_len) != NULL;

    if (w->subject == CLIENT && came != promises(&library.bodies[seen->word[0]]))
        violate(w, "a ticket is missing that was promised, or was taken that was not");
}

static void see_connected(struct world *w)
{
    struct observed *seen = &subject_of(w)->seen;
    uint8_t types[WORD_MAX];
    bool whole, is_psk = kind_now(w) == PSK || kind_now(w) == PSK_FS;

    for (size_t i = 0; i < seen->word_len; i++)
        types[i] = library.bodies[seen->word[i]].type;
    (void)standard_begins(w->subject, kind_now(w), types, seen->word_len, &whole);
    if (!whole || seen->connected || seen->failed)
        violate(w, "it completed without the whole of a standard sequence");
    for (size_t i = 0; i < seen->word_len; i++)
        if (library.bodies[seen->word[i]].wrong)
            violate(w, "it completed with a wrong Finished");
    check_ticket(w, types);
    bool resumed = prov_dtls_resumed(&subject_of(w)->s);
    bool is_short = types[1] == MESSAGE_FINISHED || types[1] == MESSAGE_NEW_SESSION_TICKET;
    if (resumed != is_short)
        violate(w, "an abbreviated handshake completed as a full one, or the other way round");
    if (resumed  ? w->subject == SERVER && !seen->has_session
        : is_psk ? !seen->psk_known
                 : !seen->judged || !seen->has_signed)
        violate(w, "it completed with a peer that nobody has vouched for");
    seen->connected = true;
}

static void see_data(struct world *w)
{
    struct end *e = subject_of(w);
    struct prov_bytes data = prov_dtls_data(&e->s);

    if (!e->seen.connected || e->seen.failed)
        violate(w, "data was delivered by a session that is not connected");
    if (data.len != strlen(data_text) || memcmp(data.data, data_text, data.len) != 0)
        violate(w, "data was delivered that nobody sealed");
    if (e->seen.data < 2)
        e->seen.data++;
}

/* What it says: alerts that the profile allows, no data of anybody's. */
static void see_out(struct world *w, struct prov_bytes datagram)
{
    struct prov_reader reader = prov_reader_make(datagram);
    struct prov_bytes body;
    uint16_t version, epoch;
    struct prov_bytes cid;
    uint64_t seq;
    uint8_t type;

    while (prov_take_u8(&reader, &type) && prov_take_u16(&reader, &version) &&
           prov_take_u16(&reader, &epoch) && prov_take_u48(&reader, &seq) &&
           prov_take(&reader, type == 25 ? sizeof(server_cid) : 0, &cid) &&
           prov_take_vector(&reader, 2, &body)) {
        if (type == CONTENT_ALERT && epoch == 0 && !standard_alert(kind_now(w), body.data[1]))
            violate(w, "it said an alert that RFC 7925, section 6 forbids");
        if (type == CONTENT_APPLICATION_DATA)
            violate(w, "it sent application data");
    }
}

static void pull(struct world *w)
{
    static uint8_t room[LONG_MTU];
    struct end *e = subject_of(w);

    for (;;) {
        struct prov_buf out = PROV_BUF_OF(room);
        if (!prov_dtls_pull(&e->s, e->seen.now, &out))
            break;
        see_out(w, prov_buf_bytes(&out));
    }
    struct prov_buf out = PROV_BUF_OF(room);
    if ((!e->seen.connected || e->seen.failed || e->seen.closed) &&
        prov_dtls_seal(&e->s, prov_bytes_text("x"), &out) != PROV_E_STATE)
        violate(w, "it seals data though it is not connected");
}

/* Steps until it waits, asks, or has run a long primitive. */
static enum prov_dtls_event go(struct world *w)
{
    struct end *e = subject_of(w);

    for (;;) {
        unsigned from = due(e);
        enum prov_dtls_event event = prov_dtls_step(&e->s, e->seen.now);
        see_taken(w, from);
        if (e->s.hs == NULL || e->s.hs->early_len == 0)
            e->seen.early_finished = e->seen.early_other = 0;
        if (event == PROV_DTLS_CONNECTED)
            see_connected(w);
        else if (event == PROV_DTLS_DATA)
            see_data(w);
        else if (event == PROV_DTLS_CLOSED)
            e->seen.closed = true;
        else {
            e->seen.failed |= event == PROV_DTLS_FAILED;
            return event;
        }
    }
}

/* --- what the caller's half answers ---------------------------------------------------------- */

static prov_result judge(struct world *w)
{
    const struct end *e = subject_of(w), *peer = &w->ends[1 - w->subject];
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    bool same;

    if (prov_dtls_kind(&e->s) == PROV_KIND_CERT)
        same =
            prov_dtls_peer_chain(&e->s, chain) == 1 && prov_bytes_equal(chain[0], peer->chain[0]);
    else
        same = prov_bytes_equal(prov_dtls_peer_spki(&e->s), PROV_BYTES_OF(peer->spki));
    return same ? PROV_OK : PROV_E_NOT_FOUND;
}

/* By id out of what is kept; by ticket out of the ticket. */
static void give_session(struct world *w, bool well)
{
    struct end *e = subject_of(w);
    struct prov_dtls_resumable session = w->kept[SERVER];

    if (w->kind == BY_TICKET)
        well = well && prov_dtls_need_ticket(&e->s, &session) == PROV_OK;
    e->seen.has_session = well;
    prov_dtls_give_session(&e->s, well ? &session : NULL);
}

static void answer(struct world *w, bool well)
{
    struct end *e = subject_of(w);
    uint8_t signature[PROV_SIGNATURE_LEN] = {0};
    prov_result result = well ? PROV_OK : PROV_E_INTERNAL;

    switch (e->s.hs->need) {
    case PROV_DTLS_NEED_PSK:
        e->seen.psk_known = well;
        prov_dtls_give_psk(&e->s, well ? PROV_BYTES_OF(right_psk) : PROV_BYTES_OF(dummy_psk), well);
        break;
    case PROV_DTLS_NEED_VERIFY:
        result = well ? judge(w) : PROV_E_NOT_FOUND;
        e->seen.judged = result == PROV_OK;
        prov_dtls_give_verdict(&e->s, result);
        break;
    case PROV_DTLS_NEED_SIGN:
        if (well)
            must(prov_crypto_sign(e->crypto, &e->key, prov_dtls_need_digest(&e->s), signature),
                 "sign");
        e->seen.has_signed = well;
        prov_dtls_give_signature(&e->s, result, signature);
        break;
    case PROV_DTLS_NEED_SESSION:
        give_session(w, well);
        break;
    case PROV_DTLS_NEED_FETCH:
        prov_dtls_give_chain(&e->s, well ? PROV_OK : PROV_E_DIGEST, w->ends[1 - w->subject].chain,
                             1);
        break;
    default:
        abort();
    }
}

/* --- what it is sent ------------------------------------------------------------------------- */

static void put_fragment(struct prov_buf *out, const struct body *body, unsigned seq, size_t from,
                         size_t until)
{
    prov_message_header_put(out, body->type, (uint32_t)body->len, (uint16_t)seq, (uint32_t)from,
                            (uint32_t)(until - from));
    prov_put(out, body->octets + from, until - from);
}

/* P_SHA256 of twelve octets: RFC 5246, sections 5 and 7.4.9. */
static void make_finished(struct world *w, uint8_t ret[PROV_DTLS_FINISHED_LEN])
{
    static struct prov_dtls_handshake hs;
    struct prov_dtls s = subject_of(w)->s;

    memcpy(&hs, s.hs, HEAD_LEN);
    s.hs = &hs;
    s.crypto = w->tools;
    memcpy(ret, prov_finished_make(&s, w->subject == SERVER ? PROV_DTLS_CLIENT : PROV_DTLS_SERVER),
           PROV_DTLS_FINISHED_LEN);
}

static void make_certificate_verify(struct world *w, struct body *ret)
{
    const struct prov_dtls_handshake *hs = subject_of(w)->s.hs;
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_buf out = PROV_BUF_OF(ret->octets);

    must(prov_crypto_hash_peek(w->tools, &hs->transcript, digest), "transcript");
    must(prov_crypto_sign(w->tools, &w->ends[1 - w->subject].key, digest, signature), "sign");
    prov_signed_put(&out, signature);
    ret->len = out.len;
}

/* As a genuine peer would make it of all that the subject has taken so far; as it was recorded, where the
 * subject does not have what that takes yet. */
static struct body make_body(struct world *w, uint8_t id, int shift)
{
    const struct prov_dtls_handshake *hs = subject_of(w)->s.hs;
    struct body body = library.bodies[id];

    if (body.type == MESSAGE_FINISHED && !body.wrong) {
        if (hs != NULL && subject_of(w)->s.keys_ready)
            make_finished(w, body.octets);
        else
            memcpy(body.octets, script_now(w)->verify_data, PROV_DTLS_FINISHED_LEN);
    } else if (body.type == MESSAGE_CERTIFICATE_VERIFY) {
        if (hs != NULL && hs->hashing && shift == 0)
            make_certificate_verify(w, &body);
        else if (script_now(w)->certificate_verify.len > 0)
            body = script_now(w)->certificate_verify;
    }
    return body;
}

static void put_header(struct prov_buf *out, uint8_t type, unsigned epoch, uint64_t seq, size_t len)
{
    prov_put_u8(out, type);
    prov_put_u16(out, 0xFEFD);
    prov_put_u16(out, (uint16_t)epoch);
    prov_put_u48(out, seq);
    prov_put_u16(out, (uint16_t)len);
}

/* Of the form that RFC 9146, section 4 and 5.3 has: the id in the header, the type behind the content. */
static bool has_cid(struct world *w)
{
    const struct end *e = subject_of(w);

    return w->subject == SERVER && (e->s.keys_ready ? e->s.cid_on : kind_now(w) == CID);
}

static struct prov_bytes make_aad(const uint8_t *header, bool cid, size_t len, struct prov_buf *aad)
{
    if (cid) {
        for (int i = 0; i < 8; i++)
            prov_put_u8(aad, 0xFF);
        prov_put_u8(aad, 25);
        prov_put_u8(aad, sizeof(server_cid));
        prov_put(aad, header, 11);
        prov_put(aad, server_cid, sizeof(server_cid));
    } else {
        prov_put(aad, header + 3, 8);
        prov_put(aad, header, 3);
    }
    prov_put_u16(aad, (uint16_t)len);
    return prov_buf_bytes(aad);
}

/* Under the keys that the subject has, or will have if all goes on as recorded. */
static void put_sealed(struct world *w, uint8_t type, struct prov_bytes content, bool forged,
                       struct prov_buf *out)
{
    static uint8_t inner_room[ROOM];
    const struct end *e = subject_of(w);
    const struct prov_suite *suite = e->s.keys_ready ? e->s.suite : script_now(w)->suite;
    const struct prov_dtls_keys *keys = e->s.keys_ready ? &e->s.read : &script_now(w)->write;
    struct prov_buf inner = PROV_BUF_OF(inner_room);
    size_t tag = prov_aead_tag_len(suite->aead), mark = out->len;
    uint64_t seq = e->s.window.highest + 1 + e->seen.early_finished + e->seen.early_other;
    uint8_t nonce[12], aad_room[40];
    struct prov_buf aad = PROV_BUF_OF(aad_room);
    bool cid = has_cid(w);

    prov_put_bytes(&inner, content);
    if (cid)
        prov_put_u8(&inner, type);
    put_header(out, cid ? 25 : type, 1, seq, 0);
    out->len -= 2;
    prov_put(out, server_cid, cid ? sizeof(server_cid) : 0);
    prov_put_u16(out, (uint16_t)(8 + inner.len + tag));
    memcpy(nonce, keys->iv, 4);
    memcpy(nonce + 4, out->data + mark + 3, 8);
    prov_put(out, nonce + 4, 8);
    must(prov_crypto_seal(w->tools, suite->aead,
                          PROV_BYTES(keys->key, prov_aead_key_len(suite->aead)), nonce,
                          make_aad(out->data + mark, cid, inner.len, &aad), prov_buf_bytes(&inner),
                          out->data + out->len),
         "seal");
    (void)prov_put_space(out, inner.len + tag);
    if (forged)
        out->data[out->len - 1] ^= 1;
}

static void put_record(struct world *w, const struct symbol *symbol, struct prov_bytes content,
                       struct prov_buf *out)
{
    if (symbol->epoch == 1) {
        put_sealed(w, symbol->type, content, symbol->act == ACT_FORGED, out);
        return;
    }
    put_header(out, symbol->type, symbol->epoch, 77, content.len);
    prov_put_bytes(out, content);
}

struct prov_bytes subject_inbox(const struct end *e, unsigned seq)
{
    const struct prov_dtls_handshake *hs = e->s.hs;
    size_t octets;

    for (const uint8_t *at = end_of_room(hs); at < hs->room + sizeof(hs->room); at += octets) {
        octets = MESSAGE_HEADER_LEN + prov_be16(at + 2) + (prov_be16(at + 2) + 7u) / 8;
        if (prov_be16(at + 4) == seq)
            return PROV_BYTES(at, octets);
    }
    return PROV_BYTES_NONE;
}

bool subject_has_whole(const struct end *e, unsigned seq)
{
    struct prov_bytes message = e->s.hs != NULL ? subject_inbox(e, seq) : PROV_BYTES_NONE;

    return message.len > 0 && prov_be16(message.data + 2) == prov_be16(message.data + 10);
}

/* Whether a record of epoch 1 will be kept until there are keys for it (H8). */
static bool goes_early(const struct end *e, const struct symbol *symbol, size_t len)
{
    return symbol->epoch == 1 && e->s.hs != NULL && !e->s.keys_ready &&
           len <= sizeof(e->s.hs->early) - e->s.hs->early_len;
}

/* Whether the next step takes what was kept early before it looks at a datagram: by trying it. */
static bool early_goes_first(struct end *e)
{
    if (e->s.hs == NULL || e->s.hs->need != 0 || prov_dtls_deadline(&e->s) != 0)
        return false;
    struct copy *copy = subject_save(e);
    (void)prov_dtls_step(&e->s, e->seen.now);
    bool taken = e->s.hs == NULL || e->s.hs->early_len == 0;
    subject_restore(e, copy);
    free(copy);
    return taken;
}

/* Remembers which message is in the inbox at seq, should it be this one: the first whole one stays. */
static void note_sent(struct world *w, const struct symbol *symbol, uint8_t id, unsigned seq,
                      size_t len)
{
    struct end *e = subject_of(w);
    uint8_t *sent = &e->seen.sent[seq % sizeof(e->seen.sent)];
    bool is_finished = library.bodies[id].type == MESSAGE_FINISHED;
    bool kept = e->seen.early_finished > 0 && library.bodies[*sent].type == MESSAGE_FINISHED;

    if (goes_early(e, symbol, len) && is_finished)
        e->seen.early_finished++;
    else if (goes_early(e, symbol, len))
        e->seen.early_other++;
    if (library.bodies[id].type == MESSAGE_HELLO_REQUEST || is_finished != (symbol->epoch == 1) ||
        seq < due(e) || subject_has_whole(e, seq))
        return;
    if (!kept || (!is_finished && !early_goes_first(e)))
        *sent = id;
}

/* In a room of its exact size: what is read behind its end is seen. */
static void push(struct world *w, const struct prov_buf *datagram)
{
    struct end *e = subject_of(w);
    uint8_t *exact = malloc(datagram->len);

    if (exact == NULL || datagram->overflow)
        abort();
    memcpy(exact, datagram->data, datagram->len);
    prov_dtls_push(&e->s, e->seen.now, exact, datagram->len);
    (void)go(w);
    free(exact);
}

static void send_message(struct world *w, const struct symbol *symbol)
{
    static uint8_t room[ROOM], message[ROOM];
    struct prov_buf out = PROV_BUF_OF(room), content = PROV_BUF_OF(message);
    uint8_t id = symbol->act == ACT_MESSAGE ? symbol->id : subject_next(w);
    int seq = (int)due(subject_of(w)) + symbol->shift;

    if (id == 0xFF || seq < 0)
        return;
    struct body body = make_body(w, id, symbol->shift);
    size_t half = body.len / 2;
    put_fragment(&content, &body, (unsigned)seq, symbol->act == ACT_REST ? half : 0,
                 symbol->act == ACT_HALF ? half : body.len);
    put_record(w, symbol, prov_buf_bytes(&content), &out);
    note_sent(w, symbol, id, (unsigned)seq, out.len);
    push(w, &out);
}

static void send_record(struct world *w, const struct symbol *symbol)
{
    static uint8_t room[ROOM];
    struct prov_buf out = PROV_BUF_OF(room);

    put_record(w, symbol, PROV_BYTES(symbol->content, symbol->len), &out);
    push(w, &out);
}

void subject_act(struct world *w, const struct symbol *symbol)
{
    struct end *e = subject_of(w);
    bool asked = e->s.hs != NULL && e->s.hs->need != 0;

    switch (symbol->act) {
    case ACT_MESSAGE:
    case ACT_HALF:
    case ACT_REST:
        send_message(w, symbol);
        break;
    case ACT_RECORD:
    case ACT_FORGED:
        send_record(w, symbol);
        break;
    case ACT_GO_ON:
    case ACT_REFUSE:
        if (asked) {
            unsigned from = due(e);
            answer(w, symbol->act == ACT_GO_ON);
            see_taken(w, from);
        }
        (void)go(w);
        break;
    case ACT_TICK:
        if (prov_dtls_deadline(&e->s) != UINT64_MAX && prov_dtls_deadline(&e->s) > e->seen.now)
            e->seen.now = (uint32_t)prov_dtls_deadline(&e->s);
        (void)go(w);
        break;
    }
    pull(w);
}

uint8_t subject_next(const struct world *w)
{
    const struct observed *seen = &w->ends[w->subject].seen;
    const struct script *script = script_now(w);

    return seen->word_len < script->count ? script->ids[seen->word_len] : 0xFF;
}

void subject_settle(struct world *w)
{
    static const struct symbol go_on = {.act = ACT_GO_ON};
    const struct prov_dtls *s = &subject_of(w)->s;

    for (int i = 0; i < 20; i++) {
        bool busy = s->hs != NULL && (s->hs->need != 0 || prov_dtls_deadline(s) == 0);
        if (!busy)
            return;
        subject_act(w, &go_on);
    }
    violate(w, "it asks without end");
}

void subject_finish(struct world *w)
{
    struct observed *seen = &subject_of(w)->seen;

    for (int i = 0; i < WORD_MAX && !seen->connected && !seen->failed; i++) {
        subject_settle(w);
        uint8_t id = subject_next(w);
        if (id == 0xFF || seen->connected || seen->failed)
            return;
        struct symbol symbol = {.act = ACT_MESSAGE,
                                .id = id,
                                .type = CONTENT_HANDSHAKE,
                                .epoch = library.bodies[id].type == MESSAGE_FINISHED ? 1 : 0};
        subject_act(w, &symbol);
    }
    subject_settle(w);
}

/* What a caller gives a session before its first step. */
static void set_up(struct world *w, enum side side)
{
    struct end *e = &w->ends[side];

    if (w->kind == CID && side == SERVER)
        prov_dtls_set_connection_id(&e->s, PROV_BYTES_OF(server_cid));
    if (w->kind == TICKET || w->kind == BY_TICKET)
        prov_dtls_set_ticket(&e->s, &w->tickets[side]);
}

/* --- beginning ------------------------------------------------------------------------------- */

static void begin_server(struct world *w, enum root root)
{
    static uint8_t room[ROOM];
    struct end *e = subject_of(w);
    struct prov_buf out = PROV_BUF_OF(room);
    uint8_t id = w->scripts[CLIENT].ids[0];
    const struct body *hello = &library.bodies[id];
    size_t until = root == ROOT_HALF ? hello->len / 2 : hello->len;

    put_header(&out, CONTENT_HANDSHAKE, 0, 1, MESSAGE_HEADER_LEN + until);
    put_fragment(&out, hello, 0, 0, until);
    must(prov_dtls_accept(&e->s, &e->config, e->crypto, &e->work, 0, prov_buf_bytes(&out)),
         "accept");
    e->seen.sent[0] = id;
}

struct end *subject_begin(struct world *w, enum side subject, enum root root)
{
    struct end *e = &w->ends[subject];

    w->subject = subject;
    prov_dtls_drop(&e->s);
    e->crypto->drawn = 100;                     /* the same numbers each time */
    e->crypto->trace_len = PROV_FAKE_TRACE_MAX; /* no trace is kept */
    memset(&e->seen, 0, sizeof(e->seen));
    if (subject == SERVER)
        begin_server(w, root);
    else
        must(prov_dtls_start(&e->s, &e->config, e->crypto, &e->work, 0), "start");
    set_up(w, subject);
    if (w->faulty != NULL)
        e->s.side = w->faulty;
    pull(w);
    return e;
}

/* --- recording ------------------------------------------------------------------------------- */

static void make_certificate(struct end *e, enum side side)
{
    struct prov_secret scalar = {0};
    uint8_t point[PROV_POINT_LEN];
    struct prov_buf out = PROV_BUF_OF(e->leaf);

    must(prov_crypto_key_make(e->crypto, &e->key), "key");
    must(prov_crypto_key_public(e->crypto, &e->key, point), "public key");
    must(prov_crypto_key_save(e->crypto, &e->key, &scalar), "scalar");
    prov_spki_encode(point, e->spki);
    const struct model_cert cert = {
        .serial = 7,
        .issuer = "Closure CA",
        .subject = side == CLIENT ? "00-12-4B-28-7D-7A-78-A1" : "",
        .dns = side == SERVER ? "coaps.example.org" : NULL,
        .point = point,
        .signer = &scalar,
    };
    must(model_cert_make(e->crypto, &cert, &out), "certificate");
    e->chain[0] = prov_buf_bytes(&out);
    prov_secret_wipe(&scalar);
}

static void make_end(struct world *w, enum side side)
{
    static const prov_suites suites[] = {prov_suites_psk, prov_suites_psk_fs, prov_suites_public,
                                         prov_suites_public};
    static const enum prov_kind kinds[] = {PROV_KIND_PSK, PROV_KIND_PSK, PROV_KIND_RPK,
                                           PROV_KIND_CERT};
    struct end *e = &w->ends[side];
    uint8_t skipped[32];

    must(prov_crypto_make(NULL, &e->crypto), "crypto");
    for (int i = 0; i <= (int)side; i++) /* both draw the same numbers */
        must(prov_crypto_random(e->crypto, skipped, sizeof(skipped)), "random");
    make_certificate(e, side);
    e->config = (struct prov_dtls_config){
        .role = side == CLIENT ? PROV_DTLS_CLIENT : PROV_DTLS_SERVER,
        .suites = side == CLIENT ? suites[base_of(w->kind)] : prov_suites_server,
        .kinds = side == CLIENT ? PROV_KIND_BIT(kinds[base_of(w->kind)]) : PROV_KINDS_ALL,
        .mtu = LONG_MTU,
        .psk_identity = PROV_BYTES_OF(identity),
        .spki = PROV_BYTES_OF(e->spki),
        .chain = e->chain,
        .chain_len = 1,
        .resumption = w->kind == RESUMED,
        .take_urls = w->kind == URL,
        .connection_id = w->kind == CID,
        .constrained_server = w->kind == TICKET || w->kind == BY_TICKET,
    };
}

/* What a client knows of its server beforehand, or has elsewhere. */
static void make_variety(struct world *w)
{
    static struct prov_certificate_url url = {.sha1 = {1}};
    struct prov_dtls_config *client = &w->ends[CLIENT].config;

    if (w->kind == TICKET || w->kind == BY_TICKET)
        w->ends[SERVER].config.tickets = &w->ticket_keys;
    if (w->kind == CACHED) {
        static uint8_t room[3 + 3 + 800];
        struct prov_buf body = PROV_BUF_OF(room);
        prov_certificates_put(&body, w->ends[SERVER].chain, 1);
        client->cached_certificate = prov_buf_bytes(&body);
    }
    if (w->kind == URL) {
        url.url = prov_bytes_text("http://a.example/c");
        client->urls = &url;
        client->urls_len = 1;
    }
}

/* Everything that lies in the own flight. */
static void record_flight(struct world *w, enum side side)
{
    const struct prov_dtls_handshake *hs = w->ends[side].s.hs;
    struct script *script = &w->scripts[side];

    for (size_t at = 0, next; hs != NULL && !hs->flight_open && at < hs->flight_len; at = next) {
        const uint8_t *message = hs->room + at;
        struct body body = {.type = message[0],
                            .kinds = (uint16_t)(1u << w->kind),
                            .len = (size_t)message[2] << 8 | message[3]};
        next = at + MESSAGE_HEADER_LEN + body.len;
        if ((unsigned)(message[4] << 8 | message[5]) < script->count)
            continue;
        snprintf(body.name, sizeof(body.name), "%s/%s", message_name(body.type),
                 closure_kinds[w->kind]);
        memcpy(body.octets, message + MESSAGE_HEADER_LEN, body.len);
        if (body.type == MESSAGE_CERTIFICATE_VERIFY)
            script->certificate_verify = body;
        script->ids[script->count++] = library_add(&body);
    }
}

/* Takes one datagram of a side to the other one, and what follows from it. */
static bool carry(struct world *w, enum side from, bool *begun)
{
    static uint8_t room[LONG_MTU];
    struct prov_buf out = PROV_BUF_OF(room);
    struct end *to = &w->ends[1 - from];

    record_flight(w, from);
    if (!prov_dtls_pull(&w->ends[from].s, 0, &out))
        return false;
    w->subject = 1 - from;
    if (from == CLIENT && !*begun)
        must(prov_dtls_accept(&to->s, &to->config, to->crypto, &to->work, 0, prov_buf_bytes(&out)),
             "accept");
    else
        prov_dtls_push(&to->s, 0, room, out.len);
    if (from == CLIENT && !*begun)
        set_up(w, SERVER);
    *begun = true;
    enum prov_dtls_event event;
    while ((event = prov_dtls_step(&to->s, 0)) != PROV_DTLS_WAIT) {
        if (event == PROV_DTLS_FAILED) {
            fprintf(stderr, "closure: a genuine pair fails: %s\n", closure_kinds[w->kind]);
            abort();
        }
        if (event != PROV_DTLS_AGAIN && event != PROV_DTLS_CONNECTED)
            answer(w, true);
    }
    return true;
}

/* A server's ticket goes out with its last flight (RFC 5077, section 3.3). */
static void record_ticket(struct world *w, enum side side)
{
    const struct prov_dtls_ticket *ticket = &w->tickets[side];
    struct script *script = &w->scripts[side];
    struct body body = {.name = "NewSessionTicket/ticket",
                        .type = MESSAGE_NEW_SESSION_TICKET,
                        .kinds = (uint16_t)(1u << w->kind)};
    struct prov_buf out = PROV_BUF_OF(body.octets);

    if (w->kind != TICKET || side == CLIENT)
        return;
    prov_put_u32(&out, 3600);
    prov_put_u16(&out, ticket->len);
    prov_put(&out, ticket->octets, ticket->len);
    body.len = out.len;
    script->ids[script->count++] = library_add(&body);
}

/* What our server does not say, but another one may: a new ticket in an abbreviated handshake. */
static void add_promise(struct world *w)
{
    struct body body = library.bodies[w->scripts[SERVER].ids[0]];
    uint8_t *block = body.octets + 34 + 1 + body.octets[34] + 3;
    unsigned len = (unsigned)(block[0] << 8 | block[1]) + 4;

    snprintf(body.name, sizeof(body.name), "ServerHello/promise");
    body.kinds = 1u << BY_TICKET;
    memcpy(body.octets + body.len, (const uint8_t[]){0, 35, 0, 0}, 4);
    body.len += 4;
    block[0] = (uint8_t)(len >> 8);
    block[1] = (uint8_t)len;
    (void)library_add(&body);
}

static void record_end(struct world *w, enum side side)
{
    struct script *script = &w->scripts[side];
    struct end *e = &w->ends[side];

    if (library.bodies[script->ids[script->count - 1]].type != MESSAGE_FINISHED) {
        /* of the last flight: it is kept in the session */
        record_ticket(w, side);
        struct body body = {.name = "Finished",
                            .type = MESSAGE_FINISHED,
                            .kinds = (uint16_t)(1u << w->kind),
                            .len = 12};
        script->ids[script->count++] = library_add(&body);
    }
    memcpy(script->verify_data, e->s.finished_own, PROV_DTLS_FINISHED_LEN);
    script->write = e->s.write;
    script->suite = e->s.suite;
}

static void record(struct world *w)
{
    struct end *client = &w->ends[CLIENT], *server = &w->ends[SERVER];
    bool begun = false;

    memset(w->scripts, 0, sizeof(w->scripts));
    client->crypto->drawn = server->crypto->drawn = 100;
    must(prov_dtls_start(&client->s, &client->config, client->crypto, &client->work, 0), "start");
    set_up(w, CLIENT);
    while (carry(w, CLIENT, &begun) || carry(w, SERVER, &begun))
        ;
    if (!prov_dtls_connected(&client->s) || !prov_dtls_connected(&server->s))
        abort();
    record_end(w, CLIENT);
    record_end(w, SERVER);
}

/* A full handshake first, then the one that goes on with its session. */
static void record_resumed(struct world *w)
{
    record(w);
    for (int side = 0; side < 2; side++) {
        prov_result result = prov_dtls_resumable(&w->ends[side].s, 0, &w->kept[side]);
        if (side == CLIENT || w->kind == RESUMED)
            must(result, "what can be resumed");
        prov_dtls_drop(&w->ends[side].s);
    }
    w->ends[CLIENT].config.resume = &w->kept[CLIENT];
    record(w);
    if (!prov_dtls_resumed(&w->ends[CLIENT].s))
        abort();
}

static void record_kind(struct world *w)
{
    if (w->kind == RESUMED || w->kind == BY_TICKET)
        record_resumed(w);
    else
        record(w);
    if (w->kind == BY_TICKET)
        add_promise(w);
    if (w->kind ==
        TICKET) { /* again, now that there are keys for tickets: the same numbers are drawn */
        prov_dtls_drop(&w->ends[CLIENT].s);
        prov_dtls_drop(&w->ends[SERVER].s);
        record(w);
    }
}

void worlds_make(void)
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct world *w = &worlds[kind];
        w->kind = kind;
        must(prov_crypto_make(NULL, &w->tools), "crypto");
        make_end(w, CLIENT);
        make_end(w, SERVER);
        make_variety(w);
        record_kind(w);
    }
}

void worlds_free(void)
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        for (int side = 0; side < 2; side++) {
            struct end *e = &worlds[kind].ends[side];
            prov_dtls_drop(&e->s);
            prov_crypto_key_drop(e->crypto, &e->key);
            e->crypto->alive = 0; /* copies were put back over live ones */
            prov_crypto_free(e->crypto);
        }
        prov_crypto_free(worlds[kind].tools);
    }
}
