/* SPDX-License-Identifier: Apache-2.0
 *
 * (b) Credentials issued per second, each with its event in one durable transaction, against what
 * can't be left out: the key, the signature and one row in one durable transaction of a plain
 * SQLite table.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "prov/flow.h"

#define EACH 300

static int64_t clock_ms(void *context)
{
    (void)context;
    return (int64_t)time(NULL) * 1000;
}

static void must(prov_result result, const char *what, const struct prov_why *why)
{
    if (result != PROV_OK) {
        fprintf(stderr, "bench: %s: %s\n", what,
                why->text[0] != '\0' ? why->text : prov_result_text(result));
        exit(1);
    }
}

/* --- ours ------------------------------------------------------------------------------------- */

struct ours {
    struct prov_crypto *crypto;
    struct prov_flow flow;
    struct prov_why why;
    struct prov_fqdn server;
};

static void ours_open(struct ours *o, const char *path)
{
    struct prov_registry_config config = {.path = path, .clock_ms = clock_ms, .writer = "bench"};
    struct prov_org org = {"Bench", "DE"};
    memset(o, 0, sizeof(*o));
    must(prov_crypto_make(NULL, &o->crypto), "crypto", &o->why);
    config.crypto = o->crypto;
    o->flow.crypto = o->crypto;
    o->flow.clock_ms = clock_ms;
    o->flow.why = &o->why;
    must(prov_pki_make(o->crypto, &o->flow.pki), "pki", &o->why);
    must(prov_registry_create(&config, &org, &o->flow.registry, &o->why), "registry", &o->why);
    must(prov_flow_ca_init(&o->flow), "CA", &o->why);
    must(prov_fqdn_parse(prov_bytes_text("coaps.example.org"), &o->server), "name", &o->why);
    must(prov_flow_server_add(&o->flow, &o->server, ""), "server", &o->why);
}

static void ours_close(struct ours *o)
{
    prov_registry_close(o->flow.registry);
    prov_pki_free(o->flow.pki);
    prov_crypto_free(o->crypto);
}

static prov_result ours_issue(struct ours *o, enum prov_kind kind, const struct prov_eui64 *device)
{
    struct prov_uuid id;
    struct prov_flow_cert cert = {
        .device = device, .server = &o->server, .use = PROV_USE_BOOTSTRAP, .no_expiry = true};
    if (kind == PROV_KIND_PSK)
        return prov_flow_psk_issue(&o->flow, device, &o->server, PROV_USE_BOOTSTRAP, &id);
    if (kind == PROV_KIND_RPK)
        return prov_flow_rpk_issue(&o->flow, device, &o->server, PROV_USE_BOOTSTRAP, &id);
    return prov_flow_cert_issue(&o->flow, &cert, &id);
}

static double ours_once(struct ours *o, enum prov_kind kind, unsigned i)
{
    struct prov_eui64 device = {
        {0x02, (uint8_t)kind, 0x5e, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}};
    must(prov_flow_device_add(&o->flow, &device, false, "bench", ""), "device", &o->why);
    uint64_t from = bench_now();
    must(ours_issue(o, kind, &device), "issue", &o->why);
    return (double)(bench_now() - from);
}

/* --- the least -------------------------------------------------------------------------------- */

static sqlite3 *plain_open(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(
            db,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE credential (id INTEGER PRIMARY KEY, secret BLOB, body BLOB) STRICT",
            NULL, NULL, NULL) != SQLITE_OK)
        bench_fail("plain table");
    return db;
}

static void plain_key_and_signature(bool signature)
{
    unsigned char digest[32] = {1}, out[80];
    size_t len = sizeof(out);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    if (signature && (EVP_PKEY_sign_init(context) != 1 ||
                      EVP_PKEY_sign(context, out, &len, digest, sizeof(digest)) != 1))
        bench_fail("signature");
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
}

static double plain_once(sqlite3_stmt *insert, enum prov_kind kind)
{
    unsigned char secret[32];
    static const unsigned char body[700];
    uint64_t from = bench_now();
    if (RAND_bytes(secret, sizeof(secret)) != 1)
        bench_fail("random");
    if (kind != PROV_KIND_PSK)
        plain_key_and_signature(kind == PROV_KIND_CERT);
    sqlite3_bind_blob(insert, 1, secret, sizeof(secret), SQLITE_STATIC);
    sqlite3_bind_blob(insert, 2, body, kind == PROV_KIND_CERT ? 700 : 91, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE)
        bench_fail("plain insert");
    sqlite3_reset(insert);
    return (double)(bench_now() - from);
}

static sqlite3_stmt *plain_insert(sqlite3 *db)
{
    sqlite3_stmt *insert;
    if (sqlite3_prepare_v2(db, "INSERT INTO credential (secret, body) VALUES (?, ?)", -1, &insert,
                           NULL) != SQLITE_OK)
        bench_fail("plain insert");
    return insert;
}

static const struct kind {
    const char *name;
    enum prov_kind kind;
} kinds[] = {{"issue psk / key + row", PROV_KIND_PSK},
             {"issue rpk / key + row", PROV_KIND_RPK},
             {"issue cert / key + signature + row", PROV_KIND_CERT}};

/* In turns, since a disk is not always as fast. */
static void compare_kind(struct ours *ours, sqlite3 *db, const struct kind *kind, const char *named)
{
    char name[96];
    struct bench_set mine = {0}, least = {0};
    sqlite3_stmt *insert = plain_insert(db);
    for (unsigned i = 0; i < EACH; i++) {
        bench_add(&mine, ours_once(ours, kind->kind, i));
        bench_add(&least, plain_once(insert, kind->kind));
    }
    sqlite3_finalize(insert);
    snprintf(name, sizeof(name), "%s, %s", kind->name, named);
    bench_row(name, 1e9 / bench_median(&mine), 1e9 / bench_median(&least), "credentials/s");
    bench_clear(&mine);
    bench_clear(&least);
}

/* In a folder of `where`, which says what a synced write costs. */
static void compare(const char *where, const char *named)
{
    char folder[64], registry[96], plain[96];
    struct ours ours;
    snprintf(folder, sizeof(folder), "%s/prov-bench-XXXXXX", where);
    if (mkdtemp(folder) == NULL)
        bench_fail("mkdtemp");
    snprintf(registry, sizeof(registry), "%s/registry.db", folder);
    snprintf(plain, sizeof(plain), "%s/plain.db", folder);
    ours_open(&ours, registry);
    sqlite3 *db = plain_open(plain);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        compare_kind(&ours, db, &kinds[i], named);
    sqlite3_close(db);
    ours_close(&ours);
    bench_remove(folder);
}

int main(void)
{
    compare("/tmp", "on disk");
    compare("/dev/shm", "in memory");
    return 0;
}
