/* SPDX-License-Identifier: Apache-2.0
 *
 * Between bundle.c, which has the frame and what every bundle holds, and bundle_kind.c, which has what
 * differs by kind. A take leaves the reader at what it refuses, so that the caller can tell where.
 */
#ifndef PROV_COSE_BUNDLE_KIND_H
#define PROV_COSE_BUNDLE_KIND_H

#include "prov/bundle.h"

PROV_MUST prov_result bundle_put_credential(const struct prov_bundle *bundle, struct prov_buf *buf);
PROV_MUST prov_result bundle_put_peer(const struct prov_bundle *bundle, struct prov_buf *buf);

/* bundle->kind is known; the fields of the kind are filled in. */
PROV_MUST prov_result bundle_take_credential(struct prov_reader *reader, struct prov_crypto *crypto,
                                             struct prov_bundle *bundle);
PROV_MUST prov_result bundle_take_peer(struct prov_reader *reader, struct prov_crypto *crypto,
                                       struct prov_bundle *bundle);

/* A byte string of min to max octets. */
PROV_MUST prov_result bundle_take_sized(struct prov_reader *reader, size_t min, size_t max,
                                        struct prov_bytes *ret);

#endif
