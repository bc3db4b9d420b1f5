/* SPDX-License-Identifier: Apache-2.0
 *
 * What an end may be sent, from the text of the RFCs. Nothing here looks at libprov/dtls.
 *
 *     RFC 6347, section 4.2.4, figure 1 (the flights of DTLS; HelloVerifyRequest before ServerHello);
 *     RFC 5246, section 7.3, figure 1 (the order within them), and section 7.4: "sending handshake messages in an
 *     unexpected order results in a fatal error"; HelloRequest is in no sequence (section 7.4.1.1).
 *     RFC 5246, section 7.4.2 and 7.4.3: Certificate and ServerKeyExchange with ECDHE_ECDSA; section 7.4.4 and
 *     7.4.8: a server that asks gets Certificate and, as it can sign, CertificateVerify right after
 *     ClientKeyExchange. RFC 7925, figures 9 and 10: it always asks.
 *     RFC 4279, section 2: PSK has no Certificate, no CertificateRequest, and ServerKeyExchange only for a hint.
 *     RFC 5489, section 2: ECDHE_PSK always has a ServerKeyExchange.
 *     RFC 5246, section 7.3, figure 2: an abbreviated handshake; a server that does not know the session goes on with
 *     a full one. RFC 5077, section 3.3: NewSessionTicket before the server's Finished, if it was promised, in a full
 *     and in an abbreviated handshake. RFC 6066, section 5: CertificateURL in the place of a client's Certificate, if it was agreed.
 *     RFC 7924 changes what is in Certificate and CertificateRequest, RFC 9146 what records look like: not the order.
 *
 * ChangeCipherSpec is not a handshake message (RFC 5246, section 7.1): it has no message_seq and is in no
 * sequence here. That what follows it is under the new keys is said by the epoch of a record (RFC 6347,
 * section 4.1): a Finished is tried in both.
 */
#include <string.h>

#include "closure.h"

#define END 0xFF

enum {
    HELLO_REQUEST = 0,
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    NEW_SESSION_TICKET = 4,
    CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12,
    CERTIFICATE_REQUEST = 13,
    SERVER_HELLO_DONE = 14,
    CERTIFICATE_VERIFY = 15,
    CLIENT_KEY_EXCHANGE = 16,
    FINISHED = 20,
    CERTIFICATE_URL = 21
};

#define BIT(kind) (1u << (kind))
#define WITH_KEYS                                                                                  \
    (BIT(RPK) | BIT(CERT) | BIT(RESUMED) | BIT(CACHED) | BIT(URL) | BIT(CID) | BIT(TICKET) |       \
     BIT(BY_TICKET))

static const struct row {
    enum side subject;
    unsigned kinds;
    uint8_t word[WORD_MAX];
} rows[] = {
    {SERVER, BIT(PSK) | BIT(PSK_FS), {CLIENT_HELLO, CLIENT_KEY_EXCHANGE, FINISHED, END}},
    {SERVER,
     WITH_KEYS,
     {CLIENT_HELLO, CERTIFICATE, CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY, FINISHED, END}},
    {SERVER,
     BIT(URL),
     {CLIENT_HELLO, CERTIFICATE_URL, CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY, FINISHED, END}},
    {SERVER, BIT(RESUMED) | BIT(BY_TICKET), {CLIENT_HELLO, FINISHED, END}},
    {CLIENT, BIT(PSK), {SERVER_HELLO, SERVER_HELLO_DONE, FINISHED, END}},
    {CLIENT,
     BIT(PSK) | BIT(PSK_FS),
     {SERVER_HELLO, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE, FINISHED, END}},
    {CLIENT,
     WITH_KEYS,
     {SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE,
      FINISHED, END}},
    {CLIENT,
     BIT(TICKET) | BIT(BY_TICKET),
     {SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE,
      NEW_SESSION_TICKET, FINISHED, END}},
    {CLIENT, BIT(RESUMED) | BIT(BY_TICKET), {SERVER_HELLO, FINISHED, END}},
    {CLIENT, BIT(BY_TICKET), {SERVER_HELLO, NEW_SESSION_TICKET, FINISHED, END}},
};

const uint8_t *standard_word(enum side subject, enum kind kind, size_t nth)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].subject == subject && (rows[i].kinds & BIT(kind)) != 0 && nth-- == 0)
            return rows[i].word;
    return NULL;
}

bool standard_begins(enum side subject, enum kind kind, const uint8_t *types, size_t count,
                     bool *ret_whole)
{
    bool found = false;
    const uint8_t *word;

    *ret_whole = false;
    for (size_t nth = 0; (word = standard_word(subject, kind, nth)) != NULL; nth++) {
        size_t i = 0;
        while (i < count && word[i] != END && word[i] == types[i])
            i++;
        found |= i == count;
        *ret_whole |= i == count && word[i] == END;
    }
    return found;
}

/* RFC 7925, section 6. unsupported_certificate(43) is RFC 7250's word for "no type in common", said before a
 * kind is chosen. */
bool standard_alert(enum kind kind, uint8_t alert)
{
    static const uint8_t never[] = {21, 30, 41, 60, 115};
    static const uint8_t certificates_only[] = {42, 44, 45, 46, 48, 49};

    if (memchr(never, alert, sizeof(never)) != NULL)
        return false;
    return kind == CERT || kind == CACHED || kind == URL ||
           memchr(certificates_only, alert, sizeof(certificates_only)) == NULL;
}

const char *message_name(uint8_t type)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {0, "HelloRequest"},       {1, "ClientHello"},         {2, "ServerHello"},
        {3, "HelloVerifyRequest"}, {4, "NewSessionTicket"},    {11, "Certificate"},
        {12, "ServerKeyExchange"}, {13, "CertificateRequest"}, {14, "ServerHelloDone"},
        {15, "CertificateVerify"}, {16, "ClientKeyExchange"},  {20, "Finished"},
        {21, "CertificateURL"},    {22, "CertificateStatus"},  {23, "SupplementalData"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].type == type)
            return names[i].name;
    return "unknown";
}
