/* SPDX-License-Identifier: Apache-2.0
 *
 * Names. Private to this room.
 */
#ifndef PROV_X509_NAME_H
#define PROV_X509_NAME_H

#include "der.h"

#include "prov/x509.h"

struct prov_name {
    struct prov_bytes whole; /* with its header */
    struct prov_bytes common_name;
    unsigned common_name_count;
};
void prov_name_decode(struct prov_der *der, struct prov_name *ret);

#endif
