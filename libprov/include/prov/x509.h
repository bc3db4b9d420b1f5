/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/x509.h: certificates, requests and chains as the profile has them, without a heap.
 *
 * RFC 7925, section 4.4 and Table 1; RFC 5280; RFC 2986 (requests); RFC 5652 as RFC 5967/7030 use it
 * (certs-only). Strict DER: non-minimal lengths, trailing octets, wrong tags are refused. All views
 * point into the input. Everything here is the device's side and shared; the CA itself is prov/pki.h.
 */
#ifndef PROV_X509_H
#define PROV_X509_H

#include "prov/bytes.h"
#include "prov/crypto.h"
#include "prov/identifier.h"

/* --- keys and signatures -------------------------------------------------------------------- */

/* SubjectPublicKeyInfo of an uncompressed P-256 key: exactly this form, 91 octets (RFC 5480; RFC 7250,
 * section 3; handshake rule H21). */
#define PROV_SPKI_LEN 91
void prov_spki_encode(const uint8_t point[PROV_POINT_LEN], uint8_t ret[PROV_SPKI_LEN]);
/* ret: a view of the 65 octets. PROV_E_ALGORITHM (another type or curve), PROV_E_POINT (compressed, hybrid, or
 * of another length). Whether it lies on the curve is prov_crypto_point_check's to say. */
PROV_MUST prov_result prov_spki_decode(struct prov_bytes spki, struct prov_bytes *ret_point);

/* Ecdsa-Sig-Value: strict DER both ways (H25): r and s minimal, nothing behind; PROV_E_SIGNATURE unless
 * both are in 1..n-1. ret may be written even if decoding fails. */
#define PROV_ECDSA_DER_MAX 72
void prov_ecdsa_encode(const uint8_t raw[PROV_SIGNATURE_LEN], struct prov_buf *ret);
PROV_MUST prov_result prov_ecdsa_decode(struct prov_bytes der, uint8_t ret[PROV_SIGNATURE_LEN]);

/* --- one certificate ------------------------------------------------------------------------ */

enum prov_key_usage { /* as the octets stand in the BIT STRING (RFC 5280, section 4.2.1.3) */
                      PROV_KU_DIGITAL_SIGNATURE = 0x80,
                      PROV_KU_NON_REPUDIATION = 0x40,
                      PROV_KU_KEY_ENCIPHERMENT = 0x20,
                      PROV_KU_DATA_ENCIPHERMENT = 0x10,
                      PROV_KU_KEY_AGREEMENT = 0x08,
                      PROV_KU_CERT_SIGN = 0x04,
                      PROV_KU_CRL_SIGN = 0x02,
                      PROV_KU_ENCIPHER_ONLY = 0x01,
                      PROV_KU_DECIPHER_ONLY = 0x100
};

enum prov_eku { /* a parsed certificate has the first three told apart, and all else among the others */
                PROV_EKU_SERVER_AUTH = 1 << 0,
                PROV_EKU_CLIENT_AUTH = 1 << 1,
                PROV_EKU_CODE_SIGNING = 1 << 2,
                PROV_EKU_OCSP_SIGNING = 1 << 3,
                PROV_EKU_CMC_RA = 1 << 4, /* 1.3.6.1.5.5.7.3.28, RFC 6402 */
                PROV_EKU_ANY = 1 << 5,
                PROV_EKU_OTHER = 1 << 6
};

/* What stands in subjectAltName: a GeneralName's tag, and the one otherName that is told apart. */
enum prov_alt_kind {
    PROV_ALT_NONE = 0,
    PROV_ALT_MAC = 0x04, /* id-on-MACAddress: 6 or 8 octets */
    PROV_ALT_RFC822 = 0x81,
    PROV_ALT_DNS = 0x82,
    PROV_ALT_URI = 0x86,
    PROV_ALT_IP = 0x87,
    PROV_ALT_OTHER = 0xa0,
    PROV_ALT_DIRECTORY = 0xa4
};

/* The extensions that are understood. */
enum prov_x509_extension {
    PROV_X509_KEY_USAGE,
    PROV_X509_SUBJECT_ALT_NAME,
    PROV_X509_BASIC_CONSTRAINTS,
    PROV_X509_EXTENDED_KEY_USAGE,
    PROV_X509_SUBJECT_KEY_IDENTIFIER,
    PROV_X509_AUTHORITY_KEY_IDENTIFIER,
    PROV_X509_EXTENSIONS
};

/* What is asked most stands first. */
#define PROV_CERTIFICATE_MEMBERS 3
#define PROV_TBS_MEMBERS         8
struct prov_x509 {
    bool critical[PROV_X509_EXTENSIONS]; /* enum prov_x509_extension */
    bool is_ca;
    uint8_t path_len;        /* pathLenConstraint; 255: none, or no less */
    uint8_t alt_kind;        /* enum prov_alt_kind, of the last name in subjectAltName */
    uint16_t key_usage, eku; /* prov_key_usage and prov_eku bits; 0: there is no such extension */
    uint16_t common_name_count;    /* all CNs in the subject */
    uint16_t san_count;            /* all names in subjectAltName */
    struct prov_bytes alt_name;    /* the last one's octets */
    struct prov_bytes common_name; /* the first CN's value octets, or none */
    struct prov_bytes der;         /* the whole certificate */
    union {                        /* the members of Certificate, in turn */
        struct prov_bytes parts[PROV_CERTIFICATE_MEMBERS];
        struct {
            struct prov_bytes tbs; /* what is signed, with its header */
            struct prov_bytes outer_algorithm;
            struct prov_bytes signature; /* an Ecdsa-Sig-Value that has been looked at */
        };
    };
    union { /* those of TBSCertificate */
        struct prov_bytes members[PROV_TBS_MEMBERS];
        struct {
            struct prov_bytes version;
            struct prov_bytes serial; /* INTEGER content octets */
            struct prov_bytes algorithm;
            struct prov_bytes issuer; /* Name, with its header */
            struct prov_bytes validity;
            struct prov_bytes subject;    /* Name, with its header */
            struct prov_bytes spki;       /* 91 octets: parse refuses other keys */
            struct prov_bytes extensions; /* or none */
        };
    };
    struct prov_bytes point;                  /* 65 octets */
    struct prov_bytes aki, ski;               /* key identifiers, or none */
    struct prov_bytes aki_issuer, aki_serial; /* the issuer's Name and INTEGER content, or none */
    struct prov_bytes san;                    /* subjectAltName's value octets, or none */
    int64_t not_before, not_after;            /* Unix seconds, both inclusive */
};

/* Parses and checks the elements that RFC 7925, Table 1 fixes for any certificate: version 3, positive
 * serial of at most 20 octets, ecdsa-with-SHA256 inside and outside, P-256 uncompressed, times in the
 * form that RFC 5280 wants for their year, no unknown critical extension, no duplicate extension.
 * Errors: PROV_E_FORMAT, PROV_E_ALGORITHM, PROV_E_POINT, PROV_E_SIGNATURE, PROV_E_CERT_PROFILE. Then what
 * ret has is of no use. */
PROV_MUST prov_result prov_x509_parse(struct prov_bytes der, struct prov_x509 *ret);
/* Did the issuer's key sign it: PROV_E_SIGNATURE, PROV_E_POINT. Nothing else is asked. */
PROV_MUST prov_result prov_x509_verify(const struct prov_x509 *cert, struct prov_crypto *crypto,
                                       const struct prov_x509 *issuer);
/* The EUI-64 by which a device certificate names its device: the SubjectAltName's MACAddress (8 octets;
 * 6 octets get FF-FE in the middle) or the CN in the form HH-HH-HH-HH-HH-HH-HH-HH (RFC 7925, section
 * 4.4.2). PROV_E_NAME: neither, both and not the same, several CNs (which one is leftmost depends on who
 * reads), several alternative names, or a server's name among them. */
PROV_MUST prov_result prov_x509_eui64(const struct prov_x509 *cert, struct prov_eui64 *ret);
/* PROV_E_NAME unless that is this device: for whoever knows whom it means, as a device does. Beside a MACAddress
 * a CN of an EUI-64's length must be the same. */
PROV_MUST prov_result prov_x509_match_device(const struct prov_x509 *cert,
                                             const struct prov_eui64 *device);
/* PROV_E_NAME unless the one name in the certificate is this dNSName, compared without case (RFC 6125;
 * RFC 7925, section 4.4.1), or a URI coaps://fqdn (RFC 7252, section 9.1.3.3, accepted, never issued);
 * two names, wildcards and the CN are no match. */
PROV_MUST prov_result prov_x509_match_server(const struct prov_x509 *cert,
                                             const struct prov_fqdn *fqdn);

/* --- a path --------------------------------------------------------------------------------- */

enum prov_path_role {
    PROV_PATH_SERVER = 1,
    PROV_PATH_CLIENT = 2
}; /* whose certificate is judged */

struct prov_path_rules {
    enum prov_path_role role;
    const struct prov_fqdn *server; /* for PROV_PATH_SERVER */
    size_t max_below_anchor;        /* RFC 7925, section 4.4.4: 3 */
    bool has_time;                  /* false: validity periods are not looked at (row 29) */
    int64_t time;
    /* PROV_PATH_SERVER, in place of `server`: a constrained server, named as a device is (RFC 7925,
     * section 4.4.1, last paragraph; row 3). PROV_PATH_CLIENT: the device that it must name; NULL: any, and
     * whoever asks reads the name (prov_x509_eui64). */
    const struct prov_eui64 *device;
};

/* Checks a chain, end entity first, in steps: each step does at most one signature verification, so
 * that a device's loop is never held for long. A root sent along does not count (H27). Keep `chain`
 * and `anchors` until done. */
#define PROV_PATH_MAX 6
struct prov_path {
    /* private */
    prov_result verdict; /* PROV_E_AGAIN until there is one */
    prov_result reason;  /* why it fails, if nothing better is found */
    uint8_t at;          /* in the chain: the certificate that is to be verified next */
    uint8_t
        intermediates; /* below the next issuer, self-issued ones left out (RFC 5280, section 4.2.1.9) */
    uint8_t chain_len;
    uint8_t anchor_at; /* the anchor to be tried next */
    uint8_t anchor_count;
    const struct prov_bytes *anchors; /* certificates, DER */
    struct prov_path_rules rules;
    struct prov_bytes chain[PROV_PATH_MAX];
    /* what is to be verified next; after begin, the end entity */
    struct prov_x509 lower;
};
/* The end entity's own rules. Role server: exactly one name, `rules->server`, or the EUI-64 `rules->device`;
 * keyUsage present, critical and digitalSignature (keyAgreement beside it is let pass); serverAuth if there is
 * an extKeyUsage. Role client: the EUI-64 `rules->device`; digitalSignature if there is a keyUsage; clientAuth
 * if there is an extKeyUsage. Never a CA certificate. Every certificate is parsed and must be issued by the
 * next one's subject, unused ones included. PROV_E_DEPTH (or no chain), and what prov_x509_parse and these
 * rules answer. */
PROV_MUST prov_result prov_path_begin(struct prov_path *path, const struct prov_path_rules *rules,
                                      const struct prov_bytes *chain, size_t chain_len,
                                      const struct prov_bytes *anchors, size_t anchor_count);
/* PROV_E_AGAIN: one candidate looked at, call again. PROV_OK: verified up to an anchor. Otherwise the reason:
 * PROV_E_ISSUER, PROV_E_SIGNATURE, PROV_E_TIME, PROV_E_NAME, PROV_E_CERT_PROFILE. */
PROV_MUST prov_result prov_path_step(struct prov_path *path, struct prov_crypto *crypto);
/* The anchor that a path was verified up to, after PROV_OK. */
struct prov_bytes prov_path_anchor(const struct prov_path *path);

/* --- a certification request (RFC 2986) ------------------------------------------------------- */

struct prov_csr {
    struct prov_bytes der, info; /* the whole, and what is signed, with its header */
    struct prov_bytes subject;   /* Name, with its header */
    struct prov_bytes spki, point;
    uint8_t signature[PROV_SIGNATURE_LEN];
    struct prov_bytes common_name;
    uint16_t common_name_count, san_count;
    uint8_t alt_kind;                     /* as in struct prov_x509 */
    bool asks_ca;                         /* extensionRequest with CA:TRUE or keyCertSign */
    struct prov_bytes challenge_password; /* or none */
    struct prov_bytes alt_name;
    struct prov_bytes san; /* the extension's value octets, or none */
};
/* Does not verify the signature. Attributes understood: challengePassword, extensionRequest; let pass
 * without a look: unstructuredName, SMIMECapabilities; any other is refused, and so is a requested
 * extension outside of RFC 7925's Table 1 and the key identifiers: PROV_E_CERT_PROFILE. Otherwise what
 * prov_x509_parse answers. */
PROV_MUST prov_result prov_csr_parse(struct prov_bytes der, struct prov_csr *ret);
/* Proof of possession: PROV_E_SIGNATURE, PROV_E_POINT. */
PROV_MUST prov_result prov_csr_verify(const struct prov_csr *csr, struct prov_crypto *crypto);
/* The EUI-64 that a request asks for, by the rules of prov_x509_eui64. */
PROV_MUST prov_result prov_csr_eui64(const struct prov_csr *csr, struct prov_eui64 *ret);
/* Makes a request in two steps, so that the key may be anywhere: info is written to ret, the caller
 * signs SHA-256(info), finish writes the whole. The subject is CN=HH-… (subject none) or, for a
 * renewal, the current certificate's Name and SubjectAltName octets as they are (RFC 7030, section
 * 4.2.2). challenge: the channel binding as base64 text, or none (RFC 7030, section 3.5). */
struct prov_csr_plan {
    const struct prov_eui64 *eui64; /* or NULL when subject is given */
    struct prov_bytes subject;      /* Name with its header, or none */
    struct prov_bytes san;          /* extension value octets, or none */
    const uint8_t *point;           /* PROV_POINT_LEN */
    const char *challenge;          /* PROV_CSR_CHALLENGE_LEN characters, or NULL */
};
#define PROV_CSR_MAX           1024
#define PROV_CSR_CHALLENGE_LEN 16 /* of a tls-unique */
PROV_MUST prov_result prov_csr_make_info(const struct prov_csr_plan *plan, struct prov_buf *ret);
PROV_MUST prov_result prov_csr_finish(struct prov_bytes info,
                                      const uint8_t signature[PROV_SIGNATURE_LEN],
                                      struct prov_buf *ret);

/* --- PKCS#7 certs-only (RFC 5652 SignedData without signers; RFC 7030, section 4.1.3) --------- */

PROV_MUST prov_result prov_certs_only_encode(const struct prov_bytes *certs, size_t count,
                                             struct prov_buf *ret);
/* At most cap certificates (PROV_E_OVERFLOW), in the order they stand, not parsed; ret may be written even
 * if the call fails. CRLs may stand beside
 * them and are not looked at (RFC 5272, section 4.1; RFC 7925, section 4.4.3); signers are refused. */
PROV_MUST prov_result prov_certs_only_decode(struct prov_bytes der, struct prov_bytes *ret,
                                             size_t cap, size_t *ret_count);

#endif
