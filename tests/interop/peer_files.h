/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and certificates of the interoperation tests, read from PEM files.
 */
#ifndef PEER_FILES_H
#define PEER_FILES_H

#include "prov/crypto.h"
#include "prov/x509.h"

#define PEER_CERTS_MAX 4

struct peer_files {
    struct prov_key key;
    uint8_t spki[PROV_SPKI_LEN];      /* of key */
    uint8_t peer_spki[PROV_SPKI_LEN]; /* the other end's raw public key */
    uint8_t octets[PEER_CERTS_MAX * 2048];
    size_t used;
    struct prov_bytes chain[PEER_CERTS_MAX], anchors[PEER_CERTS_MAX], cached[PEER_CERTS_MAX];
    size_t chain_len, anchor_count, cached_len;
};

/* Each returns false, having said on stderr which file is wrong. */
bool peer_key_load(struct peer_files *files, struct prov_crypto *crypto, const char *path);
bool peer_public_load(struct peer_files *files, const char *path);
bool peer_certs_load(struct peer_files *files, const char *path, struct prov_bytes *ret,
                     size_t *ret_count);

#endif
