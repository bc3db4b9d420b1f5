/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions that are resumed: kept after a handshake, looked up with the credential that they stand
 * for, dropped with it (profile.md, row 45; H40).
 */
#include <string.h>

#include "internal.h"

#define SWEEP_MAX 64u /* rooms looked at in a round */

/* For good, under whatever name: a credential that waits for its confirm, or is asked for at another
 * server's name, is not one. */
static bool has_ended(struct prov_server *server, int64_t credential)
{
    const struct prov_flow_peer who = {.credential = credential};
    prov_result result;

    prov_why_clear(&server->why);
    result = prov_flow_still_good(&server->flow, &who);
    return result != PROV_OK && !request_unasked(result);
}

/* The registry is asked whether a session was found or not: both take the same way. A credential that
 * waits for its confirm, or has ended, needs a full handshake (H35, H40). The id is seen on the air by
 * anybody: only an end evicts (H39). */
void resume_find(struct prov_server *server, struct association *a)
{
    struct prov_bytes id = prov_dtls_need_session(&a->dtls);
    struct prov_dtls_resumable found = {0};
    struct prov_flow_peer who = {0};
    int64_t credential = 0;
    bool known = cache_get(&server->cache, id, &found, &credential);
    prov_result result;

    prov_why_clear(&server->why);
    result = prov_flow_resume_judge(&server->flow, association_name(a), credential, &who);
    if (known && result != PROV_OK && has_ended(server, credential))
        cache_drop(&server->cache, id);
    prov_dtls_give_session(&a->dtls, known && result == PROV_OK ? &found : NULL);
    if (prov_dtls_resumed(&a->dtls)) {
        a->who = who;
        memcpy(a->session_id, found.session_id, found.session_id_len);
        a->session_id_len = found.session_id_len;
    }
    prov_dtls_resumable_wipe(&found);
}

void resume_keep(struct prov_server *server, uint64_t now_ms, struct association *a)
{
    struct prov_dtls_resumable session;

    server->stats.handshakes_resumed += prov_dtls_resumed(&a->dtls);
    if (prov_dtls_resumable(&a->dtls, now_ms, &session) != PROV_OK)
        return;
    memcpy(a->session_id, session.session_id, session.session_id_len);
    a->session_id_len = session.session_id_len;
    memcpy(session.credential, a->who.uuid.octets, sizeof(session.credential));
    if (a->identity == server->identity) /* else it was made with keys that are no longer shown */
        cache_put(&server->cache, &session, a->who.credential);
    prov_dtls_resumable_wipe(&session);
}

/* RFC 5246, section 7.2.2: not after a fatal alert, if it is the peer's own word or was said on a live
 * session; what anybody can send in epoch 0 changes nothing (H39). */
void resume_end(struct prov_server *server, const struct association *a, bool live,
                enum end_reason reason)
{
    struct prov_dtls_failure failure = prov_dtls_failure(&a->dtls);
    bool fatal = failure.authentic || (live && failure.alert_sent != PROV_ALERT_NONE);

    if (reason == END_REVOKED)
        cache_drop_credential(&server->cache, a->who.credential);
    if (fatal)
        cache_drop(&server->cache, PROV_BYTES(a->session_id, a->session_id_len));
}

void resume_sweep(struct prov_server *server, uint64_t now_ms)
{
    struct prov_dtls_resumable session = {0};

    for (size_t i = 0; i < SWEEP_MAX && i < server->cache.capacity; i++) {
        int64_t credential = 0;
        if (!cache_next(&server->cache, &session, &credential))
            continue;
        if (!prov_dtls_resumable_fresh(&session, now_ms) || has_ended(server, credential))
            cache_drop(&server->cache, PROV_BYTES(session.session_id, session.session_id_len));
    }
    prov_dtls_resumable_wipe(&session);
}
