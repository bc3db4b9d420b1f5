/* SPDX-License-Identifier: Apache-2.0
 *
 * identity and install: what a factory does to a device.
 */
#include "commands.h"

#include "prov/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- identity --------------------------------------------------------------------------------- */

static prov_result print_public(const struct options *options, struct board *board,
                                struct prov_why *why)
{
    struct prov_identity identity;
    uint8_t spki[PROV_SPKI_LEN], octets[PROV_CSR_MAX], digest[PROV_HASH_LEN];
    char eui64[PROV_EUI64_TEXT], name[PROV_NI_TEXT];
    struct prov_buf csr = PROV_BUF_OF(octets);
    prov_result r = prov_store_identity_get(&board->store, &identity);
    bool keyless = r == PROV_OK && identity.key.source == PROV_KEY_NONE;
    prov_eui64_format(&identity.eui64, eui64);
    prov_spki_encode(identity.point, spki);
    prov_wipe(&identity, sizeof identity);
    if (keyless)
        return prov_why_set(why, PROV_E_EXISTS,
                            "the device was installed without a key of its own");
    if (r == PROV_OK && GIVEN(options, OPT_CSR))
        r = prov_agent_identity_csr(&board->store, &csr);
    struct prov_bytes der = PROV_BYTES_OF(spki);
    if (r == PROV_OK)
        r = prov_crypto_sha256(board->crypto, &der, 1, digest);
    if (r != PROV_OK)
        return r;
    prov_ni_format(digest, name);
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    if (print.json) {
        print_text(&print, "eui64", eui64);
        print_text(&print, "ni", name);
    }
    if (print.json || !GIVEN(options, OPT_CSR))
        r = print_pem(&print, "public", "PUBLIC KEY", der);
    if (r == PROV_OK && GIVEN(options, OPT_CSR))
        r = print_pem(&print, "csr", "CERTIFICATE REQUEST", prov_buf_bytes(&csr));
    print_end(&print);
    return r;
}

/* PROV_E_NOT_FOUND: there is none yet. */
static prov_result check_identity(struct board *board, const struct prov_eui64 *eui64,
                                  struct prov_why *why)
{
    struct prov_identity identity;
    char text[PROV_EUI64_TEXT];
    prov_result r = prov_store_identity_get(&board->store, &identity);
    if (r != PROV_OK)
        return r;
    bool same = prov_eui64_equal(&identity.eui64, eui64);
    prov_eui64_format(&identity.eui64, text);
    prov_wipe(&identity, sizeof identity);
    return same ? PROV_OK
                : prov_why_set(why, PROV_E_CONFLICT, "the store is that of device %s", text);
}

/* Makes the identity, or finds the one that was made for the same EUI-64. */
static prov_result make_or_find(struct board *board, const struct prov_eui64 *eui64,
                                struct prov_why *why)
{
    prov_result r = check_identity(board, eui64, why);
    return r == PROV_E_NOT_FOUND ? prov_agent_identity_make(&board->store, eui64) : r;
}

static prov_result dry_identity(const struct options *options, const struct prov_eui64 *eui64,
                                struct prov_why *why)
{
    char text[PROV_EUI64_TEXT];
    struct board board = {0};
    prov_result r = command_open(options, FLASH_OPEN, &board, why);
    if (r == PROV_OK) {
        r = check_identity(&board, eui64, why);
        board_close(&board);
    }
    if (r != PROV_OK && r != PROV_E_NOT_FOUND)
        return r;
    prov_why_clear(why); /* a store that is not there would be made */
    prov_eui64_format(eui64, text);
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    print_text(&print, "eui64", text);
    print_bool(&print, "dry_run", true);
    print_end(&print);
    return PROV_OK;
}

prov_result cmd_identity(const struct options *options, struct prov_why *why)
{
    struct prov_eui64 eui64;
    struct board board = {0};
    const char *text = options->values[OPT_EUI64];
    if (text == NULL)
        return prov_why_set(why, PROV_E_USAGE, "identity needs --eui64 ID");
    prov_result r = prov_eui64_parse(text, &eui64);
    if (r != PROV_OK)
        return prov_why_set(why, r, "%s: %.64s", prov_result_text(r), text);
    if (GIVEN(options, OPT_DRY_RUN))
        return dry_identity(options, &eui64, why);
    r = command_open(options, FLASH_OPEN_OR_CREATE, &board, why);
    if (r != PROV_OK)
        return r;
    r = make_or_find(&board, &eui64, why);
    if (r == PROV_OK)
        r = print_public(options, &board, why);
    board_close(&board);
    return r;
}

/* --- install ---------------------------------------------------------------------------------- */

static prov_result refused(const struct options *options, const struct prov_bundle *bundle,
                           prov_result r, struct prov_why *why)
{
    const char *name = options->operand, *store = options->values[OPT_STORE];
    char device[PROV_EUI64_TEXT];
    prov_eui64_format(&bundle->device, device);
    switch (r) {
    case PROV_E_NAME:
        return prov_why_set(why, r, "the bundle is for another device (%s): %s", device, name);
    case PROV_E_NOT_FOUND:
        return prov_why_set(why, r, "the bundle speaks of a key that was not made in %s: %s", store,
                            name);
    case PROV_E_STATE:
        return prov_why_set(why, r, "a rotation is unfinished in %s", store);
    case PROV_E_FULL:
        return prov_why_set(why, r, "no room in %s for %s", store, name);
    default:
        return prov_why_set(why, r, "the bundle is refused: %s: %s", prov_result_text(r), name);
    }
}

static prov_result install(const struct options *options, struct board *board,
                           struct prov_bytes bundle, struct prov_why *why)
{
    struct prov_bundle decoded;
    bool dry = GIVEN(options, OPT_DRY_RUN);
    size_t at = 0;
    prov_result r = prov_bundle_decode(bundle, board->crypto, &decoded, &at);
    if (r != PROV_OK)
        return prov_why_set(why, r, "the bundle is refused at octet %zu: %s: %s", at,
                            prov_result_text(r), options->operand);
    r = prov_store_install_bundle(&board->store, bundle, dry);
    if (r != PROV_OK)
        return refused(options, &decoded, r, why);
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    char id[PROV_UUID_TEXT], eui64[PROV_EUI64_TEXT];
    prov_uuid_format(&decoded.id, id);
    prov_eui64_format(&decoded.device, eui64);
    print_text(&print, "id", id);
    print_text(&print, "eui64", eui64);
    print_text(&print, "kind", prov_kind_text(decoded.kind));
    print_text(&print, "use", prov_use_text(decoded.use));
    print_text(&print, "server", decoded.server.text);
    if (dry)
        print_bool(&print, "dry_run", true);
    print_end(&print);
    return PROV_OK;
}

/* Checked against an empty store, put aside and removed, when there is none yet. */
static prov_result dry_new(const struct options *options, struct prov_bytes bundle,
                           struct prov_why *why)
{
    char name[] = "/tmp/prov-agent-dry-XXXXXX";
    struct options aside = *options;
    struct board board = {0};
    if (mkdtemp(name) == NULL)
        return prov_why_set(why, PROV_E_IO, "no room for a dry run: %s", strerror(errno));
    char path[sizeof name + 8];
    snprintf(path, sizeof path, "%s/store", name);
    aside.values[OPT_STORE] = path;
    prov_result r = command_open(&aside, FLASH_OPEN_OR_CREATE, &board, why);
    if (r == PROV_OK) {
        r = install(options, &board, bundle, why);
        board_close(&board);
    }
    (void)remove(path);
    (void)remove(name);
    return r;
}

prov_result cmd_install(const struct options *options, struct prov_why *why)
{
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(octets);
    struct board board = {0};
    bool dry = GIVEN(options, OPT_DRY_RUN);
    prov_result r = input_read(options->operand, "bundle", &bundle, why);
    if (r == PROV_OK)
        r = command_open(options, dry ? FLASH_OPEN : FLASH_OPEN_OR_CREATE, &board, why);
    if (r == PROV_E_NOT_FOUND && dry && bundle.len > 0) {
        prov_why_clear(why);
        r = dry_new(options, prov_buf_bytes(&bundle), why);
    } else if (r == PROV_OK) {
        r = install(options, &board, prov_buf_bytes(&bundle), why);
        board_close(&board);
    }
    prov_wipe(octets, sizeof octets);
    return r;
}
