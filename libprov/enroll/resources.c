/* SPDX-License-Identifier: Apache-2.0
 *
 * The one list of resources: client, server and /.well-known/core read it.
 */
#include <string.h>

#include "prov/enroll.h"

#define GET  PROV_COAP_GET
#define POST PROV_COAP_POST
#define NONE PROV_CF_NONE

/* 287 carries one certificate, so it can't answer crts where an issuing CA stands below the root
 * (RFC 7030, section 4.1.3): there Accept 287 gets 4.06. */
const struct prov_resource prov_resources[] = {
    {PROV_ENROLL_DISCOVER, "/.well-known/core", GET, NONE, PROV_CF_LINK_FORMAT, NONE, NULL, NULL},
    {PROV_ENROLL_EST_CRTS, "/.well-known/est/crts", GET, NONE, PROV_CF_CERTS_ONLY, NONE,
     "ace.est.crts", "281"},
    {PROV_ENROLL_EST_SEN, "/.well-known/est/sen", POST, PROV_CF_PKCS10, PROV_CF_CERTS_ONLY,
     PROV_CF_CERT, "ace.est.sen", "281 287"},
    {PROV_ENROLL_EST_SREN, "/.well-known/est/sren", POST, PROV_CF_PKCS10, PROV_CF_CERTS_ONLY,
     PROV_CF_CERT, "ace.est.sren", "281 287"},
    {PROV_ENROLL_CRTS, "/prov/crts", GET, NONE, PROV_CF_CERTS_ONLY, NONE, "prov.crts", "281"},
    {PROV_ENROLL_CERT, "/prov/cert", POST, PROV_CF_PKCS10, PROV_CF_CERTS_ONLY, PROV_CF_CERT,
     "prov.cert", "281 287"},
    {PROV_ENROLL_RPK, "/prov/rpk", POST, PROV_CF_COSE_SIGN1, PROV_CF_COSE_KEY_SET, NONE, "prov.rpk",
     "102"},
    {PROV_ENROLL_PSK, "/prov/psk", POST, PROV_CF_CBOR, PROV_CF_COSE_KEY, NONE, "prov.psk", "101"},
    {PROV_ENROLL_CONFIRM, "/prov/confirm", POST, NONE, NONE, NONE, "prov.confirm", NULL},
    {PROV_ENROLL_NOW, "/prov/now", GET, NONE, PROV_CF_CBOR, NONE, "prov.now", "60"},
};
const size_t prov_resource_count = sizeof(prov_resources) / sizeof(prov_resources[0]);

const struct prov_resource *prov_resource_get(enum prov_enroll_op op)
{
    for (size_t i = 0; i < prov_resource_count; i++) {
        if (prov_resources[i].op == op)
            return &prov_resources[i];
    }
    return NULL;
}

void prov_enroll_binding(const struct prov_eui64 *device,
                         const uint8_t tls_unique[PROV_DTLS_TLS_UNIQUE_LEN],
                         uint8_t ret[PROV_ENROLL_BINDING_LEN])
{
    memcpy(ret, device->octets, sizeof(device->octets));
    memcpy(ret + sizeof(device->octets), tls_unique, PROV_DTLS_TLS_UNIQUE_LEN);
}
