/* SPDX-License-Identifier: Apache-2.0
 *
 * What the agent tells: to the board's sink, and into the store's ring (profile.md, row 62). A log
 * that cannot be written stops nothing.
 */
#include <string.h>

#include "agent_private.h"

static void log_both(struct prov_agent *agent, struct prov_log_record *record)
{
    const struct prov_port *port = agent->port;
    const char *server = agent->report.server.text;
    record->clock = port->clock(port->context, &record->time);
    if (record->clock == PROV_CLOCK_NONE)
        record->time = (int64_t)port->uptime_ms(port->context);
    for (size_t i = 0; i < PROV_LOG_SERVER && server[i] != '\0'; i++)
        record->server[i] = server[i];
    if (port->log != NULL) {
        struct prov_agent_log entry = {prov_log_event_text(record->event),
                                       server,
                                       record->result,
                                       record->alert,
                                       record->sent,
                                       record->value};
        port->log(port->context, &entry);
    }
    prov_result kept = prov_store_log_put(agent->store, record);
    (void)kept;
}

void agent_log_put(struct prov_agent *agent, enum prov_log_event event, prov_result result,
                   uint32_t value)
{
    struct prov_log_record record = {
        .event = event, .result = result, .alert = -1, .sent = -1, .value = value};
    log_both(agent, &record);
}

void agent_log_alert(struct prov_agent *agent, enum prov_alert alert, bool sent)
{
    struct prov_log_record record = {.event = PROV_LOG_ALERT,
                                     .result = agent->report.result,
                                     .alert = (int)alert,
                                     .sent = sent ? 1 : 0};
    log_both(agent, &record);
}
