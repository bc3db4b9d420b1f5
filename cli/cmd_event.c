/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <limits.h>

static prov_result list_event(void *context, const struct prov_event *event)
{
    struct run *run = context;
    out_begin(&run->out);
    out_int(&run->out, "event", event->id);
    out_time(&run->out, "at", event->at_ms / 1000);
    out_text(&run->out, "writer", event->writer);
    out_int(&run->out, "sequence", event->sequence);
    out_text(&run->out, "verb", event->verb);
    out_text(&run->out, "subject", event->subject);
    out_text(&run->out, "credential", event->credential);
    out_text(&run->out, "detail", event->detail);
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_event_list(struct run *run)
{
    static const struct out_column columns[] = {{"event", 5}, {"at", 20},      {"writer", 6},
                                                {"verb", 18}, {"subject", 23}, {"detail", 0},
                                                {NULL, 0}};
    long after = 0;
    prov_result r = take_number(run, OPT_AFTER, 0, LONG_MAX, &after);
    if (r != PROV_OK)
        return r;
    out_list(&run->out, columns);
    return prov_registry_event_list(run->registry, after, list_event, run, &run->why);
}
