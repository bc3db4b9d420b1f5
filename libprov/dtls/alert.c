/* SPDX-License-Identifier: Apache-2.0
 *
 * Alerts: level 1 | description 1 (RFC 5246, section 7.2), within what RFC 7925, section 6 allows.
 */
#include "resume.h"

/* Every alert of a session passes here. */
void prov_alert_queue(struct prov_dtls *s, uint8_t level, enum prov_alert alert)
{
    if (!prov_alert_allowed(alert, (enum prov_kind)s->kind))
        alert = PROV_ALERT_HANDSHAKE_FAILURE;
    s->alert_level = level;
    s->alert = (uint8_t)alert;
}

void prov_dtls_fail(struct prov_dtls *s, prov_result result, enum prov_alert alert)
{
    if (s->failed)
        return;
    s->failed = true;
    s->result = result;
    s->last_flight = false;
    s->alert_level = 0;
    if (alert != PROV_ALERT_NONE) {
        prov_alert_queue(s, LEVEL_FATAL, alert);
        s->alert_sent = s->alert;
    }
    if (PROV_DTLS_RESUMES)
        prov_resume_forget(s); /* RFC 5246, section 7.2.2 */
    prov_dtls_release(s);
}

void prov_dtls_end(struct prov_dtls *s, prov_outcome outcome)
{
    prov_result noted = s->hs != NULL ? (prov_result)s->hs->error : PROV_OK;

    if (outcome != PROV_OK)
        prov_dtls_fail(s, PROV_E_PEER, (enum prov_alert)outcome);
    else if (noted != PROV_OK)
        prov_dtls_fail(s, noted,
                       noted == PROV_E_POINT ? PROV_ALERT_ILLEGAL_PARAMETER
                                             : PROV_ALERT_INTERNAL_ERROR);
}

void prov_dtls_note(const struct prov_dtls *s, prov_result result)
{
    if (s->hs->error == PROV_OK)
        s->hs->error = (uint8_t)result;
}

/* In epoch 0 an alert is anybody's word: it ends an attempt and nothing more (H39). */
static void take_fatal(struct prov_dtls *s, unsigned epoch, uint8_t alert)
{
    s->alert_received = alert;
    s->authentic = epoch == 1;
    prov_dtls_fail(s, PROV_E_PEER_ALERT, PROV_ALERT_NONE);
}

static void take_close(struct prov_dtls *s, unsigned epoch)
{
    if (!s->connected) {
        take_fatal(s, epoch, PROV_ALERT_CLOSE_NOTIFY);
        return;
    }
    if (!s->closing) /* answered once (H15) */
        prov_dtls_close(s);
    s->closed = true;
}

void prov_alert_take(struct prov_dtls *s, unsigned epoch, struct prov_bytes content)
{
    if (content.len != 2)
        return;
    if (content.data[1] == PROV_ALERT_CLOSE_NOTIFY)
        take_close(s, epoch);
    else if (content.data[0] == LEVEL_FATAL)
        take_fatal(s, epoch, content.data[1]);
    else
        s->alert_received = content.data[1];
}

bool prov_alert_pull(struct prov_dtls *s, struct prov_buf *out)
{
    const uint8_t octets[] = {s->alert_level, s->alert};

    if (s->alert_level == 0)
        return false;
    s->alert_level = 0;
    return prov_record_write(s, s->write_epoch, CONTENT_ALERT, NULL, PROV_BYTES_OF(octets), out);
}
