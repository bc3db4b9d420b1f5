/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of a ClientHello. Each hello that comes is looked at, a failure of any of them stays.
 */
#include "device.h"

#include <stdio.h>
#include <string.h>

#include "prov/text.h"

#define PATH_280 280

static bool has(struct prov_bytes extensions, uint16_t type)
{
    struct prov_bytes body;

    return prov_extension_find(extensions, type, &body);
}

/* --- what is offered ------------------------------------------------------------------------- */

/* A vector of octets, or of pairs, has a value. */
static bool lists(struct prov_bytes body, size_t width, size_t step, uint16_t value)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    if (!prov_take_vector(&reader, width, &list))
        return false;
    for (size_t i = 0; i + step <= list.len; i += step)
        if ((step == 1 ? list.data[i] : list.data[i] << 8 | list.data[i + 1]) == value)
            return true;
    return false;
}

static void choose(const struct prov_client_hello *hello, struct device_offer *ret)
{
    for (prov_suites row = prov_suites_server; *row != NULL && ret->suite == NULL; row++)
        if (prov_numbers_have(hello->suites, (*row)->id))
            ret->suite = *row;
}

static enum prov_profile_mode mode_of(const struct prov_client_hello *hello,
                                      const struct prov_suite *suite)
{
    struct prov_bytes types;

    if (suite != NULL && suite->kx == PROV_KX_PSK)
        return PROV_MODE_PSK;
    if (suite != NULL && suite->kx == PROV_KX_ECDHE_PSK)
        return PROV_MODE_PSK_FS;
    return prov_extension_find(hello->extensions, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, &types) &&
                   lists(types, 1, 1, PROV_CERTIFICATE_TYPE_RAW) &&
                   !lists(types, 1, 1, PROV_CERTIFICATE_TYPE_X509)
               ? PROV_MODE_RPK
               : PROV_MODE_CERT;
}

struct device_offer device_offer(const struct prov_client_hello *hello)
{
    struct device_offer offer = {.suite = NULL};
    struct prov_bytes body;

    choose(hello, &offer);
    offer.mode = mode_of(hello, offer.suite);
    offer.kind = offer.mode == PROV_MODE_RPK    ? PROV_KIND_RPK
                 : offer.mode == PROV_MODE_CERT ? PROV_KIND_CERT
                                                : PROV_KIND_PSK;
    offer.extended_master = has(hello->extensions, PROV_EXTENSION_EXTENDED_MASTER_SECRET);
    offer.renegotiation_info = has(hello->extensions, PROV_EXTENSION_RENEGOTIATION_INFO);
    offer.renegotiation_suite = prov_numbers_have(hello->suites, EMPTY_RENEGOTIATION_INFO_SCSV);
    offer.formats = has(hello->extensions, PROV_EXTENSION_EC_POINT_FORMATS);
    offer.heartbeat = has(hello->extensions, PROV_EXTENSION_HEARTBEAT);
    offer.secp384r1 =
        prov_extension_find(hello->extensions, PROV_EXTENSION_SUPPORTED_GROUPS, &body) &&
        lists(body, 2, 2, 24);
    offer.draft_connection_id = has(hello->extensions, PROV_EXTENSION_CONNECTION_ID_DRAFT);
    if (prov_extension_find(hello->extensions, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &body) &&
        body.len == 1)
        offer.fragment_length = body.data[0];
    offer.suites_len =
        hello->suites.len < sizeof(offer.suites) ? hello->suites.len : sizeof(offer.suites);
    memcpy(offer.suites, hello->suites.data, offer.suites_len);
    return offer;
}

/* --- versions, random, compression ----------------------------------------------------------- */

static void judge_version(struct device *d, const struct prov_client_hello *hello,
                          const struct prov_record *record)
{
    bool is_12 = hello->version == DTLS_1_2;

    if (is_12 || !d->seen_12)
        check_judge_rule(d->findings, "client.version", is_12, "client_version %04x",
                         hello->version);
    if (d->seen_12)
        check_judge_rule(d->findings, "client.version.retry", is_12, "client_version %04x",
                         hello->version);
    check_judge_rule(d->findings, "client.version.record",
                     record->version == DTLS_1_0 || record->version == DTLS_1_2,
                     "record version %04x", record->version);
    d->seen_12 = d->seen_12 || is_12;
}

static void judge_random(struct device *d, const struct prov_client_hello *hello)
{
    if (d->has_random)
        check_judge_rule(d->findings, "client.random",
                         memcmp(d->random, hello->random, PROV_DTLS_RANDOM_LEN) != 0,
                         "two handshakes, %02x%02x%02x%02x... and %02x%02x%02x%02x...",
                         d->random[0], d->random[1], d->random[2], d->random[3], hello->random[0],
                         hello->random[1], hello->random[2], hello->random[3]);
    memcpy(d->random, hello->random, PROV_DTLS_RANDOM_LEN);
    d->has_random = true;
}

static void judge_compression(struct device *d, const struct prov_client_hello *hello)
{
    char hex[CHECK_HEX_TEXT];

    check_judge_rule(d->findings, "client.compression",
                     hello->compression.len == 1 && hello->compression.data[0] == 0,
                     "compression_methods %s", check_hex(hello->compression, hex));
}

/* --- suites ---------------------------------------------------------------------------------- */

/* Suites whose cipher is an AEAD, by ranges of numbers (IANA TLS Cipher Suites). */
static const struct {
    uint16_t from, to;
} aeads[] = {{0x009C, 0x00AD}, {0x1301, 0x1305}, {0xC02B, 0xC032},
             {0xC050, 0xC063}, {0xC06A, 0xC06F}, {0xC07A, 0xC093},
             {0xC09C, 0xC0AF}, {0xCCA8, 0xCCAE}, {0xD001, 0xD005}};

static bool is_aead(uint16_t id)
{
    for (size_t i = 0; i < sizeof(aeads) / sizeof(aeads[0]); i++)
        if (id >= aeads[i].from && id <= aeads[i].to)
            return true;
    return id == EMPTY_RENEGOTIATION_INFO_SCSV || id == 0x5600; /* signals, not suites */
}

static bool is_listed(prov_suites list, uint16_t id)
{
    for (; *list != NULL; list++)
        if ((*list)->id == id)
            return true;
    return false;
}

static void judge_suites(struct device *d, const struct prov_client_hello *hello,
                         const struct device_offer *offer)
{
    prov_suites list = prov_mode_suites(offer->mode);
    bool aead = true, profile = true;
    char hex[CHECK_HEX_TEXT];

    check_hex(hello->suites, hex);
    for (size_t i = 0; i + 1 < hello->suites.len; i += 2) {
        uint16_t id = (uint16_t)(hello->suites.data[i] << 8 | hello->suites.data[i + 1]);
        aead = aead && is_aead(id);
        /* What is no AEAD has been told. */
        profile =
            profile && (is_listed(list, id) || id == EMPTY_RENEGOTIATION_INFO_SCSV || !is_aead(id));
    }
    check_judge_rule(d->findings, "client.suites.aead", aead, "cipher_suites %s", hex);
    check_judge_rule(d->findings, "client.suites.mandatory", offer->suite != NULL,
                     "cipher_suites %s", hex);
    if (offer->suite == NULL)
        return;
    check_judge_rule(d->findings, "client.suites.profile", profile, "cipher_suites %s", hex);
    check_judge_rule(d->findings, "client.suites.forward_secrecy", offer->suite->forward_secret,
                     "cipher_suites %s", hex);
}

/* --- extensions ------------------------------------------------------------------------------ */

/* Extensions whose mere presence or absence is a rule; what is asked is the profile's row. */
static const struct {
    uint16_t type;
    const char *rule;
} plain_rows[] = {
    {PROV_EXTENSION_TRUSTED_CA_KEYS, "client.trusted_ca_keys"},
    {PROV_EXTENSION_TRUNCATED_HMAC, "client.truncated_hmac"},
    {PROV_EXTENSION_STATUS_REQUEST, "client.status_request"},
    {PROV_EXTENSION_STATUS_REQUEST_V2, "client.status_request"},
    {PROV_EXTENSION_ENCRYPT_THEN_MAC, "client.encrypt_then_mac"},
    {PROV_EXTENSION_EXTENDED_MASTER_SECRET, "client.extended_master"},
    {PROV_EXTENSION_SESSION_TICKET, "client.ticket"},
    {PROV_EXTENSION_EARLY_DATA, "client.early_data"},
    {PROV_EXTENSION_CONNECTION_ID_DRAFT, "client.connection_id"},
};

static void judge_plain(struct device *d, const struct prov_client_hello *hello)
{
    for (size_t i = 0; i < sizeof(plain_rows) / sizeof(plain_rows[0]); i++) {
        bool wanted = plain_rows[i].type == PROV_EXTENSION_EXTENDED_MASTER_SECRET;
        bool there = has(hello->extensions, plain_rows[i].type);
        check_judge_rule(d->findings, plain_rows[i].rule, there == wanted, "extension %u is %s",
                         plain_rows[i].type, there ? "there" : "not there");
    }
}

/* Each stands once, and is one that the profile has a row for. */
static void judge_set(struct device *d, const struct prov_client_hello *hello,
                      enum prov_profile_mode mode)
{
    struct prov_reader reader = prov_reader_make(hello->extensions);
    struct prov_bytes body;
    uint16_t type, seen[64];
    size_t count = 0;
    int twice = -1, strange = -1;

    while (count < 64 && prov_take_u16(&reader, &type) && prov_take_vector(&reader, 2, &body)) {
        for (size_t i = 0; i < count; i++)
            if (seen[i] == type)
                twice = type;
        if (prov_extension_rule_find(type, PROV_ROLE_CLIENT, mode) == NULL)
            strange = type;
        seen[count++] = type;
    }
    if (twice >= 0)
        check_fail(d->findings, "client.extensions.twice", "extension %d", twice);
    else
        check_pass(d->findings, "client.extensions.twice", "%zu extensions", count);
    if (strange >= 0)
        check_fail(d->findings, "client.extensions.profile", "extension %d", strange);
    else
        check_pass(d->findings, "client.extensions.profile", "%zu extensions", count);
}

/* ServerNameList<1..2^16-1> of {name_type 1, opaque<1..2^16-1>} (RFC 6066, section 3) */
static bool take_name(struct prov_bytes body, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;
    uint8_t type;

    if (!prov_take_vector(&reader, 2, &list) || !prov_reader_done(&reader))
        return false;
    reader = prov_reader_make(list);
    return prov_take_u8(&reader, &type) && type == 0 && prov_take_vector(&reader, 2, ret) &&
           prov_reader_done(&reader);
}

static void judge_name(struct device *d, const struct prov_client_hello *hello)
{
    const struct prov_bundle *bundle = d->run->config.bundle;
    struct prov_bytes body, name = PROV_BYTES_NONE;
    struct prov_fqdn parsed;
    char hex[CHECK_HEX_TEXT];
    bool there = prov_extension_find(hello->extensions, PROV_EXTENSION_SERVER_NAME, &body);

    if (there) {
        bool good = take_name(body, &name) && name.len > 0 && name.data[name.len - 1] != '.' &&
                    prov_fqdn_parse(name, &parsed) == PROV_OK;
        check_judge_rule(d->findings, "client.server_name.form", good, "server_name %s",
                         check_hex(body, hex));
        if (!good)
            return;
    } else {
        check_not_applicable(d->findings, "client.server_name.form", "no server_name is sent");
    }
    if (bundle == NULL)
        check_not_tested(d->findings, "client.server_name", "no bundle says which name");
    else
        check_judge_rule(d->findings, "client.server_name",
                         there && prov_fqdn_equal(&parsed, &bundle->server), "%s%s",
                         there ? "server_name " : "no server_name", there ? parsed.text : "");
}

static void judge_curves(struct device *d, const struct prov_client_hello *hello,
                         const struct device_offer *offer)
{
    static const uint8_t groups_exact[] = {0, 2, 0, PROV_GROUP_SECP256R1}, formats_exact[] = {1, 0};
    struct prov_bytes groups = PROV_BYTES_NONE, formats = PROV_BYTES_NONE;
    char hex[2][CHECK_HEX_TEXT];

    (void)prov_extension_find(hello->extensions, PROV_EXTENSION_SUPPORTED_GROUPS, &groups);
    (void)prov_extension_find(hello->extensions, PROV_EXTENSION_EC_POINT_FORMATS, &formats);
    if (offer->mode == PROV_MODE_PSK) {
        check_not_applicable(d->findings, "client.groups", "no ECDHE suite is offered");
        check_not_applicable(d->findings, "client.formats", "no ECDHE suite is offered");
        check_not_applicable(d->findings, "client.curve.exact", "no ECDHE suite is offered");
        return;
    }
    check_hex(groups, hex[0]);
    check_hex(formats, hex[1]);
    bool p256 = lists(groups, 2, 2, PROV_GROUP_SECP256R1);
    bool uncompressed = lists(formats, 1, 1, PROV_POINT_FORMAT_UNCOMPRESSED);
    check_judge_rule(d->findings, "client.groups", p256, "supported_groups %s", hex[0]);
    check_judge_rule(d->findings, "client.formats", uncompressed, "ec_point_formats %s", hex[1]);
    if (p256 && uncompressed)
        check_judge_rule(d->findings, "client.curve.exact",
                         prov_bytes_equal(groups, PROV_BYTES_OF(groups_exact)) &&
                             prov_bytes_equal(formats, PROV_BYTES_OF(formats_exact)),
                         "supported_groups %s, ec_point_formats %s", hex[0], hex[1]);
}

static void judge_signatures(struct device *d, const struct prov_client_hello *hello,
                             enum prov_kind kind)
{
    static const uint8_t exact[] = {0, 2, 4, 3};
    struct prov_bytes body = PROV_BYTES_NONE;
    char hex[CHECK_HEX_TEXT];
    bool there = prov_extension_find(hello->extensions, PROV_EXTENSION_SIGNATURE_ALGORITHMS, &body);

    check_hex(body, hex);
    if (kind == PROV_KIND_PSK) {
        check_not_applicable(d->findings, "client.signatures", "nothing is signed with a PSK");
        check_judge_rule(d->findings, "client.signatures.exact", !there,
                         there ? "signature_algorithms %s" : "none%s", hex);
        return;
    }
    bool good = lists(body, 2, 2, PROV_SIGNATURE_ECDSA_SHA256);
    check_judge_rule(d->findings, "client.signatures", good, "signature_algorithms %s", hex);
    if (good)
        check_judge_rule(d->findings, "client.signatures.exact",
                         prov_bytes_equal(body, PROV_BYTES_OF(exact)), "signature_algorithms %s",
                         hex);
}

/* [2] in both lists for raw keys; otherwise none (RFC 7250, section 4.1). */
static void judge_types(struct device *d, const struct prov_client_hello *hello,
                        enum prov_kind kind)
{
    static const uint8_t raw[] = {1, PROV_CERTIFICATE_TYPE_RAW};
    struct prov_bytes client = PROV_BYTES_NONE, server = PROV_BYTES_NONE;
    char hex[2][CHECK_HEX_TEXT];
    bool any =
        prov_extension_find(hello->extensions, PROV_EXTENSION_CLIENT_CERTIFICATE_TYPE, &client);

    any = prov_extension_find(hello->extensions, PROV_EXTENSION_SERVER_CERTIFICATE_TYPE, &server) ||
          any;
    bool good = kind == PROV_KIND_RPK ? prov_bytes_equal(client, PROV_BYTES_OF(raw)) &&
                                            prov_bytes_equal(server, PROV_BYTES_OF(raw))
                                      : !any;
    check_judge_rule(d->findings, "client.certificate_type", good,
                     any ? "client types %s, server types %s" : "no types%.0s%.0s",
                     check_hex(client, hex[0]), check_hex(server, hex[1]));
}

/* ProtocolNameList<2..2^16-1> of opaque<1..2^8-1> (RFC 7301, section 3.1) */
static void judge_alpn(struct device *d, const struct prov_client_hello *hello)
{
    static const uint8_t co[] = {0, 3, 2, 'c', 'o'};
    struct prov_bytes body;
    char hex[CHECK_HEX_TEXT];

    if (!prov_extension_find(hello->extensions, PROV_EXTENSION_ALPN, &body))
        check_pass(d->findings, "client.alpn", "no protocol is offered");
    else
        check_judge_rule(d->findings, "client.alpn", prov_bytes_equal(body, PROV_BYTES_OF(co)),
                         "protocols %s", check_hex(body, hex));
}

static void judge_optional(struct device *d, const struct prov_client_hello *hello,
                           const struct device_offer *offer)
{
    struct prov_bytes body;
    char hex[CHECK_HEX_TEXT];

    if (prov_extension_find(hello->extensions, PROV_EXTENSION_MAX_FRAGMENT_LENGTH, &body))
        check_judge_rule(d->findings, "client.fragment_length.value",
                         body.len == 1 && body.data[0] >= 1 && body.data[0] <= 4,
                         "max_fragment_length %s", check_hex(body, hex));
    else
        check_not_applicable(d->findings, "client.fragment_length.value", "it is not asked for");
    if (prov_extension_find(hello->extensions, PROV_EXTENSION_CLIENT_CERTIFICATE_URL, &body))
        check_judge_rule(d->findings, "client.certificate_url", body.len == 0, "%zu octets",
                         body.len);
    else
        check_not_applicable(d->findings, "client.certificate_url", "it is not offered");
    if (prov_extension_find(hello->extensions, PROV_EXTENSION_HEARTBEAT, &body))
        check_judge_rule(d->findings, "client.heartbeat",
                         body.len == 1 && (body.data[0] == 1 || body.data[0] == 2), "mode %s",
                         check_hex(body, hex));
    else
        check_not_applicable(d->findings, "client.heartbeat", "it is not offered");
    bool good = offer->renegotiation_suite;
    if (prov_extension_find(hello->extensions, PROV_EXTENSION_RENEGOTIATION_INFO, &body))
        good = body.len == 1 && body.data[0] == 0;
    check_judge_rule(d->findings, "client.renegotiation_info", good, "%s",
                     offer->renegotiation_info    ? check_hex(body, hex)
                     : offer->renegotiation_suite ? "suite 00ff"
                                                  : "neither");
}

/* --- what is remembered ---------------------------------------------------------------------- */

/* CachedInformation { CachedObject<1..2^16-1> of {type 1, hash_value<1..255>} } (RFC 7924, section 3) */
static bool take_fingerprint(struct prov_bytes body, struct prov_bytes *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list, hash;
    uint8_t type;

    if (!prov_take_vector(&reader, 2, &list))
        return false;
    reader = prov_reader_make(list);
    while (prov_take_u8(&reader, &type) && prov_take_vector(&reader, 1, &hash)) {
        if (type != 1)
            continue;
        *ret = hash;
        return true;
    }
    return false;
}

static bool is_failed(const struct device *d, struct prov_bytes hash)
{
    for (size_t i = 0; i < d->failed_count; i++)
        if (prov_bytes_equal(hash, PROV_BYTES_OF(d->failed[i])))
            return true;
    return false;
}

/* Before the judge has completed a handshake, what is offered may come from the device's own server. */
static void judge_cached(struct device *d, const struct prov_client_hello *hello,
                         enum prov_kind kind)
{
    struct prov_bytes body, hash = PROV_BYTES_NONE;
    char hex[CHECK_HEX_TEXT];

    d->offer.cached_info = false;
    if (kind != PROV_KIND_CERT ||
        !prov_extension_find(hello->extensions, PROV_EXTENSION_CACHED_INFO, &body))
        return;
    bool well_formed = take_fingerprint(body, &hash), failed = is_failed(d, hash);
    d->offer.cached_info = d->has_completed && prov_bytes_equal(hash, PROV_BYTES_OF(d->completed));
    check_hex(well_formed ? hash : body, hex);
    if (!well_formed || d->has_completed)
        check_judge_rule(d->findings, "client.cached_info",
                         well_formed && (d->offer.cached_info || failed), "%s", hex);
    if (well_formed && d->has_completed)
        check_judge_rule(d->findings, "client.cached_info.completed", !failed, "%s", hex);
}

static void note_session(struct device *d, const struct prov_client_hello *hello)
{
    d->offer.session =
        d->has_session && prov_bytes_equal(hello->session_id, PROV_BYTES_OF(d->session_id));
}

/* --- all of it ------------------------------------------------------------------------------- */

void device_hello(struct device *d, const struct prov_client_hello *hello,
                  const struct prov_record *record)
{
    struct device_offer offer = device_offer(hello);

    judge_version(d, hello, record);
    judge_random(d, hello);
    judge_compression(d, hello);
    judge_suites(d, hello, &offer);
    judge_set(d, hello, offer.mode);
    judge_plain(d, hello);
    judge_name(d, hello);
    if (offer.suite != NULL) { /* otherwise it can't be said which kind it is */
        judge_curves(d, hello, &offer);
        judge_signatures(d, hello, offer.kind);
        judge_types(d, hello, offer.kind);
    }
    judge_alpn(d, hello);
    judge_optional(d, hello, &offer);
    judge_cached(d, hello, offer.kind);
    note_session(d, hello);
    if (d->exact == 0)
        device_note_exact(d, hello, &offer, has(hello->extensions, PROV_EXTENSION_SERVER_NAME));
}

/* --- the hello with a cookie ----------------------------------------------------------------- */

void device_hello_repeated(struct device *d, const struct prov_client_hello *hello, size_t octets)
{
    struct prov_client_hello first;
    char hex[CHECK_HEX_TEXT];

    if (!prov_client_hello_take(PROV_BYTES(d->now.hello, d->now.hello_len), &first))
        return;
    const struct {
        const char *name;
        struct prov_bytes before, after;
    } parts[] = {{"session_id", first.session_id, hello->session_id},
                 {"cipher_suites", first.suites, hello->suites},
                 {"compression_methods", first.compression, hello->compression},
                 {"extensions", first.extensions, hello->extensions}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (!prov_bytes_equal(parts[i].before, parts[i].after)) {
            check_fail(d->findings, "client.cookie.same", "%s became %s", parts[i].name,
                       check_hex(parts[i].after, hex));
            return;
        }
    check_judge_rule(d->findings, "client.cookie.same",
                     first.version == hello->version &&
                         memcmp(first.random, hello->random, PROV_DTLS_RANDOM_LEN) == 0,
                     "version, random, session id, suites, compression and extensions");
    /* With a long cookie it would be the judge's fault. */
    if (d->now.cookie_len <= COOKIE_LEN)
        check_judge_rule(d->findings, "client.hello.size", octets <= PATH_280,
                         "a datagram of %zu octets", octets);
}
