/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 7925, section 6: which alerts an end may send with which kind of credential.
 */
#include "prov/profile.h"

#include <stddef.h>

#define BEFORE 1u /* no kind is negotiated yet: bit 0, as PROV_KIND_BIT(0) would be */
#define PSK    PROV_KIND_BIT(PROV_KIND_PSK)
#define RPK    PROV_KIND_BIT(PROV_KIND_RPK)
#define CERT   PROV_KIND_BIT(PROV_KIND_CERT)
#define ANY    (BEFORE | PSK | RPK | CERT)

/* What is not here is never sent: decryption_failed(21), decompression_failure(30), no_certificate(41),
 * export_restriction(60), and unknown_psk_identity(115), for which decrypt_error stands. */
static const struct alert_row {
    uint8_t alert;
    uint8_t kinds; /* with which it may be sent */
} rows[] = {
    {PROV_ALERT_CLOSE_NOTIFY, ANY},
    {PROV_ALERT_UNEXPECTED_MESSAGE, ANY},
    {PROV_ALERT_BAD_RECORD_MAC, ANY},
    {PROV_ALERT_RECORD_OVERFLOW, ANY},
    {PROV_ALERT_HANDSHAKE_FAILURE, ANY},
    {PROV_ALERT_BAD_CERTIFICATE, CERT},
    /* before a certificate type is chosen it says that there is no common one (RFC 7250,
       section 4.2) */
    {PROV_ALERT_UNSUPPORTED_CERTIFICATE, BEFORE | CERT},
    {PROV_ALERT_CERTIFICATE_REVOKED, CERT},
    {PROV_ALERT_CERTIFICATE_EXPIRED, CERT},
    {PROV_ALERT_CERTIFICATE_UNKNOWN, CERT},
    {PROV_ALERT_ILLEGAL_PARAMETER, ANY},
    {PROV_ALERT_UNKNOWN_CA, CERT},
    {PROV_ALERT_ACCESS_DENIED, CERT},
    {PROV_ALERT_DECODE_ERROR, ANY},
    {PROV_ALERT_DECRYPT_ERROR, ANY},
    {PROV_ALERT_PROTOCOL_VERSION, ANY},
    {PROV_ALERT_INSUFFICIENT_SECURITY, ANY},
    {PROV_ALERT_INTERNAL_ERROR, ANY},
    {PROV_ALERT_USER_CANCELED, ANY},
    {PROV_ALERT_NO_RENEGOTIATION, ANY},
    {PROV_ALERT_UNSUPPORTED_EXTENSION, ANY},
    {PROV_ALERT_CERTIFICATE_UNOBTAINABLE, CERT},
    {PROV_ALERT_UNRECOGNIZED_NAME, ANY},
    {PROV_ALERT_BAD_CERTIFICATE_HASH_VALUE, CERT},
    {PROV_ALERT_NO_APPLICATION_PROTOCOL, ANY},
};

bool prov_alert_allowed(enum prov_alert alert, enum prov_kind kind)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].alert == (uint8_t)alert)
            return (rows[i].kinds & PROV_KIND_BIT(kind)) != 0;
    return false;
}

/* RFC 5246, section 7.2.2. What is not listed: certificate_unknown. */
static const struct verdict_row {
    uint8_t verdict; /* prov_result */
    uint8_t alert;
} verdicts[] = {
    {PROV_E_TIME, PROV_ALERT_CERTIFICATE_EXPIRED},
    {PROV_E_REVOKED, PROV_ALERT_CERTIFICATE_REVOKED},
    {PROV_E_ISSUER, PROV_ALERT_UNKNOWN_CA},
    {PROV_E_ALGORITHM, PROV_ALERT_UNSUPPORTED_CERTIFICATE},
    {PROV_E_CERT_PROFILE, PROV_ALERT_UNSUPPORTED_CERTIFICATE},
    {PROV_E_SIGNATURE, PROV_ALERT_BAD_CERTIFICATE},
    {PROV_E_POINT, PROV_ALERT_ILLEGAL_PARAMETER}, /* RFC 8422, section 5.1.2; H24 */
    {PROV_E_FORMAT, PROV_ALERT_BAD_CERTIFICATE},
    {PROV_E_TRUNCATED, PROV_ALERT_BAD_CERTIFICATE},
    {PROV_E_TRAILING, PROV_ALERT_BAD_CERTIFICATE},
    {PROV_E_DEPTH, PROV_ALERT_BAD_CERTIFICATE},
    {PROV_E_FORBIDDEN, PROV_ALERT_ACCESS_DENIED},
    {PROV_E_POLICY, PROV_ALERT_ACCESS_DENIED},
    {PROV_E_INTERNAL, PROV_ALERT_INTERNAL_ERROR},
    {PROV_E_MEMORY, PROV_ALERT_INTERNAL_ERROR},
    {PROV_E_BUSY, PROV_ALERT_INTERNAL_ERROR},
};

enum prov_alert prov_alert_for(prov_result verdict, enum prov_kind kind)
{
    unsigned alert = PROV_ALERT_CERTIFICATE_UNKNOWN;

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
        if (verdicts[i].verdict == verdict)
            alert = verdicts[i].alert;
    return prov_alert_allowed((enum prov_alert)alert, kind) ? (enum prov_alert)alert
                                                            : PROV_ALERT_HANDSHAKE_FAILURE;
}
