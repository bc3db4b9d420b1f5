/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto_table.h"

/* CRYPTO_TABLE: its name, by the build. */
const struct crypto_table CRYPTO_TABLE = {
    .make = prov_crypto_make,
    .sha256 = prov_crypto_sha256,
    .sha1 = prov_crypto_sha1,
    .hash_begin = prov_crypto_hash_begin,
    .hash_add = prov_crypto_hash_add,
    .hash_peek = prov_crypto_hash_peek,
    .hash_drop = prov_crypto_hash_drop,
    .hmac_begin = prov_crypto_hmac_begin,
    .hmac = prov_crypto_hmac,
    .hmac_drop = prov_crypto_hmac_drop,
    .aead_key_len = prov_aead_key_len,
    .aead_tag_len = prov_aead_tag_len,
    .seal = prov_crypto_seal,
    .open = prov_crypto_open,
    .ecdh_make = prov_crypto_ecdh_make,
    .ecdh_agree = prov_crypto_ecdh_agree,
    .ecdh_drop = prov_crypto_ecdh_drop,
    .point_check = prov_crypto_point_check,
    .verify = prov_crypto_verify,
    .key_load = prov_crypto_key_load,
    .key_save = prov_crypto_key_save,
    .key_public = prov_crypto_key_public,
    .sign = prov_crypto_sign,
    .key_drop = prov_crypto_key_drop,
};
