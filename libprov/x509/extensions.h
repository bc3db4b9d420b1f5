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
PROV_MUST prov_result prov_extensions_decode(struct prov_bytes list, bool unknown_refused,
                                             struct prov_x509 *cert);
/* More than any path that is looked at. */
#define PATH_LEN_NONE UINT8_MAX
/* An extension's arc below id-ce 2.5.29. */
enum prov_id_ce {
    ID_CE_SUBJECT_KEY_IDENTIFIER = 14,
    ID_CE_KEY_USAGE = 15,
    ID_CE_SUBJECT_ALT_NAME = 17,
    ID_CE_BASIC_CONSTRAINTS = 19,
    ID_CE_NAME_CONSTRAINTS = 30,
    ID_CE_AUTHORITY_KEY_IDENTIFIER = 35,
    ID_CE_POLICY_CONSTRAINTS = 36,
    ID_CE_EXTENDED_KEY_USAGE = 37,
    ID_CE_INHIBIT_ANY_POLICY = 54
};

#endif
