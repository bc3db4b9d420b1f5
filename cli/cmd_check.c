/* SPDX-License-Identifier: Apache-2.0
 *
 * prov check: targets and files held to the rules.
 */
#include "check.h"
#include "commands.h"

#include <string.h>

#define PARTS_MAX 16

/* --- live targets ---------------------------------------------------------------------------- */

struct held_bundle {
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_bundle bundle;
    bool given;
    struct prov_secret authority;
};

static prov_result read_bundle(struct run *run, struct held_bundle *held)
{
    const char *path = run_option(run, OPT_BUNDLE);
    struct prov_buf buf = PROV_BUF_OF(held->octets);
    size_t at = 0;

    held->given = path != NULL;
    if (path == NULL)
        return PROV_OK;
    prov_result r = file_read(run, path, &buf);
    if (r != PROV_OK)
        return r;
    r = prov_bundle_decode(prov_buf_bytes(&buf), run->crypto, &held->bundle, &at);
    return r == PROV_OK ? PROV_OK
                        : prov_why_set(&run->why, r, "%s: %.200s, at octet %zu",
                                       prov_result_text(r), path, at);
}

static prov_result take_config(struct run *run, struct held_bundle *held,
                               struct prov_check_config *ret)
{
    long timeout = 300, wait = 2000;
    prov_result r = take_number(run, OPT_TIMEOUT, 1, 86400, &timeout);

    if (r == PROV_OK)
        r = take_number(run, OPT_WAIT, 10, 60000, &wait);
    if (r == PROV_OK)
        r = read_bundle(run, held);
    if (r == PROV_OK && run_option(run, OPT_AUTHORITY) != NULL)
        r = authority_read(run, run_option(run, OPT_AUTHORITY), &held->authority);
    ret->authority = prov_secret_bytes(&held->authority);
    ret->crypto = run->crypto;
    ret->bundle = held->given ? &held->bundle : NULL;
    ret->now_unix = run_clock_ms(NULL) / 1000;
    ret->slow = run_flag(run, OPT_SLOW);
    ret->limits.total_ms = (uint32_t)timeout * 1000;
    ret->limits.silence_ms = (uint32_t)wait;
    return r;
}

/* The reason in words, when there was nothing to be judged, or not to the end. */
static prov_result explain(struct run *run, prov_result result, const struct check_report *report)
{
    const char *words = result == PROV_E_NETWORK                              ? "nobody is there"
                        : result == PROV_E_TIMEOUT && report_is_empty(report) ? "no answer"
                        : result == PROV_E_TIMEOUT ? "the run's time was over (--timeout)"
                        : result == PROV_E_PEER    ? "this is not DTLS"
                                                   : prov_result_text(result);
    prov_why_clear(&run->why);
    return prov_why_set(&run->why, result, "%s: %.200s", words, report->target);
}

/* Findings are worth telling unless nothing came at all. A rule that failed weighs more than a run that was
 * cut short. */
static prov_result finish(struct run *run, struct check_report *report,
                          struct prov_check_run *check)
{
    prov_result result = prov_check_end(check);

    if (result != PROV_OK && report_is_empty(report))
        return explain(run, result, report);
    prov_result r = report_print(run, report);
    bool failed = r != PROV_OK && (r != PROV_E_POLICY || result == PROV_E_TIMEOUT);
    return result == PROV_OK || failed ? r : explain(run, result, report);
}

static prov_result judge_live(struct run *run, const struct check_target *target, bool listens,
                              struct prov_check_config *config, struct check_report *report)
{
    struct prov_check_run *check = NULL;

    config->sink = report_sink(report);
    prov_result r = listens ? prov_check_device(config, live_clock_ms(), &check)
                            : prov_check_endpoint(config, live_clock_ms(), &check);
    if (r == PROV_E_CONFLICT || r == PROV_E_STATE)
        r = prov_why_set(&run->why, r,
                         "the authority fits neither a server's key nor an anchor of "
                         "the bundle");
    if (r == PROV_OK)
        r = live_run(run, target, listens, check);
    if (r == PROV_OK)
        r = finish(run, report, check);
    prov_check_free(check);
    return r;
}

static prov_result check_live(struct run *run, enum prov_check_subject subject, const char *name,
                              bool listens)
{
    struct check_target target;
    struct check_report report = {.findings = NULL};
    struct prov_check_config config = {.crypto = run->crypto};
    struct held_bundle held = {.given = false};
    prov_result r = report_begin(run, subject, name, &report);

    if (r == PROV_OK)
        r = listens ? target_listen(run, name, &target) : target_parse(run, name, &target);
    if (r == PROV_OK)
        r = take_config(run, &held, &config);
    if (r == PROV_OK && !listens)
        config.server = target.name;
    if (r == PROV_OK && run_option(run, OPT_SERVER) != NULL)
        r = take_server(run, &config.server);
    if (r == PROV_OK)
        r = judge_live(run, &target, listens, &config, &report);
    prov_wipe(&held, sizeof(held));
    report_free(&report);
    return r;
}

prov_result cmd_check_endpoint(struct run *run)
{
    return check_live(run, PROV_CHECK_ENDPOINT, run->words[0], false);
}

prov_result cmd_check_device(struct run *run)
{
    const char *listen = NULL;
    prov_result r = take_required(run, OPT_LISTEN, &listen);

    return r == PROV_OK ? check_live(run, PROV_CHECK_DEVICE, listen, true) : r;
}

/* --- files ----------------------------------------------------------------------------------- */

static enum prov_check_subject subject_of(const struct run *run)
{
    static const enum prov_check_subject subjects[] = {PROV_CHECK_CERT, PROV_CHECK_CHAIN,
                                                       PROV_CHECK_CSR,  PROV_CHECK_RPK,
                                                       PROV_CHECK_PSK,  PROV_CHECK_BUNDLE};

    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        if (strcmp(prov_check_subject_text(subjects[i]), run->command->verb) == 0)
            return subjects[i];
    return PROV_CHECK_CERT;
}

static prov_result take_profile(struct run *run, const char **ret)
{
    *ret = run_option(run, OPT_PROFILE);
    if (*ret == NULL || prov_cert_profile_find(*ret) != NULL)
        return PROV_OK;
    return prov_why_set(&run->why, PROV_E_USAGE, "no such profile: \"%.32s\"", *ret);
}

static prov_result read_files(struct run *run, struct prov_check_file *file, struct prov_buf *room,
                              struct prov_bytes parts[2][PARTS_MAX])
{
    size_t part_count = 0, anchor_count = 0;
    bool chain = file->subject == PROV_CHECK_CHAIN;
    prov_result r = parts_read(run, run->words[0], chain, room, parts[0], PARTS_MAX, &part_count);

    if (r == PROV_OK && run->word_count > 1)
        r = parts_read(run, run->words[1], true, room, parts[1], PARTS_MAX, &anchor_count);
    if (r == PROV_OK && !chain && part_count != 1)
        r = prov_why_set(&run->why, PROV_E_FORMAT, "%zu parts, not one: %.200s", part_count,
                         run->words[0]);
    file->parts = parts[0];
    file->part_count = part_count;
    file->anchors = parts[1];
    file->anchor_count = anchor_count;
    return r;
}

prov_result cmd_check_file(struct run *run)
{
    uint8_t octets[2 * RUN_FILE_MAX];
    struct prov_buf room = PROV_BUF_OF(octets);
    struct prov_bytes parts[2][PARTS_MAX];
    struct check_report report = {.findings = NULL};
    struct prov_check_file file = {
        .subject = subject_of(run), .now_unix = run_clock_ms(NULL) / 1000, .crypto = run->crypto};
    prov_result r = report_begin(run, file.subject, run->words[0], &report);

    if (r == PROV_OK)
        r = take_profile(run, &file.profile);
    if (r == PROV_OK)
        r = read_files(run, &file, &room, parts);
    file.sink = report_sink(&report);
    if (r == PROV_OK)
        r = prov_check_file(&file);
    if (r == PROV_OK)
        r = report_print(run, &report);
    prov_wipe(octets, sizeof(octets));
    report_free(&report);
    return r;
}

/* --- the rules ------------------------------------------------------------------------------- */

static void put_subjects(struct run *run, unsigned subjects)
{
    char text[96] = "";

    for (unsigned bit = 1; bit <= PROV_CHECK_BUNDLE; bit <<= 1) {
        if ((subjects & bit) == 0)
            continue;
        size_t len = strlen(text);
        snprintf(text + len, sizeof(text) - len, "%s%s", len == 0 ? "" : " ",
                 prov_check_subject_text((enum prov_check_subject)bit));
    }
    out_text(&run->out, "subjects", text);
}

static void put_rule(struct run *run, const struct prov_check_rule *rule)
{
    char where[64];

    out_begin(&run->out);
    out_text(&run->out, "rule", rule->id);
    out_text(&run->out, "level", prov_check_level_text(rule->level));
    put_subjects(run, rule->subjects);
    snprintf(where, sizeof(where), "%s, %s%s", rule->document,
             rule->section[0] >= 'A' ? out_section_word(rule->section) : "", rule->section);
    if (!run->out.json)
        out_text(&run->out, "where", where);
    out_text(&run->out, "title", rule->title);
    if (run->out.json) {
        out_text(&run->out, "document", rule->document);
        out_text(&run->out, "section", rule->section);
        out_text(&run->out, "row", rule->row);
        out_text(&run->out, "remedy", rule->remedy);
    }
    out_end(&run->out);
}

prov_result cmd_check_list(struct run *run)
{
    static const struct out_column columns[] = {{"rule", 32},  {"level", 6}, {"subjects", 10},
                                                {"where", 22}, {"title", 0}, {NULL, 0}};
    const struct prov_check_rule *rule;

    out_list(&run->out, columns);
    for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
        put_rule(run, rule);
    return PROV_OK;
}
