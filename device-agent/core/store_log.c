/* SPDX-License-Identifier: Apache-2.0
 *
 * What a journal holds besides the state: the log, a ring (profile.md, row 62), and a session that can be resumed,
 * in parts of 40 octets each, the first all zero: there is none.
 *
 *     log: time 8 │ clock 1 │ event 1 │ result 2 │ alert 1 │ sent 1 │ value 4 │ server 22, filled with 0
 */
#include <string.h>

#include "store_private.h"

/* --- the log ---------------------------------------------------------------------------------- */

static const char *const log_texts[] = {
    [PROV_LOG_HANDSHAKE] = "handshake", [PROV_LOG_ALERT] = "alert",
    [PROV_LOG_REQUEST] = "request",     [PROV_LOG_STAGE] = "stage",
    [PROV_LOG_COMMIT] = "commit",       [PROV_LOG_CONFIRM] = "confirm",
    [PROV_LOG_GIVE_UP] = "give-up",     [PROV_LOG_RESUME] = "resume",
    [PROV_LOG_NO_TIME] = "no-time",     [PROV_LOG_INSTALL] = "install",
    [PROV_LOG_FALL_BACK] = "fall-back", [PROV_LOG_DENIED] = "denied",
    [PROV_LOG_DENY_LIST] = "deny-list",
};

const char *prov_log_event_text(enum prov_log_event event)
{
    size_t count = sizeof log_texts / sizeof log_texts[0];
    return (size_t)event < count && log_texts[event] != NULL ? log_texts[event] : "?";
}

void store_log(struct prov_store *store, enum prov_log_event event, const char *server,
               uint32_t value)
{
    const struct prov_port *port = store->port;
    struct prov_log_record record = {.event = event, .alert = -1, .sent = -1, .value = value};
    record.clock = port->clock(port->context, &record.time);
    if (record.clock == PROV_CLOCK_NONE)
        record.time = (int64_t)port->uptime_ms(port->context);
    for (size_t i = 0; i < PROV_LOG_SERVER && server[i] != '\0'; i++)
        record.server[i] = server[i];
    prov_result kept = prov_store_log_put(store, &record);
    (void)kept;
}

prov_result prov_store_log_put(struct prov_store *store, const struct prov_log_record *record)
{
    uint8_t payload[STORE_RECORD_DATA] = {0};
    struct prov_buf buf = PROV_BUF_OF(payload);
    if (!PROV_WITH_LOG)
        return PROV_OK;
    prov_put_u64(&buf, (uint64_t)record->time);
    prov_put_u8(&buf, (uint8_t)record->clock);
    prov_put_u8(&buf, (uint8_t)record->event);
    prov_put_u16(&buf, (uint16_t)record->result);
    prov_put_u8(&buf, record->alert < 0 ? PROV_LOG_NO_ALERT : (uint8_t)record->alert);
    prov_put_u8(&buf, (uint8_t)(record->sent + 1));
    prov_put_u32(&buf, record->value);
    prov_put(&buf, record->server, PROV_LOG_SERVER);
    return store_journal_put(store, STORE_LOG, payload, sizeof payload);
}

prov_result store_log_move(struct prov_store *store, uint32_t *to)
{
    uint32_t quarter = store->port->flash.sector_size / STORE_RECORD_LEN / 4, count = 0;
    uint32_t keep = quarter < STORE_LOG_KEEP ? quarter : STORE_LOG_KEEP;
    prov_result r = PROV_OK;
    store_journal_walk(store);
    while ((r = store_walk(store, STORE_LOG)) == PROV_OK)
        count++;
    if (r == PROV_E_NOT_FOUND)
        r = PROV_OK;
    store_journal_walk(store);
    for (; count > 0 && r == PROV_OK; count--) {
        r = store_walk(store, STORE_LOG);
        if (r != PROV_OK || count > keep)
            continue;
        r = store_program(store, *to, &store->record, STORE_RECORD_LEN);
        *to += STORE_RECORD_LEN;
    }
    return r;
}

prov_result prov_store_log_get(struct prov_store *store, uint32_t index,
                               struct prov_log_record *ret)
{
    prov_result r = PROV_OK;
    store_journal_walk(store);
    for (uint32_t i = 0; i <= index && r == PROV_OK; i++)
        r = store_walk(store, STORE_LOG);
    if (r != PROV_OK)
        return r;
    struct prov_reader reader = prov_reader_make(PROV_BYTES_OF(store->record.data));
    struct prov_bytes server = PROV_BYTES_NONE;
    uint64_t time = 0;
    uint8_t clock = 0, event = 0, alert = 0, sent = 0;
    uint16_t result = 0;
    uint32_t value = 0;
    if (!prov_take_u64(&reader, &time) || !prov_take_u8(&reader, &clock) ||
        !prov_take_u8(&reader, &event) || !prov_take_u16(&reader, &result) ||
        !prov_take_u8(&reader, &alert) || !prov_take_u8(&reader, &sent) ||
        !prov_take_u32(&reader, &value) || !prov_take(&reader, PROV_LOG_SERVER, &server))
        return PROV_E_CORRUPT;
    *ret = (struct prov_log_record){.clock = (enum prov_clock_trust)clock,
                                    .time = (int64_t)time,
                                    .event = (enum prov_log_event)event,
                                    .result = (prov_result)result,
                                    .alert = alert == PROV_LOG_NO_ALERT ? -1 : alert,
                                    .sent = (int)sent - 1,
                                    .value = value};
    memcpy(ret->server, server.data, PROV_LOG_SERVER);
    return PROV_OK;
}

/* --- a session -------------------------------------------------------------------------------- */

static const uint8_t no_session[STORE_RECORD_DATA];

prov_result prov_store_session_put(struct prov_store *store, struct prov_bytes session)
{
    prov_result r = session.len > PROV_STORE_SESSION_MAX ? PROV_E_BOUNDS : PROV_OK;
    for (size_t at = 0; at < session.len && r == PROV_OK; at += STORE_RECORD_DATA) {
        size_t left = session.len - at, take = left < STORE_RECORD_DATA ? left : STORE_RECORD_DATA;
        r = store_journal_put(store, (enum store_type)(STORE_SESSION + at / STORE_RECORD_DATA),
                              session.data + at, take);
    }
    return r;
}

/* PROV_E_NOT_FOUND: there is none. */
static prov_result session_first(struct prov_store *store)
{
    prov_result r = store_journal_get(store, STORE_SESSION);
    bool none = r == PROV_OK && memcmp(store->record.data, no_session, STORE_RECORD_DATA) == 0;
    return none ? PROV_E_NOT_FOUND : r;
}

prov_result prov_store_session_get(struct prov_store *store, uint8_t ret[PROV_STORE_SESSION_MAX])
{
    prov_result r = session_first(store);
    if (r == PROV_OK)
        memset(ret, 0, PROV_STORE_SESSION_MAX);
    for (size_t part = 0; part < STORE_SESSION_PARTS && r == PROV_OK; part++) {
        r = store_journal_get(store, (enum store_type)(STORE_SESSION + part));
        if (r == PROV_OK)
            memcpy(ret + part * STORE_RECORD_DATA, store->record.data, STORE_RECORD_DATA);
        else if (r == PROV_E_NOT_FOUND)
            r = PROV_OK;
    }
    return r;
}

prov_result prov_store_session_drop(struct prov_store *store)
{
    if (!STORE_WITH_SESSION)
        return PROV_OK;
    prov_result r = session_first(store);
    if (r != PROV_OK)
        return r == PROV_E_NOT_FOUND ? PROV_OK : r;
    return store_journal_put(store, STORE_SESSION, no_session, sizeof no_session);
}
