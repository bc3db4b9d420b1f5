/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <string.h>

/* --- the signer ------------------------------------------------------------------------------- */

prov_result cmd_denylist_signer(struct run *run)
{
    struct prov_deny_signer signer;
    prov_result r = prov_registry_deny_signer_get(run->registry, &signer, NULL, &run->why);
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    out_uuid(&run->out, "id", &signer.uuid);
    out_int(&run->out, "version", signer.version);
    out_time(&run->out, "created", signer.created);
    show_key(run, signer.point);
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_denylist_init(struct run *run)
{
    prov_result r = prov_flow_deny_init(&run->flow);
    if (r == PROV_OK && !run->dry_run)
        r = cmd_denylist_signer(run);
    return r;
}

/* --- a list ----------------------------------------------------------------------------------- */

static void put_export(struct run *run, const struct prov_flow_denied *denied, const char *path)
{
    out_begin(&run->out);
    out_int(&run->out, "version", denied->version);
    out_int(&run->out, "certificates", (int64_t)denied->certificates);
    out_int(&run->out, "keys", (int64_t)denied->keys);
    out_int(&run->out, "left_out", (int64_t)denied->kept);
    out_text(&run->out, "out", path);
    out_end(&run->out);
}

prov_result cmd_denylist_export(struct run *run)
{
    const struct prov_flow_deny plan = {.servers_only = run_flag(run, OPT_SERVERS),
                                        .expired = run_flag(run, OPT_EXPIRED)};
    struct prov_flow_denied denied;
    const char *path = NULL;
    uint8_t octets[PROV_DENY_LIST_MAX];
    struct prov_buf file = PROV_BUF_OF(octets);
    prov_result r = take_required(run, OPT_OUT, &path);
    if (r == PROV_OK && run->out.json && strcmp(path, "-") == 0)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--json and --out - both mean stdout");
    if (r == PROV_OK)
        r = file_check_new(run, path);
    if (r == PROV_OK)
        r = prov_flow_deny_export(&run->flow, &plan, &file, &denied);
    if (r == PROV_OK && !run->dry_run)
        r = file_write_new(run, path, prov_buf_bytes(&file));
    if (r != PROV_OK)
        return r;
    if (denied.kept > 0)
        run_warn("%zu revoked raw keys are left out: active credentials still show them",
                 denied.kept);
    if (strcmp(path, "-") != 0)
        put_export(run, &denied, path);
    return PROV_OK;
}

static prov_result read_file(struct run *run, const char *path, uint8_t octets[PROV_DENY_LIST_MAX],
                             struct prov_bytes *ret)
{
    struct prov_buf file = prov_buf_make(octets, PROV_DENY_LIST_MAX);
    prov_result r = file_read(run, path, &file);
    if (r == PROV_OK)
        *ret = prov_buf_bytes(&file);
    return r;
}

static prov_result blame(struct run *run, const char *path, prov_result r)
{
    if (r == PROV_E_VERSION)
        return prov_why_set(&run->why, r, "a deny-list of a newer format: %.160s", path);
    if (r == PROV_E_DETERMINISM)
        return prov_why_set(&run->why, r, "%s: %.160s", prov_result_text(r), path);
    return file_blame(run, path, r);
}

static void put_list(struct run *run, const struct prov_deny_list *list)
{
    out_int(&run->out, "version", list->version);
    out_time(&run->out, "issued", list->issued);
}

static void put_entries(struct run *run, const struct prov_deny_list *list)
{
    struct prov_deny_at at = {0};
    struct prov_bytes issuer, serial;
    out_array_begin(&run->out, "certificates");
    while (prov_deny_list_next(list, &at, &issuer, &serial)) {
        out_item_begin(&run->out);
        out_hex(&run->out, "issuer_sha256", issuer);
        out_hex(&run->out, "serial", serial);
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
    out_array_begin(&run->out, "keys");
    for (size_t i = 0; i < list->key_count; i++) {
        out_item_begin(&run->out);
        out_hex(&run->out, "spki_sha256", prov_deny_list_key(list, i));
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
}

prov_result cmd_denylist_show(struct run *run)
{
    uint8_t octets[PROV_DENY_LIST_MAX];
    struct prov_bytes file;
    struct prov_deny_list list;
    prov_result r = read_file(run, run->words[0], octets, &file);
    if (r == PROV_OK)
        r = blame(run, run->words[0], prov_deny_list_peek(file, &list));
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    put_list(run, &list);
    put_entries(run, &list);
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_denylist_verify(struct run *run)
{
    uint8_t octets[PROV_DENY_LIST_MAX];
    struct prov_bytes file;
    struct prov_deny_list list;
    uint32_t newest = 0;
    prov_result r = read_file(run, run->words[0], octets, &file);
    if (r == PROV_OK)
        r = blame(run, run->words[0], prov_flow_deny_verify(&run->flow, file, &list, &newest));
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    put_list(run, &list);
    out_int(&run->out, "certificates", (int64_t)list.certificate_count);
    out_int(&run->out, "keys", (int64_t)list.key_count);
    out_bool(&run->out, "newest", list.version >= newest);
    out_end(&run->out);
    return PROV_OK;
}
