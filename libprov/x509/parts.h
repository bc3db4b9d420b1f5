/* SPDX-License-Identifier: Apache-2.0
 *
 * What certificates and requests have in common. Private to this room.
 */
#ifndef PROV_X509_PARTS_H
#define PROV_X509_PARTS_H

#include "der.h"

#include "prov/x509.h"

/* AlgorithmIdentifier of ecdsa-with-SHA256 without parameters (RFC 5758, section 3.2);
 * PROV_E_ALGORITHM for any other. */
void prov_algorithm_decode(struct prov_der *der);
void prov_algorithm_put(struct prov_buf *buf);
/* BIT STRING of an Ecdsa-Sig-Value: as it stands, and decoded. */
void prov_signature_decode(struct prov_der *der, struct prov_bytes *ret,
                           uint8_t ret_raw[PROV_SIGNATURE_LEN]);
/* SubjectPublicKeyInfo: the whole and the point in it. */
void prov_key_decode(struct prov_der *der, struct prov_bytes *ret_spki,
                     struct prov_bytes *ret_point);

#endif
