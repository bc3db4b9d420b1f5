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

static const struct role {
    enum prov_path_role role;
    unsigned eku;
} roles[] = {
    {PROV_PATH_SERVER, PROV_EKU_SERVER_AUTH},
    {PROV_PATH_CLIENT, PROV_EKU_CLIENT_AUTH},
};

static unsigned role_eku(enum prov_path_role role)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (roles[i].role == role)
            return roles[i].eku;
    return 0;
}

/* For any certificate of a path: an extKeyUsage that is there must have the role's purpose;
 * anyExtendedKeyUsage does not replace it. */
static prov_result common_check(const struct prov_path_rules *rules, const struct prov_x509 *cert)
{
    if (cert->has_eku && (cert->eku & role_eku(rules->role)) == 0)
        return PROV_E_CERT_PROFILE;
    if (rules->has_time && (rules->time < cert->not_before || rules->time > cert->not_after))
        return PROV_E_TIME;
    return PROV_OK;
}

/* --- the end entity -------------------------------------------------------------------------- */

/* RFC 7925, Table 1, with the 1.3 profile's "present and critical" for servers. A client's may be a
 * manufacturer's certificate (IDevID) that has more bits, or none. */
static prov_result leaf_key_usage_check(enum prov_path_role role, const struct prov_x509 *leaf)
{
    unsigned server_bits = PROV_KU_DIGITAL_SIGNATURE | PROV_KU_KEY_AGREEMENT;

    if (leaf->has_key_usage && (leaf->key_usage & PROV_KU_DIGITAL_SIGNATURE) == 0)
        return PROV_E_CERT_PROFILE;
    if ((leaf->key_usage & PROV_KU_CERT_SIGN) != 0)
        return PROV_E_CERT_PROFILE;
    if (role == PROV_PATH_SERVER && (!leaf->has_key_usage || !leaf->key_usage_critical ||
                                     (leaf->key_usage & ~server_bits) != 0))
        return PROV_E_CERT_PROFILE;
    return PROV_OK;
}

static prov_result leaf_name_check(const struct prov_path_rules *rules,
                                   const struct prov_x509 *leaf)
{
    struct prov_eui64 device;

    if (rules->device != NULL)
        return prov_x509_eui64(leaf, &device) == PROV_OK && prov_eui64_equal(&device, rules->device)
                   ? PROV_OK
                   : PROV_E_NAME;
    if (rules->role == PROV_PATH_SERVER)
        return rules->server != NULL ? prov_x509_match_server(leaf, rules->server) : PROV_E_NAME;
    return prov_x509_eui64(leaf, &device);
}

static prov_result leaf_check(const struct prov_path_rules *rules, const struct prov_x509 *leaf)
{
    prov_result result = leaf->is_ca ? PROV_E_CERT_PROFILE : PROV_OK;

    if (result == PROV_OK)
        result = leaf_key_usage_check(rules->role, leaf);
    if (result == PROV_OK)
        result = leaf_name_check(rules, leaf);
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
    if (!issuer->is_ca || (!issuer->has_key_usage && !is_anchor) ||
        (issuer->has_key_usage && (issuer->key_usage & PROV_KU_CERT_SIGN) == 0))
        return PROV_E_CERT_PROFILE;
    if (issuer->path_len >= 0 && path->intermediates > issuer->path_len)
        return PROV_E_CERT_PROFILE;
    return common_check(&path->rules, issuer);
}

static prov_result link_verify(const struct prov_path *path, struct prov_crypto *crypto,
                               const struct prov_x509 *issuer)
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result result = prov_crypto_sha256(crypto, &path->lower.tbs, 1, digest);

    if (result == PROV_OK)
        result = prov_crypto_verify(crypto, issuer->point, digest, path->lower.signature);
    return result;
}

/* --- begin ----------------------------------------------------------------------------------- */

static bool is_self_issued(const struct prov_x509 *cert)
{
    return prov_bytes_equal(cert->issuer, cert->subject);
}

/* All that is sent must parse and stand in order: "each following certificate MUST directly certify
 * the one preceding it" (RFC 5246, section 7.4.2). ret: the last one. */
static prov_result order_check(const struct prov_bytes *chain, size_t chain_len,
                               struct prov_x509 *ret)
{
    struct prov_bytes issuer;
    prov_result result = prov_x509_parse(chain[0], ret);

    for (size_t i = 1; i < chain_len && result == PROV_OK; i++) {
        issuer = ret->issuer;
        result = prov_x509_parse(chain[i], ret);
        if (result == PROV_OK && !prov_bytes_equal(issuer, ret->subject))
            result = PROV_E_ISSUER;
    }
    return result;
}

/* A root, or an anchor, that was sent along: not part of the path's depth. */
static bool is_root(const struct prov_x509 *cert, const struct prov_bytes *anchors,
                    size_t anchor_count)
{
    for (size_t i = 0; i < anchor_count; i++)
        if (prov_bytes_equal(cert->der, anchors[i]))
            return true;
    return is_self_issued(cert);
}

prov_result prov_path_begin(struct prov_path *path, const struct prov_path_rules *rules,
                            const struct prov_bytes *chain, size_t chain_len,
                            const struct prov_bytes *anchors, size_t anchor_count)
{
    prov_result result;
    size_t depth;

    memset(path, 0, sizeof *path);
    path->verdict = PROV_E_STATE;
    if (chain_len == 0 || chain_len > PROV_PATH_MAX)
        return chain_len == 0 ? PROV_E_FORMAT : PROV_E_DEPTH;
    result = order_check(chain, chain_len, &path->lower);
    if (result != PROV_OK)
        return result;
    depth = chain_len;
    if (chain_len > 1 && is_root(&path->lower, anchors, anchor_count))
        depth--;
    if (depth > rules->max_below_anchor)
        return PROV_E_DEPTH;
    result = prov_x509_parse(chain[0], &path->leaf);
    if (result == PROV_OK)
        result = leaf_check(rules, &path->leaf);
    if (result != PROV_OK)
        return result;
    memcpy(path->chain, chain, chain_len * sizeof *chain);
    path->chain_len = chain_len;
    path->rules = *rules;
    path->anchors = anchors;
    path->anchor_count = anchor_count;
    path->lower = path->leaf;
    path->reason = PROV_E_ISSUER;
    path->verdict = PROV_E_AGAIN;
    return PROV_OK;
}

/* --- step ------------------------------------------------------------------------------------ */

/* The next anchor that could have issued `lower`; a certificate that is no anchor is passed over.
 */
static bool anchor_next(struct prov_path *path, struct prov_x509 *ret)
{
    while (path->anchor_at < path->anchor_count) {
        if (prov_x509_parse(path->anchors[path->anchor_at++], ret) != PROV_OK ||
            !issuer_fits(&path->lower, ret))
            continue;
        prov_result result = issuer_check(path, ret, true);
        if (result == PROV_OK)
            return true;
        path->reason = result;
    }
    return false;
}

static prov_result anchor_step(struct prov_path *path, struct prov_crypto *crypto,
                               const struct prov_x509 *anchor)
{
    prov_result result = link_verify(path, crypto, anchor);

    if (result != PROV_E_SIGNATURE && result != PROV_E_POINT)
        return result;
    path->reason = result; /* another anchor, or the chain, may do */
    return PROV_E_AGAIN;
}

static prov_result chain_step(struct prov_path *path, struct prov_crypto *crypto)
{
    struct prov_x509 issuer;
    prov_result result;

    /* What lies beyond the depth is not looked at: a self-issued last one was taken for a root. */
    if (path->at + 1 == path->chain_len || path->at + 1 >= path->rules.max_below_anchor)
        return path->reason;
    result = prov_x509_parse(path->chain[path->at + 1], &issuer);
    if (result == PROV_OK && !issuer_fits(&path->lower, &issuer))
        result = PROV_E_ISSUER;
    if (result == PROV_OK)
        result = issuer_check(path, &issuer, false);
    if (result == PROV_OK)
        result = link_verify(path, crypto, &issuer);
    if (result != PROV_OK)
        return result;
    path->lower = issuer;
    path->at++;
    path->anchor_at = 0;
    path->reason = PROV_E_ISSUER;
    path->intermediates += is_self_issued(&issuer) ? 0 : 1;
    return PROV_E_AGAIN;
}

prov_result prov_path_step(struct prov_path *path, struct prov_crypto *crypto)
{
    struct prov_x509 anchor;
    prov_result result = PROV_OK;

    if (path->verdict != PROV_E_AGAIN)
        return path->verdict;
    if (path->at == 0 && path->anchor_at == 0)
        result = prov_crypto_point_check(crypto, path->leaf.point);
    if (result == PROV_OK)
        result = anchor_next(path, &anchor) ? anchor_step(path, crypto, &anchor)
                                            : chain_step(path, crypto);
    path->verdict = result;
    return result;
}

struct prov_bytes prov_path_anchor(const struct prov_path *path)
{
    bool verified = path->verdict == PROV_OK && path->anchor_at > 0;

    return verified ? path->anchors[path->anchor_at - 1] : PROV_BYTES_NONE;
}
