/* SPDX-License-Identifier: Apache-2.0
 *
 * The profiles by name, and the words for what their rows say. Hosts only.
 */
#include "prov/profile.h"

#include <stddef.h>
#include <string.h>

#include "prov/x509.h"

const struct prov_profile prov_profiles[] = {
    {PROV_PROFILE_RFC7925, "DTLS 1.2 for constrained devices: handshake and certificates",
     "RFC 7925", true, &prov_cert_profile_rfc7925},
    {PROV_PROFILE_TLS13_IOT, "its successor: the rules of certificates", PROV_DRAFT_TLS13_IOT,
     false, &prov_cert_profile_tls13_iot},
};
const size_t prov_profile_count = sizeof prov_profiles / sizeof *prov_profiles;

const struct prov_profile *prov_profile_find(const char *name)
{
    for (size_t i = 0; i < prov_profile_count; i++)
        if (strcmp(prov_profiles[i].name, name) == 0)
            return &prov_profiles[i];
    return NULL;
}

/* --- names ------------------------------------------------------------------------------------- */

const struct prov_name_of prov_role_names[] = {{PROV_ROLE_CLIENT, "client"},
                                               {PROV_ROLE_SERVER, "server"},
                                               {PROV_ROLE_CONSTRAINED_SERVER, "constrained-server"},
                                               {0, NULL}};

const struct prov_name_of prov_mode_names[] = {{PROV_MODE_PSK, "psk"},
                                               {PROV_MODE_PSK_FS, "psk-fs"},
                                               {PROV_MODE_RPK, "rpk"},
                                               {PROV_MODE_CERT, "cert"},
                                               {0, NULL}};

const struct prov_name_of prov_cert_role_names[] = {{PROV_CERT_ROOT, "root"},
                                                    {PROV_CERT_SUBORDINATE, "subordinate"},
                                                    {PROV_CERT_IDEVID, "idevid"},
                                                    {PROV_CERT_LDEVID, "ldevid"},
                                                    {PROV_CERT_SERVER, "server"},
                                                    {PROV_CERT_DEVICE_SERVER, "device-server"},
                                                    {0, NULL}};

const struct prov_name_of prov_extension_names[] = {
    {PROV_EXTENSION_SERVER_NAME, "server_name"},
    {PROV_EXTENSION_MAX_FRAGMENT_LENGTH, "max_fragment_length"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_URL, "client_certificate_url"},
    {PROV_EXTENSION_TRUSTED_CA_KEYS, "trusted_ca_keys"},
    {PROV_EXTENSION_TRUNCATED_HMAC, "truncated_hmac"},
    {PROV_EXTENSION_STATUS_REQUEST, "status_request"},
    {PROV_EXTENSION_SUPPORTED_GROUPS, "supported_groups"},
    {PROV_EXTENSION_EC_POINT_FORMATS, "ec_point_formats"},
    {PROV_EXTENSION_SIGNATURE_ALGORITHMS, "signature_algorithms"},
    {PROV_EXTENSION_HEARTBEAT, "heartbeat"},
    {PROV_EXTENSION_ALPN, "alpn"},
    {PROV_EXTENSION_STATUS_REQUEST_V2, "status_request_v2"},
    {PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, "client_certificate_type"},
    {PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, "server_certificate_type"},
    {PROV_EXTENSION_ENCRYPT_THEN_MAC, "encrypt_then_mac"},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, "extended_master_secret"},
    {PROV_EXTENSION_CACHED_INFO, "cached_info"},
    {PROV_EXTENSION_SESSION_TICKET, "session_ticket"},
    {PROV_EXTENSION_EARLY_DATA, "early_data"},
    {PROV_EXTENSION_CONNECTION_ID_DRAFT, "connection_id (draft)"},
    {PROV_EXTENSION_CONNECTION_ID, "connection_id"},
    {PROV_EXTENSION_RENEGOTIATION_INFO, "renegotiation_info"},
    {0, NULL}};

const struct prov_name_of prov_element_names[] = {
    {PROV_ELEMENT_VERSION, "version"},
    {PROV_ELEMENT_SERIAL, "serialNumber"},
    {PROV_ELEMENT_SIGNATURE, "signatureAlgorithm"},
    {PROV_ELEMENT_ISSUER, "issuer"},
    {PROV_ELEMENT_VALIDITY, "validity"},
    {PROV_ELEMENT_EXPIRY, "notAfter"},
    {PROV_ELEMENT_SUBJECT, "subject"},
    {PROV_ELEMENT_KEY, "subjectPublicKeyInfo"},
    {PROV_ELEMENT_SAN, "subjectAltName"},
    {PROV_ELEMENT_KEY_USAGE, "keyUsage"},
    {PROV_ELEMENT_EKU, "extKeyUsage"},
    {PROV_ELEMENT_BASIC_CONSTRAINTS, "basicConstraints"},
    {PROV_ELEMENT_PATH_LEN, "pathLenConstraint"},
    {PROV_ELEMENT_SKI, "subjectKeyIdentifier"},
    {PROV_ELEMENT_AKI, "authorityKeyIdentifier"},
    {PROV_ELEMENT_CRLDP, "cRLDistributionPoints"},
    {PROV_ELEMENT_AIA, "authorityInfoAccess"},
    {PROV_ELEMENT_OTHER, "other extensions"},
    {0, NULL}};

const struct prov_name_of prov_key_usage_names[] = {{PROV_KU_DIGITAL_SIGNATURE, "digitalSignature"},
                                                    {PROV_KU_NON_REPUDIATION, "nonRepudiation"},
                                                    {PROV_KU_KEY_ENCIPHERMENT, "keyEncipherment"},
                                                    {PROV_KU_DATA_ENCIPHERMENT, "dataEncipherment"},
                                                    {PROV_KU_KEY_AGREEMENT, "keyAgreement"},
                                                    {PROV_KU_CERT_SIGN, "keyCertSign"},
                                                    {PROV_KU_CRL_SIGN, "cRLSign"},
                                                    {PROV_KU_ENCIPHER_ONLY, "encipherOnly"},
                                                    {PROV_KU_DECIPHER_ONLY, "decipherOnly"},
                                                    {0, NULL}};

const struct prov_name_of prov_eku_names[] = {{PROV_EKU_SERVER_AUTH, "serverAuth"},
                                              {PROV_EKU_CLIENT_AUTH, "clientAuth"},
                                              {PROV_EKU_CODE_SIGNING, "codeSigning"},
                                              {PROV_EKU_OCSP_SIGNING, "OCSPSigning"},
                                              {PROV_EKU_CMC_RA, "cmcRA"},
                                              {PROV_EKU_ANY, "anyExtendedKeyUsage"},
                                              {PROV_EKU_OTHER, "other"},
                                              {0, NULL}};

static const struct prov_name_of alert_names[] = {
    {PROV_ALERT_CLOSE_NOTIFY, "close_notify"},
    {PROV_ALERT_UNEXPECTED_MESSAGE, "unexpected_message"},
    {PROV_ALERT_BAD_RECORD_MAC, "bad_record_mac"},
    {PROV_ALERT_RECORD_OVERFLOW, "record_overflow"},
    {PROV_ALERT_HANDSHAKE_FAILURE, "handshake_failure"},
    {PROV_ALERT_BAD_CERTIFICATE, "bad_certificate"},
    {PROV_ALERT_UNSUPPORTED_CERTIFICATE, "unsupported_certificate"},
    {PROV_ALERT_CERTIFICATE_REVOKED, "certificate_revoked"},
    {PROV_ALERT_CERTIFICATE_EXPIRED, "certificate_expired"},
    {PROV_ALERT_CERTIFICATE_UNKNOWN, "certificate_unknown"},
    {PROV_ALERT_ILLEGAL_PARAMETER, "illegal_parameter"},
    {PROV_ALERT_UNKNOWN_CA, "unknown_ca"},
    {PROV_ALERT_ACCESS_DENIED, "access_denied"},
    {PROV_ALERT_DECODE_ERROR, "decode_error"},
    {PROV_ALERT_DECRYPT_ERROR, "decrypt_error"},
    {PROV_ALERT_PROTOCOL_VERSION, "protocol_version"},
    {PROV_ALERT_INSUFFICIENT_SECURITY, "insufficient_security"},
    {PROV_ALERT_INTERNAL_ERROR, "internal_error"},
    {PROV_ALERT_USER_CANCELED, "user_canceled"},
    {PROV_ALERT_NO_RENEGOTIATION, "no_renegotiation"},
    {PROV_ALERT_UNSUPPORTED_EXTENSION, "unsupported_extension"},
    {PROV_ALERT_CERTIFICATE_UNOBTAINABLE, "certificate_unobtainable"},
    {PROV_ALERT_UNRECOGNIZED_NAME, "unrecognized_name"},
    {PROV_ALERT_BAD_CERTIFICATE_HASH_VALUE, "bad_certificate_hash_value"},
    {PROV_ALERT_UNKNOWN_PSK_IDENTITY, "unknown_psk_identity"},
    {PROV_ALERT_NO_APPLICATION_PROTOCOL, "no_application_protocol"},
    {PROV_ALERT_NONE, "none"},
    {0, NULL}};

const char *prov_alert_text(enum prov_alert alert)
{
    for (size_t i = 0; alert_names[i].text != NULL; i++)
        if (alert_names[i].value == alert)
            return alert_names[i].text;
    return "unknown alert";
}

const char *prov_name_of(const struct prov_name_of *names, unsigned value)
{
    for (size_t i = 0; names[i].text != NULL; i++)
        if (names[i].value == value)
            return names[i].text;
    return "unknown";
}

bool prov_name_parse(const struct prov_name_of *names, const char *text, unsigned *ret)
{
    for (size_t i = 0; names[i].text != NULL; i++) {
        if (strcmp(names[i].text, text) == 0) {
            *ret = names[i].value;
            return true;
        }
    }
    return false;
}

const char *prov_demand_text(unsigned demand)
{
    static const char *const texts[] = {"-", "MUST NOT", "SHOULD NOT", "MAY", "SHOULD", "MUST"};

    return texts[demand < sizeof texts / sizeof *texts ? demand : 0];
}

/* --- numbers ----------------------------------------------------------------------------------- */

#define PSKS   (PROV_MODE_PSK | PROV_MODE_PSK_FS)
#define PUBLIC (PROV_MODE_RPK | PROV_MODE_CERT)
#define ANY    (PSKS | PUBLIC)

const struct prov_profile_number prov_profile_numbers[] = {
    {"initial retransmission timer", PROV_TIMER_INITIAL_MS, "ms", ANY, "RFC 7925", "11"},
    {"largest retransmission timer", PROV_TIMER_MAX_MS, "ms", ANY, "RFC 7925", "11"},
    {"retransmissions before giving up", PROV_RETRANSMISSIONS, "", ANY, "RFC 7925", "11"},
    {"last flight kept", PROV_LINGER_MS, "ms", ANY, "RFC 6347", "4.2.4"},
    {"record overhead with an 8-octet tag", 29, "octets", ANY, "RFC 7925", "B"},
    {"records under one key", 1u << 23, "", ANY, "RFC 9147", "4.5.3"},
    {"forged records before a new handshake, 8-octet tag", 128, "", ANY, "RFC 9147", "B.3"},
    {"resumption of a session", 86400, "s", ANY, "RFC 5246", "F.1.4"},
    {"PSK identity, largest", PROV_PSK_IDENTITY_MAX, "octets", PSKS, "RFC 7925", "4.2"},
    {"PSK, smallest", PROV_PSK_MIN, "octets", PSKS, "RFC 9257", "6"},
    {"PSK, largest", PROV_PSK_MAX, "octets", PSKS, "RFC 7925", "4.2"},
    {"SubjectPublicKeyInfo", PROV_SPKI_LEN, "octets", PUBLIC, "RFC 5480", "2"},
    {"chain below the trust anchor, at least", PROV_CHAIN_BELOW_ANCHOR, "certificates",
     PROV_MODE_CERT, "RFC 7925", "4.4.4"},
    {"serial number, largest", 20, "octets", PROV_MODE_CERT, "RFC 5280", "4.1.2.2"},
    {"life of an operational certificate, default", PROV_LDEVID_DAYS, "days", PROV_MODE_CERT,
     PROV_DRAFT_TLS13_IOT, "17.1.5"},
    {"UDP port", PROV_COAPS_PORT, "", ANY, "RFC 7252", "12.8"},
};
const size_t prov_profile_number_count = sizeof prov_profile_numbers / sizeof *prov_profile_numbers;
