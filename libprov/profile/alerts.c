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

struct alert_row {
    uint8_t alert;
    uint8_t kinds; /* with which it may be sent */
    const char *text;
};

/* What is not in the table is never sent: decryption_failed(21), decompression_failure(30),
 * no_certificate(41), export_restriction(60). */
static const struct alert_row rows[] = {
    {PROV_ALERT_CLOSE_NOTIFY, ANY, "close_notify"},
    {PROV_ALERT_UNEXPECTED_MESSAGE, ANY, "unexpected_message"},
    {PROV_ALERT_BAD_RECORD_MAC, ANY, "bad_record_mac"},
    {PROV_ALERT_RECORD_OVERFLOW, ANY, "record_overflow"},
    {PROV_ALERT_HANDSHAKE_FAILURE, ANY, "handshake_failure"},
    {PROV_ALERT_BAD_CERTIFICATE, CERT, "bad_certificate"},
    /* before a certificate type is chosen it says that there is no common one (RFC 7250,
       section 4.2) */
    {PROV_ALERT_UNSUPPORTED_CERTIFICATE, BEFORE | CERT, "unsupported_certificate"},
    {PROV_ALERT_CERTIFICATE_REVOKED, CERT, "certificate_revoked"},
    {PROV_ALERT_CERTIFICATE_EXPIRED, CERT, "certificate_expired"},
    {PROV_ALERT_CERTIFICATE_UNKNOWN, CERT, "certificate_unknown"},
    {PROV_ALERT_ILLEGAL_PARAMETER, ANY, "illegal_parameter"},
    {PROV_ALERT_UNKNOWN_CA, CERT, "unknown_ca"},
    {PROV_ALERT_ACCESS_DENIED, CERT, "access_denied"},
    {PROV_ALERT_DECODE_ERROR, ANY, "decode_error"},
    {PROV_ALERT_DECRYPT_ERROR, ANY, "decrypt_error"},
    {PROV_ALERT_PROTOCOL_VERSION, ANY, "protocol_version"},
    {PROV_ALERT_INSUFFICIENT_SECURITY, ANY, "insufficient_security"},
    {PROV_ALERT_INTERNAL_ERROR, ANY, "internal_error"},
    {PROV_ALERT_USER_CANCELED, ANY, "user_canceled"},
    {PROV_ALERT_NO_RENEGOTIATION, ANY, "no_renegotiation"},
    {PROV_ALERT_UNSUPPORTED_EXTENSION, ANY, "unsupported_extension"},
    {PROV_ALERT_CERTIFICATE_UNOBTAINABLE, CERT, "certificate_unobtainable"},
    {PROV_ALERT_UNRECOGNIZED_NAME, ANY, "unrecognized_name"},
    {PROV_ALERT_BAD_CERTIFICATE_HASH_VALUE, CERT, "bad_certificate_hash_value"},
    {PROV_ALERT_UNKNOWN_PSK_IDENTITY, 0, "unknown_psk_identity"}, /* decrypt_error stands for it */
    {PROV_ALERT_NO_APPLICATION_PROTOCOL, ANY, "no_application_protocol"},
    {PROV_ALERT_NONE, 0, "none"},
};

static const struct alert_row *find(enum prov_alert alert)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].alert == (uint8_t)alert)
            return &rows[i];
    return NULL;
}

bool prov_alert_allowed(enum prov_alert alert, enum prov_kind kind)
{
    const struct alert_row *row = find(alert);

    return row != NULL && (row->kinds & PROV_KIND_BIT(kind)) != 0;
}

const char *prov_alert_text(enum prov_alert alert)
{
    const struct alert_row *row = find(alert);

    return row != NULL ? row->text : "unknown alert";
}

struct verdict_row {
    prov_result verdict;
    enum prov_alert alert;
};

/* RFC 5246, section 7.2.2. What is not listed: certificate_unknown. */
static const struct verdict_row verdicts[] = {
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
    enum prov_alert alert = PROV_ALERT_CERTIFICATE_UNKNOWN;

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
        if (verdicts[i].verdict == verdict)
            alert = verdicts[i].alert;
    return prov_alert_allowed(alert, kind) ? alert : PROV_ALERT_HANDSHAKE_FAILURE;
}
