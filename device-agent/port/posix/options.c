/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row {
    const char *name;
    const char *value; /* what --help calls it; NULL: a flag */
    const char *help;
} rows[OPT_COUNT] = {
    [OPT_STORE] = {"--store", "FILE", "the device's flash, in a file of mode 0600"},
    [OPT_JSON] = {"--json", NULL, "answer in JSON"},
    [OPT_HELP] = {"--help", NULL, "this text"},
    [OPT_VERSION] = {"--version", NULL, "the program's version"},
    [OPT_EUI64] = {"--eui64", "ID", "the device's EUI-64: HH-HH-… , hh:hh:… or 16 hex digits"},
    [OPT_CSR] = {"--csr", NULL, "print a certification request instead of the public key"},
    [OPT_DRY_RUN] = {"--dry-run", NULL, "check everything, change nothing"},
    [OPT_KIND] = {"--kind", "K", "psk, rpk or cert; else as the credential in use"},
    [OPT_SERVER] = {"--server", "NAME", "which server, when the store has several"},
    [OPT_ADDRESS] = {"--address", "A", "HOST[:PORT] instead of the installed one; port 5684"},
    [OPT_NO_FORWARD_SECRECY] = {"--no-forward-secrecy", NULL,
                                "offer TLS_PSK_WITH_AES_128_CCM_8 alone"},
    [OPT_NO_CLOCK] = {"--no-clock", NULL, "as a device without a clock: skip validity periods"},
    [OPT_TIMER] = {"--timer-initial", "MS", "first retransmission (9000)"},
    [OPT_MTU] = {"--mtu", "N", "largest datagram, octets (1200)"},
    [OPT_TRIES] = {"--tries", "N", "whole handshakes that may time out (2)"},
    [OPT_MAX_FRAGMENT] = {"--max-fragment", "N",
                          "ask for records of 512, 1024, 2048 or 4096 octets"},
    [OPT_MAX_CHAIN] = {"--max-chain", "N",
                       "the server's certificates below the anchor, at most (3)"},
    [OPT_ALPN] = {"--alpn", NULL, "offer the protocol co, CoAP over DTLS"},
    [OPT_HEARTBEAT] = {"--heartbeat", NULL, "let the server ask whether the device is there"},
    [OPT_NO_CONNECTION_ID] = {"--no-connection-id", NULL, "offer no connection id"},
    [OPT_NO_RESUMPTION] = {"--no-resumption", NULL, "full handshakes only"},
    [OPT_NO_CACHED_INFO] = {"--no-cached-info", NULL, "have the server send its whole chain"},
    [OPT_DISCOVER] = {"--discover", "NAME",
                      "the server at --address must show NAME; is told the anchors"},
    [OPT_SERVER_EUI64] = {"--server-eui64", "ID",
                          "the server at --address is the device with this EUI-64"},
    [OPT_STATS] = {"--stats", NULL, "tell each phase's steps and time too; JSON always does"},
    [OPT_CUT] = {"--cut-power-after", "N", "test aid: the power goes in flash operation N"},
};

static int option_find(const char *name, size_t len)
{
    for (int i = 0; i < OPT_COUNT; i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            return i;
    return -1;
}

static prov_result option_take(int argc, char **argv, int *at, struct options *ret,
                               struct prov_why *why)
{
    const char *text = argv[*at];
    const char *equals = strchr(text, '=');
    size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
    int id = option_find(text, len);
    if (id < 0)
        return prov_why_set(why, PROV_E_USAGE, "unknown option %.64s", text);
    if (ret->values[id] != NULL)
        return prov_why_set(why, PROV_E_USAGE, "%s is given twice", rows[id].name);
    if (rows[id].value == NULL && equals != NULL)
        return prov_why_set(why, PROV_E_USAGE, "%s takes no value", rows[id].name);
    if (rows[id].value == NULL)
        ret->values[id] = "";
    else if (equals != NULL)
        ret->values[id] = equals + 1;
    else if (*at + 1 < argc)
        ret->values[id] = argv[++*at];
    else
        return prov_why_set(why, PROV_E_USAGE, "%s needs a value: %s", rows[id].name,
                            rows[id].value);
    return PROV_OK;
}

static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static prov_result word_take(const char *word, const struct command **command, struct options *ret,
                             struct prov_why *why)
{
    if (*command == NULL) {
        *command = command_find(word);
        return *command != NULL ? PROV_OK
                                : prov_why_set(why, PROV_E_USAGE, "unknown command %.64s", word);
    }
    if ((*command)->operand == NULL || ret->operand != NULL)
        return prov_why_set(why, PROV_E_USAGE, "%s takes no %.64s", (*command)->name, word);
    ret->operand = word;
    return PROV_OK;
}

static prov_result options_check(const struct command *command, const struct options *options,
                                 struct prov_why *why)
{
    if (GIVEN(options, OPT_HELP) || (command == NULL && GIVEN(options, OPT_VERSION)))
        return PROV_OK;
    if (command == NULL)
        return prov_why_set(why, PROV_E_USAGE, "no command");
    for (int i = 0; i < OPT_COUNT; i++)
        if (options->values[i] != NULL && (command->options & 1u << i) == 0)
            return prov_why_set(why, PROV_E_USAGE, "%s does not take %s", command->name,
                                rows[i].name);
    if (!GIVEN(options, OPT_STORE))
        return prov_why_set(why, PROV_E_USAGE, "%s needs --store FILE", command->name);
    if (command->operand != NULL && options->operand == NULL)
        return prov_why_set(why, PROV_E_USAGE, "%s needs %s", command->name, command->operand);
    return PROV_OK;
}

prov_result options_parse(int argc, char **argv, const struct command **ret_command,
                          struct options *ret, struct prov_why *why)
{
    const struct command *command = NULL;
    memset(ret, 0, sizeof *ret);
    for (int i = 1; i < argc; i++) {
        bool option = argv[i][0] == '-' && argv[i][1] != '\0';
        prov_result r =
            option ? option_take(argc, argv, &i, ret, why) : word_take(argv[i], &command, ret, why);
        if (r != PROV_OK)
            return r;
    }
    prov_result r = options_check(command, ret, why);
    if (r == PROV_OK)
        *ret_command = command;
    return r;
}

prov_result options_number(const struct options *options, enum option_id id, uint32_t low,
                           uint32_t high, uint32_t fallback, uint32_t *ret, struct prov_why *why)
{
    const char *text = options->values[id];
    if (text == NULL) {
        *ret = fallback;
        return PROV_OK;
    }
    size_t len = strlen(text);
    if (len > 0 && len < 10 && strspn(text, "0123456789") == len) {
        unsigned long value = strtoul(text, NULL, 10);
        if (value >= low && value <= high) {
            *ret = (uint32_t)value;
            return PROV_OK;
        }
    }
    return prov_why_set(why, PROV_E_USAGE, "%s is not a number from %u to %u: %.64s", rows[id].name,
                        low, high, text);
}

/* --- help ------------------------------------------------------------------------------------- */

static void help_program(void)
{
    printf("prov-agent keeps a device's credentials: enrolls, rotates, recovers.\n\n"
           "usage: prov-agent COMMAND --store FILE [OPTION …]\n\ncommands:\n");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    printf("\nexample:\n  prov-agent install device.bundle --store device.flash\n"
           "  prov-agent enroll --store device.flash\n\n"
           "exit codes, as those of prov:\n"
           "   0 ok          4 conflicts with what is there   8 the store is in use: again later\n"
           "   1 failure     5 part of a batch failed         9 peer or network\n"
           "   2 usage       6 against policy or profile     10 integrity\n"
           "   3 not found   7 permission                   137 --cut-power-after: killed\n\n"
           "prov-agent COMMAND --help says more.\n");
}

void options_help(const struct command *command)
{
    if (command == NULL) {
        help_program();
        return;
    }
    printf("usage: prov-agent %s%s%s --store FILE [OPTION …]\n\n%s\n\noptions:\n", command->name,
           command->operand != NULL ? " " : "", command->operand != NULL ? command->operand : "",
           command->summary);
    for (int i = 0; i < OPT_COUNT; i++) {
        char left[40];
        if ((command->options & 1u << i) == 0)
            continue;
        snprintf(left, sizeof left, "%s %s", rows[i].name,
                 rows[i].value != NULL ? rows[i].value : "");
        printf("  %-26s %s\n", left, rows[i].help);
    }
    printf("\nexample:\n  %s\n", command->example);
}
