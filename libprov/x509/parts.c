/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

/* as it stands, after its length */
static const uint8_t ecdsa_with_sha256[] = {12,   0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

void prov_algorithm_put(struct prov_buf *buf)
{
    prov_put(buf, ecdsa_with_sha256 + 1, ecdsa_with_sha256[0]);
}

bool prov_algorithm_is(const struct prov_bytes *algorithm)
{
    return prov_der_is(algorithm, ecdsa_with_sha256);
}

prov_result prov_signature_decode(struct prov_bytes *bits, uint8_t ret_raw[PROV_SIGNATURE_LEN])
{
    if (bits->len == 0 || bits->data[0] != 0) /* whole octets */
        return PROV_E_FORMAT;
    *bits = PROV_BYTES(bits->data + 1, bits->len - 1);
    return prov_ecdsa_decode(*bits, ret_raw);
}
