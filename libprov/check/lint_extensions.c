/* SPDX-License-Identifier: Apache-2.0
 *
 * One certificate: its extensions (rows 26 and 34 to 39), by the rows of prov_cert_rules where those say it.
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#define OLD    1u
#define NEW    2u
#define ROOT   PROV_CERT_ROOT
#define SUB    PROV_CERT_SUBORDINATE
#define CAS    PROV_CERT_CAS
#define LEAVES PROV_CERT_LEAVES

static const struct prov_cert_rule *row_of(const struct lint *lint, const struct cert_view *c,
                                           enum prov_cert_element element)
{
    return prov_cert_rule_find(lint->profile, c->role, element);
}

static void say_there(struct lint *lint, const char *rule, bool there, bool wanted)
{
    lint_say(lint, rule, there == wanted, "%s", there ? "there is one" : "none");
}

/* --- keyUsage ---------------------------------------------------------------------------------- */

static void judge_ku(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_there(lint, rule, c->extensions.has_ku, true);
}

static bool has_ku(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (!c->extensions.has_ku)
        check_not_applicable(lint->findings, rule, "%sno keyUsage", lint->where);
    return c->extensions.has_ku;
}

static void judge_ku_critical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (has_ku(lint, c, rule))
        lint_say(lint, rule, c->extensions.ku_critical, "%s",
                 c->extensions.ku_critical ? "critical" : "not critical");
}

/* What the row says must be there if it is. */
static void judge_ku_need(struct lint *lint, const struct cert_view *c, const char *rule)
{
    const struct prov_cert_rule *row = row_of(lint, c, PROV_ELEMENT_KEY_USAGE);

    if (has_ku(lint, c, rule))
        lint_say(lint, rule, (c->extensions.ku & row->need) == row->need, "%s",
                 lint_bits(prov_key_usage_names, c->extensions.ku).text);
}

static void judge_ku_only(struct lint *lint, const struct cert_view *c, const char *rule)
{
    const struct prov_cert_rule *row = row_of(lint, c, PROV_ELEMENT_KEY_USAGE);
    unsigned allowed = row->need | row->may | PROV_KU_CERT_SIGN; /* which has a rule of its own */

    if (has_ku(lint, c, rule))
        lint_say(lint, rule, (c->extensions.ku & ~allowed) == 0, "%s",
                 lint_bits(prov_key_usage_names, c->extensions.ku).text);
}

static void judge_cert_sign(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (has_ku(lint, c, rule))
        lint_say(lint, rule, (c->extensions.ku & PROV_KU_CERT_SIGN) == 0, "%s, and cA is not TRUE",
                 lint_bits(prov_key_usage_names, c->extensions.ku).text);
}

static void judge_sub_signs(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (has_ku(lint, c, rule))
        lint_say(lint, rule, (c->extensions.ku & PROV_KU_DIGITAL_SIGNATURE) != 0, "%s",
                 lint_bits(prov_key_usage_names, c->extensions.ku).text);
}

/* --- extKeyUsage ------------------------------------------------------------------------------- */

static void judge_no_eku(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, !c->extensions.has_eku, "%s",
             lint_bits(prov_eku_names, c->extensions.eku).text);
}

static void judge_eku(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_there(lint, rule, c->extensions.has_eku, true);
}

/* anyExtendedKeyUsage does not stand for the one that is needed. */
static void judge_eku_role(struct lint *lint, const struct cert_view *c, const char *rule)
{
    const struct prov_cert_rule *row = row_of(lint, c, PROV_ELEMENT_EKU);

    if (!c->extensions.has_eku)
        check_not_applicable(lint->findings, rule, "%sno extKeyUsage", lint->where);
    else
        lint_say(lint, rule, (c->extensions.eku & row->need) == row->need, "%s, of a %s",
                 lint_bits(prov_eku_names, c->extensions.eku).text,
                 prov_name_of(prov_cert_role_names, c->role));
}

static void judge_eku_only(struct lint *lint, const struct cert_view *c, const char *rule)
{
    const struct prov_cert_rule *row = row_of(lint, c, PROV_ELEMENT_EKU);

    if (!c->extensions.has_eku)
        check_not_applicable(lint->findings, rule, "%sno extKeyUsage", lint->where);
    else
        lint_say(lint, rule, (c->extensions.eku & ~(row->need | row->may)) == 0, "%s",
                 lint_bits(prov_eku_names, c->extensions.eku).text);
}

/* --- basicConstraints -------------------------------------------------------------------------- */

static void judge_bc_critical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->extensions.bc_critical, "%s",
             c->extensions.bc_critical ? "critical" : "not critical");
}

static void judge_no_bc(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_there(lint, rule, c->extensions.has_bc, false);
}

static void judge_path_len(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (c->extensions.has_path_len)
        lint_say(lint, rule, false, "pathLenConstraint %ld", c->extensions.path_len);
    else
        lint_say(lint, rule, true, "none");
}

/* --- key identifiers --------------------------------------------------------------------------- */

static void say_identifier(struct lint *lint, const char *rule, bool has, struct prov_bytes id,
                           bool wanted)
{
    char hex[CHECK_HEX_TEXT];

    lint_say(lint, rule, has == wanted, "%s%s", has ? "" : "none", has ? check_hex(id, hex) : "");
}

static void judge_ski(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_identifier(lint, rule, c->extensions.has_ski, c->extensions.ski, true);
}

static void judge_no_ski(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_identifier(lint, rule, c->extensions.has_ski, c->extensions.ski, false);
}

static void judge_aki(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_identifier(lint, rule, c->extensions.has_aki, c->extensions.aki, true);
}

static void judge_no_aki(struct lint *lint, const struct cert_view *c, const char *rule)
{
    say_identifier(lint, rule, c->extensions.has_aki, c->extensions.aki, false);
}

/* --- all of them ------------------------------------------------------------------------------- */

/* By object identifier: what this profile knows, and how. */
enum known { STRANGE, TABLE_1, KEY_ID, STATUS, CONSTRAINT };

static enum known known_of(struct prov_bytes oid)
{
    if (BYTES_ARE(oid, "\x2b\x06\x01\x05\x05\x07\x01\x01"))
        return STATUS;
    if (oid.len != 3 || oid.data[0] != 0x55 || oid.data[1] != 0x1d)
        return STRANGE;
    switch (oid.data[2]) {
    case 15:
    case 17:
    case 19:
    case 37:
        return TABLE_1;
    case 14:
    case 35:
        return KEY_ID;
    case 31:
        return STATUS;
    case 30:
    case 36:
    case 54:
        return CONSTRAINT;
    default:
        return STRANGE;
    }
}

/* Fails at the first extension of one of the kinds that is critical, or that is there at all. */
static void judge_kinds(struct lint *lint, const struct cert_view *c, const char *rule,
                        bool only_critical, unsigned kinds)
{
    for (size_t i = 0; i < c->extensions.count; i++) {
        const struct extension_view *x = &c->extensions.all[i];

        if ((kinds >> known_of(x->oid) & 1) == 0 || (only_critical && !x->critical))
            continue;
        lint_say(lint, rule, false, "%s%s", lint_oid(x->oid).text, x->critical ? ", critical" : "");
        return;
    }
    lint_say(lint, rule, true, "none among %zu extensions", c->extensions.count);
}

static void judge_unknown_critical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    judge_kinds(lint, c, rule, true, 1u << STRANGE | 1u << CONSTRAINT);
}

/* Row 26: CRLs, or OCSP (authorityInfoAccess with caIssuers alone is let pass by the 1.3 profile). */
static bool asks_ocsp(const struct extension_view *x)
{
    static const char ocsp[] = "\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01";

    for (size_t i = 0; i + sizeof ocsp - 1 <= x->value.len; i++)
        if (memcmp(x->value.data + i, ocsp, sizeof ocsp - 1) == 0)
            return true;
    return false;
}

static void judge_status(struct lint *lint, const struct cert_view *c, const char *rule)
{
    for (size_t i = 0; i < c->extensions.count; i++) {
        const struct extension_view *x = &c->extensions.all[i];
        bool crl = BYTES_ARE(x->oid, "\x55\x1d\x1f");

        if (known_of(x->oid) == STATUS && (crl || asks_ocsp(x))) {
            lint_say(lint, rule, false, "%s", lint_oid(x->oid).text);
            return;
        }
    }
    lint_say(lint, rule, true, "neither CRL nor OCSP is named");
}

static void judge_status_critical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    judge_kinds(lint, c, rule, true, 1u << STATUS);
}

static void judge_id_critical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    judge_kinds(lint, c, rule, true, 1u << KEY_ID);
}

/* What is not critical and in no table; the others have rules of their own. */
static void judge_other(struct lint *lint, const struct cert_view *c, const char *rule)
{
    for (size_t i = 0; i < c->extensions.count; i++) {
        const struct extension_view *x = &c->extensions.all[i];
        enum known known = known_of(x->oid);

        if ((known == STRANGE || known == CONSTRAINT) && !x->critical) {
            lint_say(lint, rule, false, "%s", lint_oid(x->oid).text);
            return;
        }
    }
    lint_say(lint, rule, !c->extensions.too_many, "%zu extensions", c->extensions.count);
}

static void judge_twice(struct lint *lint, const struct cert_view *c, const char *rule)
{
    for (size_t i = 0; i < c->extensions.count; i++)
        for (size_t k = 0; k < i; k++)
            if (prov_bytes_equal(c->extensions.all[i].oid, c->extensions.all[k].oid)) {
                lint_say(lint, rule, false, "%s", lint_oid(c->extensions.all[i].oid).text);
                return;
            }
    lint_say(lint, rule, true, "%zu extensions", c->extensions.count);
}

const struct cert_judge lint_judges_extensions[] = {
    {"cert.ca.ku", OLD, CAS, judge_ku},
    {"cert.ca.ku", NEW, SUB, judge_ku},
    {"cert13.root.ku", NEW, ROOT, judge_ku},
    {"cert13.ku", NEW, LEAVES, judge_ku},
    {"cert.ku.critical", OLD, 0, judge_ku_critical},
    {"cert13.ku.critical", NEW, 0, judge_ku_critical},
    {"cert.ku.sign", 0, LEAVES, judge_ku_need},
    {"cert.ku.only", OLD, 0, judge_ku_only},
    {"cert.ku.certsign", 0, LEAVES, judge_cert_sign},
    {"cert.ca.ku.certsign", 0, CAS, judge_ku_need},
    {"cert13.sub.ku.sign", NEW, SUB, judge_sub_signs},
    {"cert.ca.eku", OLD, CAS, judge_no_eku},
    {"cert.ca.eku", NEW, SUB, judge_no_eku},
    {"cert13.root.eku", NEW, ROOT, judge_no_eku},
    {"cert13.idevid.eku", NEW, PROV_CERT_IDEVID, judge_no_eku},
    {"cert13.eku", NEW, LEAVES & ~PROV_CERT_IDEVID, judge_eku},
    {"cert.eku.role", 0, LEAVES, judge_eku_role},
    {"cert.eku.only", OLD, LEAVES, judge_eku_only},
    {"cert.ca.bc.critical", 0, CAS, judge_bc_critical},
    {"cert.leaf.bc", 0, LEAVES, judge_no_bc},
    {"cert13.root.pathlen", NEW, ROOT, judge_path_len},
    {"cert13.sub.pathlen", NEW, SUB, judge_path_len},
    {"cert.ca.ski", 0, CAS, judge_ski},
    {"cert.leaf.ski", OLD, LEAVES, judge_no_ski},
    {"cert13.leaf.ski", NEW, LEAVES, judge_no_ski},
    {"cert.ca.aki", 0, SUB, judge_aki},
    {"cert13.root.aki", NEW, ROOT, judge_aki},
    {"cert.leaf.aki", OLD, LEAVES, judge_no_aki},
    {"cert13.leaf.aki", NEW, LEAVES, judge_aki},
    {"cert.keyid.critical", 0, 0, judge_id_critical},
    {"cert.status", 0, 0, judge_status},
    {"cert.status.critical", 0, 0, judge_status_critical},
    {"cert.extension.critical", 0, 0, judge_unknown_critical},
    {"cert.extension.other", 0, 0, judge_other},
    {"cert.extension.twice", 0, 0, judge_twice},
    {NULL, 0, 0, NULL},
};
