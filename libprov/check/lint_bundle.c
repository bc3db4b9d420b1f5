/* SPDX-License-Identifier: Apache-2.0
 *
 * A bundle (schemas/bundle.cddl): its own rules, and those of what is in it.
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#include "prov/bundle.h"
#include "prov/cbor.h"

/* In the order in which prov_bundle_decode looks. */
static const struct {
    const char *rule;
    prov_result result;
} steps[] = {
    {"bundle.version", PROV_E_VERSION},
    {"cose.deterministic", PROV_E_DETERMINISM},
    {"bundle.digest", PROV_E_DIGEST},
    {"bundle.peer", PROV_E_POLICY},
};
#define STEPS (sizeof steps / sizeof *steps)

/* The rule that a refusal breaks; anything else is the schema's. */
static void judge_refusal(struct lint *lint, prov_result result, size_t at)
{
    bool found = false;

    for (size_t i = 0; i < STEPS; i++)
        found = found || steps[i].result == result;
    for (size_t i = 0; found && i < STEPS && steps[i].result != result; i++)
        if (steps[i].result != PROV_E_POLICY)
            lint_say(lint, steps[i].rule, true, "as it should be");
    for (size_t i = 0; i < STEPS; i++)
        if (steps[i].result == result)
            lint_say(lint, steps[i].rule, false, "%s, at octet %zu", prov_result_text(result), at);
    if (!found)
        lint_say(lint, "bundle.schema", false, "%s, at octet %zu", prov_result_text(result), at);
}

static void judge_accepted(struct lint *lint, const struct prov_bundle *bundle)
{
    for (size_t i = 0; i < STEPS; i++)
        lint_say(lint, steps[i].rule, true, "%s bundle of profile %s", prov_kind_text(bundle->kind),
                 bundle->profile);
    lint_say(lint, "bundle.schema", true, "%zu octets", lint->file->parts[0].len);
}

/* Whether the private key in the bundle is the one of this point. */
static void judge_own_key(struct lint *lint, const struct prov_bundle *bundle,
                          struct prov_bytes point)
{
    uint8_t public[PROV_POINT_LEN];
    struct prov_key key = {{0}};

    if (bundle->scalar.len == 0) {
        check_not_applicable(lint->findings, "bundle.key", "the key was made on the device");
        return;
    }
    bool good = prov_crypto_key_load(lint->file->crypto, bundle->scalar, &key) == PROV_OK &&
                prov_crypto_key_public(lint->file->crypto, &key, public) == PROV_OK &&
                prov_bytes_equal(PROV_BYTES_OF(public), point);
    prov_crypto_key_drop(lint->file->crypto, &key);
    lint_say(lint, "bundle.key", good, "%s",
             good ? "the private key fits" : "the private key is of another public key");
}

static void judge_device(struct lint *lint, const struct prov_bundle *bundle,
                         const struct cert_view *leaf)
{
    struct prov_x509 parsed;
    struct prov_eui64 named;
    char text[PROV_EUI64_TEXT];

    prov_eui64_format(&bundle->device, text);
    if (prov_x509_parse(leaf->der, &parsed) != PROV_OK ||
        prov_x509_eui64(&parsed, &named) != PROV_OK)
        check_not_tested(lint->findings, "bundle.device", "the certificate names no device");
    else
        lint_say(lint, "bundle.device", prov_eui64_equal(&named, &bundle->device),
                 "the bundle is for %s", text);
}

static void judge_psk(struct lint *lint, const struct prov_bundle *bundle)
{
    lint_psk(lint, bundle->psk_identity, bundle->psk);
    check_not_applicable(lint->findings, "bundle.key", "a pre-shared key");
    check_not_applicable(lint->findings, "bundle.device", "a pre-shared key");
    lint_no_chain(lint, "the bundle has no certificates");
}

static void judge_rpk(struct lint *lint, const struct prov_bundle *bundle)
{
    uint8_t spki[PROV_SPKI_LEN];

    if (bundle->has_public) {
        prov_spki_encode(bundle->point, spki);
        lint_spki(lint, PROV_BYTES_OF(spki));
        judge_own_key(lint, bundle, PROV_BYTES_OF(bundle->point));
    }
    for (size_t i = 0; i < bundle->peer_count; i++) {
        snprintf(lint->where, sizeof lint->where, "the server's key %zu: ", i);
        prov_spki_encode(bundle->peers[i], spki);
        lint_spki(lint, PROV_BYTES_OF(spki));
    }
    lint->where[0] = '\0';
    check_not_applicable(lint->findings, "bundle.device", "a raw public key names nobody");
    lint_no_chain(lint, "the bundle has no certificates");
}

static void judge_cert(struct lint *lint, const struct prov_bundle *bundle)
{
    struct cert_view leaf;

    lint_chain(lint, bundle->chain, bundle->chain_len, bundle->anchors, bundle->anchor_count);
    cert_view_make(bundle->chain[0], &leaf);
    if (!leaf.readable)
        return;
    judge_own_key(lint, bundle, leaf.key.point);
    judge_device(lint, bundle, &leaf);
}

static void not_this_kind(struct lint *lint, const char *prefix)
{
    const struct prov_check_rule *rule;

    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        if ((rule->subjects & PROV_CHECK_BUNDLE) != 0 &&
            strncmp(rule->id, prefix, strlen(prefix)) == 0)
            check_not_applicable(lint->findings, rule->id, "the bundle is of another kind");
}

void lint_bundle_file(struct lint *lint)
{
    struct prov_bundle bundle;
    size_t at = 0;
    prov_result result = prov_bundle_decode(lint->file->parts[0], lint->file->crypto, &bundle, &at);

    if (result != PROV_OK) {
        judge_refusal(lint, result, at);
        return;
    }
    judge_accepted(lint, &bundle);
    if (bundle.kind == PROV_KIND_PSK)
        judge_psk(lint, &bundle);
    else if (bundle.kind == PROV_KIND_RPK)
        judge_rpk(lint, &bundle);
    else
        judge_cert(lint, &bundle);
    if (bundle.kind != PROV_KIND_PSK)
        not_this_kind(lint, "psk.");
    if (bundle.kind != PROV_KIND_RPK)
        not_this_kind(lint, "rpk.");
    prov_wipe(&bundle, sizeof bundle);
}
