/* SPDX-License-Identifier: Apache-2.0
 *
 * One certificate: what it calls its subject (rows 24, 25 and 38).
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#include "prov/text.h"

#define OLD     1u
#define NEW     2u
#define LEAVES  PROV_CERT_LEAVES
#define DEVICES (PROV_CERT_IDEVID | PROV_CERT_LDEVID | PROV_CERT_DEVICE_SERVER)

static void judge_cn_dns(struct lint *lint, const struct cert_view *c, const char *rule)
{
    for (size_t i = 0; i < c->subject.cn_count && i < VIEW_NAMES; i++)
        if (view_is_dns_name(c->subject.cn[i])) {
            lint_say(lint, rule, false, "CN=%s", lint_text(c->subject.cn[i]).text);
            return;
        }
    lint_say(lint, rule, true, "%u CN, none of them a DNS name", c->subject.cn_count);
}

static void judge_wildcard(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, !c->extensions.san.wildcard, "%u dNSNames, the first \"%s\"",
             c->extensions.san.dns_count, lint_text(c->extensions.san.dns[0]).text);
}

static void judge_single(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->extensions.san.count <= 1 && c->subject.cn_count <= 1,
             "%u names in subjectAltName, %u CN", c->extensions.san.count, c->subject.cn_count);
}

static void judge_dns(struct lint *lint, const struct cert_view *c, const char *rule)
{
    const struct san_view *san = &c->extensions.san;
    bool cn = c->subject.cn_count > 0 && view_is_dns_name(c->subject.cn[0]);
    bool named = c->subject.attributes > 0 || san->present;

    if (san->dns_count == 0 && (san->ip_count > 0 || cn || !named))
        check_not_applicable(lint->findings, rule, "%sthe server is named by %s", lint->where,
                             san->ip_count > 0 ? "an address"
                             : cn              ? "its CN"
                                               : "nothing");
    else
        lint_say(lint, rule, san->dns_count > 0, "%u dNSNames, %u URIs", san->dns_count,
                 san->uri_count);
}

static void judge_dns_syntax(struct lint *lint, const struct cert_view *c, const char *rule)
{
    struct prov_fqdn fqdn;

    if (c->extensions.san.dns_count == 0 || c->extensions.san.wildcard)
        check_not_applicable(lint->findings, rule, "%sno dNSName without a wildcard", lint->where);
    else
        lint_say(lint, rule, prov_fqdn_parse(c->extensions.san.dns[0], &fqdn) == PROV_OK, "\"%s\"",
                 lint_text(c->extensions.san.dns[0]).text);
}

static void judge_ip(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->extensions.san.ip_count == 0, "%u addresses",
             c->extensions.san.ip_count);
}

/* --- devices ----------------------------------------------------------------------------------- */

static void judge_eui64(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char hex[CHECK_HEX_TEXT];
    size_t len = c->extensions.san.mac.len;

    if (c->extensions.san.mac_count > 0 && len != 6 && len != 8)
        check_not_applicable(lint->findings, rule, "%sthe MACAddress cannot be read", lint->where);
    else if (c->extensions.san.mac_count > 0)
        lint_say(lint, rule, c->has_eui64, "MACAddress %s", check_hex(c->extensions.san.mac, hex));
    else if (c->subject.cn_count > 0)
        lint_say(lint, rule, c->has_eui64, "CN=%s", lint_text(c->subject.cn[0]).text);
    else
        lint_say(lint, rule, false, "no CN and no MACAddress");
}

static void judge_eui64_text(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (!c->has_eui64 || c->extensions.san.mac_count > 0)
        check_not_applicable(lint->findings, rule, "%sno EUI-64 in a CN", lint->where);
    else
        lint_say(lint, rule, c->eui64_canonical, "CN=%s", lint_text(c->subject.cn[0]).text);
}

static void judge_mac(struct lint *lint, const struct cert_view *c, const char *rule)
{
    char hex[CHECK_HEX_TEXT];
    size_t len = c->extensions.san.mac.len;

    if (c->extensions.san.mac_count == 0)
        check_not_applicable(lint->findings, rule, "%sno MACAddress", lint->where);
    else
        lint_say(lint, rule, len == 6 || len == 8, "%zu octets: %s", len,
                 check_hex(c->extensions.san.mac, hex));
}

static void judge_in_san(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (!c->has_eui64)
        check_not_applicable(lint->findings, rule, "%sthe device is not named by an EUI",
                             lint->where);
    else
        lint_say(lint, rule, c->extensions.san.mac_count > 0, "%s",
                 c->extensions.san.mac_count > 0 ? "MACAddress" : "in the CN");
}

static void judge_serial_number(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (c->subject.serial.tag == 0)
        check_not_applicable(lint->findings, rule, "%sno serialNumber in the subject", lint->where);
    else
        lint_say(lint, rule, c->subject.serial.tag == TAG_PRINTABLE, "%s%s",
                 c->subject.serial.tag == TAG_PRINTABLE ? "" : "not a PrintableString: ",
                 lint_text(c->subject.serial.content).text);
}

/* --- the extension, and CAs -------------------------------------------------------------------- */

static void judge_critical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (!c->extensions.san.present || c->subject.attributes > 0)
        check_not_applicable(lint->findings, rule, "%sthe subject is not empty", lint->where);
    else
        lint_say(lint, rule, c->extensions.san.critical, "%s, and the subject is empty",
                 c->extensions.san.critical ? "critical" : "not critical");
}

static void judge_named(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->subject.attributes > 0 || c->extensions.san.present,
             "%u attributes in the subject, %s subjectAltName", c->subject.attributes,
             c->extensions.san.present ? "and a" : "no");
}

static void judge_uncritical(struct lint *lint, const struct cert_view *c, const char *rule)
{
    if (!c->extensions.san.present || c->subject.attributes == 0)
        check_not_applicable(lint->findings, rule, "%sno subjectAltName beside a subject",
                             lint->where);
    else
        lint_say(lint, rule, !c->extensions.san.critical, "%s beside a subject",
                 c->extensions.san.critical ? "critical" : "not critical");
}

static void judge_ca_subject(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->subject.attributes > 0, "%u attributes", c->subject.attributes);
}

static void judge_ca_name(struct lint *lint, const struct cert_view *c, const char *rule)
{
    lint_say(lint, rule, c->subject.cn_count > 0 && c->subject.has_o && c->subject.has_c,
             "%s%s%s%s", c->subject.cn_count > 0 ? "CN " : "", c->subject.has_o ? "O " : "",
             c->subject.has_c ? "C" : "",
             c->subject.cn_count > 0 || c->subject.has_o || c->subject.has_c ? ""
                                                                             : "none of CN, O, C");
}

const struct cert_judge lint_judges_names[] = {
    {"cert.ca.subject", 0, PROV_CERT_CAS, judge_ca_subject},
    {"cert13.ca.name", NEW, PROV_CERT_CAS, judge_ca_name},
    {"cert.name", 0, LEAVES, judge_named},
    {"cert.name.cn", 0, LEAVES, judge_cn_dns},
    {"cert.name.wildcard", 0, LEAVES, judge_wildcard},
    {"cert.name.single", 0, LEAVES, judge_single},
    {"cert.name.dns", 0, PROV_CERT_SERVER, judge_dns},
    {"cert.name.syntax", 0, LEAVES, judge_dns_syntax},
    {"cert.name.ip", 0, LEAVES, judge_ip},
    {"cert.name.eui64", OLD, DEVICES, judge_eui64},
    {"cert.name.eui64.text", 0, DEVICES, judge_eui64_text},
    {"cert.name.mac", 0, LEAVES, judge_mac},
    {"cert13.name.mac", NEW, DEVICES, judge_in_san},
    {"cert13.name.serial", NEW, 0, judge_serial_number},
    {"cert.san.critical", 0, LEAVES, judge_critical},
    {"cert13.san.critical", NEW, LEAVES, judge_uncritical},
    {NULL, 0, 0, NULL},
};
