/* SPDX-License-Identifier: Apache-2.0
 *
 * Words and options as values.
 */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

prov_result take_required(struct run *run, enum option option, const char **ret)
{
    const char *text = run_option(run, option);
    if (text == NULL)
        return prov_why_set(&run->why, PROV_E_USAGE, "option %s is missing",
                            option_rows[option].name);
    *ret = text;
    return PROV_OK;
}

prov_result take_eui64(struct run *run, const char *text, struct prov_eui64 *ret)
{
    bool from_eui48 = run_flag(run, OPT_FROM_EUI48);
    prov_result r = from_eui48 ? prov_eui64_parse_eui48(text, ret) : prov_eui64_parse(text, ret);
    if (r == PROV_E_EUI64) {
        struct prov_eui64 other;
        if (!from_eui48 && prov_eui64_parse_eui48(text, &other) == PROV_OK)
            prov_why_hint(&run->why, "for an EUI-48 say --from-eui48");
    }
    if (r != PROV_OK)
        return prov_why_set(&run->why, r, "%s, in \"%.64s\"", prov_result_text(r), text);
    return PROV_OK;
}

prov_result take_fqdn(struct run *run, const char *text, struct prov_fqdn *ret)
{
    prov_result r = prov_fqdn_parse(prov_bytes_text(text), ret);
    if (r != PROV_OK)
        return prov_why_set(&run->why, r, "%s, in \"%.100s\"", prov_result_text(r), text);
    return PROV_OK;
}

prov_result take_server(struct run *run, struct prov_fqdn *ret)
{
    const char *text = NULL;
    prov_result r = take_required(run, OPT_SERVER, &text);
    return r == PROV_OK ? take_fqdn(run, text, ret) : r;
}

/* -1: not a number. */
static long port_number(const char *text)
{
    char *end = NULL;
    bool zeros = text[0] == '0' && text[1] != '\0'; /* one number, one spelling */
    long port = text[0] < '0' || text[0] > '9' || zeros ? -1 : strtol(text, &end, 10);
    return end != NULL && *end == '\0' && port <= 65535 ? port : -1;
}

/* HOST:PORT or [IPv6]:PORT. The host is a name or an address; what it is is found out when it is used. */
prov_result take_address(struct run *run, const char *text, long min_port)
{
    const char *colon = strrchr(text, ':');
    size_t host = colon == NULL ? 0 : (size_t)(colon - text);
    bool bracketed = host > 2 && text[0] == '[' && text[host - 1] == ']';
    bool bare = host > 0 && memchr(text, ':', host) == NULL && memchr(text, '[', host) == NULL;
    bool clean = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "-.:[]%_") == strlen(text);
    if (!clean || (!bracketed && !bare) || port_number(colon + 1) < min_port ||
        strlen(text) > PROV_ADDRESS_MAX)
        return prov_why_set(&run->why, PROV_E_ADDRESS, "not HOST:PORT or [IPv6]:PORT, in \"%.64s\"",
                            text);
    return PROV_OK;
}

prov_result take_use(struct run *run, enum prov_use *ret)
{
    const char *text = run_option(run, OPT_USE);
    *ret = PROV_USE_BOOTSTRAP;
    if (text == NULL || prov_use_parse(text, ret) == PROV_OK)
        return PROV_OK;
    return prov_why_set(&run->why, PROV_E_USAGE, "--use is bootstrap or operational, not \"%.32s\"",
                        text);
}

prov_result take_number(struct run *run, enum option option, long min, long max, long *ret)
{
    const char *text = run_option(run, option);
    char *end = NULL;
    if (text == NULL)
        return PROV_OK;
    errno = 0;
    long value = text[0] < '0' || text[0] > '9' ? min - 1 : strtol(text, &end, 10);
    if (errno != 0 || end == NULL || *end != '\0' || value < min || value > max)
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "%s is a number from %ld to %ld, not \"%.32s\"",
                            option_rows[option].name, min, max, text);
    *ret = value;
    return PROV_OK;
}

prov_result take_subject(struct run *run, const char *text, struct subject *ret)
{
    *ret = (struct subject){.is_server = strchr(text, '.') != NULL};
    if (!ret->is_server) {
        prov_result r = take_eui64(run, text, &ret->device);
        return r == PROV_OK ? take_server(run, &ret->server) : r;
    }
    if (run_flag(run, OPT_SERVER) || run_flag(run, OPT_USE) || run_flag(run, OPT_FROM_EUI48))
        return prov_why_set(
            &run->why, PROV_E_USAGE,
            "--server, --use and --from-eui48 are for devices, not for server %.100s", text);
    return take_fqdn(run, text, &ret->server);
}

prov_result take_credential(struct run *run, const char *prefix, struct prov_credential *ret)
{
    prov_result r = prov_registry_credential_get(run->registry, prefix, ret, &run->why);
    if (r == PROV_E_AMBIGUOUS || r == PROV_E_NOT_FOUND)
        prov_why_hint(&run->why, "prov credential list");
    return r;
}
