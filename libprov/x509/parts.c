/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

void prov_algorithm_put(struct prov_buf *buf)
{
    prov_put_bytes(buf, PROV_BYTES_OF(ecdsa_with_sha256));
}

void prov_algorithm_decode(struct prov_der *der)
{
    prov_der_literal(der, ecdsa_with_sha256, PROV_E_ALGORITHM);
}
