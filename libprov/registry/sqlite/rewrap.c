/* SPDX-License-Identifier: Apache-2.0
 *
 * Another key file: the registry's two keys are wrapped anew, and nothing else is touched.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyfile.h"
#include "sqlite/event.h"
#include "sqlite/open.h"

static prov_result meta_store(struct prov_registry *registry, const struct seal_meta *meta,
                              struct prov_why *why)
{
    struct query query = query_make(registry, SQL_META_SET, why);
    query_octets(&query, meta->key_check, sizeof meta->key_check);
    query_octets(&query, meta->data_key, sizeof meta->data_key);
    query_octets(&query, meta->index_key, sizeof meta->index_key);
    return query_run(&query, "the keys");
}

/* Inside a transaction: the row may have been wrapped anew by another program since this one opened it. */
static prov_result rewrap(struct prov_registry *registry, const struct prov_secret *new_key,
                          struct prov_why *why)
{
    struct seal_meta meta;
    struct prov_secret old_key = {0};
    prov_result result = keyfile_load(registry->key_path, &old_key, why);
    if (result == PROV_OK)
        result = registry_meta_load(registry, &meta, why);
    if (result == PROV_OK)
        result = seal_meta_rewrap(registry->keys.crypto, &old_key, new_key, &meta);
    prov_secret_wipe(&old_key);
    if (result != PROV_OK) {
        return prov_why_set(why, result, "%s does not open the keys of the registry %s",
                            registry->key_path, registry->path);
    }
    result = meta_store(registry, &meta, why);
    return result == PROV_OK ? event_add(registry, "registry.rewrap", "", NULL, "", why) : result;
}

/* ret_decided: the work was done, and what failed, if anything, is the commit. */
static prov_result rewrap_whole(struct prov_registry *registry, const struct prov_secret *new_key,
                                bool *ret_decided, struct prov_why *why)
{
    prov_result result = registry_begin(registry, why);
    if (result != PROV_OK)
        return result;
    result = rewrap(registry, new_key, why);
    *ret_decided = result == PROV_OK && !registry->dry_run;
    return registry_end(registry, result, why);
}

/* A commit that failed may have reached the disk all the same, and count when the write-ahead log is read again
 * after a crash: then only the new key opens the registry, so it stays. */
static void drop(const char *path, bool decided, struct prov_why *why)
{
    if (decided)
        prov_why_hint(why, "keep both key files until the registry has been opened again");
    else
        (void)unlink(path);
}

prov_result prov_registry_rewrap(struct prov_registry *registry, const char *new_key_path,
                                 struct prov_why *why)
{
    struct prov_secret new_key = {0};
    bool decided = false;
    char *path = strdup(new_key_path);
    if (path == NULL)
        return PROV_E_MEMORY;
    prov_result result = keyfile_make(path, registry->keys.crypto, &new_key, why);
    if (result != PROV_OK) {
        free(path);
        return result;
    }
    result = rewrap_whole(registry, &new_key, &decided, why);
    prov_secret_wipe(&new_key);
    if (result != PROV_OK || registry->dry_run) {
        drop(path, decided, why);
        free(path);
        return result;
    }
    free(registry->key_path);
    registry->key_path = path;
    return PROV_OK;
}
