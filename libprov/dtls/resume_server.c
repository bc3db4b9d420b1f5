/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that go on: the server's part.
 */
#include "resume.h"
#include "ticket.h"

#include <string.h>

#define NEW_ID_LEN                                                                                 \
    16 /* octets of a session id of ours: nobody guesses it, and it is short on the air */

bool prov_resume_held(const struct prov_dtls *s, struct prov_client_hello *ret)
{
    return s->hs != NULL && s->hs->need == PROV_DTLS_NEED_SESSION &&
           prov_client_hello_take(prov_inbox_find(s->hs, s->hs->next_receive), ret);
}

void prov_resume_ask(struct prov_dtls *s, const struct prov_client_hello *hello)
{
    struct prov_bytes ticket;

    if ((s->config->resumption && hello->session_id.len > 0) ||
        (s->hs->facts.ticket && prov_ticket_shown(hello, &ticket)))
        prov_dtls_ask(s, PROV_DTLS_NEED_SESSION);
}

struct prov_bytes prov_dtls_need_session(const struct prov_dtls *s)
{
    struct prov_client_hello hello;

    return prov_resume_held(s, &hello) ? hello.session_id : PROV_BYTES_NONE;
}

/* Where a ticket is shown it counts alone (RFC 5077, section 3.4). */
static bool is_the_one(const struct prov_dtls *s, const struct prov_dtls_resumable *found,
                       const struct prov_client_hello *hello)
{
    struct prov_bytes ticket;

    if (s->hs->facts.ticket && prov_ticket_shown(hello, &ticket))
        return found->session_id_len == 0;
    return found->session_id_len > 0 && found->session_id_len <= sizeof(found->session_id) &&
           prov_bytes_equal(PROV_BYTES(found->session_id, found->session_id_len),
                            hello->session_id);
}

/* By a ticket: the client's own session id is echoed, so that it knows (RFC 5077, section 3.4). */
static void go_on_with(struct prov_dtls *s, const struct prov_dtls_resumable *found,
                       struct prov_bytes shown)
{
    prov_resume_take(s, found);
    s->suite = prov_suite_in_use(s->config, found->suite);
    s->hs->state = STATE_RESUME;
    s->hs->facts.by_ticket = found->session_id_len == 0;
    if (shown.len > 0)
        memcpy(s->kept.session_id, shown.data, shown.len);
    s->kept.session_id_len = (uint8_t)shown.len;
}

/* RFC 5246, section 7.4.1.2: the suite has to be among those offered. RFC 7627, section 5.3: what was
 * made with extended master secret is not resumed without it, and such a hello is not answered at all. */
void prov_dtls_give_session(struct prov_dtls *s, const struct prov_dtls_resumable *found)
{
    struct prov_client_hello hello;
    bool known = prov_resume_held(s, &hello) && found != NULL && is_the_one(s, found, &hello);
    bool mixed = known && found->extended_master && !s->hs->facts.extended_master;

    if (known && !mixed && prov_resume_fits(s, found) &&
        prov_numbers_have(hello.suites, found->suite))
        go_on_with(s, found, hello.session_id);
    if (prov_dtls_answered(s, PROV_DTLS_NEED_SESSION) && mixed)
        prov_dtls_end(s, PROV_ALERT_HANDSHAKE_FAILURE);
}

void prov_dtls_set_credential(struct prov_dtls *s, const uint8_t credential[16])
{
    memcpy(s->kept.credential, credential, sizeof(s->kept.credential));
}

void prov_resume_name(struct prov_dtls *s)
{
    if (!s->config->resumption || !s->extended_master || prov_ticket_promised(s))
        return;
    s->kept.session_id_len = NEW_ID_LEN;
    prov_dtls_note(s, prov_crypto_random(s->crypto, s->kept.session_id, NEW_ID_LEN));
}
