/* SPDX-License-Identifier: Apache-2.0
 *
 * Help from the tables.
 */
#include "commands.h"

#include <string.h>

static void synopsis(FILE *stream, const struct command *command)
{
    fprintf(stream, "prov %s%s%s%s%s\n", command->noun, command->verb == NULL ? "" : " ",
            command->verb == NULL ? "" : command->verb, command->synopsis[0] == '\0' ? "" : " ",
            command->synopsis);
}

void help_all(FILE *stream)
{
    fputs("prov - credentials for devices: pre-shared keys, raw public keys, "
          "certificates\n\nusage:\n",
          stream);
    for (size_t i = 0; i < command_count; i++) {
        fputs("  ", stream);
        synopsis(stream, &commands[i]);
    }
    fputs(
        "\nprov NOUN --help and prov NOUN VERB --help say more. - is stdin or stdout. --json "
        "everywhere:\n"
        "answers on stdout in JSON; errors are words on stderr and an exit code, stdout is empty.\n"
        "The registry is --registry FILE, else PROV_REGISTRY, else "
        "$XDG_STATE_HOME/prov/registry.db.\n"
        "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 exists or conflicts, 5 part of a "
        "batch failed,\n  6 against policy or profile, 7 permission, 8 busy (try again), 9 peer or "
        "network, 10 integrity.\n\nexample:\n  ",
        stream);
    fprintf(stream, "%s\n", commands[0].example);
}

void help_noun(FILE *stream, const char *noun)
{
    const char *example = NULL;
    fputs("usage:\n", stream);
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].noun, noun) != 0)
            continue;
        fputs("  ", stream);
        synopsis(stream, &commands[i]);
        fprintf(stream, "      %s\n", commands[i].help);
        if (example == NULL)
            example = commands[i].example;
    }
    fprintf(stream, "\nexample:\n  %s\n", example);
}

static size_t option_name(const struct option_row *row, char name[48])
{
    return (size_t)snprintf(name, 48, "%s%s%s", row->name, row->value == NULL ? "" : " ",
                            row->value == NULL ? "" : row->value);
}

static void put_options(FILE *stream, uint64_t options)
{
    char name[48];
    size_t width = 24;

    for (size_t i = 0; i < OPT_COUNT; i++)
        if ((options & (UINT64_C(1) << i)) != 0 && option_name(&option_rows[i], name) > width)
            width = option_name(&option_rows[i], name);
    for (size_t i = 0; i < OPT_COUNT; i++) {
        if ((options & (UINT64_C(1) << i)) == 0)
            continue;
        (void)option_name(&option_rows[i], name);
        fprintf(stream, "  %-*s %s\n", (int)width, name, option_rows[i].help);
    }
}

void help_command(FILE *stream, const struct command *command)
{
    fputs("usage: ", stream);
    synopsis(stream, command);
    fprintf(stream, "\n%s\n\noptions:\n", command->help);
    put_options(stream, command_options(command));
    fprintf(stream, "\nexample:\n  %s\n", command->example);
}
