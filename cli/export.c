/* SPDX-License-Identifier: Apache-2.0 */
#include "export.h"

#include <stdio.h>
#include <string.h>

const char *const export_formats[] = {
    [EXPORT_BUNDLE] = "bundle", [EXPORT_IHEX] = "ihex", [EXPORT_RAW] = "raw"};

/* --- options ---------------------------------------------------------------------------------- */

static prov_result check_urls(struct run *run, const char *prefix, const char *folder)
{
    if (folder != NULL && prefix == NULL)
        return prov_why_set(&run->why, PROV_E_USAGE, "--publish needs --certificate-url");
    if (folder != NULL && strlen(folder) + PROV_URL_MAX + 2 > RUN_PATH_MAX)
        return prov_why_set(&run->why, PROV_E_USAGE, "path is too long");
    return PROV_OK;
}

static prov_result take_format(struct run *run, enum export_format *ret)
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

prov_result export_begin(struct run *run, struct export *export)
{
    export->prefix = run_option(run, OPT_CERTIFICATE_URL);
    export->publish = run_option(run, OPT_PUBLISH);
    prov_result r = check_urls(run, export->prefix, export->publish);
    if (r == PROV_OK)
        r = take_format(run, &export->format);
    if (r != PROV_OK)
        return r;
    return export->format == EXPORT_BUNDLE
               ? check_bundle_options(run)
               : image_begin(run, export->format == EXPORT_IHEX, &export->image);
}

/* --- making ----------------------------------------------------------------------------------- */

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

static prov_result make_one(struct run *run, struct export *export,
                            const struct prov_credential *credential)
{
    struct prov_buf bundle = PROV_BUF_OF(export->octets);
    prov_result r = prov_flow_bundle_export(&run->flow, credential, export->prefix, &bundle);
    if (r == PROV_OK && export->format != EXPORT_BUNDLE)
        r = image_add(run, &export->image, credential, prov_buf_bytes(&bundle));
    if (r == PROV_OK && export->publish != NULL)
        r = publish(run, prov_buf_bytes(&bundle), export->prefix, export->publish);
    export->file = prov_buf_bytes(&bundle);
    return r;
}

prov_result export_make(struct run *run, struct export *export)
{
    prov_result r = export->format == EXPORT_BUNDLE ? PROV_OK : image_erase(run, &export->image);
    for (size_t i = 0; r == PROV_OK && i < export->count; i++)
        r = make_one(run, export, &export->credentials[i]);
    if (r == PROV_OK && export->format != EXPORT_BUNDLE)
        r = image_file(run, &export->image, &export->file);
    return r;
}

void export_end(struct export *export)
{
    image_end(&export->image);
    prov_wipe(export->octets, sizeof(export->octets));
}

/* --- telling ---------------------------------------------------------------------------------- */

static void put_credentials(struct run *run, const struct export *export)
{
    if (export->format == EXPORT_BUNDLE) {
        out_uuid(&run->out, "id", &export->credentials[0].uuid);
        return;
    }
    out_array_begin(&run->out, "credentials");
    for (size_t i = 0; i < export->count; i++) {
        out_item_begin(&run->out);
        out_uuid(&run->out, "id", &export->credentials[i].uuid);
        out_item_end(&run->out);
    }
    out_array_end(&run->out);
}

prov_result export_put(struct run *run, const struct export *export, const char *path)
{
    uint8_t digest[PROV_HASH_LEN];
    prov_result r = prov_crypto_sha256(run->crypto, &export->file, 1, digest);
    if (r != PROV_OK)
        return r;
    put_credentials(run, export);
    out_eui64(&run->out, "device", &export->credentials[0].device);
    out_text(&run->out, "out", path);
    out_text(&run->out, "format", export_formats[export->format]);
    if (export->format == EXPORT_IHEX)
        out_int(&run->out, "address", export->image.address);
    out_int(&run->out, "octets", (int64_t) export->file.len);
    out_hex(&run->out, "sha256", PROV_BYTES_OF(digest));
    return PROV_OK;
}
