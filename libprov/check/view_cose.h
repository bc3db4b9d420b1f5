/* SPDX-License-Identifier: Apache-2.0
 *
 * A COSE_Key as it is (RFC 9052, section 7), in whatever encoding of definite lengths.
 */
#ifndef PROV_CHECK_VIEW_COSE_H
#define PROV_CHECK_VIEW_COSE_H

#include "prov/bytes.h"

struct cose_view {
    bool readable;      /* a map of integer keys, all of it, and nothing behind */
    bool deterministic; /* RFC 8949, section 4.2.1 */
    bool has_kty, has_crv, has_kid, has_k, has_x, has_y, has_d;
    bool y_is_sign; /* y is a BOOLEAN: a compressed point */
    int64_t kty, crv;
    struct prov_bytes kid, k, x, y, d;
    unsigned unknown; /* labels that this profile does not have */
    int64_t unknown_label;
};
void cose_view_make(struct prov_bytes octets, struct cose_view *ret);

#endif
