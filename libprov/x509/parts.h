/* SPDX-License-Identifier: Apache-2.0
 *
 * What certificates and requests have in common. Private to this room.
 */
#ifndef PROV_X509_PARTS_H
#define PROV_X509_PARTS_H

#include "der.h"

#include "prov/x509.h"

/* AlgorithmIdentifier of ecdsa-with-SHA256 without parameters (RFC 5758, section 3.2), and no other. */
bool prov_algorithm_is(const struct prov_bytes *algorithm);
void prov_algorithm_put(struct prov_buf *buf);
/* From a BIT STRING's content to the Ecdsa-Sig-Value in it, and that decoded. */
PROV_MUST prov_result prov_signature_decode(struct prov_bytes *bits,
                                            uint8_t ret_raw[PROV_SIGNATURE_LEN]);

#endif
