/* SPDX-License-Identifier: Apache-2.0
 *
 * prov: argv to a row of the command table to an exit code.
 */
#include "commands.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Keys pass through this process: no core dump, no debugger, no file that others can read. */
static void harden(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    umask(077);
}

static int report(const struct run *run, prov_result result)
{
    if (result == PROV_OK)
        return 0;
    const char *text = run->why.text[0] != '\0' ? run->why.text : prov_result_text(result);
    run_say("prov: error: ", text);
    if (run->why.hint[0] != '\0')
        run_say("prov: hint: ", run->why.hint);
    return prov_result_exit(result);
}

static prov_result usage(struct run *run, const char *what, const char *word)
{
    const struct args *args = run->args;
    bool noun = args->word_count > 0 && command_noun_known(args->words[0]);
    prov_why_hint(&run->why, "prov%s%s --help", noun ? " " : "", noun ? args->words[0] : "");
    return prov_why_set(&run->why, PROV_E_USAGE, "%s%.64s", what, word);
}

/* Without a command: help, the version, or what is wrong. */
static prov_result run_without(struct run *run)
{
    const struct args *args = run->args;
    bool help = args->values[OPT_HELP] != NULL;
    if (args->word_count == 0 && args->values[OPT_VERSION] != NULL)
        printf("prov %s\n", PROV_VERSION);
    else if (args->word_count == 0 && help)
        help_all(stdout);
    else if (args->word_count == 0)
        return usage(run, "what to do is missing", "");
    else if (!command_noun_known(args->words[0]))
        return usage(run, "unknown command: ", args->words[0]);
    else if (args->word_count == 1 && help)
        help_noun(stdout, args->words[0]);
    else if (args->word_count == 1)
        return usage(run, "a verb is missing after ", args->words[0]);
    else
        return usage(run, "unknown verb: ", args->words[1]);
    return PROV_OK;
}

static prov_result check_command(struct run *run)
{
    const struct command *command = run->command;
    char name[64];
    snprintf(name, sizeof(name), "prov %s%s%s", command->noun, command->verb == NULL ? "" : " ",
             command->verb == NULL ? "" : command->verb);
    prov_result r = args_check(run->args, command_options(command),
                               (command->needs & MANY_SERVERS) != 0, name, &run->why);
    if (r == PROV_OK && run->word_count < command->words_min)
        r = prov_why_set(&run->why, PROV_E_USAGE, "a word is missing: %s %s", name,
                         command->synopsis);
    if (r == PROV_OK && run->word_count > command->words_max)
        r = prov_why_set(&run->why, PROV_E_USAGE, "%s: a word too many, \"%.64s\"", name,
                         run->words[command->words_max]);
    return r;
}

static prov_result run_command(struct run *run, size_t words)
{
    const struct args *args = run->args;
    if (args->values[OPT_HELP] != NULL) {
        help_command(stdout, run->command);
        return PROV_OK;
    }
    run->words = args->words + words;
    run->word_count = args->word_count - words;
    run->dry_run = args->values[OPT_DRY_RUN] != NULL;
    run->out = (struct out){.stream = stdout,
                            .json = args->values[OPT_JSON] != NULL,
                            .dry_run = run->dry_run,
                            .terminal = isatty(STDOUT_FILENO)};
    prov_result r = check_command(run);
    if (r == PROV_OK)
        r = run_open(run, run->command->needs);
    if (r == PROV_OK)
        r = run->command->run(run);
    run_close(run);
    if (prov_result_exit(r) == prov_result_exit(PROV_E_USAGE) && run->why.hint[0] == '\0')
        prov_why_hint(&run->why, "prov %s%s%s --help", run->command->noun,
                      run->command->verb == NULL ? "" : " ",
                      run->command->verb == NULL ? "" : run->command->verb);
    if (r == PROV_OK && run->dry_run)
        run_say("prov: dry run: ", "nothing was changed");
    return r;
}

/* An answer that could not be written is a failure, even if the work was done. */
static prov_result finish_stdout(struct run *run, prov_result result)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        prov_result r = prov_why_set(&run->why, errno == ENOSPC ? PROV_E_FULL : PROV_E_IO,
                                     "can't write to stdout: %s", strerror(errno));
        return result == PROV_OK ? r : result;
    }
    return result;
}

int main(int argc, char **argv)
{
    struct args args;
    struct run run = {.args = &args};
    size_t words = 0;
    harden();
    prov_result r = args_parse(argc, argv, &args, &run.why);
    if (r == PROV_OK) {
        run.command = command_find(&args, &words);
        r = run.command == NULL ? run_without(&run) : run_command(&run, words);
    } else {
        prov_why_hint(&run.why, "prov --help");
    }
    return report(&run, finish_stdout(&run, r));
}
