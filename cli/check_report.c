/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings as text for people (grouped by what stands before the dot of a rule's id), or as JSON, one object
 * a line.
 */
#include "check.h"
#include "clean.h"

#include <stdlib.h>
#include <string.h>

static prov_result take_level(struct run *run, enum prov_check_level *ret)
{
    static const struct {
        const char *word;
        enum prov_check_level level;
    } words[] = {{"must", PROV_CHECK_MUST},
                 {"should", PROV_CHECK_SHOULD},
                 {"may", PROV_CHECK_MAY},
                 {"never", (enum prov_check_level)0}};
    const char *text = run_option(run, OPT_FAIL_ON);

    *ret = PROV_CHECK_MUST;
    for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, text) == 0) {
            *ret = words[i].level;
            return PROV_OK;
        }
    return text == NULL
               ? PROV_OK
               : prov_why_set(&run->why, PROV_E_USAGE,
                              "--fail-on is must, should, may or never, not \"%.32s\"", text);
}

prov_result report_begin(struct run *run, enum prov_check_subject subject, const char *target,
                         struct check_report *ret)
{
    *ret = (struct check_report){
        .subject = subject, .target = target, .junit = run_option(run, OPT_JUNIT)};
    prov_result r = take_level(run, &ret->fail_on);
    if (r == PROV_OK && ret->junit != NULL && strcmp(ret->junit, "-") == 0 && run->out.json)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--json and --junit - both mean stdout");
    if (r == PROV_OK && ret->junit != NULL)
        r = file_check_new(run, ret->junit);
    if (r != PROV_OK)
        return r;
    ret->findings = calloc(prov_check_rule_count(), sizeof(*ret->findings));
    return ret->findings == NULL ? PROV_E_MEMORY : PROV_OK;
}

static void keep(void *context, const struct prov_check_finding *finding)
{
    struct check_report *report = context;

    if (report->count < prov_check_rule_count())
        report->findings[report->count++] = *finding;
}

struct prov_check_sink report_sink(struct check_report *report)
{
    return (struct prov_check_sink){keep, report};
}

void report_free(struct check_report *report)
{
    free(report->findings);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_json(struct run *run, const struct prov_check_finding *finding)
{
    const struct prov_check_rule *rule = finding->rule;

    out_begin(&run->out);
    out_text(&run->out, "rule", rule->id);
    out_text(&run->out, "level", prov_check_level_text(rule->level));
    out_text(&run->out, "verdict", prov_check_verdict_text(finding->verdict));
    out_text(&run->out, "title", rule->title);
    out_text(&run->out, "document", rule->document);
    out_text(&run->out, "section", rule->section);
    out_text(&run->out, "row", rule->row);
    out_text(&run->out, "evidence", finding->evidence);
    out_text(&run->out, "remedy", rule->remedy);
    out_end(&run->out);
}

/* --- text ------------------------------------------------------------------------------------ */

static size_t group_len(const char *id)
{
    return strcspn(id, ".");
}

static bool same_group(const char *a, const char *b)
{
    return group_len(a) == group_len(b) && strncmp(a, b, group_len(a)) == 0;
}

static const char *verdict_word(enum prov_check_verdict verdict)
{
    return verdict == PROV_CHECK_FAIL             ? "FAIL"
           : verdict == PROV_CHECK_NOT_APPLICABLE ? "n/a"
           : verdict == PROV_CHECK_NOT_TESTED     ? "-"
                                                  : "pass";
}

static void put_line(FILE *stream, const char *before, const char *words)
{
    fprintf(stream, "        %s", before);
    clean_put(stream, words);
    fputc('\n', stream);
}

static void put_text(FILE *stream, const struct prov_check_finding *finding, int width)
{
    const struct prov_check_rule *rule = finding->rule;

    fprintf(stream, "  %-4s  %-6s  %-*s  %s\n", verdict_word(finding->verdict),
            prov_check_level_text(rule->level), width, rule->id, rule->title);
    if (finding->verdict == PROV_CHECK_FAIL) {
        fprintf(stream, "        %s, %s%s\n", rule->document, out_section_word(rule->section),
                rule->section);
        put_line(stream, "found:  ", finding->evidence);
        put_line(stream, "remedy: ", rule->remedy);
    } else if (finding->verdict != PROV_CHECK_PASS) {
        put_line(stream, finding->verdict == PROV_CHECK_NOT_TESTED ? "not tested: " : "",
                 finding->evidence);
    }
}

static size_t count_of(const struct check_report *report, enum prov_check_verdict verdict,
                       int level)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++)
        count += report->findings[i].verdict == verdict &&
                 (level == 0 || (int)report->findings[i].rule->level == level);
    return count;
}

static void put_summary(FILE *stream, const struct check_report *report)
{
    fprintf(stream,
            "%zu rules: %zu passed; failed: %zu MUST, %zu SHOULD, %zu MAY; %zu not applicable, "
            "%zu not tested\n",
            report->count, count_of(report, PROV_CHECK_PASS, 0),
            count_of(report, PROV_CHECK_FAIL, PROV_CHECK_MUST),
            count_of(report, PROV_CHECK_FAIL, PROV_CHECK_SHOULD),
            count_of(report, PROV_CHECK_FAIL, PROV_CHECK_MAY),
            count_of(report, PROV_CHECK_NOT_APPLICABLE, 0),
            count_of(report, PROV_CHECK_NOT_TESTED, 0));
}

/* Of the column of ids: the longest one of the report. */
static int id_width(const struct check_report *report)
{
    size_t width = 24;

    for (size_t i = 0; i < report->count; i++)
        if (strlen(report->findings[i].rule->id) > width)
            width = strlen(report->findings[i].rule->id);
    return (int)width;
}

static void put_all_text(FILE *stream, const struct check_report *report)
{
    int width = id_width(report);

    for (size_t i = 0; i < report->count; i++) {
        const char *id = report->findings[i].rule->id;

        if (i == 0 || !same_group(id, report->findings[i - 1].rule->id))
            fprintf(stream, "%s%.*s\n", i == 0 ? "" : "\n", (int)group_len(id), id);
        put_text(stream, &report->findings[i], width);
    }
    fprintf(stream, "%s", report->count == 0 ? "" : "\n");
    put_summary(stream, report);
}

bool report_is_empty(const struct check_report *report)
{
    return count_of(report, PROV_CHECK_PASS, 0) + count_of(report, PROV_CHECK_FAIL, 0) == 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

static prov_result verdict(struct run *run, const struct check_report *report)
{
    size_t failed = 0;

    for (int level = (int)report->fail_on; level != 0 && level <= PROV_CHECK_MUST; level++)
        failed += count_of(report, PROV_CHECK_FAIL, level);
    if (failed == 0)
        return PROV_OK;
    return prov_why_set(&run->why, PROV_E_POLICY, "%zu rule%s failed: %.160s", failed,
                        failed == 1 ? "" : "s", report->target);
}

prov_result report_print(struct run *run, const struct check_report *report)
{
    bool to_stdout = report->junit != NULL && strcmp(report->junit, "-") == 0;
    prov_result r = PROV_OK;

    if (report->junit != NULL)
        r = report_junit(run, report);
    if (!to_stdout && run->out.json)
        for (size_t i = 0; i < report->count; i++)
            put_json(run, &report->findings[i]);
    else if (!to_stdout)
        put_all_text(run->out.stream, report);
    return r == PROV_OK ? verdict(run, report) : r;
}
