/* SPDX-License-Identifier: Apache-2.0
 *
 * What the judges of files share.
 */
#include "lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lint_say(struct lint *lint, const char *rule, bool good, const char *evidence, ...)
{
    char text[PROV_CHECK_EVIDENCE_MAX];
    va_list list;

    va_start(list, evidence);
    vsnprintf(text, sizeof text, evidence, list);
    va_end(list);
    check_judge_rule(lint->findings, rule, good, "%s%.400s", lint->where, text);
}

struct oid_text lint_oid(struct prov_bytes oid)
{
    const char *text = view_oid_text(oid);
    struct oid_text ret = {"none"};

    if (text != NULL)
        snprintf(ret.text, sizeof ret.text, "%s", text);
    else if (oid.len > 0)
        check_hex(oid, ret.text);
    return ret;
}

struct plain_text lint_text(struct prov_bytes text)
{
    struct plain_text ret;
    size_t len = text.len < sizeof ret.text - 1 ? text.len : sizeof ret.text - 1;

    for (size_t i = 0; i < len; i++)
        ret.text[i] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
    ret.text[len] = '\0';
    return ret;
}

struct bits_text lint_bits(const struct prov_name_of *names, unsigned bits)
{
    struct bits_text ret = {"none"};
    size_t len = 0;

    for (size_t i = 0; names[i].text != NULL && len < sizeof ret.text; i++)
        if ((bits & names[i].value) != 0)
            len += (size_t)snprintf(ret.text + len, sizeof ret.text - len, "%s%s",
                                    len == 0 ? "" : ", ", names[i].text);
    return ret;
}

/* --- public keys ------------------------------------------------------------------------------- */

static bool curve_allowed(const struct lint *lint, struct prov_bytes oid)
{
    return BYTES_ARE(oid, "\x2a\x86\x48\xce\x3d\x03\x01\x07") ||
           (lint->profile == &prov_cert_profile_tls13_iot &&
            (BYTES_ARE(oid, "\x2b\x81\x04\x00\x22") || BYTES_ARE(oid, "\x2b\x81\x04\x00\x23")));
}

static size_t point_len(struct prov_bytes curve)
{
    return BYTES_ARE(curve, "\x2a\x86\x48\xce\x3d\x03\x01\x07") ? PROV_POINT_LEN
           : BYTES_ARE(curve, "\x2b\x81\x04\x00\x22")           ? 97
           : BYTES_ARE(curve, "\x2b\x81\x04\x00\x23")           ? 133
                                                                : 0;
}

static void lint_point(struct lint *lint, const struct key_view *key, const char *rule)
{
    char hex[CHECK_HEX_TEXT];
    size_t expected = point_len(key->parameters.content);

    if (expected == 0) {
        check_not_tested(lint->findings, rule, "%sthe curve is not one whose points are known here",
                         lint->where);
        return;
    }
    if (key->point.len == 0 || key->point.data[0] != 4 || key->point.len != expected) {
        lint_say(lint, rule, false, "%zu octets, not 04 and %zu: %s", key->point.len, expected - 1,
                 check_hex(key->point, hex));
        return;
    }
    bool on_curve = expected != PROV_POINT_LEN ||
                    prov_crypto_point_check(lint->file->crypto, key->point) == PROV_OK;
    lint_say(lint, rule, on_curve, "%s: %s",
             on_curve ? "uncompressed" : "the point is not on the curve",
             check_hex(PROV_BYTES(key->point.data, key->point.len < 9 ? key->point.len : 9), hex));
}

void lint_key(struct lint *lint, const struct key_view *key, const struct key_rules *rules)
{
    bool elliptic = BYTES_ARE(key->algorithm, "\x2a\x86\x48\xce\x3d\x02\x01");
    bool named = key->parameters.tag == TAG_OID;

    lint_say(lint, rules->algorithm, elliptic, "%s", lint_oid(key->algorithm).text);
    if (!elliptic) {
        check_not_applicable(lint->findings, rules->curve, "%snot a key on a curve", lint->where);
        check_not_applicable(lint->findings, rules->point, "%snot a key on a curve", lint->where);
        return;
    }
    lint_say(lint, rules->curve, named && curve_allowed(lint, key->parameters.content), "%s",
             named                         ? lint_oid(key->parameters.content).text
             : key->parameters.tag == 0x30 ? "parameters written out, not a named curve"
                                           : "no named curve");
    lint_point(lint, key, rules->point);
}
