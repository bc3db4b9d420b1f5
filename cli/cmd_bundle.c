/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "export.h"

#include "prov/text.h"

#include <stdio.h>
#include <string.h>

/* --- export ----------------------------------------------------------------------------------- */

/* In text there is nothing to say: the file is the answer. */
static prov_result put_export(struct run *run, const struct export *export, const char *path)
{
    if (!run->out.json)
        return PROV_OK;
    out_begin(&run->out);
    prov_result r = export_put(run, export, path);
    out_end(&run->out);
    return r;
}

static prov_result export_named(struct run *run, struct export *export, const char *path)
{
    prov_result r = PROV_OK;
    for (size_t i = 0; r == PROV_OK && i < run->word_count; i++)
        r = take_credential(run, run->words[i], &export->credentials[i]);
    export->count = run->word_count;
    if (r == PROV_OK)
        r = file_check_new(run, path);
    if (r == PROV_OK)
        r = export_make(run, export);
    if (r == PROV_OK && !run->dry_run)
        r = file_write_new(run, path, export->file);
    return r == PROV_OK ? put_export(run, export, path) : r;
}

prov_result cmd_bundle_export(struct run *run)
{
    struct export export = {0};
    const char *path = NULL;
    if (run_flag(run, OPT_GROUP))
        return lot_export(run);
    if (run->word_count == 0)
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "a word is missing: prov bundle export ID [ID ...] --out FILE");
    if (run_flag(run, OPT_FOLDER))
        return prov_why_set(&run->why, PROV_E_USAGE, "--folder goes with --group");
    prov_result r = take_required(run, OPT_OUT, &path);
    if (r == PROV_OK && run->out.json && strcmp(path, "-") == 0)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--json and --out - both mean stdout");
    if (r == PROV_OK)
        r = export_begin(run, &export);
    if (r == PROV_OK)
        r = export_named(run, &export, path);
    export_end(&export);
    return r;
}

/* --- inspect ---------------------------------------------------------------------------------- */

static void put_deny_signer(struct run *run, const struct prov_bundle *bundle)
{
    uint8_t spki[PROV_SPKI_LEN], digest[PROV_HASH_LEN];
    char ni[PROV_NI_TEXT];
    struct prov_bytes part = PROV_BYTES_OF(spki);
    if (!bundle->has_deny_signer)
        return;
    prov_spki_encode(bundle->deny_signer, spki);
    if (prov_crypto_sha256(run->crypto, &part, 1, digest) != PROV_OK)
        return;
    prov_ni_format(digest, ni);
    out_text(&run->out, "deny_signer", ni);
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
    put_deny_signer(run, bundle);
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

static void put_urls(struct run *run, const struct prov_bundle *bundle)
{
    if (bundle->url_count == 0)
        return;
    out_array_begin(&run->out, "certificate_urls");
    for (size_t i = 0; i < bundle->url_count; i++) {
        char url[PROV_URL_MAX + 1];
        snprintf(url, sizeof(url), "%.*s", (int)bundle->urls[i].url.len,
                 (const char *)bundle->urls[i].url.data);
        out_item_begin(&run->out);
        out_text(&run->out, "url", url);
        out_hex(&run->out, "sha1", PROV_BYTES_OF(bundle->urls[i].sha1));
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
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
        put_urls(run, &bundle);
        put_peers(run, &bundle);
        out_end(&run->out);
        if (bundle.kind == PROV_KIND_PSK)
            run_warn("no forward secrecy with TLS_PSK_WITH_AES_128_CCM_8 (0xC0A8)");
    }
    prov_wipe(octets, sizeof(octets));
    return r;
}
