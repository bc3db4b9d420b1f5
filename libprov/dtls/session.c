/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of a session: records come apart, the state table of the side goes on, events are told.
 */
#include "resume.h"

#include <stddef.h>
#include <string.h>

size_t prov_dtls_handshake_size(void)
{
    return sizeof(struct prov_dtls_handshake);
}

prov_result prov_dtls_begin(struct prov_dtls *s, const struct prov_dtls_config *config,
                            struct prov_crypto *crypto, struct prov_dtls_handshake *workspace,
                            uint64_t now_ms)
{
    prov_result result = prov_limits_check(config);

    if (result != PROV_OK)
        return result;
    memset(s, 0, sizeof(*s));
    memset(workspace, 0, offsetof(struct prov_dtls_handshake, room));
    s->config = config;
    s->crypto = crypto;
    s->hs = workspace;
    s->now_ms = now_ms;
    s->alert_sent = s->alert_received = PROV_ALERT_NONE;
    prov_mtu_begin(s);
    s->hs->state = STATE_HELLO;
    s->hs->inbox_at = sizeof(workspace->room);
    s->hs->psk_known = true;
    return PROV_OK;
}

void prov_dtls_release(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (hs == NULL)
        return;
    s->hs = NULL;
    prov_crypto_hash_drop(s->crypto, &hs->transcript);
    prov_crypto_hmac_drop(s->crypto, &hs->prf);
    prov_crypto_ecdh_drop(s->crypto, &hs->ecdh);
    prov_wipe(hs, offsetof(struct prov_dtls_handshake, room));
}

void prov_dtls_complete(struct prov_dtls *s)
{
    s->connected = true;
    s->mtu = (uint16_t)prov_datagram_max(s); /* what the path has let through */
    if (PROV_DTLS_RESUMES)
        prov_resume_settle(s);
    prov_dtls_release(s);
}

void prov_dtls_drop(struct prov_dtls *s)
{
    if (s == NULL)
        return;
    prov_dtls_release(s);
    prov_wipe(s, sizeof(*s));
}

const struct prov_suite *prov_suite_in_use(const struct prov_dtls_config *config, uint16_t id)
{
    for (prov_suites row = config->suites; *row != NULL; row++)
        if ((*row)->id == id && ((*row)->kinds & config->kinds) != 0)
            return *row;
    return NULL;
}

/* --- the state table ------------------------------------------------------------------------- */

void prov_dtls_ask(struct prov_dtls *s, enum prov_dtls_event need)
{
    s->hs->need = (uint8_t)need;
}

/* What can run now, by what came: the type of the message that is due, or MESSAGE_NONE. */
static const struct prov_dtls_rule *find_rule(const struct prov_dtls *s, uint8_t came)
{
    const struct prov_dtls_rule *rule = s->side->rules, *end = rule + s->side->rule_count;

    for (; rule < end; rule++)
        if (rule->state == s->hs->state && (rule->message == came || rule->message == MESSAGE_NONE))
            return rule;
    return NULL;
}

/* A message enters the transcript once its rule has run: CertificateVerify and Finished speak of
 * what came before them. */
static void message_done(struct prov_dtls *s, struct prov_bytes body)
{
    struct prov_dtls_handshake *hs = s->hs;

    if (hs->hashing)
        prov_transcript_add(
            s, PROV_BYTES(body.data - MESSAGE_HEADER_LEN, body.len + MESSAGE_HEADER_LEN));
    hs->held = hs->need != 0;
    if (!hs->held)
        prov_inbox_pop(hs);
}

/* What a rule comes to that has a message to read. */
static prov_outcome read_whole(const struct prov_reader *body, prov_outcome outcome)
{
    return body->error != PROV_OK || (outcome == PROV_OK && !prov_reader_done(body))
               ? PROV_ALERT_DECODE_ERROR
               : outcome;
}

/* False when there is nothing to go on with. */
static bool run_one(struct prov_dtls *s)
{
    struct prov_dtls_handshake *hs = s->hs;
    const struct prov_bytes body = prov_inbox_find(hs, hs->next_receive);
    const uint8_t came = body.data != NULL ? *(body.data - MESSAGE_HEADER_LEN) : MESSAGE_NONE;
    const struct prov_dtls_rule *rule = find_rule(s, came);

    hs->more = rule != NULL;
    if (rule == NULL && body.data != NULL)
        prov_dtls_end(s, PROV_ALERT_UNEXPECTED_MESSAGE);
    if (rule == NULL || (rule->is_long && hs->spent))
        return false;
    hs->spent |= rule->is_long;
    if (rule->next != 0)
        hs->state = rule->next;
    struct prov_reader reader = prov_reader_make(body);
    prov_outcome outcome = rule->run(s, &reader);
    if (s->hs == NULL) /* the handshake is over */
        return false;
    if (rule->message != MESSAGE_NONE)
        outcome = read_whole(&reader, outcome);
    if (rule->message != MESSAGE_NONE && outcome == PROV_OK)
        message_done(s, body);
    prov_dtls_end(s, outcome);
    return s->hs != NULL;
}

static void take_early(struct prov_dtls *s);

static void go_on(struct prov_dtls *s)
{
    while (s->hs != NULL && s->hs->need == 0) {
        if (PROV_DTLS_EARLY_MAX > RECORD_HEADER_LEN && s->keys_ready && s->hs->early_len > 0)
            take_early(s);
        else if (!run_one(s))
            return;
    }
}

/* --- records --------------------------------------------------------------------------------- */

/* With a connection id negotiated, a record of epoch 1 has it; without one, none has (RFC 9146, section 3;
 * H16). */
static bool is_ours(const struct prov_dtls *s, const struct prov_record *record)
{
    struct prov_bytes cid = prov_record_cid(s);

    if (!PROV_WITH_CONNECTION_ID) /* it is of a type that nobody takes then */
        return true;
    return cid.len > 0 ? record->type == CONTENT_CID && prov_bytes_equal(record->cid, cid)
                       : record->type != CONTENT_CID;
}

/* H8: kept within a bound. Only what can be a Finished. */
static void keep_early(struct prov_dtls *s, const struct prov_record *record)
{
    struct prov_dtls_handshake *hs = s->hs;
    size_t len = RECORD_HEADER_LEN + record->cid.len + record->len;

    if (PROV_DTLS_EARLY_MAX < RECORD_HEADER_LEN || hs == NULL || !is_ours(s, record) ||
        (record->type != CONTENT_HANDSHAKE && record->type != CONTENT_CID) ||
        len > sizeof(hs->early) - hs->early_len)
        return;
    memcpy(hs->early + hs->early_len, record->header, len);
    hs->early_len = (uint16_t)(hs->early_len + len);
}

/* A tag of 64 bits is not good for more attempts (H12): the session says goodbye, so that both ends
 * know, and the client begins anew. */
static void count_forgery(struct prov_dtls *s)
{
    s->records_forged++;
    if (s->connected && s->records_forged >= FORGERIES_MAX &&
        prov_aead_tag_len(s->suite->aead) < PROV_AEAD_TAG_MAX) {
        prov_dtls_close(s);
        s->closed = true;
    }
}

/* By its size, and behind a connection id there may be padding. */
static bool may_be_finished(const struct prov_dtls *s, const struct prov_record *record)
{
    size_t finished = prov_record_overhead_in(s) - RECORD_HEADER_LEN - record->cid.len +
                      MESSAGE_HEADER_LEN + PROV_DTLS_FINISHED_LEN;

    return record->type == CONTENT_CID
               ? record->len >= finished
               : record->type == CONTENT_HANDSHAKE && record->len == finished;
}

/* RFC 7925, section 6; H29: a wrong key and an unknown identity end in the same way, by the first
 * record that can only be the client's Finished. Any other record that does not open is dropped
 * without a word. */
static void not_authentic(struct prov_dtls *s, const struct prov_record *record)
{
    count_forgery(s);
    if (!prov_dtls_is_client(s) && s->hs != NULL && s->kind == PROV_KIND_PSK &&
        !prov_dtls_is_resumed(s) && s->hs->state == STATE_FINISHED && may_be_finished(s, record))
        prov_dtls_fail(s, PROV_E_WRONG_KEY, PROV_ALERT_DECRYPT_ERROR);
}

/* What a record of epoch 1 has inside. False: nothing that may be looked at. */
static bool unseal(struct prov_dtls *s, struct prov_record *record, struct prov_bytes *ret)
{
    if (!s->keys_ready) {
        keep_early(s, record);
        return false;
    }
    /* The window is looked at before, and moved after the record has proved authentic
     * (section 4.1.2.6). */
    if (record->version != DTLS_1_2 || !is_ours(s, record) || record->seq > UINT32_MAX ||
        !prov_window_fresh(&s->window, (uint32_t)record->seq) ||
        (s->hs != NULL && record->type == CONTENT_APPLICATION_DATA)) {
        prov_dtls_count(&s->records_dropped);
        return false;
    }
    prov_result result = prov_record_open(s, record, ret);
    if (PROV_WITH_SERVER && result == PROV_OK && s->hs != NULL && !s->hs->psk_known)
        result = PROV_E_DIGEST; /* sealed under the dummy key: nobody has it */
    if (result != PROV_OK) {
        not_authentic(s, record);
        return false;
    }
    if (PROV_WITH_SERVER)
        s->newest |=
            record->seq > s->window.highest || (s->window.seen[0] | s->window.seen[1]) == 0;
    prov_window_note(&s->window, (uint32_t)record->seq);
    return true;
}

/* In epoch 0 anybody may have sent it, so nothing is said (RFC 6066, section 4), and a repeated ClientHello was
 * made before the length was agreed on. */
static void too_long(struct prov_dtls *s, unsigned epoch)
{
    if (epoch == 0) {
        prov_dtls_count(&s->records_dropped);
        return;
    }
    s->authentic = true;
    prov_dtls_end(s, PROV_ALERT_RECORD_OVERFLOW);
}

/* ChangeCipherSpec says nothing that the epoch of the records behind it does not say, and the epoch
 * can't be forged: it is not acted on, so an early one does no harm and a lost one costs nothing
 * (H9). */
static void take_content(struct prov_dtls *s, unsigned epoch, uint8_t type,
                         struct prov_bytes content)
{
    if (PROV_WITH_MAX_FRAGMENT && s->max_fragment != 0 && content.len > prov_content_max(s) &&
        (epoch == 1 || content.data[0] != MESSAGE_CLIENT_HELLO))
        too_long(s, epoch);
    else if (type == CONTENT_ALERT)
        prov_alert_take(s, epoch, content);
    else if (type == CONTENT_HANDSHAKE)
        prov_inbox_take(s, epoch, content);
    else if (PROV_WITH_HEARTBEAT && type == CONTENT_HEARTBEAT && epoch == 1)
        prov_heartbeat_receive(s, content);
    else if (type == CONTENT_APPLICATION_DATA && s->hs == NULL && content.len <= PROV_DTLS_DATA_MAX)
        s->data = content;
}

/* An established session has nothing to hear in epoch 0 (H39). */
static void take_record(struct prov_dtls *s, struct prov_record *record)
{
    struct prov_bytes content = PROV_BYTES(record->body, record->len);

    if (record->version >> 8 != DTLS_1_2 >> 8 || record->epoch > 1)
        prov_dtls_count(&s->records_dropped);
    else if (record->epoch == 1 ? unseal(s, record, &content) : s->hs != NULL)
        take_content(s, record->epoch, record->type, content);
}

static void take_early(struct prov_dtls *s)
{
    struct prov_record record;
    size_t at = 0;

    while (s->hs != NULL &&
           prov_record_take(s->hs->early, s->hs->early_len, prov_record_cid(s).len, &at, &record))
        take_record(s, &record);
    if (s->hs != NULL)
        s->hs->early_len = 0;
}

/* --- events ---------------------------------------------------------------------------------- */

static bool has_work(const struct prov_dtls *s)
{
    return s->hs != NULL && s->hs->need == 0 && s->hs->more;
}

static enum prov_dtls_event tell(struct prov_dtls *s)
{
    if (s->data.len > 0)
        return PROV_DTLS_DATA;
    if (s->connected && !s->connected_told) {
        s->connected_told = true;
        return PROV_DTLS_CONNECTED;
    }
    if (PROV_WITH_HEARTBEAT && s->echo.len > 0)
        return PROV_DTLS_PULL;
    if (s->failed)
        return PROV_DTLS_FAILED;
    if (s->closed && !s->closed_told) {
        s->closed_told = true;
        return PROV_DTLS_CLOSED;
    }
    if (s->hs != NULL && s->hs->need != 0)
        return (enum prov_dtls_event)s->hs->need;
    return has_work(s) ? PROV_DTLS_AGAIN : PROV_DTLS_WAIT;
}

static void forget(struct prov_dtls *s)
{
    s->data.len = 0;
    if (PROV_WITH_HEARTBEAT)
        s->echo.len = 0;
}

void prov_dtls_push(struct prov_dtls *s, uint64_t now_ms, uint8_t *datagram, size_t len)
{
    s->now_ms = now_ms;
    prov_dtls_count(&s->datagrams_in);
    if (PROV_WITH_STATS)
        s->octets_in += (uint32_t)len;
    s->in = datagram;
    s->in_len = len;
    s->in_at = 0;
    forget(s); /* what lay in the datagram before, whose room may be this one's */
    if (PROV_WITH_SERVER)
        s->newest = false;
}

/* The next record of the datagram, unless something is to be told first. What can't be taken apart, and what
 * is behind the end of a session, is forgotten: the caller will use the room for something else. */
static bool next_record(struct prov_dtls *s, struct prov_record *ret)
{
    bool over = s->failed || s->closed;

    if (!over && (s->data.len > 0 || (PROV_WITH_HEARTBEAT && s->echo.len > 0) ||
                  s->connected != s->connected_told))
        return false;
    if (!over && prov_record_take(s->in, s->in_len, prov_record_cid(s).len, &s->in_at, ret))
        return true;
    s->in = NULL;
    s->in_len = s->in_at = 0;
    return false;
}

enum prov_dtls_event prov_dtls_step(struct prov_dtls *s, uint64_t now_ms)
{
    struct prov_record record;

    s->now_ms = now_ms;
    forget(s);
    if (s->hs != NULL)
        s->hs->spent = false;
    go_on(s);
    while (next_record(s, &record)) {
        take_record(s, &record);
        go_on(s);
    }
    if (s->hs != NULL)
        prov_flight_tick(s);
    else if (PROV_WITH_HEARTBEAT)
        prov_heartbeat_tick(s);
    return tell(s);
}

uint64_t prov_dtls_deadline(const struct prov_dtls *s)
{
    if (s->in != NULL) /* an answer was to be pulled before the rest of the datagram */
        return 0;
    if (s->hs == NULL)
        return PROV_WITH_HEARTBEAT ? prov_heartbeat_deadline(s) : UINT64_MAX;
    return has_work(s) ? 0 : s->hs->deadline_ms;
}

/* --- out ------------------------------------------------------------------------------------- */

static void count_out(struct prov_dtls *s, size_t octets)
{
    prov_dtls_count(&s->datagrams_out);
    if (PROV_WITH_STATS)
        s->octets_out += (uint32_t)octets;
}

bool prov_dtls_pull(struct prov_dtls *s, uint64_t now_ms, struct prov_buf *out)
{
    size_t mark = out->len, cap = out->cap;

    if (s->config == NULL || out->overflow)
        return false;
    s->now_ms = now_ms;
    if (cap - mark > prov_datagram_max(s))
        out->cap = mark + prov_datagram_max(s);
    bool any = PROV_WITH_HEARTBEAT && s->echo.len > 0 && prov_heartbeat_answer(s, out);
    if (!any && s->hs != NULL)
        any = prov_flight_pull(s, out);
    if ((PROV_WITH_SERVER || PROV_DTLS_RESUMES) && !any && s->last_flight)
        any = prov_flight_pull_last(s, out);
    if (PROV_WITH_HEARTBEAT && !any && s->beat.to_send)
        any = prov_heartbeat_pull(s, out);
    if (!any)
        any = prov_alert_pull(s, out);
    out->cap = cap;
    if (any)
        count_out(s, out->len - mark);
    return any;
}

/* RFC 7918, sections 4 and 5.3: the client's whole last flight has gone out, and the keys come from an ephemeral
 * exchange that the server has signed. What a PSK alone protects waits: it may be the wrong one. */
static bool starts_falsely(const struct prov_dtls *s)
{
    return PROV_WITH_FALSE_START && s->config != NULL && s->config->false_start &&
           prov_dtls_is_client(s) && s->hs != NULL && /* so it has not failed */
           (s->hs->state == STATE_FINISHED || s->hs->state == STATE_TICKET) && !s->resumed &&
           s->write_epoch == 1 && prov_dtls_is_public(s) && s->suite->forward_secret;
}

bool prov_dtls_may_seal(const struct prov_dtls *s)
{
    return !s->closing && (prov_dtls_connected(s) || starts_falsely(s));
}

prov_result prov_dtls_seal(struct prov_dtls *s, struct prov_bytes data, struct prov_buf *out)
{
    size_t mark = out->len;

    if (!prov_dtls_may_seal(s))
        return PROV_E_STATE;
    if (data.len > prov_content_max(s))
        return PROV_E_BOUNDS;
    if (s->write_seq[1] >= RECORDS_MAX - 1) /* the last one is for close_notify */
        return PROV_E_FULL;
    if (!prov_record_write(s, 1, CONTENT_APPLICATION_DATA, NULL, data, out))
        return PROV_E_OVERFLOW;
    count_out(s, out->len - mark);
    return PROV_OK;
}

void prov_dtls_close(struct prov_dtls *s)
{
    if (!s->connected || s->closing || s->failed)
        return;
    s->closing = true;
    prov_alert_queue(s, LEVEL_WARNING, PROV_ALERT_CLOSE_NOTIFY);
}

void prov_dtls_abort(struct prov_dtls *s, enum prov_alert alert)
{
    prov_dtls_fail(s, PROV_E_POLICY, alert);
}

/* --- answers --------------------------------------------------------------------------------- */

bool prov_dtls_answered(struct prov_dtls *s, enum prov_dtls_event need)
{
    if (s->hs == NULL || s->hs->need != need)
        return false;
    s->hs->need = 0;
    s->hs->more = true;
    if (s->hs->held)
        prov_inbox_pop(s->hs);
    s->hs->held = false;
    if (PROV_WITH_SERVER)
        s->hs->identity = PROV_BYTES_NONE;
    return true;
}

void prov_dtls_give_psk(struct prov_dtls *s, struct prov_bytes psk, bool known)
{
    if (!prov_dtls_answered(s, PROV_DTLS_NEED_PSK))
        return;
    if (PROV_WITH_SERVER)
        s->hs->psk_known = known;
    if (psk.len == 0 || psk.len > PROV_PSK_MAX)
        prov_dtls_fail(s, PROV_E_BOUNDS, PROV_ALERT_INTERNAL_ERROR);
    else
        prov_premaster_make(s, psk);
}

void prov_dtls_give_signature(struct prov_dtls *s, prov_result result,
                              const uint8_t signature[PROV_SIGNATURE_LEN])
{
    if (!prov_dtls_answered(s, PROV_DTLS_NEED_SIGN))
        return;
    if (result == PROV_OK)
        memcpy(s->hs->signature, signature, PROV_SIGNATURE_LEN);
    else
        prov_dtls_fail(s, result, PROV_ALERT_INTERNAL_ERROR);
}

void prov_dtls_give_verdict(struct prov_dtls *s, prov_result verdict)
{
    if (prov_dtls_answered(s, PROV_DTLS_NEED_VERIFY) && verdict != PROV_OK)
        prov_dtls_fail(s, verdict, prov_alert_for(verdict));
}
