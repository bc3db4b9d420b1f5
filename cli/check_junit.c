/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings as JUnit XML, as continuous integration systems read it: a test case a rule. A failed rule below
 * MUST is a failure too: its type says the level.
 */
#include "check.h"
#include "clean.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Characters that XML has no name for are replaced (XML 1.0, section 2.2). */
static void put_escaped(FILE *stream, const char *text)
{
    while (*text != '\0') {
        uint32_t code;
        size_t len = clean_take(text, &code);

        if (code == '&')
            fputs("&amp;", stream);
        else if (code == '<')
            fputs("&lt;", stream);
        else if (code == '>')
            fputs("&gt;", stream);
        else if (code == '"')
            fputs("&quot;", stream);
        else if (!clean_is_plain(code))
            fputc('?', stream);
        else
            fwrite(text, 1, len, stream);
        text += len;
    }
}

static void put_attribute(FILE *stream, const char *name, const char *value)
{
    fprintf(stream, " %s=\"", name);
    put_escaped(stream, value);
    fputc('"', stream);
}

static void put_case(FILE *stream, const struct check_report *report,
                     const struct prov_check_finding *finding)
{
    const struct prov_check_rule *rule = finding->rule;

    fputs("  <testcase", stream);
    put_attribute(stream, "classname", prov_check_subject_text(report->subject));
    put_attribute(stream, "name", rule->id);
    if (finding->verdict == PROV_CHECK_PASS) {
        fputs("/>\n", stream);
        return;
    }
    if (finding->verdict == PROV_CHECK_FAIL) {
        fputs(">\n    <failure", stream);
        put_attribute(stream, "type", prov_check_level_text(rule->level));
        put_attribute(stream, "message", rule->title);
        fputc('>', stream);
        put_escaped(stream, rule->document);
        fprintf(stream, ", %s%s: ", out_section_word(rule->section), rule->section);
        put_escaped(stream, finding->evidence);
        fputs(". Remedy: ", stream);
        put_escaped(stream, rule->remedy);
        fputs("</failure>\n  </testcase>\n", stream);
        return;
    }
    fputs(">\n    <skipped", stream);
    put_attribute(stream, "message", finding->evidence);
    fputs("/>\n  </testcase>\n", stream);
}

static void put_suite(FILE *stream, const struct check_report *report)
{
    size_t failures = 0, skipped = 0;

    for (size_t i = 0; i < report->count; i++) {
        failures += report->findings[i].verdict == PROV_CHECK_FAIL;
        skipped += report->findings[i].verdict != PROV_CHECK_FAIL &&
                   report->findings[i].verdict != PROV_CHECK_PASS;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", stream);
    put_attribute(stream, "name", report->target);
    fprintf(stream, " tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" errors=\"0\">\n",
            report->count, failures, skipped);
    for (size_t i = 0; i < report->count; i++)
        put_case(stream, report, &report->findings[i]);
    fputs("</testsuite>\n", stream);
}

prov_result report_junit(struct run *run, const struct check_report *report)
{
    char *text = NULL;
    size_t len = 0;

    if (strcmp(report->junit, "-") == 0) {
        put_suite(run->out.stream, report);
        return PROV_OK;
    }
    FILE *stream = open_memstream(&text, &len);
    if (stream == NULL)
        return PROV_E_MEMORY;
    put_suite(stream, report);
    prov_result r = fclose(stream) == 0 ? PROV_OK : PROV_E_MEMORY;
    if (r == PROV_OK)
        r = file_write_new(run, report->junit, PROV_BYTES((const uint8_t *)text, len));
    free(text);
    return r;
}
