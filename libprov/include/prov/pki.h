/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/pki.h: the certificate authority, over OpenSSL. Hosts only.
 *
 * root -> issuing CA -> end entity, P-256 with SHA-256 throughout; the elements of RFC 7925, Table 1 and
 * no others in end-entity certificates (profile.md, rows 24 to 39), except what their profile adds. Keys are scalars in prov_secret; it
 * stores nothing and knows no registry.
 */
#ifndef PROV_PKI_H
#define PROV_PKI_H

#include "prov/bytes.h"
#include "prov/credential.h"
#include "prov/crypto.h"
#include "prov/identifier.h"
#include "prov/profile.h"
#include "prov/why.h"
#include "prov/x509.h"

#define PROV_CERT_MAX   1024 /* largest certificate made or taken */
#define PROV_SERIAL_LEN 16

struct prov_pki; /* fetched algorithms and scratch objects; one thread at a time */
PROV_MUST prov_result prov_pki_make(struct prov_crypto *crypto, struct prov_pki **ret);
void prov_pki_free(struct prov_pki *pki);

struct prov_pki_key {
    struct prov_secret scalar;
    uint8_t point[PROV_POINT_LEN];
};
PROV_MUST prov_result prov_pki_key_make(struct prov_pki *pki, struct prov_pki_key *ret,
                                        struct prov_why *why);
void prov_pki_key_wipe(struct prov_pki_key *key);

struct prov_pki_ca_name {
    const char *organisation; /* O, 1 to 64 characters, UTF-8 */
    const char *country;      /* C, two letters (row 38) */
    const char *common_name;
};
struct prov_validity {
    int64_t not_before, not_after; /* Unix seconds, inclusive; PROV_TIME_NEVER: 99991231235959Z */
};
/* An issuer: its certificate and key. issuer NULL: self-signed root. */
struct prov_pki_issuer {
    struct prov_bytes cert;
    const struct prov_secret *scalar;
};
PROV_MUST prov_result prov_pki_ca_issue(struct prov_pki *pki, const struct prov_pki_issuer *issuer,
                                        const struct prov_pki_ca_name *name,
                                        const struct prov_pki_key *key,
                                        const struct prov_validity *validity, struct prov_buf *ret,
                                        struct prov_why *why);

/* How a certificate names its device (RFC 7925, section 4.4.2, which leaves it open; row 25). */
enum prov_eui_form {
    PROV_EUI_FORM_DEFAULT = 0, /* the profile's: SAN if its row says SHOULD, else CN */
    PROV_EUI_FORM_CN = 1,      /* CN=HH-HH-HH-HH-HH-HH-HH-HH, UTF8String */
    PROV_EUI_FORM_SAN = 2 /* id-on-MACAddress of 8 octets, or of 6 for a device with an EUI-48. The
                                  subject: rfc7925: empty, and the extension critical; tls13-iot-23: the
                                  EUI-64 as serialNumber */
};

/* An end entity: a device by EUI-64 or a server by one dNSName (then the subject is empty of
 * DNS names: CN is not used, SAN is critical with an empty subject, RFC 5280, section 4.2.1.6).
 * Bootstrap device certificates have no EKU (IDevID); operational ones clientAuth; servers serverAuth
 * and id-kp-cmcRA is not set. */
struct prov_pki_leaf {
    const struct prov_eui64 *device; /* or */
    const struct prov_fqdn *server;
    enum prov_use use;
    const uint8_t *point; /* PROV_POINT_LEN; on the curve, or PROV_E_POINT */
    struct prov_validity validity;
    const struct prov_cert_profile *profile; /* NULL: rfc7925 */
    enum prov_eui_form form;                 /* of a device */
    bool from_eui48; /* the device's EUI-64 is an EUI-48 with FF-FE in the middle */
    bool
        serves; /* a device that is a constrained server: serverAuth (row 3), never a bootstrap one */
};
/* PROV_E_POLICY: operational without expiry, or one that outlives its issuer. PROV_E_CERT_PROFILE: the
 * profile wants an authority key identifier and the issuer has no key identifier of 20 octets. */
PROV_MUST prov_result prov_pki_leaf_issue(struct prov_pki *pki,
                                          const struct prov_pki_issuer *issuer,
                                          const struct prov_pki_leaf *leaf, struct prov_buf *ret,
                                          struct prov_why *why);

/* A request from outside: strict encoding, proof of possession, nothing asked for that the profile
 * refuses (CA:TRUE, keyCertSign, dNSName for a device, more than one name). Accepts DER and PEM. Names
 * found (a CN, a subjectAltName) are read by prov_csr_eui64 and compared with `device`: PROV_E_NAME for
 * another's EUI-64; a request may be without. der: room for the DER. */
PROV_MUST prov_result prov_pki_csr_check(struct prov_pki *pki, struct prov_bytes csr,
                                         const struct prov_eui64 *device, struct prov_buf *der,
                                         struct prov_csr *ret, struct prov_why *why);
/* A public key from outside: SPKI in DER or PEM, uncompressed P-256 on the curve. */
PROV_MUST prov_result prov_pki_public_check(struct prov_pki *pki, struct prov_bytes spki,
                                            uint8_t ret_point[PROV_POINT_LEN],
                                            struct prov_why *why);

/* Judges a client chain with OpenSSL's path validation and the profile's rules (EKU without clientAuth
 * is refused, absent EKU accepted; end entity names a device). Answers the device. */
struct prov_pki_verdict {
    struct prov_eui64 device;
    uint8_t spki_sha256[32];
    struct prov_bytes issuer, serial; /* views into chain[0] */
};
PROV_MUST prov_result prov_pki_chain_check(struct prov_pki *pki, const struct prov_bytes *chain,
                                           size_t chain_len, const struct prov_bytes *anchors,
                                           size_t anchor_count, int64_t now,
                                           struct prov_pki_verdict *ret, struct prov_why *why);

/* PEM with the label ("CERTIFICATE", "PUBLIC KEY"), 64 columns; text is NUL-terminated in ret. */
PROV_MUST prov_result prov_pki_pem_encode(const char *label, struct prov_bytes der,
                                          struct prov_buf *ret);

#endif
