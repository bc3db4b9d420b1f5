/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <string.h>

static void put_credential(struct run *run, const struct prov_credential *credential)
{
    bool expired = credential->not_after < run_clock_ms(NULL) / 1000;
    out_uuid(&run->out, "id", &credential->uuid);
    out_text(&run->out, "kind", prov_kind_text(credential->kind));
    out_text(&run->out, "use", prov_use_text(credential->use));
    out_text(&run->out, "state", prov_state_text(credential->state));
    if (credential->is_server)
        out_null(&run->out, "device");
    else
        out_eui64(&run->out, "device", &credential->device);
    out_text(&run->out, "server", credential->server.text);
    out_time(&run->out, "created", credential->created);
    out_time(&run->out, "activated", credential->activated);
    out_time(&run->out, "ended", credential->ended);
    out_time(&run->out, "not_after", credential->not_after);
    out_bool(&run->out, "expired", expired); /* told by the time, not kept */
}

static prov_result list_credential(void *context, const struct prov_credential *credential)
{
    struct run *run = context;
    out_begin(&run->out);
    put_credential(run, credential);
    out_end(&run->out);
    return PROV_OK;
}

struct filter {
    struct prov_eui64 device;
    struct prov_fqdn server;
    struct prov_credential_filter filter;
};

static prov_result take_filter(struct run *run, struct filter *ret)
{
    const char *device = run_option(run, OPT_DEVICE), *server = run_option(run, OPT_SERVER);
    const char *kind = run_option(run, OPT_KIND), *state = run_option(run, OPT_STATE);
    *ret = (struct filter){0};
    if (device != NULL) {
        prov_result r = take_eui64(run, device, &ret->device);
        if (r != PROV_OK)
            return r;
        ret->filter.device = &ret->device;
    }
    if (server != NULL) {
        prov_result r = take_fqdn(run, server, &ret->server);
        if (r != PROV_OK)
            return r;
        ret->filter.server = &ret->server;
    }
    if (kind != NULL && prov_kind_parse(kind, &ret->filter.kind) != PROV_OK)
        return prov_why_set(&run->why, PROV_E_USAGE, "--kind is psk, rpk or cert, not \"%.32s\"",
                            kind);
    if (state != NULL && prov_state_parse(state, &ret->filter.state) != PROV_OK)
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "--state is pending, active, retired or revoked, not \"%.32s\"", state);
    return PROV_OK;
}

prov_result cmd_credential_list(struct run *run)
{
    static const struct out_column columns[] = {{"id", 36},   {"kind", 4},    {"use", 11},
                                                {"state", 7}, {"device", 23}, {"server", 0},
                                                {NULL, 0}};
    struct filter filter;
    prov_result r = take_filter(run, &filter);
    if (r != PROV_OK)
        return r;
    out_list(&run->out, columns);
    return prov_registry_credential_list(run->registry, &filter.filter, list_credential, run,
                                         &run->why);
}

static void put_details(struct run *run, const struct prov_credential *credential)
{
    static const struct prov_uuid none;
    if (memcmp(&credential->replaces, &none, sizeof(none)) != 0)
        out_uuid(&run->out, "replaces", &credential->replaces);
    if (credential->reason[0] != '\0')
        out_text(&run->out, "reason", credential->reason);
    out_text(&run->out, "secret",
             credential->has_secret ? "sealed in the registry" : "on the device alone");
    if (credential->kind == PROV_KIND_PSK)
        out_hex(&run->out, "psk_identity", prov_psk_identity_bytes(&credential->identity));
    if (credential->has_key)
        show_key(run, credential->point);
    if (credential->kind == PROV_KIND_CERT) {
        struct prov_bytes chain = PROV_BYTES(credential->chain, credential->chain_len);
        if (!credential->is_server)
            show_device_cert(run, chain);
        show_chain(run, "chain", chain);
    }
}

prov_result cmd_credential_show(struct run *run)
{
    struct prov_credential credential;
    prov_result r = take_credential(run, run->words[0], &credential);
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    put_credential(run, &credential);
    put_details(run, &credential);
    out_end(&run->out);
    return PROV_OK;
}

static prov_result visit_any(void *context, const struct prov_credential *credential)
{
    (void)credential;
    *(bool *)context = true;
    return PROV_OK;
}

/* A server without a key or a certificate refuses its devices: allowed, but not in silence. */
static void warn_last(struct run *run, const struct prov_credential *revoked)
{
    struct prov_credential_filter filter = {.server = &revoked->server,
                                            .kind = revoked->kind,
                                            .state = PROV_STATE_ACTIVE,
                                            .servers = 1};
    bool any = false;
    if (!revoked->is_server || run->dry_run ||
        prov_registry_credential_list(run->registry, &filter, visit_any, &any, NULL) != PROV_OK)
        return;
    if (!any)
        run_warn("server %s has no active %s left: prov %s issue %s", revoked->server.text,
                 prov_kind_text(revoked->kind), prov_kind_text(revoked->kind),
                 revoked->server.text);
}

prov_result cmd_credential_revoke(struct run *run)
{
    struct prov_credential credential;
    const char *reason = NULL;
    prov_result r = take_required(run, OPT_REASON, &reason);
    if (r == PROV_OK && (reason[0] == '\0' || strlen(reason) > PROV_REASON_MAX))
        r = prov_why_set(&run->why, PROV_E_USAGE, "--reason has 1 to %d octets", PROV_REASON_MAX);
    if (r == PROV_OK)
        r = take_credential(run, run->words[0], &credential);
    if (r == PROV_OK)
        r = prov_registry_credential_revoke(run->registry, credential.id, reason, &run->why);
    if (r != PROV_OK)
        return r;
    warn_last(run, &credential);
    show_id(run, &credential.uuid);
    return PROV_OK;
}
