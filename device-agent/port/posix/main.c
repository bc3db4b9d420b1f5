/* SPDX-License-Identifier: Apache-2.0
 *
 * prov-agent: argv to a row of the command table to an exit code.
 */
#include "commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define BIT(id) (1u << (id))
#define COMMON  (BIT(OPT_STORE) | BIT(OPT_JSON) | BIT(OPT_HELP))
#define TESTAID (BIT(OPT_CUT))
#define ON_WIRE                                                                                    \
    (BIT(OPT_KIND) | BIT(OPT_SERVER) | BIT(OPT_ADDRESS) | BIT(OPT_NO_FORWARD_SECRECY) |            \
     BIT(OPT_NO_CLOCK) | BIT(OPT_TIMER) | BIT(OPT_MTU) | BIT(OPT_TRIES) | BIT(OPT_DRY_RUN) |       \
     BIT(OPT_MAX_FRAGMENT) | BIT(OPT_MAX_CHAIN) | BIT(OPT_ALPN) | BIT(OPT_HEARTBEAT) |             \
     BIT(OPT_NO_CONNECTION_ID) | BIT(OPT_NO_RESUMPTION) | BIT(OPT_NO_CACHED_INFO) |                \
     BIT(OPT_DISCOVER) | BIT(OPT_SERVER_EUI64) | BIT(OPT_STATS))

const struct command commands[] = {
    {"identity", NULL, COMMON | TESTAID | BIT(OPT_EUI64) | BIT(OPT_CSR) | BIT(OPT_DRY_RUN),
     cmd_identity, "make the device's key; print its public half, or a request for it",
     "prov-agent identity --eui64 00-12-4B-00-14-B5-D9-6F --csr --store dev.flash > dev.csr"},
    {"install", "BUNDLE", COMMON | TESTAID | BIT(OPT_DRY_RUN), cmd_install,
     "take in a bundle of prov (- is standard input)",
     "prov bundle export 0198 --out - | prov-agent install - --store dev.flash"},
    {"enroll", NULL, COMMON | TESTAID | ON_WIRE, cmd_enroll,
     "get the first operational credential by a bootstrap one",
     "prov-agent enroll --kind cert --address 127.0.0.1:5684 --store dev.flash"},
    {"rotate", NULL, COMMON | TESTAID | ON_WIRE, cmd_rotate,
     "replace the operational credential; finishes what a power cut left",
     "prov-agent rotate --store dev.flash"},
    {"denylist", "FILE", COMMON | TESTAID | BIT(OPT_DRY_RUN), cmd_denylist,
     "take in a deny-list of prov (- is standard input): what is on it is refused from now on",
     "prov-agent denylist fleet.denylist --store dev.flash"},
    {"status", NULL, COMMON, cmd_status, "what is in the store",
     "prov-agent status --json --store dev.flash"},
    {"log", NULL, COMMON, cmd_log, "what happened, over the last runs",
     "prov-agent log --store dev.flash"},
};
const size_t command_count = sizeof commands / sizeof commands[0];

/* Keys pass through this process: no core dump, no debugger, no file that others can read. */
static void harden(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    umask(077);
}

/* A program that stops at an instant, as a device does whose power goes. */
static void power_cut(uint64_t operation)
{
    fprintf(stderr, "prov-agent: power cut at flash operation %llu (--cut-power-after)\n",
            (unsigned long long)operation);
    (void)raise(SIGKILL);
}

prov_result command_open(const struct options *options, enum flash_open how, struct board *board,
                         struct prov_why *why)
{
    uint32_t cut = 0;
    prov_result r = options_number(options, OPT_CUT, 1, 1000000, 0, &cut, why);
    if (r != PROV_OK)
        return r;
    board->flash.cut_after = cut;
    board->flash.cut = power_cut;
    board->no_clock = GIVEN(options, OPT_NO_CLOCK);
    return board_open(board, options->values[OPT_STORE], how, why);
}

static prov_result run(int argc, char **argv, struct prov_why *why)
{
    const struct command *command = NULL;
    struct options options;
    prov_result r = options_parse(argc, argv, &command, &options, why);
    if (r != PROV_OK) {
        prov_why_hint(why, "prov-agent --help");
        return r;
    }
    if (GIVEN(&options, OPT_HELP)) {
        options_help(command);
        return PROV_OK;
    }
    if (command == NULL) {
        printf("prov-agent %s\n", PROV_VERSION);
        return PROV_OK;
    }
    return command->run(&options, why);
}

int main(int argc, char **argv)
{
    struct prov_why why = {0};
    harden();
    prov_result r = run(argc, argv, &why);
    if (r == PROV_OK && fflush(stdout) != 0)
        r = prov_why_set(&why, PROV_E_IO, "cannot write the answer");
    if (r != PROV_OK)
        fprintf(stderr, "prov-agent: error: %s\n",
                why.text[0] != '\0' ? why.text : prov_result_text(r));
    if (r != PROV_OK && why.hint[0] != '\0')
        fprintf(stderr, "prov-agent: hint: %s\n", why.hint);
    return prov_result_exit(r);
}
