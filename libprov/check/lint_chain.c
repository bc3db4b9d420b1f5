/* SPDX-License-Identifier: Apache-2.0
 *
 * A chain as it stands in a Certificate message: each certificate by itself, then how they hang together
 * (RFC 5280, section 6.1, as far as RFC 7925 uses it).
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#define CHAIN_MAX 8

static const char *const rules[] = {
    "chain.leaf", "chain.order", "chain.issuer", "chain.signature", "chain.pathlen",
    "chain.aki",  "chain.depth", "chain.root",   "chain.outlive",   "chain.anchor"};

struct chain {
    struct lint *lint;
    const struct cert_view *certs;
    size_t count;
    size_t depth; /* certificates below the anchor: without a root that was sent along */
    bool readable;
};

static bool is_self_issued(const struct cert_view *cert)
{
    return prov_bytes_equal(cert->issuer.whole, cert->subject.whole);
}

/* --- links ------------------------------------------------------------------------------------- */

/* Whether `issuer` can be asked: ECDSA with SHA-256 by a P-256 key. */
static bool can_verify(const struct cert_view *cert, const struct cert_view *issuer)
{
    unsigned notes = 0;
    struct tlv parameters;

    return BYTES_ARE(view_algorithm(&cert->outer, &notes, &parameters),
                     "\x2a\x86\x48\xce\x3d\x04\x03\x02") &&
           BYTES_ARE(issuer->key.parameters.content, "\x2a\x86\x48\xce\x3d\x03\x01\x07") &&
           issuer->key.point.len == PROV_POINT_LEN;
}

static bool verifies(struct lint *lint, const struct cert_view *cert,
                     const struct cert_view *issuer)
{
    uint8_t raw[PROV_SIGNATURE_LEN], digest[PROV_HASH_LEN];

    return prov_ecdsa_decode(cert->signature, raw) == PROV_OK &&
           prov_crypto_sha256(lint->file->crypto, &cert->tbs, 1, digest) == PROV_OK &&
           prov_crypto_verify(lint->file->crypto, issuer->key.point, digest, raw) == PROV_OK;
}

static void judge_signature(struct chain *chain, size_t at, const struct cert_view *issuer)
{
    const struct cert_view *cert = &chain->certs[at];

    if (!can_verify(cert, issuer))
        check_not_tested(chain->lint->findings, "chain.signature",
                         "certificate %zu is not signed by a P-256 key with SHA-256", at);
    else
        check_judge_rule(chain->lint->findings, "chain.signature",
                         verifies(chain->lint, cert, issuer),
                         "certificate %zu, by the key of the one above", at);
}

static void judge_issuer(struct chain *chain, size_t at, const struct cert_view *issuer)
{
    const struct extensions_view *x = &issuer->extensions;
    bool signs = !x->has_ku || (x->ku & PROV_KU_CERT_SIGN) != 0;

    check_judge_rule(chain->lint->findings, "chain.issuer", x->is_ca && signs,
                     "the issuer of certificate %zu: cA %s%s", at, x->is_ca ? "TRUE" : "not TRUE",
                     signs ? "" : ", keyUsage without keyCertSign");
    if (x->has_path_len)
        check_judge_rule(chain->lint->findings, "chain.pathlen", (long)at <= x->path_len,
                         "pathLenConstraint %ld, %zu CAs below", x->path_len, at);
}

static void judge_aki(struct chain *chain, size_t at, const struct cert_view *issuer)
{
    char aki[CHECK_HEX_TEXT], ski[CHECK_HEX_TEXT];
    const struct extensions_view *below = &chain->certs[at].extensions;

    if (below->aki.len == 0 || issuer->extensions.ski.len == 0)
        return;
    check_judge_rule(chain->lint->findings, "chain.aki",
                     prov_bytes_equal(below->aki, issuer->extensions.ski),
                     "certificate %zu names %s, its issuer is %s", at, check_hex(below->aki, aki),
                     check_hex(issuer->extensions.ski, ski));
}

static void judge_link(struct chain *chain, size_t at)
{
    const struct cert_view *cert = &chain->certs[at], *next = &chain->certs[at + 1];
    bool fits = prov_bytes_equal(cert->issuer.whole, next->subject.whole);

    check_judge_rule(chain->lint->findings, "chain.order", fits,
                     "certificate %zu %s the one before it", at + 1,
                     fits ? "has the issuer's name of" : "does not have the issuer's name of");
    if (!fits)
        return;
    judge_signature(chain, at, next);
    judge_issuer(chain, at, next);
    judge_aki(chain, at, next);
    if (cert->has_time[1] && next->has_time[1])
        check_judge_rule(chain->lint->findings, "chain.outlive",
                         cert->seconds[1] <= next->seconds[1], "certificate %zu ends %s its issuer",
                         at, cert->seconds[1] <= next->seconds[1] ? "with or before" : "after");
}

/* --- the whole --------------------------------------------------------------------------------- */

static void judge_shape(struct chain *chain)
{
    struct check_findings *findings = chain->lint->findings;
    const struct cert_view *leaf = &chain->certs[0];

    check_judge_rule(findings, "chain.leaf", !leaf->extensions.is_ca, "certificate 0 is %s CA's",
                     leaf->extensions.is_ca ? "a" : "no");
    check_judge_rule(findings, "chain.depth", chain->depth <= PROV_CHAIN_BELOW_ANCHOR,
                     "%zu certificates below the anchor", chain->depth);
    check_judge_rule(findings, "chain.root", chain->depth == chain->count,
                     chain->depth == chain->count ? "%zu certificates, no root among them"
                                                  : "%zu certificates, the last a root",
                     chain->count);
    if (chain->count == 1)
        check_not_applicable(findings, "chain.order", "one certificate");
}

/* An anchor whose name fits and whose key verifies what lies below it. */
static bool is_anchored(struct chain *chain, const struct prov_bytes *anchors, size_t count)
{
    size_t last = chain->depth - 1;
    struct cert_view anchor;

    for (size_t i = 0; i < count; i++) {
        cert_view_make(anchors[i], &anchor);
        if (!anchor.readable ||
            !prov_bytes_equal(chain->certs[last].issuer.whole, anchor.subject.whole) ||
            !can_verify(&chain->certs[last], &anchor) ||
            !verifies(chain->lint, &chain->certs[last], &anchor))
            continue;
        if (chain->depth ==
            chain->count) { /* its root was not sent along, and judged as one of them */
            judge_issuer(chain, last, &anchor);
            judge_aki(chain, last, &anchor);
            judge_signature(chain, last, &anchor);
        }
        return true;
    }
    return false;
}

static void judge_anchor(struct chain *chain, const struct prov_bytes *anchors, size_t count)
{
    if (count == 0)
        check_not_applicable(chain->lint->findings, "chain.anchor", "no anchors are given");
    else
        check_judge_rule(chain->lint->findings, "chain.anchor", is_anchored(chain, anchors, count),
                         "%zu anchors", count);
}

/* What nothing in the chain brought up. */
static void close_rules(struct lint *lint, const char *reason)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (check_verdict(lint->findings, rules[i]) == 0)
            check_not_applicable(lint->findings, rules[i], "%s", reason);
}

static void judge_all(struct chain *chain, const struct prov_bytes *anchors, size_t anchor_count)
{
    const struct cert_view *last = &chain->certs[chain->count - 1];

    chain->depth = chain->count - (chain->count > 1 && is_self_issued(last) ? 1 : 0);
    judge_shape(chain);
    for (size_t i = 0; i + 1 < chain->count; i++)
        judge_link(chain, i);
    judge_anchor(chain, anchors, anchor_count);
    close_rules(chain->lint, "nothing in the chain to judge by it");
}

void lint_chain(struct lint *lint, const struct prov_bytes *certs, size_t count,
                const struct prov_bytes *anchors, size_t anchor_count)
{
    struct cert_view views[CHAIN_MAX];
    struct chain chain = {lint, views, count < CHAIN_MAX ? count : CHAIN_MAX, 0, true};

    for (size_t i = 0; i < chain.count; i++) {
        snprintf(lint->where, sizeof lint->where, "certificate %zu: ", i);
        cert_view_make(certs[i], &views[i]);
        lint_cert(lint, &views[i]);
        chain.readable = chain.readable && views[i].readable;
    }
    lint->where[0] = '\0';
    if (count > CHAIN_MAX)
        check_fail(lint->findings, "chain.depth", "%zu certificates", count);
    if (chain.readable && chain.count > 0)
        judge_all(&chain, anchors, anchor_count);
}

void lint_no_chain(struct lint *lint, const char *reason)
{
    const struct prov_check_rule *rule;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        if ((rule->subjects & (unsigned)lint->file->subject) != 0 &&
            (rule->subjects & PROV_CHECK_CHAIN) != 0)
            check_not_applicable(lint->findings, rule->id, "%s", reason);
}

void lint_chain_file(struct lint *lint)
{
    lint_chain(lint, lint->file->parts, lint->file->part_count, lint->file->anchors,
               lint->file->anchor_count);
}
