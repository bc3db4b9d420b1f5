/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/profile.h: the rules of the profile as const tables. Engine, CA, agent and checker read the same
 * ones. To add a suite, an alert, an extension, an element of certificates: add a row. What stands under
 * "rows" and "words" is for hosts: firmware does not link it.
 *
 * Source: RFC 7925; RFC 8442 for the forward-secret PSK suites; draft-ietf-uta-tls13-iot-profile-23 for
 * certificates.
 */
#ifndef PROV_PROFILE_H
#define PROV_PROFILE_H

#include "prov/bytes.h"
#include "prov/credential.h"
#include "prov/crypto.h"

#define PROV_PROFILE_RFC7925   "rfc7925"
#define PROV_PROFILE_TLS13_IOT "tls13-iot-23"
#define PROV_DRAFT_TLS13_IOT   "draft-ietf-uta-tls13-iot-profile-23"

/* --- cipher suites --------------------------------------------------------------------------- */

enum prov_kx { PROV_KX_PSK = 1, PROV_KX_ECDHE_PSK = 2, PROV_KX_ECDHE_ECDSA = 3 };

#define PROV_KIND_BIT(kind) (1u << (kind))
#define PROV_KINDS_ALL                                                                             \
    (PROV_KIND_BIT(PROV_KIND_PSK) | PROV_KIND_BIT(PROV_KIND_RPK) | PROV_KIND_BIT(PROV_KIND_CERT))

struct prov_suite {
    uint16_t id; /* IANA TLS Cipher Suites */
    enum prov_kx kx;
    uint8_t kinds; /* PROV_KIND_BITs that it serves */
    enum prov_aead aead;
    uint8_t fixed_iv_len; /* 4: explicit nonce epoch || sequence of 8 octets (RFC 6655, section 3);
                                 12: nonce by exclusive or, nothing explicit (RFC 7905; tests only) */
    bool forward_secret;
    const char *name; /* for people: NULL where the engine is a client and no more */
};

extern const struct prov_suite prov_suite_psk_ccm_8;         /* 0xC0A8 */
extern const struct prov_suite prov_suite_ecdhe_psk_ccm;     /* 0xD005, RFC 8442 */
extern const struct prov_suite prov_suite_ecdhe_psk_ccm_8;   /* 0xD003, RFC 8442 */
extern const struct prov_suite prov_suite_ecdhe_ecdsa_ccm_8; /* 0xC0AE */

/* What an end offers or accepts, in order of preference; ends with NULL. */
typedef const struct prov_suite *const *prov_suites;
extern const struct prov_suite *const prov_suites_psk[];    /* C0A8 alone, byte for byte (H31) */
extern const struct prov_suite *const prov_suites_psk_fs[]; /* D005, D003 (H31) */
extern const struct prov_suite *const prov_suites_public[]; /* C0AE: RPK and certificates */
extern const struct prov_suite *const prov_suites_server[]; /* all, forward secrecy first */

/* --- numbers of the handshake ---------------------------------------------------------------- */

enum prov_extension_type { /* IANA TLS ExtensionType Values */
                           PROV_EXTENSION_SERVER_NAME = 0,
                           PROV_EXTENSION_MAX_FRAGMENT_LENGTH = 1,
                           PROV_EXTENSION_CLIENT_CERTIFICATE_URL = 2,
                           PROV_EXTENSION_TRUSTED_CA_KEYS = 3,
                           PROV_EXTENSION_TRUNCATED_HMAC = 4,
                           PROV_EXTENSION_STATUS_REQUEST = 5,
                           PROV_EXTENSION_SUPPORTED_GROUPS = 10,
                           PROV_EXTENSION_EC_POINT_FORMATS = 11,
                           PROV_EXTENSION_SIGNATURE_ALGORITHMS = 13,
                           PROV_EXTENSION_HEARTBEAT = 15,
                           PROV_EXTENSION_ALPN = 16,
                           PROV_EXTENSION_STATUS_REQUEST_V2 = 17,
                           PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE = 19,
                           PROV_EXTENSION_SERVER_CERTIFICATE_TYPE = 20,
                           PROV_EXTENSION_ENCRYPT_THEN_MAC = 22,
                           PROV_EXTENSION_EXTENDED_MASTER_SECRET = 23,
                           PROV_EXTENSION_CACHED_INFO = 25,
                           PROV_EXTENSION_SESSION_TICKET = 35,
                           PROV_EXTENSION_EARLY_DATA = 42,
                           PROV_EXTENSION_CONNECTION_ID_DRAFT = 53,
                           PROV_EXTENSION_CONNECTION_ID = 54,
                           PROV_EXTENSION_RENEGOTIATION_INFO = 0xFF01
};

enum { PROV_CERTIFICATE_TYPE_X509 = 0, PROV_CERTIFICATE_TYPE_RAW = 2 }; /* RFC 7250, section 3 */
enum { PROV_GROUP_SECP256R1 = 23 };          /* RFC 8422, section 5.1.1 */
enum { PROV_POINT_FORMAT_UNCOMPRESSED = 0 }; /* RFC 8422, section 5.1.2 */
/* {sha256(4), ecdsa(3)}: RFC 5246, section 7.4.1.4.1 */
#define PROV_SIGNATURE_ECDSA_SHA256 0x0403u

/* --- what a profile asks, as rows -------------------------------------------------------------- */

enum prov_demand { /* RFC 2119 */
                   PROV_DEMAND_MUST_NOT = 1,
                   PROV_DEMAND_SHOULD_NOT,
                   PROV_DEMAND_MAY,
                   PROV_DEMAND_SHOULD,
                   PROV_DEMAND_MUST
};

enum prov_profile_role { /* bits: RFC 7925, section 3.2 */
                         PROV_ROLE_CLIENT = 1,
                         PROV_ROLE_SERVER = 2,
                         PROV_ROLE_CONSTRAINED_SERVER = 4
};
enum prov_profile_mode { /* bits: the kind of credential, and for a PSK what it is used with */
                         PROV_MODE_PSK = 1,
                         PROV_MODE_PSK_FS = 2, /* with ECDHE (RFC 8442), not in RFC 7925 */
                         PROV_MODE_RPK = 4,
                         PROV_MODE_CERT = 8
};

/* One hello extension, for some roles and modes. Each type has one row for each role and mode. */
struct prov_extension_rule {
    uint16_t type; /* enum prov_extension_type */
    uint8_t roles, modes;
    uint8_t implement; /* enum prov_demand: being able to do it */
    uint8_t offer;     /* a client: sending it in every ClientHello; a server: answering it */
    const char *when;  /* what `offer` depends on, or NULL: on nothing */
    const char *document, *section;
    const char *row; /* of the project's table of requirements */
};
extern const struct prov_extension_rule prov_extension_rules[];
extern const size_t prov_extension_rule_count;
/* NULL: the profile does not speak of it. */
const struct prov_extension_rule *
prov_extension_rule_find(uint16_t type, enum prov_profile_role role, enum prov_profile_mode mode);

/* The one ClientHello of a mode with nothing configured that need not be: its octets from cipher_suites
 * on (row 8; RFC 7252, section 9.1.3; H31). server_name NULL: the server has no FQDN. */
prov_suites prov_mode_suites(enum prov_profile_mode mode);
void prov_mode_hello_put(enum prov_profile_mode mode, const char *server_name,
                         struct prov_buf *buf);

/* A number that the profile sets. */
struct prov_profile_number {
    const char *name;
    uint32_t value;
    const char *unit;
    uint8_t modes;
    const char *document, *section;
};
extern const struct prov_profile_number prov_profile_numbers[];
extern const size_t prov_profile_number_count;

/* --- certificates ---------------------------------------------------------------------------- */

enum prov_cert_role { /* bits: what a certificate is for */
                      PROV_CERT_ROOT = 1,
                      PROV_CERT_SUBORDINATE = 2,
                      PROV_CERT_IDEVID = 4, /* a device's, from its factory */
                      PROV_CERT_LDEVID = 8, /* a device's, operational */
                      PROV_CERT_SERVER = 16,
                      PROV_CERT_DEVICE_SERVER = 32 /* a constrained server's, named by its EUI-64 */
};
#define PROV_CERT_CAS (PROV_CERT_ROOT | PROV_CERT_SUBORDINATE)
#define PROV_CERT_LEAVES                                                                           \
    (PROV_CERT_IDEVID | PROV_CERT_LDEVID | PROV_CERT_SERVER | PROV_CERT_DEVICE_SERVER)

enum prov_cert_element { /* in the order in which a certificate has them */
                         PROV_ELEMENT_VERSION = 1,
                         PROV_ELEMENT_SERIAL,
                         PROV_ELEMENT_SIGNATURE,
                         PROV_ELEMENT_ISSUER,
                         PROV_ELEMENT_VALIDITY,
                         PROV_ELEMENT_EXPIRY,
                         PROV_ELEMENT_SUBJECT,
                         PROV_ELEMENT_KEY,
                         PROV_ELEMENT_SAN,
                         PROV_ELEMENT_KEY_USAGE,
                         PROV_ELEMENT_EKU,
                         PROV_ELEMENT_BASIC_CONSTRAINTS,
                         PROV_ELEMENT_PATH_LEN,
                         PROV_ELEMENT_SKI,
                         PROV_ELEMENT_AKI,
                         PROV_ELEMENT_CRLDP,
                         PROV_ELEMENT_AIA,
                         PROV_ELEMENT_OTHER
};

struct prov_cert_profile {
    const char *name;
    unsigned bit; /* in the rows */
};
extern const struct prov_cert_profile prov_cert_profile_rfc7925; /* the default */
extern const struct prov_cert_profile prov_cert_profile_tls13_iot;
extern const struct prov_cert_profile *const prov_cert_profiles[]; /* all; ends with NULL */
/* NULL: no profile has the name. */
const struct prov_cert_profile *prov_cert_profile_find(const char *name);

/* One element of certificates, for some profiles and roles. */
struct prov_cert_rule {
    uint8_t profiles; /* prov_cert_profile bits */
    uint8_t element, roles;
    uint8_t presence; /* enum prov_demand */
    uint8_t critical; /* enum prov_demand: of an extension that is there; 0: no word */
    uint16_t
        need;     /* keyUsage and extKeyUsage: the bits (prov/x509.h) that must be there if it is */
    uint16_t may; /* and those that may stand beside them */
    const char *value; /* what it must be, in words, or NULL */
    const char *document, *section, *row;
};
extern const struct prov_cert_rule prov_cert_rules[];
extern const size_t prov_cert_rule_count;
/* NULL: the profile does not speak of it. */
const struct prov_cert_rule *prov_cert_rule_find(const struct prov_cert_profile *profile,
                                                 enum prov_cert_role role,
                                                 enum prov_cert_element element);

/* --- words (hosts) --------------------------------------------------------------------------- */

struct prov_profile {
    const char *name, *title, *document;
    bool handshake; /* it has rules of the handshake, not only of certificates */
    const struct prov_cert_profile *certificates;
};
extern const struct prov_profile prov_profiles[];
extern const size_t prov_profile_count;
const struct prov_profile *prov_profile_find(const char *name); /* NULL: none has it */

/* A value and its name, in a list that ends with NULL: for bits, one by one. */
struct prov_name_of {
    unsigned value;
    const char *text;
};
extern const struct prov_name_of prov_role_names[], prov_mode_names[], prov_cert_role_names[];
extern const struct prov_name_of prov_extension_names[], prov_element_names[];
extern const struct prov_name_of prov_key_usage_names[], prov_eku_names[];
const char *prov_name_of(const struct prov_name_of *names, unsigned value); /* or "unknown" */
bool prov_name_parse(const struct prov_name_of *names, const char *text, unsigned *ret);
const char *prov_demand_text(unsigned demand); /* "SHOULD NOT" */

/* --- alerts ---------------------------------------------------------------------------------- */

enum prov_alert { /* RFC 5246, section 7.2; RFC 6066; RFC 4279; RFC 5746 */
                  PROV_ALERT_CLOSE_NOTIFY = 0,
                  PROV_ALERT_UNEXPECTED_MESSAGE = 10,
                  PROV_ALERT_BAD_RECORD_MAC = 20,
                  PROV_ALERT_RECORD_OVERFLOW = 22,
                  PROV_ALERT_HANDSHAKE_FAILURE = 40,
                  PROV_ALERT_BAD_CERTIFICATE = 42,
                  PROV_ALERT_UNSUPPORTED_CERTIFICATE = 43,
                  PROV_ALERT_CERTIFICATE_REVOKED = 44,
                  PROV_ALERT_CERTIFICATE_EXPIRED = 45,
                  PROV_ALERT_CERTIFICATE_UNKNOWN = 46,
                  PROV_ALERT_ILLEGAL_PARAMETER = 47,
                  PROV_ALERT_UNKNOWN_CA = 48,
                  PROV_ALERT_ACCESS_DENIED = 49,
                  PROV_ALERT_DECODE_ERROR = 50,
                  PROV_ALERT_DECRYPT_ERROR = 51,
                  PROV_ALERT_PROTOCOL_VERSION = 70,
                  PROV_ALERT_INSUFFICIENT_SECURITY = 71,
                  PROV_ALERT_INTERNAL_ERROR = 80,
                  PROV_ALERT_USER_CANCELED = 90,
                  PROV_ALERT_NO_RENEGOTIATION = 100,
                  PROV_ALERT_UNSUPPORTED_EXTENSION = 110,
                  PROV_ALERT_CERTIFICATE_UNOBTAINABLE = 111,
                  PROV_ALERT_UNRECOGNIZED_NAME = 112,
                  PROV_ALERT_BAD_CERTIFICATE_HASH_VALUE = 114,
                  PROV_ALERT_UNKNOWN_PSK_IDENTITY = 115,
                  PROV_ALERT_NO_APPLICATION_PROTOCOL = 120,
                  PROV_ALERT_NONE = 255
};

/* Whether an end of this kind may send the alert (RFC 7925, section 6; profile.md, 2e). kind 0: the
 * kind is not negotiated yet. */
bool prov_alert_allowed(enum prov_alert alert, enum prov_kind kind);
/* The alert for a verdict on the peer's chain or key. A session sends handshake_failure(40) where it may not be
 * sent, as for raw keys (profile.md, row 15). */
enum prov_alert prov_alert_for(prov_result verdict);
const char *prov_alert_text(enum prov_alert alert); /* hosts; never NULL */

/* --- numbers --------------------------------------------------------------------------------- */

#define PROV_TIMER_INITIAL_MS   9000u /* RFC 7925, section 11 */
#define PROV_TIMER_MAX_MS       60000u
#define PROV_RETRANSMISSIONS    2u      /* sent at 0, 9 and 27 s, given up at 63 s */
#define PROV_LINGER_MS          240000u /* last flight kept: RFC 6347, section 4.2.4 (2 MSL); H7 */
#define PROV_CHAIN_BELOW_ANCHOR 3u      /* RFC 7925, section 4.4.4 */
#define PROV_COAPS_PORT         5684u   /* RFC 7252, section 12.8 */
#define PROV_LDEVID_DAYS        90      /* default life of an operational certificate */

#endif
