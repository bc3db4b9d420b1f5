/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration of Mbed TLS 3.6 (MBEDTLS_CONFIG_FILE): the cryptography behind prov/crypto.h and
 * nothing else of it. No TLS, no X.509, no PSA, no files, no clock, no heap. P-256 is p256-m's
 * (CMakeLists.txt), which has no configuration.
 */
#ifndef PROV_MBEDTLS_CONFIG_H
#define PROV_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C

/* AES-CCM; decryption of single blocks is not needed by counter modes. */
#define MBEDTLS_AES_C
#define MBEDTLS_CCM_C
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT
#define MBEDTLS_HAVE_ASM

#ifdef PROV_MBEDTLS_HOST
/* What a host has beside it: the registry's seals and the suite of the tests. */
#define MBEDTLS_AESNI_C
#define MBEDTLS_GCM_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#else
/* A microcontroller: one table of 1 KiB in flash, the smaller code, a random source of its own. */
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_AES_ONLY_128_BIT_KEY_LENGTH
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_CTR_DRBG_USE_128_BIT_KEY
#endif

#endif
