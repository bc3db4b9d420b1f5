/* SPDX-License-Identifier: Apache-2.0
 *
 * A raw public key, as SubjectPublicKeyInfo, COSE_Key or a name by its hash; a pre-shared key as COSE_Key.
 * Evidence never has octets of a secret.
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#include "prov/text.h"
#include "view_cose.h"

static bool begins(struct prov_bytes bytes, const char *text)
{
    size_t len = strlen(text);

    return bytes.len >= len && memcmp(bytes.data, text, len) == 0;
}

static void not_asked(struct lint *lint, const char *const *rules, const char *reason)
{
    for (size_t i = 0; rules[i] != NULL; i++)
        if (check_verdict(lint->findings, rules[i]) == 0)
            check_not_applicable(lint->findings, rules[i], "%s", reason);
}

/* --- SubjectPublicKeyInfo ---------------------------------------------------------------------- */

void lint_spki(struct lint *lint, struct prov_bytes spki)
{
    static const struct key_rules key = {"rpk.key", "rpk.key.curve", "rpk.key.point"};
    unsigned notes = 0;
    struct walk walk = walk_make(spki, &notes);
    struct key_view view;
    struct tlv element;

    walk_take(&walk, TAG_SEQUENCE, &element);
    key_view_make(&element, &notes, &view);
    bool p256 = BYTES_ARE(view.parameters.content, "\x2a\x86\x48\xce\x3d\x03\x01\x07");
    bool minimal = notes == 0 && walk.rest.len == 0 && view.parameters.tag != TAG_SEQUENCE;
    lint_say(lint, "rpk.der", minimal, "%zu octets%s", spki.len,
             walk.rest.len > 0            ? ", some behind the key"
             : (notes & WALK_SLOPPY) != 0 ? ", BER that is not DER"
             : notes != 0                 ? ", broken"
                                          : "");
    lint_key(lint, &view, &key);
    if (p256 && view.point.len == PROV_POINT_LEN && minimal)
        lint_say(lint, "rpk.length", spki.len == PROV_SPKI_LEN, "%zu octets", spki.len);
    else
        check_not_applicable(lint->findings, "rpk.length", "%snot an uncompressed key on P-256",
                             lint->where);
}

/* PKCS#8 and SEC 1 begin with a version, a certificate with another SEQUENCE in which a SEQUENCE is. */
static void judge_der(struct lint *lint, struct prov_bytes octets)
{
    unsigned notes = 0;
    struct walk walk = walk_make(octets, &notes), inner;
    struct cert_view cert;
    struct tlv outer, first;

    cert_view_make(octets, &cert);
    walk_take(&walk, TAG_SEQUENCE, &outer);
    inner = walk_in(&outer, &notes);
    walk_next(&inner, &first);
    lint_say(lint, "rpk.private", first.tag != TAG_INTEGER, "%s",
             first.tag == TAG_INTEGER ? "the file is a private key" : "no private key");
    bool is_key = first.tag == TAG_SEQUENCE && !cert.readable;
    if (first.tag != TAG_INTEGER)
        lint_say(lint, "rpk.form", is_key, "%s",
                 cert.readable ? "an X.509 certificate"
                 : is_key      ? "SubjectPublicKeyInfo"
                               : "DER that is no public key");
    if (is_key)
        lint_spki(lint, octets);
}

/* --- COSE_Key ---------------------------------------------------------------------------------- */

static const char *const cose_rules[] = {"cose.deterministic", "cose.kty", "cose.label",
                                         "cose.coordinates", NULL};

static void judge_cose(struct lint *lint, struct prov_bytes octets, const struct cose_view *v,
                       int64_t kty)
{
    lint_say(lint, "cose.deterministic", v->deterministic, "%zu octets%s", octets.len,
             v->deterministic ? "" : ", not in the core deterministic encoding");
    lint_say(lint, "cose.kty", v->has_kty && v->kty == kty, "kty %s%lld", v->has_kty ? "" : "none ",
             (long long)v->kty);
    if (v->unknown > 0)
        lint_say(lint, "cose.label", false, "label %lld", (long long)v->unknown_label);
    else
        lint_say(lint, "cose.label", true, "no other labels");
}

static void judge_coordinates(struct lint *lint, const struct cose_view *v)
{
    uint8_t spki[PROV_SPKI_LEN], point[PROV_POINT_LEN] = {4};
    bool whole = v->has_x && v->has_y && v->x.len == 32 && v->y.len == 32;

    lint_say(lint, "cose.coordinates", whole, "x of %zu octets, y %s of %zu", v->x.len,
             v->y_is_sign ? "a sign," : "", v->y.len);
    if (v->has_crv && v->crv != 1)
        lint_say(lint, "rpk.key.curve", false, "crv %lld", (long long)v->crv);
    if (!whole || !v->has_crv || v->crv != 1)
        return;
    memcpy(point + 1, v->x.data, 32);
    memcpy(point + 33, v->y.data, 32);
    prov_spki_encode(point, spki);
    lint_spki(lint, PROV_BYTES_OF(spki));
}

static void judge_rpk_cose(struct lint *lint, struct prov_bytes octets)
{
    struct cose_view view;

    cose_view_make(octets, &view);
    lint_say(lint, "rpk.form", view.readable, "%s", view.readable ? "COSE_Key" : "no COSE_Key");
    if (!view.readable)
        return;
    judge_cose(lint, octets, &view, 2);
    lint_say(lint, "rpk.private", !view.has_d, "%s", view.has_d ? "d is there" : "no d");
    if (view.has_kty && view.kty == 2)
        judge_coordinates(lint, &view);
}

/* --- names by hash (RFC 6920; RFC 7252, section 9.1.3.2.1) --------------------------------------- */

static const char *const name_rules[] = {"rpk.name", "rpk.name.length", NULL};

static void judge_name(struct lint *lint, struct prov_bytes text)
{
    uint8_t room[32];
    struct prov_buf digest = PROV_BUF_OF(room);

    while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
        text.len--;
    prov_result result = prov_ni_parse(text, &digest);
    lint_say(lint, "rpk.form", true, "a name by hash");
    lint_say(lint, "rpk.name.length", result != PROV_E_POLICY, "%s", lint_text(text).text);
    if (result == PROV_E_POLICY)
        check_not_applicable(lint->findings, "rpk.name", "it is too short");
    else
        lint_say(lint, "rpk.name", result == PROV_OK, "%s%s%s", lint_text(text).text,
                 result == PROV_OK ? "" : ": ", result == PROV_OK ? "" : prov_result_text(result));
}

static const char *const key_rules_all[] = {
    "rpk.der", "rpk.key", "rpk.key.curve", "rpk.key.point", "rpk.length", "rpk.private", NULL};

void lint_rpk_file(struct lint *lint)
{
    struct prov_bytes octets = lint->file->parts[0];
    bool is_name = begins(octets, "ni:") || begins(octets, "nih:");
    bool is_der = octets.len > 0 && octets.data[0] == TAG_SEQUENCE;

    if (is_name)
        judge_name(lint, octets);
    else if (is_der)
        judge_der(lint, octets);
    else
        judge_rpk_cose(lint, octets);
    if (!is_name)
        not_asked(lint, name_rules, "the key itself, not a name of it");
    if (is_name || is_der)
        not_asked(lint, cose_rules, "not a COSE_Key");
    if (is_name || check_verdict(lint->findings, "rpk.form") != PROV_CHECK_PASS)
        not_asked(lint, key_rules_all, is_name ? "a name, not the key" : "there is no public key");
}

/* --- pre-shared keys --------------------------------------------------------------------------- */

static bool is_printable(struct prov_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] < 0x20 || bytes.data[i] > 0x7e)
            return false;
    return true;
}

static bool is_pattern(struct prov_bytes bytes)
{
    bool same = true, counts = true;

    for (size_t i = 1; i < bytes.len; i++) {
        same = same && bytes.data[i] == bytes.data[0];
        counts = counts && bytes.data[i] == (uint8_t)(bytes.data[i - 1] + 1);
    }
    return same || counts;
}

static bool contains(struct prov_bytes hay, struct prov_bytes needle)
{
    for (size_t at = 0; needle.len >= 6 && at + needle.len <= hay.len; at++)
        if (memcmp(hay.data + at, needle.data, needle.len) == 0)
            return true;
    return false;
}

/* A name of the DNS, an EUI-64 in whatever form, a distinguished name, a URI, an address. */
static bool is_structured(struct prov_bytes identity)
{
    char text[64] = "";
    struct prov_eui64 eui64;
    struct prov_fqdn fqdn;

    if (!is_printable(identity) || identity.len == 0)
        return false;
    if (prov_fqdn_parse(identity, &fqdn) == PROV_OK)
        return true;
    if (identity.len < sizeof text) {
        memcpy(text, identity.data, identity.len);
        if (prov_eui64_parse(text, &eui64) == PROV_OK ||
            prov_eui64_parse_eui48(text, &eui64) == PROV_OK)
            return true;
    }
    return memchr(identity.data, '@', identity.len) != NULL ||
           memchr(identity.data, ':', identity.len) != NULL || begins(identity, "CN=");
}

void lint_psk(struct lint *lint, struct prov_bytes identity, struct prov_bytes key)
{
    char hex[CHECK_HEX_TEXT];

    lint_say(lint, "psk.identity", identity.len >= 1 && identity.len <= PROV_PSK_IDENTITY_MAX,
             "%zu octets", identity.len);
    if (identity.len == 0) {
        check_not_applicable(lint->findings, "psk.identity.short", "there is none");
        check_not_applicable(lint->findings, "psk.identity.plain", "there is none");
    } else {
        lint_say(lint, "psk.identity.short",
                 identity.len <= 32 || identity.len > PROV_PSK_IDENTITY_MAX, "%zu octets",
                 identity.len);
        lint_say(lint, "psk.identity.plain", !is_structured(identity), "%s",
                 check_hex(identity, hex));
    }
    lint_say(lint, "psk.key.length", key.len >= PROV_PSK_MIN && key.len <= PROV_PSK_MAX,
             "%zu octets", key.len);
    if (key.len == 0) {
        check_not_applicable(lint->findings, "psk.key.random", "there is none");
        return;
    }
    const char *weak = is_pattern(key)           ? "a repeated or counting octet"
                       : is_printable(key)       ? "printable text, as a password is"
                       : contains(key, identity) ? "the identity is in it"
                                                 : NULL;
    lint_say(lint, "psk.key.random", weak == NULL, "%s", weak == NULL ? "nothing seen" : weak);
}

void lint_psk_file(struct lint *lint)
{
    struct cose_view view;

    cose_view_make(lint->file->parts[0], &view);
    bool key = view.readable && view.has_k;
    lint_say(lint, "psk.form", key || (view.readable && view.has_kty && view.kty != 4), "%s",
             !view.readable ? "no COSE_Key"
             : key          ? "COSE_Key with k"
                            : "COSE_Key without k");
    if (!view.readable)
        return;
    judge_cose(lint, lint->file->parts[0], &view, 4);
    check_not_applicable(lint->findings, "cose.coordinates", "not a key on a curve");
    if (key && view.kty == 4)
        lint_psk(lint, view.kid, view.k);
}
