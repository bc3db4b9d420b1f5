/* SPDX-License-Identifier: Apache-2.0
 *
 * Names for the second backend of a program that has two: included before all else in its files.
 */
#ifndef PROV_TESTS_CRYPTO_SECOND_H
#define PROV_TESTS_CRYPTO_SECOND_H

#define prov_crypto_make        second_make
#define prov_crypto_make_in     second_make_in
#define prov_crypto_arena_used  second_arena_used
#define prov_crypto_free        second_free
#define prov_crypto_random      second_random
#define prov_crypto_sha256      second_sha256
#define prov_crypto_sha1        second_sha1
#define prov_crypto_hash_begin  second_hash_begin
#define prov_crypto_hash_add    second_hash_add
#define prov_crypto_hash_peek   second_hash_peek
#define prov_crypto_hash_drop   second_hash_drop
#define prov_crypto_hmac_begin  second_hmac_begin
#define prov_crypto_hmac        second_hmac
#define prov_crypto_hmac_drop   second_hmac_drop
#define prov_aead_key_len       second_aead_key_len
#define prov_aead_tag_len       second_aead_tag_len
#define prov_crypto_seal        second_seal
#define prov_crypto_open        second_open
#define prov_crypto_ecdh_make   second_ecdh_make
#define prov_crypto_ecdh_agree  second_ecdh_agree
#define prov_crypto_ecdh_drop   second_ecdh_drop
#define prov_crypto_point_check second_point_check
#define prov_crypto_verify      second_verify
#define prov_crypto_key_make    second_key_make
#define prov_crypto_key_load    second_key_load
#define prov_crypto_key_save    second_key_save
#define prov_crypto_key_public  second_key_public
#define prov_crypto_sign        second_sign
#define prov_crypto_key_drop    second_key_drop

#endif
