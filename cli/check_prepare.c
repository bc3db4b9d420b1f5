/* SPDX-License-Identifier: Apache-2.0
 *
 * prov check prepare: throw-away credentials for one run of prov check device. What the device gets, as a bundle
 * and as plain files for stacks that know no bundle; and authority.key, with which the judge is its server. No
 * registry knows of them: nothing of a real server or CA has to be lent.
 */
#include "check.h"
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "prov/text.h"

#define DAYS 30 /* that a test may take */

/* PKCS #8 of a key on P-256 with its public half (RFC 5208; RFC 5915, section 3). */
static const uint8_t pkcs8_head[] = {0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06,
                                     0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                                     0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
                                     0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20};
static const uint8_t pkcs8_middle[] = {0xa1, 0x44, 0x03, 0x42, 0x00};
#define PKCS8_LEN (sizeof(pkcs8_head) + PROV_SCALAR_LEN + sizeof(pkcs8_middle) + PROV_POINT_LEN)

prov_result authority_read(struct run *run, const char *path, struct prov_secret *ret)
{
    uint8_t octets[RUN_FILE_MAX];
    struct prov_buf room = PROV_BUF_OF(octets);
    struct prov_bytes part;
    size_t count = 0;
    prov_result r = parts_read(run, path, false, &room, &part, 1, &count);

    if (r == PROV_OK &&
        (part.len != PKCS8_LEN || memcmp(part.data, pkcs8_head, sizeof(pkcs8_head)) != 0))
        r = prov_why_set(&run->why, PROV_E_FORMAT,
                         "not a private key of prov check prepare (PKCS #8, P-256): %.200s", path);
    if (r == PROV_OK)
        r = prov_secret_set(ret, PROV_BYTES(part.data + sizeof(pkcs8_head), PROV_SCALAR_LEN));
    prov_wipe(octets, sizeof(octets));
    return r;
}

/* --- files ----------------------------------------------------------------------------------- */

struct prepared {
    struct run *run;
    const char *folder;
    struct prov_bundle bundle;
    struct prov_pki_key authority, device; /* of the server or the CA; the device's */
    struct prov_secret psk;
    char identity[17];
    uint8_t root[PROV_CERT_MAX], leaf[PROV_CERT_MAX];
};

static prov_result write_file(struct prepared *p, const char *name, struct prov_bytes octets)
{
    char path[RUN_PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/%s", p->folder, name) >= (int)sizeof(path))
        return prov_why_set(&p->run->why, PROV_E_USAGE, "path is too long");
    return file_write_new(p->run, path, octets);
}

static prov_result write_text(struct prepared *p, const char *name, const char *text)
{
    char line[160];

    snprintf(line, sizeof(line), "%s\n", text);
    prov_result r = write_file(p, name, prov_bytes_text(line));
    prov_wipe(line, sizeof(line));
    return r;
}

static prov_result write_pem(struct prepared *p, const char *name, const char *label,
                             struct prov_bytes der)
{
    uint8_t octets[2 * PROV_CERT_MAX];
    struct prov_buf pem = PROV_BUF_OF(octets);
    prov_result r = prov_pki_pem_encode(label, der, &pem);

    if (r == PROV_OK)
        r = write_file(p, name, prov_buf_bytes(&pem));
    prov_wipe(octets, sizeof(octets));
    return r;
}

static prov_result write_key(struct prepared *p, const char *name, const struct prov_pki_key *key)
{
    uint8_t octets[PKCS8_LEN];
    struct prov_buf der = PROV_BUF_OF(octets);

    prov_put(&der, pkcs8_head, sizeof(pkcs8_head));
    prov_put_bytes(&der, prov_secret_bytes(&key->scalar));
    prov_put(&der, pkcs8_middle, sizeof(pkcs8_middle));
    prov_put(&der, key->point, PROV_POINT_LEN);
    prov_result r = write_pem(p, name, "PRIVATE KEY", prov_buf_bytes(&der));
    prov_wipe(octets, sizeof(octets));
    return r;
}

static prov_result write_public(struct prepared *p, const char *name, const uint8_t *point)
{
    uint8_t spki[PROV_SPKI_LEN];

    prov_spki_encode(point, spki);
    return write_pem(p, name, "PUBLIC KEY", PROV_BYTES_OF(spki));
}

static prov_result write_bundle(struct prepared *p)
{
    uint8_t octets[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(octets);
    prov_result r = prov_bundle_encode(&p->bundle, p->run->crypto, &bundle);

    if (r == PROV_OK)
        r = write_file(p, "device.bundle", prov_buf_bytes(&bundle));
    prov_wipe(octets, sizeof(octets));
    return r;
}

/* --- by kind --------------------------------------------------------------------------------- */

/* The identity in letters, so that stacks that take it as text can have it. */
static prov_result prepare_psk(struct prepared *p)
{
    uint8_t random[8];
    char hex[2 * 16 + 1];

    prov_result r = prov_crypto_random(p->run->crypto, random, sizeof(random));
    if (r == PROV_OK)
        r = prov_crypto_random(p->run->crypto, p->psk.data, 16);
    if (r != PROV_OK)
        return r;
    p->psk.len = 16;
    prov_hex_format(PROV_BYTES_OF(random), p->identity);
    p->bundle.psk_identity = prov_bytes_text(p->identity);
    p->bundle.psk = prov_secret_bytes(&p->psk);
    prov_hex_format(p->bundle.psk, hex);
    r = write_text(p, "psk-identity", p->identity);
    if (r == PROV_OK)
        r = write_text(p, "psk.hex", hex);
    prov_wipe(hex, sizeof(hex));
    return r;
}

static prov_result make_keys(struct prepared *p)
{
    prov_result r = prov_pki_key_make(p->run->flow.pki, &p->authority, &p->run->why);

    if (r == PROV_OK)
        r = prov_pki_key_make(p->run->flow.pki, &p->device, &p->run->why);
    p->bundle.has_public = true;
    memcpy(p->bundle.point, p->device.point, PROV_POINT_LEN);
    p->bundle.scalar = prov_secret_bytes(&p->device.scalar);
    if (r == PROV_OK)
        r = write_key(p, "authority.key", &p->authority);
    return r == PROV_OK ? write_key(p, "device.key", &p->device) : r;
}

static prov_result prepare_rpk(struct prepared *p)
{
    prov_result r = make_keys(p);

    memcpy(p->bundle.peers[0], p->authority.point, PROV_POINT_LEN);
    p->bundle.peer_count = 1;
    if (r == PROV_OK)
        r = write_public(p, "device.pub", p->device.point);
    return r == PROV_OK ? write_public(p, "server.pub", p->authority.point) : r;
}

static prov_result issue(struct prepared *p)
{
    struct run *run = p->run;
    struct prov_buf root = PROV_BUF_OF(p->root), leaf = PROV_BUF_OF(p->leaf);
    struct prov_pki_ca_name name = {"prov check", "ZZ", "throw-away root of a test"};
    struct prov_validity validity = {p->bundle.issued - 3600, p->bundle.issued + DAYS * 86400};
    prov_result r =
        prov_pki_ca_issue(run->flow.pki, NULL, &name, &p->authority, &validity, &root, &run->why);
    if (r != PROV_OK)
        return r;
    p->bundle.anchors[0] = prov_buf_bytes(&root);
    p->bundle.anchor_count = 1;
    struct prov_pki_issuer issuer = {prov_buf_bytes(&root), &p->authority.scalar};
    struct prov_pki_leaf plan = {.device = &p->bundle.device,
                                 .use = PROV_USE_OPERATIONAL,
                                 .point = p->device.point,
                                 .validity = validity};
    r = prov_pki_leaf_issue(run->flow.pki, &issuer, &plan, &leaf, &run->why);
    p->bundle.chain[0] = prov_buf_bytes(&leaf);
    p->bundle.chain_len = 1;
    return r;
}

static prov_result prepare_cert(struct prepared *p)
{
    prov_result r = make_keys(p);

    if (r == PROV_OK)
        r = issue(p);
    if (r == PROV_OK)
        r = write_pem(p, "device.pem", "CERTIFICATE", p->bundle.chain[0]);
    return r == PROV_OK ? write_pem(p, "root.pem", "CERTIFICATE", p->bundle.anchors[0]) : r;
}

/* --- the command ----------------------------------------------------------------------------- */

static prov_result take_plan(struct prepared *p)
{
    struct run *run = p->run;
    const char *kind = NULL, *address = run_option(run, OPT_ADDRESS);
    uint8_t random[10];
    prov_result r = take_required(run, OPT_FOLDER, &p->folder);

    if (r == PROV_OK)
        r = take_required(run, OPT_KIND, &kind);
    if (r == PROV_OK && prov_kind_parse(kind, &p->bundle.kind) != PROV_OK)
        r = prov_why_set(&run->why, PROV_E_USAGE, "--kind is psk, rpk or cert");
    if (r == PROV_OK)
        r = take_server(run, &p->bundle.server);
    if (r == PROV_OK)
        r = take_eui64(run, run->words[0], &p->bundle.device);
    if (r == PROV_OK && address != NULL)
        r = take_address(run, address, 1);
    if (r == PROV_OK)
        r = prov_crypto_random(run->crypto, random, sizeof(random));
    if (r != PROV_OK)
        return r;
    snprintf(p->bundle.address, sizeof(p->bundle.address), "%s", address != NULL ? address : "");
    prov_uuid_make((uint64_t)run_clock_ms(NULL), random, &p->bundle.id);
    p->bundle.use = PROV_USE_BOOTSTRAP;
    p->bundle.profile = PROV_PROFILE_RFC7925;
    p->bundle.issued = run_clock_ms(NULL) / 1000;
    return PROV_OK;
}

static prov_result make_folder(struct prepared *p)
{
    char inside[RUN_PATH_MAX];

    snprintf(inside, sizeof(inside), "%.4000s/device.bundle", p->folder);
    return folder_make(p->run, inside);
}

static void say(struct prepared *p)
{
    out_begin(&p->run->out);
    out_text(&p->run->out, "folder", p->folder);
    out_text(&p->run->out, "kind", prov_kind_text(p->bundle.kind));
    out_text(&p->run->out, "install", "device.bundle");
    if (p->bundle.kind != PROV_KIND_PSK)
        out_text(&p->run->out, "authority", "authority.key");
    out_end(&p->run->out);
}

prov_result cmd_check_prepare(struct run *run)
{
    struct prepared *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return PROV_E_MEMORY;
    p->run = run;
    prov_result r = take_plan(p);
    if (r == PROV_OK)
        r = make_folder(p);
    if (r == PROV_OK)
        r = p->bundle.kind == PROV_KIND_PSK   ? prepare_psk(p)
            : p->bundle.kind == PROV_KIND_RPK ? prepare_rpk(p)
                                              : prepare_cert(p);
    if (r == PROV_OK)
        r = write_bundle(p);
    if (r == PROV_OK)
        say(p);
    prov_wipe(p, sizeof(*p));
    free(p);
    return r;
}
