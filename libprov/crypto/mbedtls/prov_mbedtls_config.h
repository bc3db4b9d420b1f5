/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration of Mbed TLS 3.6 (MBEDTLS_CONFIG_FILE): the cryptography behind prov/crypto.h and
 * nothing else of it. No TLS, no X.509, no PSA, no files, no clock.
 */
#ifndef PROV_MBEDTLS_CONFIG_H
#define PROV_MBEDTLS_CONFIG_H

/* SHA-256 and HMAC over it. */
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C

/* AES-CCM; decryption of single blocks is not needed by counter modes. */
#define MBEDTLS_AES_C
#define MBEDTLS_CCM_C
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT

/* P-256: ECDH and ECDSA. Parsing of ASN.1 is asked for by ECDSA; the linker drops it. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C

#ifdef PROV_MBEDTLS_HOST
/* What a host has beside it: the registry's seals and the suite of the tests. */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_AESNI_C
#define MBEDTLS_GCM_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#else
/* A microcontroller: tables in flash, the smaller code, memory from an arena of the image. */
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_AES_ONLY_128_BIT_KEY_LENGTH
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_ECP_WINDOW_SIZE       2
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_CTR_DRBG_USE_128_BIT_KEY
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_EXIT_ALT
/* What ends the run when the arena is corrupt: the image sets it (mbedtls_platform_set_exit). */
#endif

#endif
