/* SPDX-License-Identifier: Apache-2.0
 *
 * The one list of resources: client, server and /.well-known/core read it.
 */
#include <string.h>

#include "prov/enroll.h"

#define GET  PROV_COAP_GET
#define POST PROV_COAP_POST
#define NONE PROV_CF_NONE

/* A device has the paths of what it is built for; the agent asks for no list and for no time. */
#define FOR_HOST(path) (PROV_WITH_SERVER ? (path) : NULL)
#define FOR_CERT(path) (PROV_WITH_CERT ? (path) : NULL)
#define FOR_RPK(path)  (PROV_WITH_RPK ? (path) : NULL)
#define FOR_PSK(path)  (PROV_WITH_PSK ? (path) : NULL)

/* By number. 287 carries one certificate, so it can't answer crts where an issuing CA stands below the root
 * (RFC 7030, section 4.1.3): there Accept 287 gets 4.06. */
const struct prov_resource prov_resources[] = {
    {FOR_HOST("/.well-known/core"), PROV_ENROLL_DISCOVER, GET, NONE, PROV_CF_LINK_FORMAT, NONE},
    {FOR_CERT("/.well-known/est/crts"), PROV_ENROLL_EST_CRTS, GET, NONE, PROV_CF_CERTS_ONLY, NONE},
    {FOR_CERT("/.well-known/est/sen"), PROV_ENROLL_EST_SEN, POST, PROV_CF_PKCS10,
     PROV_CF_CERTS_ONLY, PROV_CF_CERT},
    {FOR_CERT("/.well-known/est/sren"), PROV_ENROLL_EST_SREN, POST, PROV_CF_PKCS10,
     PROV_CF_CERTS_ONLY, PROV_CF_CERT},
    {FOR_CERT("/prov/crts"), PROV_ENROLL_CRTS, GET, NONE, PROV_CF_CERTS_ONLY, NONE},
    {FOR_CERT("/prov/cert"), PROV_ENROLL_CERT, POST, PROV_CF_PKCS10, PROV_CF_CERTS_ONLY,
     PROV_CF_CERT},
    {FOR_RPK("/prov/rpk"), PROV_ENROLL_RPK, POST, PROV_CF_COSE_SIGN1, PROV_CF_COSE_KEY_SET, NONE},
    {FOR_PSK("/prov/psk"), PROV_ENROLL_PSK, POST, PROV_CF_CBOR, PROV_CF_COSE_KEY, NONE},
    {"/prov/confirm", PROV_ENROLL_CONFIRM, POST, NONE, NONE, NONE},
    {FOR_HOST("/prov/now"), PROV_ENROLL_NOW, GET, NONE, PROV_CF_CBOR, NONE},
};
const size_t prov_resource_count = sizeof(prov_resources) / sizeof(prov_resources[0]);

const struct prov_resource *prov_resource_get(enum prov_enroll_op op)
{
    size_t at = (size_t)op - 1;

    return at < prov_resource_count && prov_resources[at].path != NULL ? &prov_resources[at] : NULL;
}

void prov_enroll_binding(const struct prov_eui64 *device,
                         const uint8_t tls_unique[PROV_DTLS_TLS_UNIQUE_LEN],
                         uint8_t ret[PROV_ENROLL_BINDING_LEN])
{
    memcpy(ret, device->octets, sizeof(device->octets));
    memcpy(ret + sizeof(device->octets), tls_unique, PROV_DTLS_TLS_UNIQUE_LEN);
}
