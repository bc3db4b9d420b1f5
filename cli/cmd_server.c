/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

static void put_server(struct run *run, const struct prov_server_row *server)
{
    out_text(&run->out, "server", server->fqdn.text);
    out_text(&run->out, "address", server->address);
    out_time(&run->out, "created", server->created);
}

prov_result cmd_server_add(struct run *run)
{
    struct prov_fqdn fqdn;
    const char *address = run_option(run, OPT_ADDRESS);
    prov_result r = take_fqdn(run, run->words[0], &fqdn);
    if (r == PROV_OK && address != NULL)
        r = take_address(run, address, 1);
    if (r == PROV_OK)
        r = prov_flow_server_add(&run->flow, &fqdn, address == NULL ? "" : address);
    if (r == PROV_OK)
        out_single(&run->out, "server", fqdn.text);
    return r;
}

static prov_result list_server(void *context, const struct prov_server_row *server)
{
    struct run *run = context;
    out_begin(&run->out);
    put_server(run, server);
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_server_list(struct run *run)
{
    static const struct out_column columns[] = {
        {"server", 32}, {"created", 20}, {"address", 0}, {NULL, 0}};
    out_list(&run->out, columns);
    return prov_registry_server_list(run->registry, list_server, run, &run->why);
}

static prov_result show_credential(void *context, const struct prov_credential *credential)
{
    struct run *run = context;
    if (credential->kind == PROV_KIND_PSK)
        return PROV_OK;
    out_item_begin(&run->out);
    out_uuid(&run->out, "id", &credential->uuid);
    out_text(&run->out, "kind", prov_kind_text(credential->kind));
    out_time(&run->out, "created", credential->created);
    out_time(&run->out, "not_after", credential->not_after);
    show_key(run, credential->point);
    if (credential->kind == PROV_KIND_CERT)
        show_chain(run, "chain", PROV_BYTES(credential->chain, credential->chain_len));
    out_item_end(&run->out);
    return PROV_OK;
}

prov_result cmd_server_show(struct run *run)
{
    struct prov_fqdn fqdn;
    struct prov_server_row server;
    prov_result r = take_fqdn(run, run->words[0], &fqdn);
    if (r == PROV_OK)
        r = prov_registry_server_get(run->registry, &fqdn, &server, &run->why);
    if (r != PROV_OK)
        return r;
    struct prov_credential_filter filter = {
        .server = &fqdn, .state = PROV_STATE_ACTIVE, .servers = 1};
    out_begin(&run->out);
    put_server(run, &server);
    out_array_begin(&run->out, "credentials");
    r = prov_registry_credential_list(run->registry, &filter, show_credential, run, &run->why);
    out_array_end(&run->out);
    out_end(&run->out);
    return r;
}

prov_result cmd_server_set(struct run *run)
{
    struct prov_fqdn fqdn;
    const char *address = NULL;
    prov_result r = take_fqdn(run, run->words[0], &fqdn);
    if (r == PROV_OK)
        r = take_required(run, OPT_ADDRESS, &address);
    if (r == PROV_OK)
        r = take_address(run, address, 1);
    if (r == PROV_OK)
        r = prov_registry_server_set(run->registry, &fqdn, address, &run->why);
    if (r == PROV_OK)
        out_single(&run->out, "server", fqdn.text);
    return r;
}
