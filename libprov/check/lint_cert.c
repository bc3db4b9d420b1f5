/* SPDX-License-Identifier: Apache-2.0
 *
 * One certificate: its fields. Names and extensions have files of their own.
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#include "prov/text.h"

#define OLD    1u /* bit of rfc7925, and of tls13-iot-23 */
#define NEW    2u
#define CAS    PROV_CERT_CAS
#define LEAVES PROV_CERT_LEAVES

static void judge_version(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (c->version.tag == 0)
        lint_say(lint, rule, false, "version 1: the field is left out");
    else
        lint_say(lint, rule, c->version.content.len == 1 && c->version.content.data[0] == 2,
                 "version %d", c->version.content.len == 1 ? c->version.content.data[0] + 1 : 0);
}

static void judge_serial(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char hex[CHECK_HEX_TEXT];
    struct prov_bytes serial = c->serial.content;
    bool negative = serial.len > 0 && (serial.data[0] & 0x80) != 0;
    bool zero = serial.len == 0 || (serial.len == 1 && serial.data[0] == 0);
    bool padded = serial.len > 1 && serial.data[0] == 0 && (serial.data[1] & 0x80) == 0;

    lint_say(lint, rule, !negative && !zero && !padded && serial.len <= 20, "%s%s",
             check_hex(serial, hex),
             negative          ? ": negative"
             : zero            ? ": zero"
             : padded          ? ": padded with zeros"
             : serial.len > 20 ? ": more than 20 octets"
                               : "");
}

static void judge_serial_random(struct lint *lint, const struct cert_view *c, const char *rule)
{
    size_t len = c->serial.content.len;

    lint_say(lint, rule, len >= 8, "%zu octets", len);
}

/* --- the signature's algorithm ----------------------------------------------------------------- */

static unsigned hash_bits(struct prov_bytes algorithm)
{
    const char *text = view_oid_text(algorithm);

    return text == NULL                             ? 0
           : strcmp(text, "ecdsa-with-SHA256") == 0 ? 256
           : strcmp(text, "ecdsa-with-SHA384") == 0 ? 384
           : strcmp(text, "ecdsa-with-SHA512") == 0 ? 512
                                                    : 0;
}

static struct prov_bytes signature_oid(struct lint *lint, const struct cert_view *c)
{
    unsigned notes = 0;
    struct tlv parameters;

    (void)lint;
    return view_algorithm(&c->outer, &notes, &parameters);
}

static void judge_signature(struct lint *lint, const struct cert_view *c, const char *rule)
{
    struct prov_bytes oid = signature_oid(lint, c);

    lint_say(lint, rule, hash_bits(oid) != 0, "%s", lint_oid(oid).text);
}

static void judge_sha256(struct lint *lint, const struct cert_view *c, const char *rule)
{
    struct prov_bytes oid = signature_oid(lint, c);

    if (hash_bits(oid) == 0)
        check_not_applicable(lint->findings, rule, "%snot ECDSA with SHA-2", lint->where);
    else
        lint_say(lint, rule, hash_bits(oid) == 256, "%s", lint_oid(oid).text);
}

/* RFC 5280, section 4.1.1.2; RFC 5758, section 3.2: no parameters. */
static void judge_same_algorithm(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char inner[CHECK_HEX_TEXT], outer[CHECK_HEX_TEXT];
    unsigned notes = 0;
    struct tlv parameters;
    bool bare =
        hash_bits(view_algorithm(&c->outer, &notes, &parameters)) == 0 || parameters.tag == 0;

    lint_say(lint, rule, bare && prov_bytes_equal(c->inner.whole, c->outer.whole),
             "inside %s, outside %s", check_hex(c->inner.whole, inner),
             check_hex(c->outer.whole, outer));
}

/* Strict DER of r and s of P-256 (H25). */
static void judge_signature_value(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char hex[CHECK_HEX_TEXT];
    uint8_t raw[PROV_SIGNATURE_LEN];

    if (hash_bits(signature_oid(lint, c)) == 0)
        check_not_applicable(lint->findings, rule, "%snot ECDSA with SHA-2", lint->where);
    else
        lint_say(lint, rule, prov_ecdsa_decode(c->signature, raw) == PROV_OK, "%s",
                 check_hex(c->signature, hex));
}

/* --- who and when ------------------------------------------------------------------------------ */

static void judge_issuer(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->issuer.attributes > 0, "%u attributes", c->issuer.attributes);
}

static void judge_time_form(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->time_form[0] && c->time_form[1], "%s %.40s, %s %.40s",
             c->times[0].tag == TAG_UTC_TIME ? "UTCTime" : "GeneralizedTime",
             lint_text(c->times[0].content).text,
             c->times[1].tag == TAG_UTC_TIME ? "UTCTime" : "GeneralizedTime",
             lint_text(c->times[1].content).text);
}

static bool has_times(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (!c->has_time[0] || !c->has_time[1])
        check_not_tested(lint->findings, rule, "%sthe times cannot be read", lint->where);
    return c->has_time[0] && c->has_time[1];
}

static void judge_time_order(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char from[PROV_TIME_TEXT], until[PROV_TIME_TEXT];

    if (!has_times(lint, c, rule))
        return;
    prov_time_format(c->seconds[0], from);
    prov_time_format(c->seconds[1], until);
    lint_say(lint, rule, c->seconds[0] <= c->seconds[1], "%s to %s", from, until);
}

static void judge_time_now(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char from[PROV_TIME_TEXT], until[PROV_TIME_TEXT], now[PROV_TIME_TEXT];

    if (!has_times(lint, c, rule))
        return;
    if (c->seconds[0] > c->seconds[1]) {
        check_not_applicable(lint->findings, rule, "%sit is never valid", lint->where);
        return;
    }
    prov_time_format(c->seconds[0], from);
    prov_time_format(c->seconds[1], until);
    prov_time_format(lint->file->now_unix, now);
    lint_say(lint, rule,
             lint->file->now_unix >= c->seconds[0] && lint->file->now_unix <= c->seconds[1],
             "%s to %s, now %s", from, until, now);
}

static void judge_finite(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (has_times(lint, c, rule))
        lint_say(lint, rule, c->seconds[1] < PROV_TIME_NEVER, "notAfter %.40s",
                 lint_text(c->times[1].content).text);
}

static void judge_unique_id(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, !c->has_unique_id, "%s", c->has_unique_id ? "there is one" : "none");
}

/* --- the table --------------------------------------------------------------------------------- */

static const struct cert_judge judges_fields[] = {
    {"cert.version", 0, 0, judge_version},
    {"cert.serial", 0, 0, judge_serial},
    {"cert13.serial.random", NEW, 0, judge_serial_random},
    {"cert.signature", 0, 0, judge_signature},
    {"cert.signature.sha256", OLD, 0, judge_sha256},
    {"cert.signature.value", OLD, 0, judge_signature_value},
    {"cert.signature.same", 0, 0, judge_same_algorithm},
    {"cert.issuer", 0, 0, judge_issuer},
    {"cert.validity.form", 0, 0, judge_time_form},
    {"cert.validity.order", 0, 0, judge_time_order},
    {"cert.validity.now", 0, 0, judge_time_now},
    {"cert.validity.finite", 0, PROV_CERT_LDEVID | PROV_CERT_SERVER | PROV_CERT_DEVICE_SERVER,
     judge_finite},
    {"cert.uniqueid", 0, 0, judge_unique_id},
    {NULL, 0, 0, NULL},
};

static const struct cert_judge *const tables[] = {judges_fields, lint_judges_names,
                                                  lint_judges_extensions};

static void judge_one(struct lint *lint, const struct cert_view *c, const struct cert_judge *judge)
{
    if (judge->profiles != 0 && (judge->profiles & lint->profile->bit) == 0)
        check_not_applicable(lint->findings, judge->rule, "not asked by %s", lint->profile->name);
    else if (judge->roles != 0 && (judge->roles & c->role) == 0)
        check_not_applicable(lint->findings, judge->rule, "not asked of a certificate of kind %s",
                             prov_name_of(prov_cert_role_names, c->role));
    else
        judge->judge(lint, c, judge->rule);
}

static void judge_der(struct lint *lint, const struct cert_view *c)
{
    char hex[CHECK_HEX_TEXT];

    lint_say(lint, "cert.der", c->readable && !c->trailing && (c->notes & WALK_SLOPPY) == 0,
             "%zu octets%s: %s", c->der.len,
             !c->readable                    ? ", not a certificate"
             : c->trailing                   ? ", some behind the certificate"
             : (c->notes & WALK_SLOPPY) != 0 ? ", BER that is not DER"
                                             : "",
             check_hex(PROV_BYTES(c->der.data, c->der.len < 16 ? c->der.len : 16), hex));
}

void lint_cert(struct lint *lint, const struct cert_view *c)
{
    static const struct key_rules key = {"cert.key", "cert.key.curve", "cert.key.point"};

    judge_der(lint, c);
    if (!c->readable)
        return;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct cert_judge *judge = tables[t]; judge->rule != NULL; judge++)
            judge_one(lint, c, judge);
    lint_key(lint, &c->key, &key);
}

void lint_cert_file(struct lint *lint)
{
    struct cert_view cert;

    cert_view_make(lint->file->parts[0], &cert);
    lint_cert(lint, &cert);
}
