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
        return leaf->critical[PROV_X509_KEY_USAGE] &&
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

/* May it issue at this place of the path (RFC 5280, section 6.1.4 (k) to (n)). */
static prov_result issuer_check(const struct prov_path *path, const struct prov_x509 *issuer)
{
    bool signs = issuer->key_usage == 0 || (issuer->key_usage & PROV_KU_CERT_SIGN) != 0;

    if (!issuer->is_ca || !signs || path->intermediates > issuer->path_len)
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
 * what stays in path->lower. */
static prov_result order_check(struct prov_path *path)
{
    struct prov_x509 *cert = &path->lower;
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
    return depth > path->rules.max_below_anchor ? PROV_E_DEPTH : leaf_check(&path->rules, cert);
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
        path->verdict = PROV_E_AGAIN;
    return result;
}

/* --- step ------------------------------------------------------------------------------------ */

/* Has this one issued path->lower. What does not parse, among anchors alone, has issued nothing. */
static prov_result issuer_try(const struct prov_path *path, struct prov_crypto *crypto,
                              struct prov_bytes der, struct prov_x509 *issuer)
{
    const struct prov_x509 *lower = &path->lower;
    prov_result result = PROV_E_ISSUER;

    if (prov_x509_parse(der, issuer) == PROV_OK && issuer_fits(lower, issuer))
        result = issuer_check(path, issuer);
    return result == PROV_OK ? prov_x509_verify(lower, crypto, issuer) : result;
}

/* The anchors first; where one does not do, another or the chain may. */
static prov_result anchor_try(struct prov_path *path, struct prov_crypto *crypto)
{
    struct prov_x509 issuer;
    prov_result result = issuer_try(path, crypto, path->anchors[path->anchor_at++], &issuer);

    if (result == PROV_OK)
        return PROV_OK;
    if (result != PROV_E_ISSUER)
        path->reason = result;
    return PROV_E_AGAIN;
}

/* The next certificate of the chain, in which keyUsage is a MUST (row 34), as it is not in an anchor. What lies
 * beyond the depth is not looked at: a self-issued last one was taken for a root. */
static prov_result chain_try(struct prov_path *path, struct prov_crypto *crypto)
{
    struct prov_x509 issuer;

    if (path->at + 1u == path->chain_len || path->at + 1u >= path->rules.max_below_anchor)
        return path->reason;
    prov_result result = issuer_try(path, crypto, path->chain[++path->at], &issuer);
    if (result == PROV_OK && issuer.key_usage == 0)
        result = PROV_E_CERT_PROFILE;
    if (result != PROV_OK)
        return result;
    path->intermediates += !is_self_issued(&issuer);
    path->lower = issuer;
    path->anchor_at = 0;
    path->reason = PROV_E_ISSUER;
    return PROV_E_AGAIN;
}

prov_result prov_path_step(struct prov_path *path, struct prov_crypto *crypto)
{
    prov_result result = PROV_OK;

    if (path->verdict != PROV_E_AGAIN)
        return path->verdict;
    if (path->at == 0 && path->anchor_at == 0)
        result = prov_crypto_point_check(crypto, path->lower.point);
    if (result == PROV_OK)
        result = path->anchor_at < path->anchor_count ? anchor_try(path, crypto)
                                                      : chain_try(path, crypto);
    path->verdict = result;
    return result;
}

struct prov_bytes prov_path_anchor(const struct prov_path *path)
{
    bool verified = path->verdict == PROV_OK && path->anchor_at > 0;

    return verified ? path->anchors[path->anchor_at - 1] : PROV_BYTES_NONE;
}
