/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <string.h>

static const char *level_text(enum prov_ca_level level)
{
    return level == PROV_CA_ROOT ? "root" : "issuing";
}

static void put_ca(struct run *run, const struct prov_ca *ca)
{
    out_uuid(&run->out, "id", &ca->uuid);
    out_text(&run->out, "level", level_text(ca->level));
    out_text(&run->out, "name", ca->name);
    out_time(&run->out, "not_after", ca->not_after);
}

static prov_result list_ca(void *context, const struct prov_ca *ca)
{
    struct run *run = context;
    out_begin(&run->out);
    put_ca(run, ca);
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_ca_list(struct run *run)
{
    static const struct out_column columns[] = {
        {"id", 36}, {"level", 8}, {"not_after", 20}, {"name", 0}, {NULL, 0}};
    out_list(&run->out, columns);
    return prov_registry_ca_list(run->registry, list_ca, run, &run->why);
}

static prov_result show_ca(void *context, const struct prov_ca *ca)
{
    struct run *run = context;
    const char *wanted = run->word_count == 0 ? NULL : run->words[0];
    if (wanted != NULL && strcmp(wanted, level_text(ca->level)) != 0)
        return PROV_OK;
    out_begin(&run->out);
    put_ca(run, ca);
    show_cert(run, "certificate", PROV_BYTES(ca->cert, ca->cert_len));
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_ca_show(struct run *run)
{
    const char *wanted = run->word_count == 0 ? "root" : run->words[0];
    if (strcmp(wanted, "root") != 0 && strcmp(wanted, "issuing") != 0)
        return prov_why_set(&run->why, PROV_E_USAGE, "root or issuing, not \"%.64s\"", wanted);
    return prov_registry_ca_list(run->registry, show_ca, run, &run->why);
}
