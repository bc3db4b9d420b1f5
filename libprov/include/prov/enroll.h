/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/enroll.h: what both ends of enrollment share: the resources and their bodies.
 *
 * EST over CoAPS (RFC 9148) for certificates with certificate authentication, and this project's
 * own discovered resources (not a standard, never under a registered well-known name) whose bodies
 * are standard COSE (RFC 9052). The table prov_resources is the one list that client, server and
 * /.well-known/core read.
 *
 * path                     method  in                           out                       who
 * /.well-known/core        GET     -                            40 link-format            anyone
 * authenticated
 * /.well-known/est/crts    GET     -                            281 certs-only            cert
 * /.well-known/est/sen     POST    286 pkcs10                   281 or 287                cert
 * /.well-known/est/sren    POST    286 pkcs10                   281 or 287                cert
 * /prov/crts               GET     -                            281                       psk, rpk,
 * cert /prov/cert               POST    286 pkcs10 with challenge    281 or 287                psk,
 * rpk /prov/rpk                POST    18 cose-sign1 by the new key 102 cose-key-set (server)  all
 * /prov/psk                POST    60 request id, bstr 16       101 cose-key              all,
 * forward-secret /prov/confirm            POST    -                            - the new credential
 * /prov/now                GET     -                            60 uint, Unix seconds operational
 *
 * CSRs to /prov/cert and the Sign1 to /prov/rpk are bound to the session: challengePassword =
 * base64 of tls-unique (RFC 7030, section 3.5); external_aad = EUI-64 || tls-unique (H36). A
 * repeated /prov/psk with the same request id gives the same object; another id voids the
 * unconfirmed one.
 */
#ifndef PROV_ENROLL_H
#define PROV_ENROLL_H

#include "prov/bytes.h"
#include "prov/coap.h"
#include "prov/cose.h"
#include "prov/dtls.h"
#include "prov/identifier.h"
#include "prov/x509.h"

enum prov_enroll_op {
    PROV_ENROLL_DISCOVER = 1,
    PROV_ENROLL_EST_CRTS = 2,
    PROV_ENROLL_EST_SEN = 3,
    PROV_ENROLL_EST_SREN = 4,
    PROV_ENROLL_CRTS = 5,
    PROV_ENROLL_CERT = 6,
    PROV_ENROLL_RPK = 7,
    PROV_ENROLL_PSK = 8,
    PROV_ENROLL_CONFIRM = 9,
    PROV_ENROLL_NOW = 10
};

struct prov_resource {
    const char *path;         /* NULL: not in this build */
    uint16_t request_format;  /* PROV_CF_NONE: no payload */
    uint16_t response_format; /* the default; PROV_CF_NONE: no payload */
};
extern const struct prov_resource
    prov_resources[PROV_ENROLL_NOW]; /* that of an operation: its number less 1 */
/* NULL: not in this build. */
const struct prov_resource *prov_resource_get(enum prov_enroll_op op);
static inline enum prov_enroll_op prov_resource_op(const struct prov_resource *resource)
{
    return (enum prov_enroll_op)(resource - prov_resources + 1);
}
/* PROV_COAP_GET of what is there without a request's payload, else PROV_COAP_POST. */
uint8_t prov_resource_method(const struct prov_resource *resource);

#define PROV_ENROLL_REQUEST_MAX    4096 /* a larger body: 4.13 */
#define PROV_ENROLL_RESPONSE_MAX   4096
#define PROV_ENROLL_REQUEST_ID_LEN 16
#define PROV_ENROLL_SZX            5 /* blocks of 512 octets: a block, options and a record fit 1024 */

/* external_aad of a Sign1 to /prov/rpk: EUI-64 || tls-unique, 20 octets. */
#define PROV_ENROLL_BINDING_LEN 20
void prov_enroll_binding(const struct prov_eui64 *device,
                         const uint8_t tls_unique[PROV_DTLS_TLS_UNIQUE_LEN],
                         uint8_t ret[PROV_ENROLL_BINDING_LEN]);

#endif
