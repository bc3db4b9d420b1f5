/* SPDX-License-Identifier: Apache-2.0
 *
 * The second opinion: OpenSSL's path validation, with settings equal to ours as far as it has them.
 *
 * The relation that is held: what prov_path accepts, OpenSSL accepts. The other way round it does not hold:
 * ours refuses by RFC 7925 and strict DER what OpenSSL lets pass. It is claimed for certificates without
 * extensions that OpenSSL reads and Table 1 does not have (second_has_others): those ours ignores when
 * they are not critical, as RFC 5280, section 4.2, permits. Two more exceptions, each a test: ours takes the
 * last second of a validity period (RFC 5280, section 4.1.2.5), and tries every anchor of a name.
 */
#ifndef PROV_TESTS_X509_SECOND_H
#define PROV_TESTS_X509_SECOND_H

#include "prov/x509.h"

bool second_accepts(const struct prov_path_rules *rules, const struct prov_bytes *chain,
                    size_t chain_len, const struct prov_bytes *anchors, size_t anchor_count);
/* Why it did not, for a message. */
const char *second_reason(const struct prov_path_rules *rules, const struct prov_bytes *chain,
                          size_t chain_len, const struct prov_bytes *anchors, size_t anchor_count);
bool second_has_others(struct prov_bytes cert);

#endif
