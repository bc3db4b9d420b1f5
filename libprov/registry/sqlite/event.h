/* SPDX-License-Identifier: Apache-2.0
 *
 * The event of a change, written in the change's own transaction.
 */
#ifndef REGISTRY_EVENT_H
#define REGISTRY_EVENT_H

#include "sqlite/query.h"

/* credential may be NULL; subject and detail are cut to what struct prov_event holds. */
PROV_MUST prov_result event_add(struct prov_registry *registry, const char *verb,
                                const char *subject, const struct prov_uuid *credential,
                                const char *detail, struct prov_why *why);

#endif
