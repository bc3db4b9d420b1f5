/* SPDX-License-Identifier: Apache-2.0
 *
 * The one list of resources: client, server and /.well-known/core read it.
 */
#include <string.h>

#include "prov/enroll.h"

#define NONE PROV_CF_NONE

/* A device has the paths of what it is built for; the agent asks for no list and for no time. */
#define FOR_HOST(path) (PROV_WITH_SERVER ? (path) : NULL)
#define FOR_CERT(path) (PROV_WITH_CERT ? (path) : NULL)
#define FOR_RPK(path)  (PROV_WITH_RPK ? (path) : NULL)
#define FOR_PSK(path)  (PROV_WITH_PSK ? (path) : NULL)

/* By number. */
const struct prov_resource prov_resources[PROV_ENROLL_NOW] = {
    {FOR_HOST("/.well-known/core"), NONE, PROV_CF_LINK_FORMAT},
    {FOR_CERT("/.well-known/est/crts"), NONE, PROV_CF_CERTS_ONLY},
    {FOR_CERT("/.well-known/est/sen"), PROV_CF_PKCS10, PROV_CF_CERTS_ONLY},
    {FOR_CERT("/.well-known/est/sren"), PROV_CF_PKCS10, PROV_CF_CERTS_ONLY},
    {FOR_CERT("/prov/crts"), NONE, PROV_CF_CERTS_ONLY},
    {FOR_CERT("/prov/cert"), PROV_CF_PKCS10, PROV_CF_CERTS_ONLY},
    {FOR_RPK("/prov/rpk"), PROV_CF_COSE_SIGN1, PROV_CF_COSE_KEY_SET},
    {FOR_PSK("/prov/psk"), PROV_CF_CBOR, PROV_CF_COSE_KEY},
    {"/prov/confirm", NONE, NONE},
    {FOR_HOST("/prov/now"), NONE, PROV_CF_CBOR},
};

const struct prov_resource *prov_resource_get(enum prov_enroll_op op)
{
    size_t at = (size_t)op - 1;

    return at < PROV_ENROLL_NOW && prov_resources[at].path != NULL ? &prov_resources[at] : NULL;
}

uint8_t prov_resource_method(const struct prov_resource *resource)
{
    return resource->request_format == NONE && resource->response_format != NONE ? PROV_COAP_GET
                                                                                 : PROV_COAP_POST;
}

void prov_enroll_binding(const struct prov_eui64 *device,
                         const uint8_t tls_unique[PROV_DTLS_TLS_UNIQUE_LEN],
                         uint8_t ret[PROV_ENROLL_BINDING_LEN])
{
    memcpy(ret, device->octets, sizeof(device->octets));
    memcpy(ret + sizeof(device->octets), tls_unique, PROV_DTLS_TLS_UNIQUE_LEN);
}
