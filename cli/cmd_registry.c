/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <string.h>

/* The keys that seal what is secret stay as they are, so servers that run go on; what wraps them is new. */
prov_result cmd_registry_rekey(struct run *run)
{
    const char *path = NULL;
    prov_result r = take_required(run, OPT_OUT, &path);
    if (r == PROV_OK && strcmp(path, "-") == 0)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--out is a file here: a key file has a place");
    if (r == PROV_OK)
        r = prov_registry_rewrap(run->registry, path, &run->why);
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    out_text(&run->out, "registry", run->registry_path);
    out_text(&run->out, "key", path);
    out_end(&run->out);
    if (!run->dry_run)
        run_warn(
            "the key file before it opens this registry no more: say --key, or put the new one "
            "in its place");
    return PROV_OK;
}
