/* SPDX-License-Identifier: Apache-2.0
 *
 * Between bundle.c, which has the frame and what every bundle holds, and bundle_kind.c, which has what
 * differs by kind. What a get refuses stays in the reader, which is at it then, so that the caller can tell where.
 */
#ifndef PROV_COSE_BUNDLE_KIND_H
#define PROV_COSE_BUNDLE_KIND_H

#include "prov/bundle.h"
#include "prov/cose.h"

PROV_MUST prov_result bundle_put_credential(const struct prov_bundle *bundle, struct prov_buf *buf);
PROV_MUST prov_result bundle_put_peer(const struct prov_bundle *bundle, struct prov_buf *buf);

/* bundle->kind is known; the fields of the kind are filled in. */
void bundle_get_credential(struct prov_reader *reader, struct prov_crypto *crypto,
                           struct prov_bundle *bundle);
void bundle_get_peer(struct prov_reader *reader, struct prov_crypto *crypto,
                     struct prov_bundle *bundle);

/* A byte string of min to max octets. */
void bundle_get_sized(struct prov_reader *reader, size_t min, size_t max, struct prov_bytes *ret);
/* A COSE_Key of the type; a point in it is on the curve. After a failure ret is empty. */
void bundle_get_key(struct prov_reader *reader, struct prov_crypto *crypto, enum prov_cose_kty kty,
                    struct prov_cose_key *ret);

#endif
