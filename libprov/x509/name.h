/* SPDX-License-Identifier: Apache-2.0
 *
 * Names. Private to this room.
 */
#ifndef PROV_X509_NAME_H
#define PROV_X509_NAME_H

#include "der.h"

/* The Name with its header, and the value octets of its first CN, if there is one; returns how many there are. */
unsigned prov_name_decode(struct prov_der *der, struct prov_bytes *ret,
                          struct prov_bytes *ret_common_name);

#endif
