/* SPDX-License-Identifier: Apache-2.0
 *
 * status and log: what is in the store. Never a secret.
 */
#include "commands.h"

#include "prov/text.h"

#include <stdio.h>
#include <string.h>

/* --- status ----------------------------------------------------------------------------------- */

static void print_key(struct print *print, struct board *board, const struct prov_entry *entry)
{
    uint8_t spki[PROV_SPKI_LEN], digest[PROV_HASH_LEN];
    char name[PROV_NI_TEXT];
    prov_spki_encode(entry->point.data, spki);
    struct prov_bytes der = PROV_BYTES_OF(spki);
    if (prov_crypto_sha256(board->crypto, &der, 1, digest) != PROV_OK)
        return;
    prov_ni_format(digest, name);
    print_text(print, "ni", name);
    print_text(print, "key",
               entry->key.source == PROV_KEY_HANDLE   ? "in the key holder"
               : entry->key.source == PROV_KEY_DEVICE ? "made on the device"
                                                      : "in the store");
}

static void print_certificate(struct print *print, const struct prov_entry *entry)
{
    struct prov_x509 leaf;
    if (prov_x509_parse(entry->chain[0], &leaf) != PROV_OK)
        return;
    print_hex(print, "serial", leaf.serial);
    if (leaf.not_after >= PROV_TIME_NEVER)
        print_text(print, "not_after", "never");
    else
        print_time(print, "not_after", leaf.not_after);
}

static void print_entry(struct print *print, struct board *board, const struct prov_entry *entry,
                        const char *place)
{
    print_item_begin(print);
    print_text(print, "server", (const char *)entry->server.data);
    print_text(print, "kind", prov_kind_text(entry->kind));
    print_text(print, "use", prov_use_text(entry->use));
    print_text(print, "place", place);
    if (entry->address.len > 0)
        print_text(print, "address", (const char *)entry->address.data);
    if (entry->kind == PROV_KIND_PSK)
        print_hex(print, "psk_identity", entry->psk_identity);
    else
        print_key(print, board, entry);
    if (entry->kind == PROV_KIND_CERT)
        print_certificate(print, entry);
    print_item_end(print);
}

static const struct place {
    enum prov_store_place place;
    const char *text;
} places[] = {{PROV_STORE_FACTORY, "factory"},
              {PROV_STORE_CURRENT, "current"},
              {PROV_STORE_CANDIDATE, "candidate"},
              {PROV_STORE_PREVIOUS, "previous"}};

static prov_result print_entries(struct print *print, struct board *board)
{
    uint8_t room[PROV_STORE_ENTRY_MAX];
    prov_result r = PROV_OK;
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        for (size_t i = 0;; i++) {
            struct prov_entry entry;
            r = prov_store_get(&board->store, places[p].place, i, room, &entry);
            if (r != PROV_OK)
                break;
            print_entry(print, board, &entry, places[p].text);
        }
        if (r != PROV_E_NOT_FOUND)
            break;
    }
    prov_wipe(room, sizeof room);
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}

static const char *rotation_text(const struct prov_store *store)
{
    if (store->state.candidate != 0)
        return "staged: the next operation tries the candidate";
    if (prov_store_unfinished(store))
        return "committed: the next operation confirms it";
    return "none unfinished";
}

/* A list that was taken and is gone is said so: the operator gives it again. */
static void print_deny_list(struct print *print, struct board *board)
{
    if (board->store.deny_version > 0)
        print_int(print, "deny_list", board->store.deny_version);
    if (prov_store_deny_lost(&board->store))
        print_int(print, "deny_list_lost", board->store.state.deny_version);
}

static prov_result status(const struct options *options, struct board *board)
{
    struct prov_identity identity;
    char text[PROV_EUI64_TEXT] = "none";
    prov_result r = prov_store_identity_get(&board->store, &identity);
    if (r == PROV_OK)
        prov_eui64_format(&identity.eui64, text);
    prov_wipe(&identity, sizeof identity);
    if (r != PROV_OK && r != PROV_E_NOT_FOUND)
        return r;
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    print_text(&print, "eui64", text);
    print_int(&print, "sequence", board->store.state.current);
    print_text(&print, "rotation", rotation_text(&board->store));
    print_bool(&print, "unfinished", prov_store_unfinished(&board->store));
    print_bool(&print, "damaged", board->store.damaged);
    print_int(&print, "failed_in_a_row", board->store.state.attempts);
    if (board->store.state.time_floor > 0)
        print_time(&print, "not_earlier_than", board->store.state.time_floor);
    print_deny_list(&print, board);
    print_open(&print, "credentials");
    r = print_entries(&print, board);
    print_close(&print);
    print_end(&print);
    return r;
}

prov_result cmd_status(const struct options *options, struct prov_why *why)
{
    struct board board = {0};
    prov_result r = command_open(options, FLASH_OPEN, &board, why);
    if (r != PROV_OK)
        return r;
    r = status(options, &board);
    board_close(&board);
    return r;
}

/* --- log -------------------------------------------------------------------------------------- */

/* What the value of a record means. */
static void describe(const struct prov_log_record *record, char *ret, size_t cap)
{
    switch (record->event) {
    case PROV_LOG_HANDSHAKE:
        snprintf(ret, cap, "%s", record->value == 1 ? "candidate" : "predecessor");
        break;
    case PROV_LOG_REQUEST:
        snprintf(ret, cap, "%u.%02u", record->value >> 5, record->value & 31u);
        break;
    case PROV_LOG_STAGE:
    case PROV_LOG_COMMIT:
    case PROV_LOG_CONFIRM:
        snprintf(ret, cap, "snapshot %u", record->value);
        break;
    case PROV_LOG_RESUME:
        snprintf(ret, cap, "%s", record->value == 1 ? "committed" : "staged");
        break;
    case PROV_LOG_DENIED:
    case PROV_LOG_DENY_LIST:
        snprintf(ret, cap, "list %u", record->value);
        break;
    case PROV_LOG_GIVE_UP:
        snprintf(ret, cap, "after %u failures", record->value);
        break;
    default:
        snprintf(ret, cap, "%s", "");
        break;
    }
}

static void print_record(struct print *print, const struct prov_log_record *record)
{
    char when[PROV_TIME_TEXT + 24], what[32];
    describe(record, what, sizeof what);
    if (record->clock == PROV_CLOCK_NONE)
        snprintf(when, sizeof when, "+%lld ms", (long long)record->time);
    else
        prov_time_format(record->time, when);
    if (!print->json) {
        printf("%-20s %-10s %s", when, prov_log_event_text(record->event), record->server);
        if (record->alert >= 0)
            printf(" %s %s", record->sent == 1 ? "sent" : "received",
                   prov_alert_text((enum prov_alert)record->alert));
        printf("%s%s: %s\n", what[0] != '\0' ? " " : "", what,
               record->result == PROV_OK ? "ok" : prov_result_text(record->result));
        return;
    }
    print_item_begin(print);
    print_text(print, "time", when);
    print_text(print, "event", prov_log_event_text(record->event));
    print_text(print, "server", record->server);
    print_int(print, "result", (long long)record->result);
    if (record->alert >= 0) {
        print_text(print, "alert", prov_alert_text((enum prov_alert)record->alert));
        print_text(print, "direction", record->sent == 1 ? "sent" : "received");
    }
    print_text(print, "what", what);
    print_item_end(print);
}

prov_result cmd_log(const struct options *options, struct prov_why *why)
{
    struct board board = {0};
    prov_result r = command_open(options, FLASH_OPEN, &board, why);
    if (r != PROV_OK)
        return r;
    struct print print = print_begin(GIVEN(options, OPT_JSON));
    if (print.json)
        print_open(&print, "log");
    for (uint32_t i = 0;; i++) {
        struct prov_log_record record;
        r = prov_store_log_get(&board.store, i, &record);
        if (r != PROV_OK)
            break;
        print_record(&print, &record);
    }
    if (print.json)
        print_close(&print);
    print_end(&print);
    board_close(&board);
    return r == PROV_E_NOT_FOUND ? PROV_OK : r;
}
