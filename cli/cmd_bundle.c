/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "image.h"

#include "prov/text.h"

#include <stdio.h>
#include <string.h>

static prov_result check_urls(struct run *run, const char *prefix, const char *folder)
{
    if (folder != NULL && prefix == NULL)
        return prov_why_set(&run->why, PROV_E_USAGE, "--publish needs --certificate-url");
    if (folder != NULL && strlen(folder) + PROV_URL_MAX + 2 > RUN_PATH_MAX)
        return prov_why_set(&run->why, PROV_E_USAGE, "path is too long");
    return PROV_OK;
}

/* A certificate's file is named for what is in it: one that is there already has to be the same. */
static prov_result publish_one(struct run *run, const char *path, struct prov_bytes certificate)
{
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf there = PROV_BUF_OF(octets);
    prov_result r = file_check_new(run, path);
    if (r == PROV_OK)
        return run->dry_run ? PROV_OK : file_write_public(run, path, certificate);
    prov_why_clear(&run->why);
    r = file_read(run, path, &there);
    if (r == PROV_OK && !prov_bytes_equal(prov_buf_bytes(&there), certificate))
        return prov_why_set(&run->why, PROV_E_EXISTS, "another certificate is in %.200s", path);
    return r;
}

/* What stands in the URLs behind the prefix is the name of the file. */
static prov_result publish(struct run *run, struct prov_bytes octets, const char *prefix,
                           const char *folder)
{
    struct prov_bundle bundle;
    prov_result r = prov_bundle_decode(octets, run->crypto, &bundle, NULL);
    for (size_t i = 0; r == PROV_OK && i < bundle.url_count; i++) {
        char path[RUN_PATH_MAX];
        const struct prov_bytes url = bundle.urls[i].url;
        size_t skip = strlen(prefix);
        snprintf(path, sizeof(path), "%s/%.*s", folder, (int)(url.len - skip),
                 (const char *)url.data + skip);
        r = publish_one(run, path, bundle.chain[i]);
    }
    return r;
}

/* --- export: one bundle as it is, or a device's bundles as its flash would have them -------------- */

#define EXPORT_MAX (ARGS_WORDS_MAX - 2) /* credentials at a time: a noun and a verb are words too */

enum export_format { EXPORT_BUNDLE = 0, EXPORT_IHEX, EXPORT_RAW };
static const char *const export_formats[] = {
    [EXPORT_BUNDLE] = "bundle", [EXPORT_IHEX] = "ihex", [EXPORT_RAW] = "raw"};

struct export
{
    const char *path, *prefix, *folder;
    enum export_format format;
    struct prov_credential credentials[EXPORT_MAX];
    struct image image;
    uint8_t octets[PROV_BUNDLE_MAX]; /* the last bundle */
    struct prov_bytes file;
};

static prov_result take_export_format(struct run *run, enum export_format *ret)
{
    const char *text = run_option(run, OPT_FORMAT);
    for (int i = EXPORT_BUNDLE; text != NULL && i <= EXPORT_RAW; i++)
        if (strcmp(export_formats[i], text) == 0) {
            *ret = (enum export_format)i;
            return PROV_OK;
        }
    *ret = EXPORT_BUNDLE;
    return text == NULL ? PROV_OK
                        : prov_why_set(&run->why, PROV_E_USAGE,
                                       "--format is bundle, ihex or raw, not \"%.32s\"", text);
}

/* What is of no use to a bundle. */
static prov_result check_bundle_options(struct run *run)
{
    for (int i = 0; i < OPT_COUNT; i++)
        if ((IMAGE_OPTIONS & (UINT64_C(1) << i)) != 0 && run_flag(run, (enum option)i))
            return prov_why_set(&run->why, PROV_E_USAGE,
                                "%s is for flash images: --format ihex or raw",
                                option_rows[i].name);
    if (run->word_count > 1)
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "a bundle has one credential: several are for --format ihex or raw");
    return PROV_OK;
}

static prov_result take_export(struct run *run, struct export *export)
{
    export->prefix = run_option(run, OPT_CERTIFICATE_URL);
    export->folder = run_option(run, OPT_PUBLISH);
    prov_result r = take_required(run, OPT_OUT, &export->path);
    if (r == PROV_OK && run->out.json && strcmp(export->path, "-") == 0)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--json and --out - both mean stdout");
    if (r == PROV_OK)
        r = check_urls(run, export->prefix, export->folder);
    if (r == PROV_OK)
        r = take_export_format(run, &export->format);
    if (r == PROV_OK)
        r = export->format == EXPORT_BUNDLE
                ? check_bundle_options(run)
                : image_begin(run, export->format == EXPORT_IHEX, &export->image);
    for (size_t i = 0; r == PROV_OK && i < run->word_count; i++)
        r = take_credential(run, run->words[i], &export->credentials[i]);
    return r == PROV_OK ? file_check_new(run, export->path) : r;
}

static prov_result export_one(struct run *run, struct export *export,
                              const struct prov_credential *credential)
{
    struct prov_buf bundle = PROV_BUF_OF(export->octets);
    prov_result r = prov_flow_bundle_export(&run->flow, credential, export->prefix, &bundle);
    if (r == PROV_OK && export->format != EXPORT_BUNDLE)
        r = image_add(run, &export->image, credential, prov_buf_bytes(&bundle));
    if (r == PROV_OK && export->folder != NULL)
        r = publish(run, prov_buf_bytes(&bundle), export->prefix, export->folder);
    export->file = prov_buf_bytes(&bundle);
    return r;
}

static void put_credentials(struct run *run, const struct export *export)
{
    if (export->format == EXPORT_BUNDLE) {
        out_uuid(&run->out, "id", &export->credentials[0].uuid);
        return;
    }
    out_array_begin(&run->out, "credentials");
    for (size_t i = 0; i < run->word_count; i++) {
        out_item_begin(&run->out);
        out_uuid(&run->out, "id", &export->credentials[i].uuid);
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
}

/* In text there is nothing to say: the file is the answer. */
static prov_result put_export(struct run *run, const struct export *export)
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result r = prov_crypto_sha256(run->crypto, &export->file, 1, digest);
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    put_credentials(run, export);
    out_eui64(&run->out, "device", &export->credentials[0].device);
    out_text(&run->out, "out", export->path);
    out_text(&run->out, "format", export_formats[export->format]);
    if (export->format == EXPORT_IHEX)
        out_int(&run->out, "address", export->image.address);
    out_int(&run->out, "octets", (int64_t) export->file.len);
    out_hex(&run->out, "sha256", PROV_BYTES_OF(digest));
    out_end(&run->out);
    return PROV_OK;
}

prov_result cmd_bundle_export(struct run *run)
{
    struct export export = {0};
    prov_result r = take_export(run, &export);
    for (size_t i = 0; r == PROV_OK && i < run->word_count; i++)
        r = export_one(run, &export, &export.credentials[i]);
    if (r == PROV_OK && export.format != EXPORT_BUNDLE)
        r = image_file(run, &export.image, &export.file);
    if (r == PROV_OK && !run->dry_run)
        r = file_write_new(run, export.path, export.file);
    if (r == PROV_OK && run->out.json)
        r = put_export(run, &export);
    prov_wipe(export.octets, sizeof(export.octets));
    image_end(&export.image);
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
