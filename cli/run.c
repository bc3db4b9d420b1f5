/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command finds ready: paths, the registry, the backends.
 */
#include "clean.h"
#include "commands.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t run_clock_ms(void *context)
{
    struct timespec now = {0};
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *run_option(const struct run *run, enum option option)
{
    return run->args->values[option];
}

bool run_flag(const struct run *run, enum option option)
{
    return run->args->values[option] != NULL;
}

void run_say(const char *before, const char *words)
{
    fputs(before, stderr);
    clean_put(stderr, words);
    fputc('\n', stderr);
}

void run_warn(const char *format, ...)
{
    char words[512];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof(words), format, list);
    va_end(list);
    run_say("prov: warning: ", words);
}

/* $XDG_STATE_HOME/prov/registry.db, or what the base directory specification has in its place. */
static prov_result default_path(struct run *run)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int len;
    if (state != NULL && state[0] == '/')
        len = snprintf(run->registry_path, RUN_PATH_MAX, "%s/prov/registry.db", state);
    else if (home != NULL && home[0] == '/')
        len = snprintf(run->registry_path, RUN_PATH_MAX, "%s/.local/state/prov/registry.db", home);
    else
        return prov_why_set(&run->why, PROV_E_USAGE,
                            "no registry: neither --registry nor PROV_REGISTRY nor HOME is set");
    return len < RUN_PATH_MAX
               ? PROV_OK
               : prov_why_set(&run->why, PROV_E_USAGE, "path of the registry is too long");
}

prov_result run_registry_path(struct run *run)
{
    const char *path = run_option(run, OPT_REGISTRY);
    run->key_path = run_option(run, OPT_KEY);
    if (path == NULL)
        path = getenv("PROV_REGISTRY");
    if (path == NULL || path[0] == '\0')
        return default_path(run);
    if (snprintf(run->registry_path, RUN_PATH_MAX, "%s", path) >= RUN_PATH_MAX)
        return prov_why_set(&run->why, PROV_E_USAGE, "path of the registry is too long");
    return PROV_OK;
}

prov_result run_registry_config(const struct run *run, struct prov_registry_config *ret)
{
    *ret = (struct prov_registry_config){
        .path = run->registry_path,
        .key_path = run->key_path,
        .crypto = run->crypto,
        .clock_ms = run_clock_ms,
        .writer = strcmp(run->command->noun, "serve") == 0 ? "serve" : "cli"};
    return PROV_OK;
}

static prov_result open_registry(struct run *run)
{
    struct prov_registry_config config;
    prov_result r = run_registry_path(run);
    if (r == PROV_OK)
        r = run_registry_config(run, &config);
    if (r == PROV_OK)
        r = prov_registry_open(&config, &run->registry, &run->why);
    if (r == PROV_E_NO_REGISTRY) {
        r = prov_why_set(&run->why, r, "no registry at %s", run->registry_path);
        if (run->why.hint[0] == '\0')
            prov_why_hint(&run->why, "prov init");
    }
    if (r == PROV_OK)
        prov_registry_dry_run(run->registry, run->dry_run);
    return r;
}

prov_result run_open(struct run *run, unsigned needs)
{
    prov_result r = PROV_OK;
    if (needs & (NEEDS_CRYPTO | NEEDS_REGISTRY | NEEDS_PKI))
        r = prov_crypto_make(NULL, &run->crypto);
    if (r == PROV_OK && (needs & NEEDS_REGISTRY))
        r = open_registry(run);
    run->flow = (struct prov_flow){.registry = run->registry,
                                   .crypto = run->crypto,
                                   .clock_ms = run_clock_ms,
                                   .why = &run->why};
    if (r == PROV_OK && (needs & NEEDS_PKI))
        r = prov_pki_make(run->crypto, &run->flow.pki);
    return r;
}

void run_close(struct run *run)
{
    if (run->flow.pki != NULL)
        prov_pki_free(run->flow.pki);
    if (run->registry != NULL)
        prov_registry_close(run->registry);
    prov_crypto_free(run->crypto);
    run->flow.pki = NULL;
    run->registry = NULL;
    run->crypto = NULL;
}
