/* SPDX-License-Identifier: Apache-2.0
 *
 * A program outside of the tree: puts public keys into a bundle and reads it back.
 */
#include <stdio.h>
#include <string.h>

#include "prov/bundle.h"
#include "prov/crypto.h"
#include "prov/profile.h"
#include "prov/version.h"

static prov_result make_public(struct prov_crypto *crypto, uint8_t ret[PROV_POINT_LEN])
{
    struct prov_key key = {0};
    prov_result result = prov_crypto_key_make(crypto, &key);
    if (result == PROV_OK)
        result = prov_crypto_key_public(crypto, &key, ret);
    prov_crypto_key_drop(crypto, &key);
    return result;
}

static prov_result key_bundle(struct prov_crypto *crypto, struct prov_buf *out)
{
    struct prov_bundle bundle = {.kind = PROV_KIND_RPK,
                                 .use = PROV_USE_BOOTSTRAP,
                                 .profile = PROV_PROFILE_RFC7925,
                                 .address = "127.0.0.1:5684",
                                 .has_public = true,
                                 .peer_count = 1};
    prov_result result = prov_eui64_parse("00-12-4B-28-7D-7A-78-A1", &bundle.device);
    if (result == PROV_OK)
        result = prov_fqdn_parse(prov_bytes_text("coaps.example.org"), &bundle.server);
    if (result == PROV_OK)
        result = make_public(crypto, bundle.point);
    if (result == PROV_OK)
        result = make_public(crypto, bundle.peers[0]);
    if (result == PROV_OK)
        result = prov_bundle_encode(&bundle, crypto, out);
    return result;
}

int main(void)
{
    uint8_t room[PROV_BUNDLE_MAX];
    struct prov_buf out = PROV_BUF_OF(room);
    struct prov_bundle read_back;
    struct prov_crypto *crypto = NULL;
    char device[PROV_EUI64_TEXT];

    prov_result result = prov_crypto_make(NULL, &crypto);
    if (result == PROV_OK)
        result = key_bundle(crypto, &out);
    if (result == PROV_OK)
        result = prov_bundle_decode(prov_buf_bytes(&out), crypto, &read_back, NULL);
    prov_crypto_free(crypto);
    if (result != PROV_OK) {
        fprintf(stderr, "consumer: %s\n", prov_result_text(result));
        return prov_result_exit(result);
    }
    prov_eui64_format(&read_back.device, device);
    printf("prov %s: a bundle of %zu octets for %s\n", PROV_VERSION, out.len, device);
    return strcmp(device, "00-12-4B-28-7D-7A-78-A1") == 0 ? 0 : 1;
}
