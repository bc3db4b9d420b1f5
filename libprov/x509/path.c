/* SPDX-License-Identifier: Apache-2.0
 *
 * Path validation: RFC 5280, section 6, for chains that stand in order, end entity first (RFC 5246,
 * section 7.4.2), without policies and name constraints, which RFC 7925's Table 1 does not have.
 *
 *   chain[0] -- issuer --> an anchor, or chain[1] -- issuer --> an anchor, or chain[2] ...
 *
 * At each certificate the anchors of its issuer's name are tried first, one a step, then the next
 * certificate of the chain.
 */
#include "prov/x509.h"

#include <string.h>

/* For any certificate of a path: an extKeyUsage that is there must have the role's purpose;
 * anyExtendedKeyUsage does not replace it. */
static prov_result common_check(const struct prov_path_rules *rules, const struct prov_x509 *cert)
{
    unsigned purpose =
        rules->role == PROV_PATH_SERVER ? PROV_EKU_SERVER_AUTH : PROV_EKU_CLIENT_AUTH;

    if (cert->eku != 0 && (cert->eku & purpose) == 0)
        return PROV_E_CERT_PROFILE;
    if (rules->has_time && (rules->time < cert->not_before || rules->time > cert->not_after))
        return PROV_E_TIME;
    return PROV_OK;
}

/* --- the end entity -------------------------------------------------------------------------- */

/* RFC 7925, Table 1, with the 1.3 profile's "present and critical" for servers. A client's may be a
 * manufacturer's certificate (IDevID) that has more bits, or none. */
static bool leaf_key_usage_fits(enum prov_path_role role, const struct prov_x509 *leaf)
{
    unsigned usage = leaf->key_usage;

    if (role == PROV_PATH_SERVER)
        return leaf->key_usage_critical &&
               (usage & ~(unsigned)PROV_KU_KEY_AGREEMENT) == PROV_KU_DIGITAL_SIGNATURE;
    return usage == 0 ||
           (usage & (PROV_KU_DIGITAL_SIGNATURE | PROV_KU_CERT_SIGN)) == PROV_KU_DIGITAL_SIGNATURE;
}

static prov_result leaf_check(const struct prov_path_rules *rules, const struct prov_x509 *leaf)
{
    prov_result result = PROV_OK;

    if (leaf->is_ca || !leaf_key_usage_fits(rules->role, leaf))
        return PROV_E_CERT_PROFILE;
    if (rules->device != NULL)
        result = prov_x509_match_device(leaf, rules->device);
    else if (rules->role == PROV_PATH_SERVER)
        result = rules->server == NULL ? PROV_E_NAME : prov_x509_match_server(leaf, rules->server);
    return result == PROV_OK ? common_check(rules, leaf) : result;
}

/* --- an issuer ------------------------------------------------------------------------------- */

/* Could `issuer` have issued `lower`: names, and key identifiers where both have them. */
static bool issuer_fits(const struct prov_x509 *lower, const struct prov_x509 *issuer)
{
    if (!prov_bytes_equal(lower->issuer, issuer->subject))
        return false;
    if (lower->aki.len > 0 && issuer->ski.len > 0 && !prov_bytes_equal(lower->aki, issuer->ski))
        return false;
    return lower->aki_serial.len == 0 || (prov_bytes_equal(lower->aki_serial, issuer->serial) &&
                                          prov_bytes_equal(lower->aki_issuer, issuer->issuer));
}

/* May it issue at this place of the path (RFC 5280, section 6.1.4 (k) to (n)). keyUsage is a MUST
 * in certificates of the chain (row 34); an anchor may go without. */
static prov_result issuer_check(const struct prov_path *path, const struct prov_x509 *issuer,
                                bool is_anchor)
{
    bool needs_bit = issuer->key_usage != 0 || !is_anchor;

    if (!issuer->is_ca || (needs_bit && (issuer->key_usage & PROV_KU_CERT_SIGN) == 0) ||
        path->intermediates > issuer->path_len)
        return PROV_E_CERT_PROFILE;
    return common_check(&path->rules, issuer);
}

/* --- begin ----------------------------------------------------------------------------------- */

static bool is_self_issued(const struct prov_x509 *cert)
{
    return prov_bytes_equal(cert->issuer, cert->subject);
}

/* A root, or an anchor, that was sent along: not part of the path's depth. */
static bool is_root(const struct prov_path *path, const struct prov_x509 *cert)
{
    for (size_t i = 0; i < path->anchor_count; i++)
        if (prov_bytes_equal(cert->der, path->anchors[i]))
            return true;
    return is_self_issued(cert);
}

/* All that is sent must parse and stand in order: "each following certificate MUST directly certify
 * the one preceding it" (RFC 5246, section 7.4.2). From the last to the first, so that the end entity is
 * what stays in path->leaf. */
static prov_result order_check(struct prov_path *path)
{
    struct prov_x509 *cert = &path->leaf;
    struct prov_bytes subject = PROV_BYTES_NONE;
    size_t depth = path->chain_len;

    for (size_t i = path->chain_len; i-- > 0; subject = cert->subject) {
        prov_result result = prov_x509_parse(path->chain[i], cert);
        if (result != PROV_OK)
            return result;
        if (subject.len == 0)
            depth -= is_root(path, cert);
        else if (!prov_bytes_equal(cert->issuer, subject))
            return PROV_E_ISSUER;
    }
    return depth > path->rules.max_below_anchor ? PROV_E_DEPTH : PROV_OK;
}

prov_result prov_path_begin(struct prov_path *path, const struct prov_path_rules *rules,
                            const struct prov_bytes *chain, size_t chain_len,
                            const struct prov_bytes *anchors, size_t anchor_count)
{
    memset(path, 0, sizeof *path);
    path->verdict = PROV_E_STATE;
    path->reason = PROV_E_ISSUER;
    if (chain_len - 1 >= PROV_PATH_MAX)
        return PROV_E_DEPTH;
    memcpy(path->chain, chain, chain_len * sizeof *chain);
    path->chain_len = (uint8_t)chain_len;
    path->rules = *rules;
    path->anchors = anchors;
    path->anchor_count = (uint8_t)anchor_count;
    prov_result result = order_check(path);
    if (result == PROV_OK)
        result = leaf_check(&path->rules, &path->leaf);
    if (result == PROV_OK)
        path->verdict = PROV_E_AGAIN;
    return result;
}

/* --- step ------------------------------------------------------------------------------------ */

/* The next that may have issued `lower`: an anchor, or, after all of them, the next certificate of the chain. What
 * lies beyond the depth is not looked at: a self-issued last one was taken for a root. */
static prov_result issuer_try(struct prov_path *path, struct prov_crypto *crypto,
                              const struct prov_x509 *lower)
{
    struct prov_x509 issuer;
    bool is_anchor = path->anchor_at < path->anchor_count;
    unsigned next = path->at + 1u;

    if (!is_anchor && (next == path->chain_len || next >= path->rules.max_below_anchor))
        return path->reason;
    struct prov_bytes der = is_anchor ? path->anchors[path->anchor_at++] : path->chain[next];
    prov_result result = prov_x509_parse(der, &issuer);
    result = result == PROV_OK && issuer_fits(lower, &issuer)
                 ? issuer_check(path, &issuer, is_anchor)
                 : PROV_E_ISSUER;
    if (result == PROV_OK)
        result = prov_x509_verify(lower, crypto, &issuer);
    if (is_anchor == (result == PROV_OK)) /* the end of the path, good or bad */
        return result;
    /* Another anchor, or the chain, may do where this one does not. */
    if (result != PROV_E_ISSUER)
        path->reason = result;
    if (!is_anchor) {
        path->reason = PROV_E_ISSUER;
        path->anchor_at = 0;
        path->at = (uint8_t)next;
        path->intermediates += !is_self_issued(&issuer);
    }
    return PROV_E_AGAIN;
}

prov_result prov_path_step(struct prov_path *path, struct prov_crypto *crypto)
{
    struct prov_x509 lower;

    if (path->verdict != PROV_E_AGAIN)
        return path->verdict;
    path->verdict = prov_x509_parse(path->chain[path->at], &lower);
    if (path->verdict == PROV_OK && path->at == 0 && path->anchor_at == 0)
        path->verdict = prov_crypto_point_check(crypto, lower.point);
    if (path->verdict == PROV_OK)
        path->verdict = issuer_try(path, crypto, &lower);
    return path->verdict;
}

struct prov_bytes prov_path_anchor(const struct prov_path *path)
{
    bool verified = path->verdict == PROV_OK && path->anchor_at > 0;

    return verified ? path->anchors[path->anchor_at - 1] : PROV_BYTES_NONE;
}
