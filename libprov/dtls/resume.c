/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that go on: what both sides share, and the client's part.
 */
#include "resume.h"

#include <stddef.h>
#include <string.h>

#define MADE_UP_ID_LEN 16

/* --- what is remembered ---------------------------------------------------------------------- */

void prov_resume_note_name(struct prov_dtls *s, struct prov_bytes name)
{
    if (PROV_DTLS_RESUMES)
        prov_dtls_note(s, prov_crypto_sha256(s->crypto, &name, 1, s->kept.name));
}

static bool is_in_use(const struct prov_dtls_config *config,
                      const struct prov_dtls_resumable *session)
{
    const struct prov_suite *suite = prov_suite_in_use(config, session->suite);

    return suite != NULL && (suite->kinds & config->kinds & PROV_KIND_BIT(session->kind)) != 0;
}

/* The length goes on with the session (RFC 6066, section 4; H19): a client that asks for one takes no
 * other. */
static bool fragment_fits(const struct prov_dtls *s, const struct prov_dtls_resumable *session)
{
    uint16_t asked = prov_dtls_is_client(s) ? s->config->max_fragment : 0;

    return session->max_fragment == 0 || (session->max_fragment <= FRAGMENT_CODE_MAX &&
                                          (asked == 0 || asked == 256u << session->max_fragment));
}

bool prov_resume_fits(const struct prov_dtls *s, const struct prov_dtls_resumable *session)
{
    return session->kind <= PROV_KIND_CERT && session->extended_master &&
           prov_dtls_resumable_fresh(session, s->now_ms) && is_in_use(s->config, session) &&
           fragment_fits(s, session) &&
           memcmp(session->name, s->kept.name, sizeof(s->kept.name)) == 0;
}

void prov_resume_master(struct prov_dtls *s, const uint8_t master[PROV_DTLS_MASTER_LEN])
{
    memcpy(s->kept.master, master, sizeof(s->kept.master));
    s->kept.ready = true;
}

void prov_resume_take(struct prov_dtls *s, const struct prov_dtls_resumable *session)
{
    memcpy(s->kept.session_id, session->session_id, sizeof(s->kept.session_id));
    s->kept.session_id_len = session->session_id_len;
    memcpy(s->kept.credential, session->credential, sizeof(s->kept.credential));
    prov_resume_master(s, session->master);
    s->kept.made_ms = session->made_ms;
    s->max_fragment = session->max_fragment;
    s->kind = session->kind;
    s->extended_master = true;
    s->resumed = true;
}

void prov_resume_forget_secret(struct prov_dtls *s)
{
    prov_wipe(s->kept.master, sizeof(s->kept.master));
    s->kept.ready = false;
}

void prov_resume_forget(struct prov_dtls *s)
{
    prov_wipe(&s->kept, sizeof(s->kept));
}

void prov_dtls_resumable_wipe(struct prov_dtls_resumable *resumable)
{
    if (resumable != NULL)
        prov_wipe(resumable, sizeof(*resumable));
}

bool prov_dtls_resumable_fresh(const struct prov_dtls_resumable *resumable, uint64_t now_ms)
{
    return now_ms >= resumable->made_ms && now_ms - resumable->made_ms < PROV_DTLS_RESUME_MS;
}

bool prov_dtls_resumed(const struct prov_dtls *s)
{
    return s->resumed;
}

/* Client: the newest one. */
static struct prov_bytes ticket_of(const struct prov_dtls *s)
{
    const struct prov_dtls_resumable *before = s->config->resume;

    if (s->ticket != NULL && s->ticket->len > 0)
        return PROV_BYTES(s->ticket->octets, s->ticket->len);
    if (!s->resumed || before == NULL)
        return PROV_BYTES_NONE;
    return PROV_BYTES(before->ticket, before->ticket_len);
}

static bool has_name_or_ticket(const struct prov_dtls *s)
{
    return s->kept.session_id_len > 0 || (prov_dtls_is_client(s) && ticket_of(s).len > 0);
}

void prov_resume_settle(struct prov_dtls *s)
{
    if (!s->resumed)
        s->kept.made_ms = s->now_ms;
    if (!has_name_or_ticket(s))
        prov_resume_forget_secret(s);
}

/* RFC 5246, section 7.2.2: not after a fatal alert; H15: after a close_notify. Without extended master
 * secret a session belongs to nobody (RFC 7627, section 5.3). */
prov_result prov_dtls_resumable(struct prov_dtls *s, uint64_t now_ms,
                                struct prov_dtls_resumable *ret)
{
    struct prov_bytes ticket = PROV_BYTES_NONE;

    if (s->connected && prov_dtls_is_client(s))
        ticket = ticket_of(s);
    if (!s->connected || s->failed || !s->kept.ready ||
        (s->kept.session_id_len == 0 && ticket.len == 0))
        return PROV_E_NOT_FOUND;
    s->now_ms = now_ms;
    /* the one before may be kept in the same place */
    if (ticket.len > 0)
        memmove(ret->ticket, ticket.data, ticket.len);
    memset(ret->ticket + ticket.len, 0, sizeof(ret->ticket) - ticket.len);
    memset(ret, 0, offsetof(struct prov_dtls_resumable, ticket));
    memcpy(ret->session_id, s->kept.session_id, s->kept.session_id_len);
    ret->session_id_len = s->kept.session_id_len;
    ret->kind = s->kind;
    ret->suite = s->suite->id;
    ret->max_fragment = s->max_fragment;
    ret->extended_master = true;
    memcpy(ret->master, s->kept.master, sizeof(s->kept.master));
    memcpy(ret->name, s->kept.name, sizeof(s->kept.name));
    memcpy(ret->credential, s->kept.credential, sizeof(s->kept.credential));
    ret->ticket_len = (uint16_t)ticket.len;
    ret->made_ms = s->kept.made_ms;
    prov_resume_forget(s);
    return PROV_OK;
}

/* --- client ---------------------------------------------------------------------------------- */

/* A session by ticket alone is offered under an id of one's own: the server's echo tells that it was
 * taken (RFC 5077, section 3.4). */
static struct prov_bytes offered_id(const struct prov_dtls *s)
{
    const struct prov_dtls_resumable *session = s->config->resume;

    return session->session_id_len > 0 ? PROV_BYTES(session->session_id, session->session_id_len)
                                       : PROV_BYTES(s->hs->random_client, MADE_UP_ID_LEN);
}

static bool can_be_offered(const struct prov_dtls *s, const struct prov_dtls_resumable *session)
{
    bool by_ticket = s->config->constrained_server && session->ticket_len > 0 &&
                     session->ticket_len <= sizeof(session->ticket);

    return session->session_id_len <= sizeof(session->session_id) &&
           (session->session_id_len > 0 || by_ticket) && prov_resume_fits(s, session);
}

struct prov_bytes prov_resume_offer(struct prov_dtls *s)
{
    s->hs->resuming = s->config->resume != NULL && can_be_offered(s, s->config->resume);
    return s->hs->resuming ? offered_id(s) : PROV_BYTES_NONE;
}

prov_outcome prov_resume_answered(struct prov_dtls *s, const struct prov_server_hello *hello)
{
    const struct prov_dtls_resumable *session = s->config->resume;

    if (!s->hs->resuming || !prov_bytes_equal(hello->session_id, offered_id(s))) {
        if (hello->session_id.len > 0) /* a new one: a full handshake */
            memcpy(s->kept.session_id, hello->session_id.data, hello->session_id.len);
        s->kept.session_id_len = (uint8_t)hello->session_id.len;
        return PROV_OK;
    }
    if (hello->suite != session->suite) /* RFC 5246, section 7.4.1.3 */
        return PROV_ALERT_ILLEGAL_PARAMETER;
    prov_resume_take(s, session);
    return PROV_OK;
}
