/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and the device identifier in them. Private to this room.
 */
#ifndef PROV_X509_NAME_H
#define PROV_X509_NAME_H

#include "der.h"

#include "prov/x509.h"

struct prov_name {
    struct prov_bytes whole; /* with its header */
    struct prov_bytes common_name;
    unsigned common_name_count;
    bool is_empty;
};
void prov_name_decode(struct prov_der *der, struct prov_name *ret);
/* SEQUENCE { SET { SEQUENCE { id-at-commonName, UTF8String } } } */
void prov_name_put_common_name(struct prov_buf *buf, struct prov_bytes common_name);

/* What prov_x509_eui64 says, from the parts of a certificate or a request. */
struct prov_name_parts {
    struct prov_bytes common_name;
    unsigned common_name_count, san_count, dns_count;
    struct prov_bytes uri_name, mac_name;
};
PROV_MUST prov_result prov_name_eui64(const struct prov_name_parts *parts, struct prov_eui64 *ret);

#endif
