/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificate extensions (RFC 5280, section 4.2). Private to this room.
 */
#ifndef PROV_X509_EXTENSIONS_H
#define PROV_X509_EXTENSIONS_H

#include "der.h"

#include "prov/x509.h"

/* Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension. Fills the extension members of cert. Those that are not
 * known are refused when they are critical or when unknown_refused says so. */
PROV_MUST prov_result prov_extensions_decode(const struct prov_bytes *list, bool unknown_refused,
                                             struct prov_x509 *cert);
/* More than any path that is looked at. */
#define PATH_LEN_NONE UINT8_MAX
/* An extension's arc below id-ce 2.5.29. */
#define ID_CE_SUBJECT_ALT_NAME 17

#endif
