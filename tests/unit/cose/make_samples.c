/* SPDX-License-Identifier: Apache-2.0
 *
 * make_samples FOLDER: writes each sample as FOLDER/NAME.bundle, a Sign1 as FOLDER/rpk.sign1, a key
 * set as FOLDER/server.key-set and a deny-list as FOLDER/sample.deny-list, for another decoder to read.
 */
#include <stdio.h>
#include <string.h>

#include "prov/coap.h"
#include "prov/cose.h"
#include "tests/unit/cose/samples.h"

static bool save(const char *folder, const char *name, const char *suffix,
                 const struct prov_buf *buf)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
    file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool whole = fwrite(buf->data, 1, buf->len, file) == buf->len;
    return fclose(file) == 0 && whole;
}

static bool make_bundles(struct prov_crypto *crypto, const char *folder)
{
    for (size_t i = 0; i < sample_count; i++) {
        uint8_t room[PROV_BUNDLE_MAX];
        struct prov_buf buf = PROV_BUF_OF(room);
        struct prov_bundle bundle;
        samples[i].fill(&bundle);
        if (prov_bundle_encode(&bundle, crypto, &buf) != PROV_OK ||
            !save(folder, samples[i].name, "bundle", &buf))
            return false;
    }
    return true;
}

/* The submission of a raw public key: payload and signature by the key of "11". */
static bool make_sign1(struct prov_crypto *crypto, const char *folder)
{
    static const uint8_t binding[20] = {1, 2, 3};
    uint8_t payload_room[128], room[256], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_buf payload = PROV_BUF_OF(payload_room), buf = PROV_BUF_OF(room);
    struct prov_key key = {{0}};
    bool made = prov_cose_public_encode(sample_point_11, &payload) == PROV_OK &&
                prov_crypto_key_load(crypto, PROV_BYTES_OF(sample_scalar_11), &key) == PROV_OK &&
                prov_cose_sign1_digest(crypto, PROV_CF_COSE_KEY, PROV_BYTES_OF(binding),
                                       prov_buf_bytes(&payload), digest) == PROV_OK &&
                prov_crypto_sign(crypto, &key, digest, signature) == PROV_OK &&
                prov_cose_sign1_finish(PROV_CF_COSE_KEY, prov_buf_bytes(&payload), signature,
                                       &buf) == PROV_OK &&
                save(folder, "rpk", "sign1", &buf);

    prov_crypto_key_drop(crypto, &key);
    return made;
}

static bool make_key_set(const char *folder)
{
    uint8_t points[2][PROV_POINT_LEN], room[256];
    struct prov_buf buf = PROV_BUF_OF(room);

    memcpy(points[0], sample_point_meriadoc, PROV_POINT_LEN);
    memcpy(points[1], sample_point_peregrin, PROV_POINT_LEN);
    return prov_cose_key_set_encode((const uint8_t(*)[PROV_POINT_LEN])points, 2, &buf) == PROV_OK &&
           save(folder, "server", "key-set", &buf);
}

/* Signed by the key of "11". */
static bool make_deny_list(struct prov_crypto *crypto, const char *folder)
{
    uint8_t payload_room[1024], room[1200], digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_buf payload = PROV_BUF_OF(payload_room), buf = PROV_BUF_OF(room);
    struct prov_key key = {{0}};
    bool made = prov_deny_list_encode(&sample_deny_entries, &payload) == PROV_OK &&
                prov_deny_list_digest(crypto, prov_buf_bytes(&payload), digest) == PROV_OK &&
                prov_crypto_key_load(crypto, PROV_BYTES_OF(sample_scalar_11), &key) == PROV_OK &&
                prov_crypto_sign(crypto, &key, digest, signature) == PROV_OK &&
                prov_deny_list_finish(prov_buf_bytes(&payload), signature, &buf) == PROV_OK &&
                save(folder, "sample", "deny-list", &buf);

    prov_crypto_key_drop(crypto, &key);
    return made;
}

int main(int argc, char **argv)
{
    struct prov_crypto *crypto = NULL;

    if (argc != 2 || prov_crypto_make(NULL, &crypto) != PROV_OK)
        return 2;
    bool made = make_bundles(crypto, argv[1]) && make_sign1(crypto, argv[1]) &&
                make_key_set(argv[1]) && make_deny_list(crypto, argv[1]);
    prov_crypto_free(crypto);
    return made ? 0 : 1;
}
