/* SPDX-License-Identifier: Apache-2.0
 *
 * Object identifiers, as content octets: initialisers for arrays that name them where they are
 * used.
 */
#ifndef PROV_X509_OID_H
#define PROV_X509_OID_H

#include "prov/bytes.h"

/* RFC 5480, sections 2.1.1 and 2.1.1.1; RFC 5758, section 3.2 */
#define OID_EC_PUBLIC_KEY                                                                          \
    {                                                                                              \
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01                                                   \
    }
#define OID_SECP256R1                                                                              \
    {                                                                                              \
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07                                             \
    }
#define OID_ECDSA_WITH_SHA256                                                                      \
    {                                                                                              \
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02                                             \
    }

#define OID_IS(bytes, array) prov_bytes_equal((bytes), PROV_BYTES_OF(array))

#endif
