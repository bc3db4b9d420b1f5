/* SPDX-License-Identifier: Apache-2.0
 *
 * Names. Private to this room.
 */
#ifndef PROV_X509_NAME_H
#define PROV_X509_NAME_H

#include "der.h"

/* How many CNs a Name has, and the value octets of the first; below 0 if it is malformed. */
int prov_name_decode(const struct prov_bytes *name, struct prov_bytes *ret_common_name);

#endif
