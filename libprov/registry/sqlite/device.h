/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices and servers as the other verbs need them.
 */
#ifndef REGISTRY_DEVICE_H
#define REGISTRY_DEVICE_H

#include "sqlite/query.h"

/* PROV_E_NOT_FOUND, with words and a hint. */
PROV_MUST prov_result device_get(struct prov_registry *registry, const struct prov_eui64 *eui64,
                                 struct prov_device *ret, struct prov_why *why);
/* The same for a device that may get something: PROV_E_CONFLICT if it is retired. */
PROV_MUST prov_result device_get_live(struct prov_registry *registry,
                                      const struct prov_eui64 *eui64, struct prov_device *ret,
                                      struct prov_why *why);
/* The device has proved an operational credential: from here on a bootstrap one needs an approval, of which
 * this may have used one up. */
PROV_MUST prov_result device_enrolled(struct prov_registry *registry,
                                      const struct prov_eui64 *eui64, bool approval_used,
                                      struct prov_why *why);
PROV_MUST prov_result server_get(struct prov_registry *registry, const struct prov_fqdn *fqdn,
                                 struct prov_server_row *ret, struct prov_why *why);

#endif
