/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of a live server. id, subjects, level, title, document, section, row, remedy.
 */
#include "rules.h"

const struct prov_check_rule prov_check_rules_endpoint[] = {
    {"endpoint.dtls", PROV_CHECK_ENDPOINT, PROV_CHECK_MUST,
     "a ClientHello is answered with DTLS records", "RFC 6347", "4.1", "row1",
     "Serve DTLS 1.2 at this address."},
    {.id = NULL},
};
