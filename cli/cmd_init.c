/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

/* Row 38: no CA without O and a C of two letters. */
static prov_result take_org(struct run *run, struct prov_org *ret)
{
    const char *name = NULL, *country = NULL;
    prov_result r = take_required(run, OPT_ORG, &name);
    if (r == PROV_OK)
        r = take_required(run, OPT_COUNTRY, &country);
    if (r != PROV_OK)
        return r;
    size_t len = strlen(name);
    if (len == 0 || len >= sizeof(ret->name))
        return prov_why_set(&run->why, PROV_E_POLICY, "--org has 1 to %zu octets, not %zu",
                            sizeof(ret->name) - 1, len);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return prov_why_set(&run->why, PROV_E_POLICY, "--org has a control character, at %zu",
                                i);
    if (strlen(country) != 2 || !isalpha((unsigned char)country[0]) ||
        !isalpha((unsigned char)country[1]))
        return prov_why_set(&run->why, PROV_E_POLICY, "--country is two letters, not \"%.32s\"",
                            country);
    memcpy(ret->name, name, len + 1);
    ret->country[0] = (char)toupper((unsigned char)country[0]);
    ret->country[1] = (char)toupper((unsigned char)country[1]);
    ret->country[2] = '\0';
    return PROV_OK;
}

/* As prov/registry.h says: the database's name with .key. */
static void key_path(const struct run *run, char ret[RUN_PATH_MAX + 8])
{
    const char *path = run->key_path != NULL ? run->key_path : run->registry_path;
    size_t len = strlen(path);
    bool db = len > 3 && strcmp(path + len - 3, ".db") == 0;
    if (run->key_path != NULL)
        snprintf(ret, RUN_PATH_MAX + 8, "%s", path);
    else
        snprintf(ret, RUN_PATH_MAX + 8, "%.*s.key", (int)(db ? len - 3 : len), path);
}

/* Half a registry is of no use: what this run made goes again. */
static void undo(struct run *run, const char *key)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char path[RUN_PATH_MAX + 16];
    prov_registry_close(run->registry);
    run->registry = NULL;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", run->registry_path, endings[i]);
        (void)unlink(path);
    }
    (void)unlink(key);
}

/* Before the issuing CA, whose presence says that init has come to its end. */
static prov_result make_deny_signer(struct run *run)
{
    struct prov_deny_signer signer;
    prov_result r = prov_registry_deny_signer_get(run->registry, &signer, NULL, NULL);
    return r == PROV_E_NOT_FOUND ? prov_flow_deny_init(&run->flow) : r;
}

static prov_result make_authorities(struct run *run)
{
    run->flow.registry = run->registry;
    prov_result r = prov_pki_make(run->crypto, &run->flow.pki);
    if (r == PROV_OK)
        r = make_deny_signer(run);
    return r == PROV_OK ? prov_flow_ca_init(&run->flow) : r;
}

static prov_result make(struct run *run, const struct prov_org *org, const char *key)
{
    struct prov_registry_config config;
    prov_result r = run_registry_config(run, &config);
    if (r == PROV_OK)
        r = prov_registry_create(&config, org, &run->registry, &run->why);
    if (r != PROV_OK)
        return r;
    r = make_authorities(run);
    if (r != PROV_OK)
        undo(run, key);
    return r;
}

/* A registry of the same organisation without an issuing CA: a run of init was cut, and this one goes on. */
static bool half_made(struct run *run, const struct prov_org *org)
{
    struct prov_registry_config config;
    struct prov_org its;
    struct prov_ca ca;
    bool half =
        run_registry_config(run, &config) == PROV_OK &&
        prov_registry_open(&config, &run->registry, NULL) == PROV_OK &&
        prov_registry_org(run->registry, &its, NULL) == PROV_OK &&
        strcmp(its.name, org->name) == 0 && strcmp(its.country, org->country) == 0 &&
        prov_registry_ca_get(run->registry, PROV_CA_ISSUING, &ca, NULL, NULL) == PROV_E_NOT_FOUND;
    if (!half && run->registry != NULL) {
        prov_registry_close(run->registry);
        run->registry = NULL;
    }
    return half;
}

static prov_result check_absent(struct run *run, const char *path, const char *hint)
{
    if (access(path, F_OK) != 0)
        return PROV_OK;
    prov_why_hint(&run->why, "%s", hint);
    return prov_why_set(&run->why, PROV_E_EXISTS, "exists already: %.200s", path);
}

static prov_result make_new(struct run *run, const struct prov_org *org, const char *key)
{
    prov_result r =
        check_absent(run, run->registry_path,
                     "prov ca list shows whose it is; --registry FILE makes another one");
    if (r == PROV_OK)
        r = check_absent(run, key,
                         "if no registry needs it, as after an init that was cut, remove it and "
                         "the registry's *.new-*");
    if (r == PROV_OK)
        r = folder_check(run, run->registry_path);
    if (r == PROV_OK && !run->dry_run) {
        r = folder_make(run, run->registry_path);
        if (r == PROV_OK)
            r = make(run, org, key);
    }
    return r;
}

prov_result cmd_init(struct run *run)
{
    struct prov_org org = {0};
    char key[RUN_PATH_MAX + 8];
    prov_result r = take_org(run, &org);
    if (r == PROV_OK)
        r = run_registry_path(run);
    if (r != PROV_OK)
        return r;
    key_path(run, key);
    if (!half_made(run, &org))
        r = make_new(run, &org, key);
    else if (!run->dry_run)
        r = make_authorities(run);
    if (r != PROV_OK)
        return r;
    out_begin(&run->out);
    out_text(&run->out, "registry", run->registry_path);
    out_text(&run->out, "key", key);
    out_text(&run->out, "organisation", org.name);
    out_text(&run->out, "country", org.country);
    out_end(&run->out);
    return PROV_OK;
}
