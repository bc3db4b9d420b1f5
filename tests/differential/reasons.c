/* SPDX-License-Identifier: Apache-2.0 */
#include "reasons.h"

#include <string.h>

/* --- a hello, as far as it can be read ------------------------------------------------------- */

#define EXTENSIONS_MAX 40
struct read_hello {
    bool record;  /* type, version, epoch, length of the record are a first ClientHello's */
    bool message; /* and the handshake header: message_seq 0, one fragment */
    bool head;    /* up to the compression methods */
    bool block;   /* and the extensions, to the end */
    uint16_t version;
    struct prov_bytes suites, compression;
    size_t count;
    struct {
        uint16_t type;
        struct prov_bytes body;
    } extensions[EXTENSIONS_MAX];
};

static void read_extensions(struct prov_reader *reader, struct read_hello *ret)
{
    struct prov_bytes block;

    ret->block = prov_reader_done(reader);
    if (ret->block || !prov_take_vector(reader, 2, &block))
        return;
    ret->block = prov_reader_done(reader);
    struct prov_reader inner = prov_reader_make(block);
    while (!prov_reader_done(&inner)) {
        uint16_t type;
        struct prov_bytes body;
        if (ret->count == EXTENSIONS_MAX || !prov_take_u16(&inner, &type) ||
            !prov_take_vector(&inner, 2, &body)) {
            ret->block = false;
            return;
        }
        ret->extensions[ret->count].type = type;
        ret->extensions[ret->count++].body = body;
    }
}

static void read_hello(struct prov_bytes datagram, struct read_hello *ret)
{
    struct prov_bytes content = PROV_BYTES_NONE, skip, session_id, cookie;
    const uint8_t *d = datagram.data;

    memset(ret, 0, sizeof(*ret));
    struct prov_reader reader = prov_reader_make(PROV_BYTES(d + 11, datagram.len - 11));
    ret->record = d[0] == 22 && d[1] == 0xFE && d[2] >= 0xFD && d[3] == 0 && d[4] == 0 &&
                  d[5] < 0x80 && prov_take_vector(&reader, 2, &content) &&
                  prov_reader_done(&reader);
    if (!ret->record || content.len < 12)
        return;
    d = content.data;
    ret->message = d[0] == 1 && memcmp(d + 1, d + 9, 3) == 0 && d[4] == 0 && d[5] == 0 &&
                   d[6] + d[7] + d[8] == 0 && d[1] == 0 &&
                   (size_t)(d[2] << 8 | d[3]) == content.len - 12;
    reader = prov_reader_make(PROV_BYTES(d + 12, content.len - 12));
    ret->head = prov_take_u16(&reader, &ret->version) && prov_take(&reader, 32, &skip) &&
                prov_take_vector(&reader, 1, &session_id) && session_id.len <= 32 &&
                prov_take_vector(&reader, 1, &cookie) &&
                prov_take_vector(&reader, 2, &ret->suites) && ret->suites.len > 0 &&
                ret->suites.len % 2 == 0 && prov_take_vector(&reader, 1, &ret->compression) &&
                ret->compression.len > 0;
    if (ret->head)
        read_extensions(&reader, ret);
}

static const struct prov_bytes *find(const struct read_hello *h, uint16_t type)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->extensions[i].type == type)
            return &h->extensions[i].body;
    return NULL;
}

static bool has_suite(const struct read_hello *h, uint16_t id)
{
    for (size_t i = 0; i + 1 < h->suites.len; i += 2)
        if ((h->suites.data[i] << 8 | h->suites.data[i + 1]) == id)
            return true;
    return false;
}

static bool is_twice(const struct read_hello *h, uint16_t type)
{
    unsigned seen = 0;

    for (size_t i = 0; i < h->count; i++)
        seen += h->extensions[i].type == type;
    return seen > 1;
}

/* --- the reasons ----------------------------------------------------------------------------- */

struct seen {
    enum peer peer;
    unsigned changes;
    const struct read_hello *hello;
    struct verdict ours, theirs;
};

static bool refuses(struct verdict v)
{
    return v.class != VERDICT_ACCEPT && v.class != VERDICT_SILENCE;
}

static bool without_a_word(const struct seen *s)
{
    return s->ours.class == VERDICT_SILENCE && refuses(s->theirs) &&
           !(s->hello->record && s->hello->message && s->hello->head);
}

static bool odd_record(const struct seen *s)
{
    return !s->hello->record || !s->hello->message;
}

static bool not_dtls(const struct seen *s)
{
    return s->hello->head && s->hello->version < 0xFE00 && s->ours.class != VERDICT_VERSION;
}

static bool two_faults(const struct seen *s)
{
    return refuses(s->ours) && refuses(s->theirs) && s->changes > 1;
}

static bool version_first(const struct seen *s)
{
    return s->ours.class == VERDICT_VERSION && refuses(s->theirs);
}

static bool is_renegotiation(const struct seen *s)
{
    const struct prov_bytes *body = find(s->hello, 0xFF01);

    return s->ours.number == 40 && body != NULL && (body->len != 1 || body->data[0] != 0);
}

static bool is_name(const struct seen *s)
{
    return s->ours.number == 112 && find(s->hello, 0) != NULL;
}

static bool is_name_unread(const struct seen *s)
{
    return s->ours.class == VERDICT_MALFORMED && s->theirs.class == VERDICT_ACCEPT &&
           find(s->hello, 0) != NULL;
}

static bool is_duplicate(const struct seen *s)
{
    for (size_t i = 0; i < s->hello->count; i++)
        if (is_twice(s->hello, s->hello->extensions[i].type))
            return s->ours.number == 47;
    return false;
}

static bool is_formats(const struct seen *s)
{
    return refuses(s->ours) && find(s->hello, 11) != NULL && s->ours.class == VERDICT_MALFORMED;
}

static bool is_types(const struct seen *s)
{
    return refuses(s->ours) && (find(s->hello, 19) != NULL || find(s->hello, 20) != NULL);
}

static bool is_more_suites(const struct seen *s)
{
    return s->ours.class == VERDICT_ACCEPT && s->theirs.number == 40 &&
           (s->ours.number == 0xD005 || s->ours.number == 0xD003);
}

static bool is_ignored_here(const struct seen *s)
{
    static const uint16_t theirs_only[] = {4,  5,  15, 16, 17, 21, 22, 25,
                                           28, 35, 41, 42, 43, 51, 53, 54};

    for (size_t i = 0; i < sizeof(theirs_only) / sizeof(theirs_only[0]); i++)
        if (find(s->hello, theirs_only[i]) != NULL)
            return s->ours.class == VERDICT_ACCEPT && refuses(s->theirs);
    return false;
}

static bool is_length(const struct seen *s)
{
    const struct prov_bytes *body = find(s->hello, 1);

    return body != NULL && s->ours.class == VERDICT_MALFORMED && s->theirs.class == VERDICT_ACCEPT;
}

static bool is_curve(const struct seen *s)
{
    return has_suite(s->hello, 0xC0AE) && s->ours.class != s->theirs.class &&
           (s->ours.number == 40 || s->theirs.number == 40) &&
           (find(s->hello, 10) == NULL || find(s->hello, 13) == NULL || find(s->hello, 11) == NULL);
}

static bool is_psk_unsigned(const struct seen *s)
{
    return s->ours.number == 0xC0A8 && s->theirs.number == 40 && find(s->hello, 13) != NULL;
}

static bool is_unread(const struct seen *s)
{
    static const uint16_t read_here[] = {2, 3, 10, 13, 15, 16, 23, 25, 54};

    for (size_t i = 0; i < sizeof(read_here) / sizeof(read_here[0]); i++)
        if (find(s->hello, read_here[i]) != NULL)
            return s->ours.class == VERDICT_MALFORMED && s->theirs.class == VERDICT_ACCEPT;
    return false;
}

#define BOTH (PEER_OPENSSL | PEER_GNUTLS)
static const struct reason {
    unsigned peers;
    bool (*fits)(const struct seen *);
    const char *text;
} reasons[] = {
    {BOTH, without_a_word,
     "RFC 6347, 4.1.2.7 and 4.2.1: what cannot be read before a cookie gets no answer"},
    {BOTH, odd_record,
     "RFC 6347, 4.1 and 4.2.2: a first hello begins in a record of {254,*}, epoch 0"},
    {BOTH, version_first, "RFC 7925, 18: the version is judged before anything else"},
    {BOTH, not_dtls, "RFC 5246, E.1: a version that is not known is answered with one's own"},
    {BOTH, is_renegotiation, "RFC 5746, 3.6: handshake_failure unless it is empty"},
    {BOTH, is_duplicate, "RFC 5246, 7.4.1.4: no extension twice, known to us or not"},
    {BOTH, is_name, "RFC 6066, 3: a name that is not ours is refused"},
    {BOTH, is_more_suites, "RFC 8442, 3: ECDHE_PSK with CCM, which they do not have"},
    {BOTH, is_formats, "RFC 8422, 5.1.2: point formats without uncompressed are refused"},
    {BOTH, is_types, "RFC 7250, 4.2: certificate types, which they leave unread"},
    {BOTH, is_length, "RFC 6066, 4: a fragment length that is not defined is refused"},
    {BOTH, is_ignored_here,
     "RFC 7925, 13 and 7: an extension that is not in the profile is not read"},
    {BOTH, is_curve, "RFC 8422, 4: without a list of curves the server may choose"},
    {BOTH, is_name_unread, "RFC 6066, 3: a name that cannot be read is refused"},
    {BOTH, is_unread,
     "RFC 5246, 7.4.1.4: an extension of the profile that cannot be read is refused, used or not"},
    {PEER_OPENSSL, is_psk_unsigned,
     "RFC 5246, 7.4.1.4.1: signature_algorithms says nothing of a suite without signatures"},
    {BOTH, two_faults, "RFC 5246, 7.2.2: of two faults, no order is given"},
};
const size_t reason_count = sizeof(reasons) / sizeof(reasons[0]);

const char *reason_text(size_t index)
{
    return reasons[index].text;
}

int reason_find(enum peer peer, struct prov_bytes datagram, unsigned changes, struct verdict ours,
                struct verdict theirs)
{
    struct read_hello hello;

    read_hello(datagram, &hello);
    const struct seen seen = {peer, changes, &hello, ours, theirs};
    for (size_t i = 0; i < reason_count; i++)
        if ((reasons[i].peers & peer) != 0 && reasons[i].fits(&seen))
            return (int)i;
    return -1;
}
