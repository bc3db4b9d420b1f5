/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys and certificates that both stacks are measured with: a root, an issuing CA, a server and
 * a device, made by prov/pki.h; one PSK.
 */
#ifndef WORLD_H
#define WORLD_H

#include "prov/crypto.h"
#include "prov/pki.h"

struct world_end {
    struct prov_pki_key key;
    uint8_t spki[PROV_SPKI_LEN];
    uint8_t leaf[PROV_CERT_MAX];
    struct prov_bytes chain[2]; /* end entity, issuing CA */
};

struct world {
    struct prov_crypto *crypto;
    struct prov_pki *pki;
    struct prov_fqdn fqdn;
    struct prov_eui64 eui64;
    uint8_t root_octets[PROV_CERT_MAX], issuing_octets[PROV_CERT_MAX];
    struct prov_bytes root, issuing;
    struct world_end server, device;
    uint8_t psk[16];
    const char *identity;
    int64_t now; /* Unix seconds */
};

void world_make(struct world *world);
void world_free(struct world *world);

#endif
