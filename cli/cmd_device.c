/* SPDX-License-Identifier: Apache-2.0 */
#include "clean.h"
#include "commands.h"
#include "csv.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UNIVERSAL_LOCAL_BIT 0x02 /* set: not assigned by IEEE, may exist twice */

static void warn_local(const struct prov_eui64 *eui64)
{
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(eui64, text);
    if (eui64->octets[0] & UNIVERSAL_LOCAL_BIT)
        run_warn("%s is locally administered: another device may have it too", text);
}

static prov_result add_one(struct run *run)
{
    struct prov_eui64 eui64;
    char text[PROV_EUI64_TEXT];
    prov_result r = take_eui64(run, run->words[0], &eui64);
    if (r == PROV_OK)
        r = prov_flow_device_add(&run->flow, &eui64, run_flag(run, OPT_FROM_EUI48),
                                 run_option(run, OPT_LABEL), run_option(run, OPT_GROUP));
    if (r != PROV_OK)
        return r;
    warn_local(&eui64);
    prov_eui64_format(&eui64, text);
    out_single(&run->out, "device", text);
    return PROV_OK;
}

/* --- a CSV: one transaction a row, the others go on --- */

enum { COLUMN_EUI64, COLUMN_LABEL, COLUMN_GROUP, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {"eui64", "label", "group"};

struct batch {
    struct csv csv;
    int columns[COLUMN_COUNT]; /* where in a row, or -1 */
    size_t width;
    unsigned long added, failed;
    bool progress;     /* told on the terminal, where the rows themselves are not */
    const char *field; /* the one that is wrong, or NULL */
};

static prov_result take_header(struct run *run, struct batch *batch)
{
    struct csv *csv = &batch->csv;
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        batch->columns[i] = -1;
    prov_why_hint(&run->why, "the first line names the columns: eui64,label,group");
    if (!csv_next(csv))
        return prov_why_set(&run->why, PROV_E_TEXT, "no header: %.200s", csv->name);
    if (csv->trouble != NULL)
        return prov_why_set(&run->why, PROV_E_TEXT, "no header: %.200s:%ld: %s", csv->name,
                            csv->line, csv->trouble);
    for (size_t at = 0; at < csv->count; at++) {
        size_t i = 0;
        while (i < COLUMN_COUNT && strcmp(csv->fields[at], column_names[i]) != 0)
            i++;
        if (i == COLUMN_COUNT)
            return prov_why_set(&run->why, PROV_E_TEXT, "unknown column \"%.32s\": %.200s:%ld",
                                csv->fields[at], csv->name, csv->line);
        if (batch->columns[i] >= 0)
            return prov_why_set(&run->why, PROV_E_TEXT, "column %s twice: %.200s:%ld",
                                column_names[i], csv->name, csv->line);
        batch->columns[i] = (int)at;
    }
    batch->width = csv->count;
    if (batch->columns[COLUMN_EUI64] < 0)
        return prov_why_set(&run->why, PROV_E_TEXT, "no column eui64: %.200s:%ld", csv->name,
                            csv->line);
    return PROV_OK;
}

static const char *field_of(const struct batch *batch, int column)
{
    int at = batch->columns[column];
    return at < 0 ? "" : batch->csv.fields[at];
}

/* As the registry has it, said here because here the column is known. */
static prov_result check_text(struct run *run, struct batch *batch, int column)
{
    const char *text = field_of(batch, column);
    size_t len = strlen(text);
    batch->field = column_names[column];
    if (len > PROV_LABEL_MAX)
        return prov_why_set(&run->why, PROV_E_BOUNDS, "%zu octets, at most %d fit", len,
                            PROV_LABEL_MAX);
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t step = clean_take(text + at, &code);
        if (code == CLEAN_MALFORMED || code < 0x20 || (code >= 0x7f && code <= 0x9f))
            return prov_why_set(&run->why, PROV_E_TEXT,
                                "not UTF-8 without control characters, at octet %zu", at);
        at += step;
    }
    return PROV_OK;
}

static prov_result add_row(struct run *run, struct batch *batch, struct prov_eui64 *ret)
{
    const struct csv *csv = &batch->csv;
    batch->field = NULL;
    if (csv->trouble != NULL)
        return prov_why_set(&run->why, PROV_E_TEXT, "%s", csv->trouble);
    if (csv->count != batch->width)
        return prov_why_set(&run->why, PROV_E_TEXT, "%zu fields, the header has %zu", csv->count,
                            batch->width);
    prov_result r = check_text(run, batch, COLUMN_LABEL);
    if (r == PROV_OK)
        r = check_text(run, batch, COLUMN_GROUP);
    if (r != PROV_OK)
        return r;
    batch->field = column_names[COLUMN_EUI64];
    r = take_eui64(run, field_of(batch, COLUMN_EUI64), ret);
    if (r == PROV_OK)
        r = prov_flow_device_add(&run->flow, ret, run_flag(run, OPT_FROM_EUI48),
                                 field_of(batch, COLUMN_LABEL), field_of(batch, COLUMN_GROUP));
    return r;
}

static void tell_failure(struct run *run, const struct batch *batch, prov_result result)
{
    const char *why = run->why.text[0] == '\0' ? prov_result_text(result) : run->why.text;
    char words[1024];
    snprintf(words, sizeof(words), "%.200s:%ld: %s%s%s", batch->csv.name, batch->csv.line,
             batch->field == NULL ? "" : batch->field, batch->field == NULL ? "" : ": ", why);
    run_say(batch->progress ? "\rprov: error: " : "prov: error: ", words);
    if (!run->out.json)
        return;
    out_begin(&run->out);
    out_int(&run->out, "line", batch->csv.line);
    out_bool(&run->out, "ok", false);
    if (batch->field != NULL)
        out_text(&run->out, "field", batch->field);
    out_int(&run->out, "code", prov_result_exit(result));
    out_text(&run->out, "error", why);
    out_end(&run->out);
}

static void tell_success(struct run *run, const struct batch *batch, const struct prov_eui64 *eui64)
{
    char text[PROV_EUI64_TEXT];
    prov_eui64_format(eui64, text);
    warn_local(eui64);
    if (!run->out.json) {
        fprintf(run->out.stream, "%s\n", text);
        return;
    }
    out_begin(&run->out);
    out_int(&run->out, "line", batch->csv.line);
    out_bool(&run->out, "ok", true);
    out_text(&run->out, "device", text);
    out_end(&run->out);
}

static void tell_progress(const struct batch *batch, bool end)
{
    unsigned long rows = batch->added + batch->failed;
    if (batch->progress && (end || rows % 100 == 0))
        fprintf(stderr, "\r%lu rows%s", rows, end ? "\n" : "");
}

/* Of the registry as a whole, not of one row: the other rows would fail the same way. */
static bool is_row_error(prov_result result)
{
    switch (prov_result_exit(result)) {
    case 2:
    case 3:
    case 4:
    case 6:
        return result != PROV_E_NO_REGISTRY;
    default:
        return false;
    }
}

static prov_result add_rows(struct run *run, struct batch *batch)
{
    prov_result r = take_header(run, batch);
    while (r == PROV_OK && csv_next(&batch->csv)) {
        struct prov_eui64 eui64;
        prov_why_clear(&run->why);
        r = add_row(run, batch, &eui64);
        if (r == PROV_OK) {
            batch->added++;
            tell_success(run, batch, &eui64);
        } else if (is_row_error(r)) {
            batch->failed++;
            tell_failure(run, batch, r);
            r = PROV_OK;
        }
        tell_progress(batch, false);
        if (fflush(run->out.stream) != 0) /* what is in is told, also if this run is cut */
            break;                        /* and nobody listens: main says it */
    }
    tell_progress(batch, true);
    if (r == PROV_OK && ferror(batch->csv.stream))
        r = prov_why_set(&run->why, PROV_E_IO, "can't read %.200s: %s", batch->csv.name,
                         strerror(errno));
    return r;
}

static prov_result add_csv(struct run *run, const char *path)
{
    bool from_stdin = strcmp(path, "-") == 0;
    struct batch batch = {.csv = {.name = from_stdin ? "stdin" : path},
                          .progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO)};
    batch.csv.stream = from_stdin ? stdin : fopen(path, "re");
    if (batch.csv.stream == NULL)
        return prov_why_set(&run->why,
                            errno == ENOENT   ? PROV_E_NOT_FOUND
                            : errno == EACCES ? PROV_E_PERMISSION
                                              : PROV_E_IO,
                            "can't open %.200s: %s", path, strerror(errno));
    prov_result r = add_rows(run, &batch);
    if (!from_stdin)
        fclose(batch.csv.stream);
    if (r == PROV_OK && batch.failed > 0) {
        prov_why_clear(&run->why);
        r = prov_why_set(&run->why, PROV_E_PARTIAL, "%lu of %lu rows failed, the others are in",
                         batch.failed, batch.added + batch.failed);
    }
    return r;
}

prov_result cmd_device_add(struct run *run)
{
    const char *csv = run_option(run, OPT_CSV);
    bool with_texts = run_flag(run, OPT_LABEL) || run_flag(run, OPT_GROUP);
    if (csv == NULL && run->word_count == 0)
        return prov_why_set(&run->why, PROV_E_USAGE, "an EUI-64 or --csv FILE is missing");
    if (csv != NULL && (run->word_count > 0 || with_texts))
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "--csv has the identifiers, labels and groups in its rows");
    return csv == NULL ? add_one(run) : add_csv(run, csv);
}

/* --- the others --- */

static void put_device(struct run *run, const struct prov_device *device)
{
    out_eui64(&run->out, "device", &device->eui64);
    out_text(&run->out, "label", device->label);
    out_text(&run->out, "group", device->group);
    out_text(&run->out, "state", device->retired ? "retired" : "active");
    out_bool(&run->out, "from_eui48", device->from_eui48);
    out_bool(&run->out, "enrolled", device->enrolled);
    out_bool(&run->out, "approved", device->approved);
    out_time(&run->out, "created", device->created);
}

static prov_result list_device(void *context, const struct prov_device *device)
{
    struct run *run = context;
    out_begin(&run->out);
    put_device(run, device);
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_device_list(struct run *run)
{
    static const struct out_column columns[] = {{"device", 23}, {"state", 7}, {"enrolled", 8},
                                                {"group", 12},  {"label", 0}, {NULL, 0}};
    out_list(&run->out, columns);
    return prov_registry_device_list(run->registry, run_option(run, OPT_GROUP), list_device, run,
                                     &run->why);
}

prov_result cmd_device_show(struct run *run)
{
    struct prov_eui64 eui64;
    struct prov_device device;
    prov_result r = take_eui64(run, run->words[0], &eui64);
    if (r == PROV_OK)
        r = prov_registry_device_get(run->registry, &eui64, &device, &run->why);
    return r == PROV_OK ? list_device(run, &device) : r;
}

prov_result cmd_device_set(struct run *run)
{
    struct prov_eui64 eui64;
    char text[PROV_EUI64_TEXT];
    const char *label = run_option(run, OPT_LABEL), *group = run_option(run, OPT_GROUP);
    bool approve = run_flag(run, OPT_APPROVE_ENROLL);
    prov_result r = take_eui64(run, run->words[0], &eui64);
    if (r == PROV_OK && label == NULL && group == NULL && !approve)
        r = prov_why_set(&run->why, PROV_E_USAGE,
                         "nothing to set: --label, --group or --approve-enroll");
    if (r == PROV_OK)
        r = prov_registry_device_set(run->registry, &eui64, label, group, approve ? 1 : -1,
                                     &run->why);
    if (r != PROV_OK)
        return r;
    prov_eui64_format(&eui64, text);
    out_single(&run->out, "device", text);
    return PROV_OK;
}

prov_result cmd_device_retire(struct run *run)
{
    struct prov_eui64 eui64;
    char text[PROV_EUI64_TEXT];
    prov_result r = take_eui64(run, run->words[0], &eui64);
    if (r == PROV_OK)
        r = prov_registry_device_retire(run->registry, &eui64, &run->why);
    if (r != PROV_OK)
        return r;
    prov_eui64_format(&eui64, text);
    out_single(&run->out, "device", text);
    return PROV_OK;
}
