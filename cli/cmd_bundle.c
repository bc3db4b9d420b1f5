/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <string.h>

/* In text there is nothing to say: the file is the answer. */
static void put_export(struct run *run, const struct prov_uuid *id, const char *path)
{
    out_begin(&run->out);
    out_uuid(&run->out, "id", id);
    out_text(&run->out, "out", path);
    out_end(&run->out);
}

prov_result cmd_bundle_export(struct run *run)
{
    struct prov_credential credential;
    const char *path = NULL;
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(octets);
    prov_result r = take_required(run, OPT_OUT, &path);
    if (r == PROV_OK && run->out.json && strcmp(path, "-") == 0)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--json and --out - both mean stdout");
    if (r == PROV_OK)
        r = take_credential(run, run->words[0], &credential);
    if (r == PROV_OK)
        r = file_check_new(run, path);
    if (r == PROV_OK)
        r = prov_flow_bundle_export(&run->flow, &credential, &bundle);
    if (r == PROV_OK && !run->dry_run)
        r = file_write_new(run, path, prov_buf_bytes(&bundle));
    prov_wipe(octets, sizeof(octets));
    if (r == PROV_OK && run->out.json)
        put_export(run, &credential.uuid, path);
    return r;
}

static void put_bundle(struct run *run, const struct prov_bundle *bundle)
{
    out_uuid(&run->out, "id", &bundle->id);
    out_text(&run->out, "kind", prov_kind_text(bundle->kind));
    out_text(&run->out, "use", prov_use_text(bundle->use));
    out_eui64(&run->out, "device", &bundle->device);
    out_text(&run->out, "server", bundle->server.text);
    out_text(&run->out, "address", bundle->address);
    out_text(&run->out, "profile", bundle->profile);
    out_time(&run->out, "issued", bundle->issued);
}

static void put_public(struct run *run, const struct prov_bundle *bundle)
{
    if (bundle->kind == PROV_KIND_PSK) {
        out_hex(&run->out, "psk_identity", bundle->psk_identity);
        out_int(&run->out, "psk_octets", (int64_t)bundle->psk.len);
        return;
    }
    out_bool(&run->out, "private_key", bundle->scalar.len != 0);
    if (bundle->has_public)
        show_key(run, bundle->point);
    for (size_t i = 0; i < bundle->chain_len; i++)
        show_cert(run,
                  i == 0   ? "certificate"
                  : i == 1 ? "issuer"
                           : "next_issuer",
                  bundle->chain[i]);
}

static void put_peers(struct run *run, const struct prov_bundle *bundle)
{
    if (bundle->peer_count > 0)
        out_array_begin(&run->out, "server_keys");
    for (size_t i = 0; i < bundle->peer_count; i++) {
        out_item_begin(&run->out);
        show_key(run, bundle->peers[i]);
        out_item_end(&run->out);
    }
    if (bundle->peer_count > 0)
        out_array_end(&run->out);
    if (bundle->anchor_count > 0)
        out_array_begin(&run->out, "anchors");
    for (size_t i = 0; i < bundle->anchor_count; i++) {
        out_item_begin(&run->out);
        show_cert(run, "certificate", bundle->anchors[i]);
        out_item_end(&run->out);
    }
    if (bundle->anchor_count > 0)
        out_array_end(&run->out);
}

static prov_result decode(struct run *run, struct prov_bytes bytes, const char *path,
                          struct prov_bundle *ret)
{
    size_t at = 0;
    prov_result r = prov_bundle_decode(bytes, run->crypto, ret, &at);
    if (r == PROV_OK)
        return PROV_OK;
    return prov_why_set(&run->why, r, "%s: %.200s, at octet %zu", prov_result_text(r), path, at);
}

prov_result cmd_bundle_inspect(struct run *run)
{
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct prov_bundle bundle;
    prov_result r = file_read(run, run->words[0], &buf);
    if (r == PROV_OK)
        r = decode(run, prov_buf_bytes(&buf), run->words[0], &bundle);
    if (r == PROV_OK) {
        out_begin(&run->out);
        put_bundle(run, &bundle);
        put_public(run, &bundle);
        put_peers(run, &bundle);
        out_end(&run->out);
        if (bundle.kind == PROV_KIND_PSK)
            run_warn("no forward secrecy with TLS_PSK_WITH_AES_128_CCM_8 (0xC0A8)");
    }
    prov_wipe(octets, sizeof(octets));
    return r;
}
