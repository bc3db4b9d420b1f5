/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 7925, section 6: which alerts an end may send with which kind of credential.
 */
#include "prov/profile.h"

#include <string.h>

/* What is in neither list is never sent: decryption_failed(21), decompression_failure(30), no_certificate(41),
 * export_restriction(60), and unknown_psk_identity(115), for which decrypt_error stands. */
static const uint8_t with_all[] = {
    PROV_ALERT_CLOSE_NOTIFY,      PROV_ALERT_UNEXPECTED_MESSAGE,
    PROV_ALERT_BAD_RECORD_MAC,    PROV_ALERT_RECORD_OVERFLOW,
    PROV_ALERT_HANDSHAKE_FAILURE, PROV_ALERT_ILLEGAL_PARAMETER,
    PROV_ALERT_DECODE_ERROR,      PROV_ALERT_DECRYPT_ERROR,
    PROV_ALERT_PROTOCOL_VERSION,  PROV_ALERT_INSUFFICIENT_SECURITY,
    PROV_ALERT_INTERNAL_ERROR,    PROV_ALERT_USER_CANCELED,
    PROV_ALERT_NO_RENEGOTIATION,  PROV_ALERT_UNSUPPORTED_EXTENSION,
    PROV_ALERT_UNRECOGNIZED_NAME, PROV_ALERT_NO_APPLICATION_PROTOCOL,
};
static const uint8_t with_certificates[] = {
    PROV_ALERT_BAD_CERTIFICATE,
    PROV_ALERT_UNSUPPORTED_CERTIFICATE,
    PROV_ALERT_CERTIFICATE_REVOKED,
    PROV_ALERT_CERTIFICATE_EXPIRED,
    PROV_ALERT_CERTIFICATE_UNKNOWN,
    PROV_ALERT_UNKNOWN_CA,
    PROV_ALERT_ACCESS_DENIED,
    PROV_ALERT_CERTIFICATE_UNOBTAINABLE,
    PROV_ALERT_BAD_CERTIFICATE_HASH_VALUE,
};

bool prov_alert_allowed(enum prov_alert alert, enum prov_kind kind)
{
    /* Before a certificate type is chosen it says that there is no common one (RFC 7250, section 4.2). */
    if (kind == PROV_KIND_CERT || (kind == 0 && alert == PROV_ALERT_UNSUPPORTED_CERTIFICATE))
        if (memchr(with_certificates, (int)alert, sizeof with_certificates) != NULL)
            return true;
    return memchr(with_all, (int)alert, sizeof with_all) != NULL;
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

enum prov_alert prov_alert_for(prov_result verdict)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        if (verdicts[i].verdict == verdict)
            return (enum prov_alert)verdicts[i].alert;
    return PROV_ALERT_CERTIFICATE_UNKNOWN;
}
