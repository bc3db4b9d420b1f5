/* SPDX-License-Identifier: Apache-2.0
 *
 * A lot: an image for each device of a group, with its bootstrap credentials. A device that cannot have one is
 * told and passed over.
 */
#include "export.h"

#include <stdlib.h>
#include <string.h>

#define LOT_NAME_MAX 40 /* a slash, an EUI-64 and an ending */

struct lot {
    struct run *run;
    const char *group, *folder;
    struct export export;
    struct prov_eui64 *devices;
    size_t count, room;
    unsigned long failed;
    bool many; /* more credentials than an image takes */
};

/* --- which devices, which credentials --------------------------------------------------------- */

static prov_result visit_device(void *context, const struct prov_device *device)
{
    struct lot *lot = context;
    if (device->retired)
        return PROV_OK;
    if (lot->count == lot->room) {
        const size_t room = lot->room == 0 ? 64 : 2 * lot->room;
        struct prov_eui64 *devices = realloc(lot->devices, room * sizeof(*devices));
        if (devices == NULL)
            return PROV_E_MEMORY;
        lot->devices = devices;
        lot->room = room;
    }
    lot->devices[lot->count++] = device->eui64;
    return PROV_OK;
}

static prov_result visit_credential(void *context, const struct prov_credential *credential)
{
    struct lot *lot = context;
    struct export *export = &lot->export;
    const bool ended =
        credential->state != PROV_STATE_ACTIVE && credential->state != PROV_STATE_PENDING;
    if (credential->use != PROV_USE_BOOTSTRAP || ended)
        return PROV_OK;
    lot->many = export->count == EXPORT_MAX;
    if (!lot->many)
        export->credentials[export->count++] = *credential;
    return PROV_OK;
}

static prov_result find_credentials(struct lot *lot, const struct prov_eui64 *device)
{
    const struct prov_credential_filter filter = {.device = device, .servers = -1};
    struct run *run = lot->run;
    lot->export.count = 0;
    lot->many = false;
    prov_result r =
        prov_registry_credential_list(run->registry, &filter, visit_credential, lot, &run->why);
    if (r != PROV_OK)
        return r;
    if (lot->many)
        return prov_why_set(
            &run->why, PROV_E_POLICY,
            "more than %d bootstrap credentials: export those that are wanted by id", EXPORT_MAX);
    if (lot->export.count == 0)
        return prov_why_set(&run->why, PROV_E_NOT_FOUND, "no bootstrap credential");
    return PROV_OK;
}

/* --- one device ------------------------------------------------------------------------------- */

static prov_result write_image(struct lot *lot, const struct prov_eui64 *device, const char *path)
{
    struct run *run = lot->run;
    prov_result r = find_credentials(lot, device);
    if (r == PROV_OK)
        r = file_check_new(run, path);
    if (r == PROV_OK)
        r = export_make(run, &lot->export);
    return r == PROV_OK && !run->dry_run ? file_write_new(run, path, lot->export.file) : r;
}

static prov_result tell_success(struct lot *lot, const char *path)
{
    struct run *run = lot->run;
    if (!run->out.json) {
        fprintf(run->out.stream, "%s\n", path);
        return PROV_OK;
    }
    out_begin(&run->out);
    out_bool(&run->out, "ok", true);
    prov_result r = export_put(run, &lot->export, path);
    out_end(&run->out);
    return r;
}

static void tell_failure(struct lot *lot, const struct prov_eui64 *device, prov_result result)
{
    struct run *run = lot->run;
    const char *why = run->why.text[0] == '\0' ? prov_result_text(result) : run->why.text;
    char words[sizeof(run->why.text) + PROV_EUI64_TEXT + 2], id[PROV_EUI64_TEXT];
    prov_eui64_format(device, id);
    snprintf(words, sizeof(words), "%s: %s", id, why);
    run_say("prov: error: ", words);
    lot->failed++;
    if (!run->out.json)
        return;
    out_begin(&run->out);
    out_bool(&run->out, "ok", false);
    out_text(&run->out, "device", id);
    out_int(&run->out, "code", prov_result_exit(result));
    out_text(&run->out, "error", why);
    out_end(&run->out);
}

/* Of this device: the next one may fare better. */
static bool is_device_error(prov_result result)
{
    const int code = prov_result_exit(result);
    return code == 3 || code == 4 || code == 6;
}

static prov_result export_device(struct lot *lot, const struct prov_eui64 *device)
{
    char path[RUN_PATH_MAX + LOT_NAME_MAX], id[PROV_EUI64_TEXT];
    prov_why_clear(&lot->run->why);
    prov_eui64_format(device, id);
    snprintf(path, sizeof(path), "%s/%s.%s", lot->folder, id,
             lot->export.format == EXPORT_IHEX ? "hex" : "bin");
    prov_result r = write_image(lot, device, path);
    if (r == PROV_OK)
        return tell_success(lot, path);
    if (!is_device_error(r))
        return r;
    tell_failure(lot, device, r);
    return PROV_OK;
}

/* --- the lot ---------------------------------------------------------------------------------- */

static prov_result check_options(struct lot *lot)
{
    struct run *run = lot->run;
    if (run->word_count > 0 || run_flag(run, OPT_OUT))
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "--group is for all of a group's devices: no ID and no --out");
    prov_result r = take_required(run, OPT_FOLDER, &lot->folder);
    if (r == PROV_OK && strlen(lot->folder) >= RUN_PATH_MAX - LOT_NAME_MAX)
        r = prov_why_set(&run->why, PROV_E_USAGE, "path is too long");
    if (r == PROV_OK)
        r = export_begin(run, &lot->export);
    if (r == PROV_OK && lot->export.format == EXPORT_BUNDLE)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--group is for --format ihex or raw");
    return r;
}

static prov_result make_folder(struct lot *lot)
{
    char inside[RUN_PATH_MAX];
    snprintf(inside, sizeof(inside), "%s/", lot->folder);
    prov_result r = folder_check(lot->run, inside);
    return r == PROV_OK && !lot->run->dry_run ? folder_make(lot->run, inside) : r;
}

static prov_result export_all(struct lot *lot)
{
    struct run *run = lot->run;
    prov_result r =
        prov_registry_device_list(run->registry, lot->group, visit_device, lot, &run->why);
    if (r == PROV_OK && lot->count == 0)
        r = prov_why_set(&run->why, PROV_E_NOT_FOUND, "no device in the group \"%.128s\"",
                         lot->group);
    if (r == PROV_OK)
        r = make_folder(lot);
    for (size_t i = 0; r == PROV_OK && i < lot->count; i++) {
        r = export_device(lot, &lot->devices[i]);
        if (fflush(run->out.stream) != 0) /* nobody listens: main says it */
            break;
    }
    if (r != PROV_OK || lot->failed == 0)
        return r;
    prov_why_clear(&run->why);
    return prov_why_set(&run->why, PROV_E_PARTIAL,
                        "%lu of %zu devices have no image, the others have", lot->failed,
                        lot->count);
}

prov_result lot_export(struct run *run)
{
    struct lot lot = {.run = run, .group = run_option(run, OPT_GROUP)};
    prov_result r = check_options(&lot);
    if (r == PROV_OK)
        r = export_all(&lot);
    export_end(&lot.export);
    free(lot.devices);
    return r;
}
