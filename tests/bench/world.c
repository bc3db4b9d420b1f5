/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define YEAR (365 * (int64_t)86400)

static void must(prov_result result, const char *what)
{
    if (result != PROV_OK)
        bench_fail(what);
}

static struct prov_bytes ca_make(struct world *w, const struct prov_pki_issuer *issuer,
                                 const char *name, struct prov_pki_key *key, uint8_t *room)
{
    struct prov_buf out = prov_buf_make(room, PROV_CERT_MAX);
    struct prov_pki_ca_name who = {"Bench", "DE", name};
    struct prov_validity validity = {w->now - 3600, w->now + 10 * YEAR};
    must(prov_pki_key_make(w->pki, key, NULL), "key");
    must(prov_pki_ca_issue(w->pki, issuer, &who, key, &validity, &out, NULL), "CA certificate");
    return prov_buf_bytes(&out);
}

static void end_make(struct world *w, const struct prov_pki_issuer *issuer, struct world_end *end,
                     bool is_server)
{
    struct prov_buf out = PROV_BUF_OF(end->leaf);
    struct prov_pki_leaf leaf = {.device = is_server ? NULL : &w->eui64,
                                 .server = is_server ? &w->fqdn : NULL,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = end->key.point,
                                 .validity = {w->now - 3600, w->now + 86400}};
    must(prov_pki_key_make(w->pki, &end->key, NULL), "key");
    must(prov_pki_leaf_issue(w->pki, issuer, &leaf, &out, NULL), "certificate");
    prov_spki_encode(end->key.point, end->spki);
    end->chain[0] = prov_buf_bytes(&out);
    end->chain[1] = w->issuing;
}

void world_make(struct world *w)
{
    struct prov_pki_key root, issuing;
    memset(w, 0, sizeof(*w));
    w->now = (int64_t)time(NULL);
    w->identity = "bench-device-01";
    memset(w->psk, 0x5a, sizeof(w->psk));
    must(prov_crypto_make(NULL, &w->crypto), "crypto");
    must(prov_pki_make(w->crypto, &w->pki), "pki");
    must(prov_fqdn_parse(prov_bytes_text("coaps.example.org"), &w->fqdn), "name");
    must(prov_eui64_parse("00-12-4B-28-7D-7A-78-A1", &w->eui64), "EUI-64");
    w->root = ca_make(w, NULL, "Bench root", &root, w->root_octets);
    struct prov_pki_issuer by_root = {w->root, &root.scalar};
    w->issuing = ca_make(w, &by_root, "Bench issuing", &issuing, w->issuing_octets);
    struct prov_pki_issuer by_issuing = {w->issuing, &issuing.scalar};
    end_make(w, &by_issuing, &w->server, true);
    end_make(w, &by_issuing, &w->device, false);
    prov_pki_key_wipe(&root);
    prov_pki_key_wipe(&issuing);
}

void world_free(struct world *w)
{
    prov_pki_key_wipe(&w->server.key);
    prov_pki_key_wipe(&w->device.key);
    prov_pki_free(w->pki);
    prov_crypto_free(w->crypto);
}
