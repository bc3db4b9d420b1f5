/* SPDX-License-Identifier: Apache-2.0
 *
 * denylist: what was revoked, taken in as signed data.
 */
#include "commands.h"

#include <stdio.h>

static prov_result refused(const struct options *options, const struct board *board,
                           const struct prov_deny_list *list, prov_result r, struct prov_why *why)
{
    const char *name = options->operand, *store = options->values[OPT_STORE];
    uint32_t newest = board->store.state.deny_version;
    switch (r) {
    case PROV_E_CONFLICT:
        return prov_why_set(
            why, r,
            list->version == newest
                ? "another deny-list of version %u (of %u) is in force already: %s"
                : "the deny-list is older (version %u) than one taken before (%u): %s",
            list->version, newest, name);
    case PROV_E_SIGNATURE:
        return prov_why_set(why, r,
                            "the deny-list is not signed by a signer that a bundle in %s "
                            "has named: %s",
                            store, name);
    case PROV_E_NOT_FOUND:
        return prov_why_set(why, r, "no bundle in %s has named a signer of deny-lists", store);
    case PROV_E_VERSION:
        return prov_why_set(why, r, "the deny-list is of a newer format: %s", name);
    case PROV_E_BOUNDS:
        return prov_why_set(why, r, "the deny-list is too large: %s", name);
    case PROV_E_FULL:
        return prov_why_set(why, r, "%s has no room for deny-lists", store);
    default:
        return prov_why_set(why, r, "the deny-list is refused: %s: %s", prov_result_text(r), name);
    }
}

static prov_result take(const struct options *options, struct board *board, struct prov_bytes file,
                        struct prov_why *why)
{
    uint8_t work[PROV_STORE_ENTRY_MAX];
    struct prov_deny_list list = {0};
    bool dry = GIVEN(options, OPT_DRY_RUN);
    prov_result r = prov_store_deny_install(&board->store, file, work, dry, &list);
    if (r != PROV_OK)
        return refused(options, board, &list, r, why);
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    print_int(&print, "version", list.version);
    print_time(&print, "issued", list.issued);
    print_int(&print, "certificates", (long long)list.certificate_count);
    print_int(&print, "keys", (long long)list.key_count);
    if (dry)
        print_bool(&print, "dry_run", true);
    print_end(&print);
    return PROV_OK;
}

prov_result cmd_denylist(const struct options *options, struct prov_why *why)
{
    uint8_t octets[PROV_DENY_LIST_MAX];
    struct prov_buf file = PROV_BUF_OF(octets);
    struct board board = {0};
    prov_result r = input_read(options->operand, "deny-list", &file, why);
    if (r == PROV_OK)
        r = command_open(options, FLASH_OPEN, &board, why);
    if (r != PROV_OK)
        return r;
    r = take(options, &board, prov_buf_bytes(&file), why);
    board_close(&board);
    return r;
}
