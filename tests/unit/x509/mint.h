/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and requests made to measure: right by default, wrong where a test says so.
 */
#ifndef PROV_TESTS_X509_MINT_H
#define PROV_TESTS_X509_MINT_H

#include "prov/x509.h"

/* Octets of a string literal. */
#define OCTETS(literal) PROV_BYTES((const uint8_t *)(literal), sizeof(literal) - 1)

/* Extension values. */
#define KU_SIGNATURE OCTETS("\x03\x02\x07\x80")
#define KU_CERT_SIGN OCTETS("\x03\x02\x02\x04")
#define KU_SUB_CA    OCTETS("\x03\x02\x02\x84") /* digitalSignature, keyCertSign */
#define BC_CA        OCTETS("\x30\x03\x01\x01\xff")
#define BC_CA_0      OCTETS("\x30\x06\x01\x01\xff\x02\x01\x00") /* pathLen 0 */
#define BC_CA_1      OCTETS("\x30\x06\x01\x01\xff\x02\x01\x01")
#define BC_NONE      OCTETS("\x30\x00")
#define EKU_SERVER   OCTETS("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01")
#define EKU_CLIENT   OCTETS("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02")
#define EKU_BOTH                                                                                   \
    OCTETS("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03"  \
           "\x02")
#define EKU_CODE OCTETS("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x03")
#define EKU_ANY  OCTETS("\x30\x06\x06\x04\x55\x1d\x25\x00")
#define SAN_SERVER                                                                                 \
    OCTETS("\x30\x10\x82\x0e"                                                                      \
           "server.example")
#define SAN_MAC                                                                                    \
    OCTETS("\x30\x18\xa0\x16\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x0c\xa0\x0a\x04\x08"              \
           "\xac\xde\x48\x00\x11\x22\x33\x44")

/* Numbers below id-ce. */
enum { CE_SKI = 14, CE_KU = 15, CE_SAN = 17, CE_BC = 19, CE_AKI = 35, CE_EKU = 37 };

struct mint_extension {
    struct prov_bytes oid; /* OBJECT IDENTIFIER content; none: id-ce and number */
    uint8_t number;
    int critical; /* 0 left out, 1 TRUE, 2 FALSE written down */
    struct prov_bytes value;
};
#define MINT_EXTENSIONS 20

struct mint_plan {
    int version;                                        /* 2: version 3; -1: left out */
    struct prov_bytes serial;                           /* INTEGER content */
    struct prov_bytes inner_algorithm, outer_algorithm; /* none: ecdsa-with-SHA256 */
    struct prov_bytes issuer, subject;
    const char *not_before, *not_after;
    uint8_t time_tags[2];   /* 0: by the length of the text */
    struct prov_bytes spki; /* or a point: */
    uint8_t point[PROV_POINT_LEN];
    struct prov_bytes unique_id; /* stands between key and extensions */
    struct mint_extension extensions[MINT_EXTENSIONS];
    size_t extension_count;
};

void mint_add(struct mint_plan *plan, uint8_t number, int critical, struct prov_bytes value);
void mint_add_oid(struct mint_plan *plan, struct prov_bytes oid, int critical,
                  struct prov_bytes value);
/* Another value for an extension that is there; count 0: taken out. */
void mint_replace(struct mint_plan *plan, uint8_t number, int critical, struct prov_bytes value);
void mint_remove(struct mint_plan *plan, uint8_t number);

/* A Name with one CN; empty text: no RDN. */
struct prov_bytes mint_name(struct prov_buf *buf, const char *common_name);
/* The TBSCertificate of a plan, and the Certificate of a TBS signed with a key. Abort when it does
 * not fit. */
struct prov_bytes mint_tbs(const struct mint_plan *plan, struct prov_buf *buf);
struct prov_bytes mint_signed(struct prov_crypto *crypto, struct prov_bytes tbs,
                              struct prov_bytes outer_algorithm, const struct prov_key *key,
                              struct prov_buf *buf);
struct prov_bytes mint_cert(struct prov_crypto *crypto, const struct mint_plan *plan,
                            const struct prov_key *key, struct prov_buf *buf);

/* A key pair from a number, and its point. */
void mint_key(struct prov_crypto *crypto, uint8_t number, struct prov_key *key,
              uint8_t ret_point[PROV_POINT_LEN]);

/* Plans that the profile accepts, for the key of this number: a server's, a device's, a sub-CA's, a
 * root's. Names are put into buf. */
struct mint_plan mint_server(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                             struct prov_buf *buf);
struct mint_plan mint_device(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                             struct prov_buf *buf);
struct mint_plan mint_ca(struct prov_crypto *crypto, uint8_t number, const char *issuer,
                         const char *subject, struct prov_buf *buf);

#endif
