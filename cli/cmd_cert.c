/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <string.h>

static prov_result take_csr(struct run *run, struct prov_buf *buf, struct prov_flow_cert *request)
{
    const char *path = run_option(run, OPT_CSR);
    if (path == NULL)
        return PROV_OK;
    prov_result r = file_read(run, path, buf);
    if (r == PROV_OK && buf->len == 0)
        r = prov_why_set(&run->why, PROV_E_TRUNCATED, "empty request: %.200s", path);
    request->csr = prov_buf_bytes(buf);
    return r;
}

/* Left as it is, the default, if the option is not given. */
static prov_result take_profile(struct run *run, const struct prov_cert_profile **ret)
{
    const char *text = run_option(run, OPT_PROFILE);
    char names[64] = "";
    size_t len = 0;
    if (text == NULL)
        return PROV_OK;
    const struct prov_cert_profile *found = prov_cert_profile_find(text);
    if (found != NULL) {
        *ret = found;
        return PROV_OK;
    }
    for (size_t i = 0; prov_cert_profiles[i] != NULL && len < sizeof(names); i++)
        len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i == 0 ? "" : " or ",
                                prov_cert_profiles[i]->name);
    return prov_why_set(&run->why, PROV_E_USAGE, "--profile is %s, not \"%.32s\"", names, text);
}

static prov_result take_form(struct run *run, enum prov_eui_form *ret)
{
    const char *text = run_option(run, OPT_EUI_FORM);
    if (text == NULL)
        return PROV_OK;
    if (strcmp(text, "cn") != 0 && strcmp(text, "san") != 0)
        return prov_why_set(&run->why, PROV_E_USAGE, "--eui-form is cn or san, not \"%.32s\"",
                            text);
    *ret = strcmp(text, "cn") == 0 ? PROV_EUI_FORM_CN : PROV_EUI_FORM_SAN;
    return PROV_OK;
}

/* --role server: the device serves, and its certificate is operational (row 3). */
static prov_result take_role(struct run *run, struct prov_flow_cert *request)
{
    const char *text = run_option(run, OPT_ROLE);
    if (text == NULL)
        return PROV_OK;
    if (strcmp(text, "client") != 0 && strcmp(text, "server") != 0)
        return prov_why_set(&run->why, PROV_E_USAGE, "--role is client or server, not \"%.32s\"",
                            text);
    request->serves = strcmp(text, "server") == 0;
    if (request->serves && run_option(run, OPT_USE) == NULL)
        request->use = PROV_USE_OPERATIONAL;
    return PROV_OK;
}

static prov_result take_words(struct run *run, struct subject *subject, long *days,
                              struct prov_flow_cert *request)
{
    prov_result r = take_subject(run, run->words[0], subject);
    if (r == PROV_OK && subject->is_server &&
        (run_flag(run, OPT_EUI_FORM) || run_flag(run, OPT_ROLE)))
        r = prov_why_set(&run->why, PROV_E_USAGE,
                         "--eui-form and --role are for devices, not for server %.100s",
                         run->words[0]);
    if (r == PROV_OK)
        r = take_use(run, &request->use);
    if (r == PROV_OK)
        r = take_role(run, request);
    if (r == PROV_OK)
        r = take_form(run, &request->form);
    if (r == PROV_OK)
        r = take_number(run, OPT_DAYS, 1, 36500, days);
    return r == PROV_OK ? take_profile(run, &request->profile) : r;
}

prov_result cmd_cert_issue(struct run *run)
{
    struct subject subject;
    long days = 0;
    uint8_t octets[4096];
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct prov_uuid id;
    struct prov_flow_cert request = {.no_expiry = run_flag(run, OPT_NO_EXPIRY)};
    prov_result r = take_words(run, &subject, &days, &request);
    if (r == PROV_OK)
        r = take_csr(run, &buf, &request);
    if (r != PROV_OK)
        return r;
    request.device = subject.is_server ? NULL : &subject.device;
    request.server = &subject.server;
    request.days = (int)days;
    r = prov_flow_cert_issue(&run->flow, &request, &id);
    if (r != PROV_OK && request.csr.len != 0)
        r = file_blame(run, run_option(run, OPT_CSR), r);
    if (r == PROV_OK)
        show_id(run, &id);
    return r;
}
