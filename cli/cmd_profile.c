/* SPDX-License-Identifier: Apache-2.0
 *
 * The profiles as the program has them: the same rows that engine, CA and checker read.
 */
#include "commands.h"

#include <inttypes.h>
#include <string.h>

#include "prov/text.h"

prov_result cmd_profile_list(struct run *run)
{
    static const struct out_column columns[] = {
        {"name", 14}, {"document", 38}, {"title", 0}, {NULL, 0}};
    out_list(&run->out, columns);
    for (size_t i = 0; i < prov_profile_count; i++) {
        out_begin(&run->out);
        out_text(&run->out, "name", prov_profiles[i].name);
        out_text(&run->out, "document", prov_profiles[i].document);
        out_text(&run->out, "title", prov_profiles[i].title);
        out_end(&run->out);
    }
    return PROV_OK;
}

/* --- what is asked for ------------------------------------------------------------------------- */

struct view {
    const struct prov_profile *profile;
    unsigned roles, modes, cert_roles;
};

static prov_result unknown(struct run *run, const char *what, const char *text,
                           const struct prov_name_of *names, const struct prov_name_of *more)
{
    char list[160] = "";
    size_t len = 0;
    for (const struct prov_name_of *all = names; all != NULL; all = all == names ? more : NULL)
        for (size_t i = 0; all[i].text != NULL && len < sizeof list; i++)
            if (all == names || !prov_name_parse(names, all[i].text, &(unsigned){0}))
                len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len == 0 ? "" : ", ",
                                        all[i].text);
    return prov_why_set(&run->why, PROV_E_USAGE, "%s is one of %s, not \"%.32s\"", what, list,
                        text);
}

/* --role names an end of the handshake, or what a certificate is for. */
static prov_result take_role(struct run *run, struct view *view)
{
    const char *text = run_option(run, OPT_ROLE);
    if (text == NULL)
        return PROV_OK;
    view->roles = view->cert_roles = 0;
    bool found = prov_name_parse(prov_role_names, text, &view->roles);
    found = prov_name_parse(prov_cert_role_names, text, &view->cert_roles) || found;
    return found ? PROV_OK : unknown(run, "--role", text, prov_role_names, prov_cert_role_names);
}

static prov_result take_view(struct run *run, struct view *ret)
{
    const char *kind = run_option(run, OPT_KIND);
    *ret = (struct view){
        .profile = prov_profile_find(run->words[0]), .roles = ~0u, .modes = ~0u, .cert_roles = ~0u};
    if (ret->profile == NULL) {
        prov_why_hint(&run->why, "prov profile list");
        return prov_why_set(&run->why, PROV_E_NOT_FOUND, "no profile \"%.32s\"", run->words[0]);
    }
    if (kind != NULL && !prov_name_parse(prov_mode_names, kind, &ret->modes))
        return unknown(run, "--kind", kind, prov_mode_names, NULL);
    return take_role(run, ret);
}

/* --- the handshake ----------------------------------------------------------------------------- */

static void names_put(const struct prov_name_of *names, unsigned bits, char *text, size_t cap)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; names[i].text != NULL; i++)
        if ((bits & names[i].value) != 0 && len < cap)
            len += (size_t)snprintf(text + len, cap - len, "%s%s", len == 0 ? "" : ", ",
                                    names[i].text);
}

struct source {
    char text[96];
};

/* "RFC 7925, section 13"; for people a draft by its profile's name. */
static struct source source_of(const struct run *run, const char *document, const char *section)
{
    struct source ret;
    bool draft = strcmp(document, PROV_DRAFT_TLS13_IOT) == 0;
    snprintf(ret.text, sizeof ret.text, "%s, %s%s",
             draft && !run->out.json ? PROV_PROFILE_TLS13_IOT : document, out_section_word(section),
             section);
    return ret;
}

static void source_out(struct run *run, const char *document, const char *section, const char *row)
{
    struct source source = source_of(run, document, section);
    out_text(&run->out, "source", source.text);
    if (row != NULL)
        out_text(&run->out, "row", row);
}

static void suites_out(struct run *run, enum prov_profile_mode mode)
{
    out_array_begin(&run->out, "suites");
    for (prov_suites suite = prov_mode_suites(mode); *suite != NULL; suite++) {
        char number[8];
        snprintf(number, sizeof number, "0x%04X", (*suite)->id);
        out_item_begin(&run->out);
        if (run->out.json) {
            out_text(&run->out, "id", number);
            out_text(&run->out, "name", (*suite)->name);
            out_bool(&run->out, "forward_secret", (*suite)->forward_secret);
        } else {
            out_text(&run->out, number, (*suite)->name);
        }
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
}

/* The octets of the ClientHello from cipher_suites on. */
static void hello_out(struct run *run, enum prov_profile_mode mode)
{
    uint8_t octets[128];
    struct prov_buf buf = PROV_BUF_OF(octets);
    prov_mode_hello_put(mode, NULL, &buf);
    out_hex(&run->out, "client_hello", prov_buf_bytes(&buf));
}

static void rule_line(struct run *run, const char *name, const char *demand, const char *more,
                      struct source source)
{
    fprintf(run->out.stream, "    %-32s %-10s  %s%s[%s]\n", name, demand, more,
            more[0] == '\0' ? "" : " ", source.text);
}

static void extension_out(struct run *run, const struct prov_extension_rule *rule, bool client)
{
    const char *name = prov_name_of(prov_extension_names, rule->type);
    if (!run->out.json) {
        char label[56];
        snprintf(label, sizeof label, "%s (%u)", name, rule->type);
        rule_line(run, label, prov_demand_text(rule->offer), rule->when == NULL ? "" : rule->when,
                  source_of(run, rule->document, rule->section));
        return;
    }
    out_item_begin(&run->out);
    out_int(&run->out, "type", rule->type);
    out_text(&run->out, "name", name);
    out_text(&run->out, "implement", prov_demand_text(rule->implement));
    out_text(&run->out, client ? "offer" : "answer", prov_demand_text(rule->offer));
    if (rule->when != NULL)
        out_text(&run->out, "when", rule->when);
    source_out(run, rule->document, rule->section, rule->row);
    out_item_end(&run->out);
}

static void extensions_out(struct run *run, enum prov_profile_role role,
                           enum prov_profile_mode mode)
{
    bool client = role == PROV_ROLE_CLIENT;
    out_array_begin(&run->out, "extensions");
    for (size_t i = 0; i < prov_extension_rule_count; i++) {
        const struct prov_extension_rule *rule = &prov_extension_rules[i];
        if ((rule->roles & role) != 0 && (rule->modes & mode) != 0)
            extension_out(run, rule, client);
    }
    out_array_end(&run->out);
}

static enum prov_kind kind_of(enum prov_profile_mode mode)
{
    return mode == PROV_MODE_CERT  ? PROV_KIND_CERT
           : mode == PROV_MODE_RPK ? PROV_KIND_RPK
                                   : PROV_KIND_PSK;
}

static void alerts_out(struct run *run, enum prov_profile_mode mode)
{
    char text[640] = "";
    size_t len = 0;
    for (unsigned alert = 0; alert < 255 && len < sizeof text; alert++)
        if (prov_alert_allowed((enum prov_alert)alert, kind_of(mode)))
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s(%u)", len == 0 ? "" : ", ",
                                    prov_alert_text((enum prov_alert)alert), alert);
    out_text(&run->out, "alerts", text);
}

static void numbers_out(struct run *run, unsigned modes)
{
    out_array_begin(&run->out, "numbers");
    for (size_t i = 0; i < prov_profile_number_count; i++) {
        const struct prov_profile_number *number = &prov_profile_numbers[i];
        if ((number->modes & modes) == 0)
            continue;
        if (!run->out.json) {
            fprintf(run->out.stream, "    %-50s %8" PRIu32 " %-12s  %s, %s%s\n", number->name,
                    number->value, number->unit, number->document,
                    out_section_word(number->section), number->section);
            continue;
        }
        out_item_begin(&run->out);
        out_text(&run->out, "name", number->name);
        out_int(&run->out, "value", number->value);
        out_text(&run->out, "unit", number->unit);
        source_out(run, number->document, number->section, NULL);
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
}

static bool has_groups(enum prov_profile_mode mode)
{
    return mode != PROV_MODE_PSK;
}

static void mode_out(struct run *run, enum prov_profile_role role, enum prov_profile_mode mode)
{
    bool signs = mode == PROV_MODE_RPK || mode == PROV_MODE_CERT;
    out_item_begin(&run->out);
    if (!run->out.json)
        fprintf(run->out.stream, "\n  %s, %s\n", prov_name_of(prov_role_names, role),
                prov_name_of(prov_mode_names, mode));
    if (run->out.json) {
        out_text(&run->out, "role", prov_name_of(prov_role_names, role));
        out_text(&run->out, "kind", prov_name_of(prov_mode_names, mode));
    }
    out_text(&run->out, "version", "DTLS 1.2 (0xFEFD)");
    suites_out(run, mode);
    out_text(&run->out, "compression", "null");
    if (has_groups(mode)) {
        out_text(&run->out, "groups", "secp256r1 (23)");
        out_text(&run->out, "point_formats", "uncompressed (0)");
    }
    if (signs)
        out_text(&run->out, "signatures", "ecdsa with SHA-256 (0x0403)");
    if (role == PROV_ROLE_CLIENT)
        hello_out(run, mode);
    extensions_out(run, role, mode);
    alerts_out(run, mode);
    out_item_end(&run->out);
}

static void handshake_out(struct run *run, const struct view *view)
{
    out_array_begin(&run->out, "handshake");
    for (size_t r = 0; prov_role_names[r].text != NULL; r++)
        for (size_t m = 0; prov_mode_names[m].text != NULL; m++)
            if ((view->roles & prov_role_names[r].value) != 0 &&
                (view->modes & prov_mode_names[m].value) != 0)
                mode_out(run, (enum prov_profile_role)prov_role_names[r].value,
                         (enum prov_profile_mode)prov_mode_names[m].value);
    out_array_end(&run->out);
    numbers_out(run, view->modes);
}

/* --- certificates ------------------------------------------------------------------------------ */

static const struct prov_name_of *bits_of(const struct prov_cert_rule *rule)
{
    return rule->element == PROV_ELEMENT_EKU ? prov_eku_names : prov_key_usage_names;
}

/* "digitalSignature (and keyAgreement); critical: MUST" */
static void value_put(const struct prov_cert_rule *rule, char *text, size_t cap)
{
    char need[160], may[160];
    size_t len = 0;
    text[0] = '\0';
    names_put(bits_of(rule), rule->need, need, sizeof need);
    names_put(bits_of(rule), rule->may & ~rule->need, may, sizeof may);
    if (rule->need != 0)
        len += (size_t)snprintf(text + len, cap - len, "%s", need);
    if (rule->need != 0 && rule->may != 0 && rule->may != 0xffff && may[0] != '\0')
        len += (size_t)snprintf(text + len, cap - len, ", with %s if need be", may);
    if (rule->value != NULL)
        len += (size_t)snprintf(text + len, cap - len, "%s%s", len == 0 ? "" : "; ", rule->value);
    if (rule->critical != 0 && rule->presence != PROV_DEMAND_MUST_NOT && len < cap)
        snprintf(text + len, cap - len, "%scritical: %s", len == 0 ? "" : "; ",
                 prov_demand_text(rule->critical));
}

static void element_out(struct run *run, const struct prov_cert_rule *rule)
{
    const char *name = prov_name_of(prov_element_names, rule->element);
    char value[512];
    value_put(rule, value, sizeof value);
    if (!run->out.json) {
        rule_line(run, name, prov_demand_text(rule->presence), value,
                  source_of(run, rule->document, rule->section));
        return;
    }
    out_item_begin(&run->out);
    out_text(&run->out, "element", name);
    out_text(&run->out, "presence", prov_demand_text(rule->presence));
    if (rule->critical != 0)
        out_text(&run->out, "critical", prov_demand_text(rule->critical));
    out_text(&run->out, "value", value);
    source_out(run, rule->document, rule->section, rule->row);
    out_item_end(&run->out);
}

static void certificate_out(struct run *run, const struct prov_cert_profile *profile,
                            const struct prov_name_of *role)
{
    out_item_begin(&run->out);
    if (run->out.json)
        out_text(&run->out, "role", role->text);
    else
        fprintf(run->out.stream, "\n  %s\n", role->text);
    out_array_begin(&run->out, "elements");
    for (size_t i = 0; prov_element_names[i].text != NULL; i++) {
        const struct prov_cert_rule *rule =
            prov_cert_rule_find(profile, (enum prov_cert_role)role->value,
                                (enum prov_cert_element)prov_element_names[i].value);
        if (rule != NULL)
            element_out(run, rule);
    }
    out_array_end(&run->out);
    out_item_end(&run->out);
}

static void certificates_out(struct run *run, const struct view *view)
{
    out_array_begin(&run->out, "certificates");
    for (size_t i = 0; prov_cert_role_names[i].text != NULL; i++)
        if ((view->cert_roles & prov_cert_role_names[i].value) != 0)
            certificate_out(run, view->profile->certificates, &prov_cert_role_names[i]);
    out_array_end(&run->out);
}

/* --- the command ------------------------------------------------------------------------------- */

prov_result cmd_profile_show(struct run *run)
{
    struct view view;
    prov_result r = take_view(run, &view);
    if (r != PROV_OK)
        return r;
    bool handshake = view.profile->handshake && view.roles != 0;
    bool certificates = view.cert_roles != 0 && (view.modes & PROV_MODE_CERT) != 0;
    if (!handshake && !certificates)
        return prov_why_set(&run->why, PROV_E_NOT_FOUND,
                            "profile %s says nothing about this role and kind", view.profile->name);
    out_begin(&run->out);
    out_text(&run->out, "name", view.profile->name);
    out_text(&run->out, "title", view.profile->title);
    out_text(&run->out, "document", view.profile->document);
    if (handshake)
        handshake_out(run, &view);
    if (certificates)
        certificates_out(run, &view);
    out_end(&run->out);
    return PROV_OK;
}
