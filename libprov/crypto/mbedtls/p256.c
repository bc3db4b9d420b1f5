/* SPDX-License-Identifier: Apache-2.0
 *
 * p256-m as a file of ours: its source is empty without the switch of the driver that it is for Mbed TLS, and it
 * draws by psa_generate_random, which here is sign.c's. Where it lies (3rdparty/p256-m/p256-m of Mbed TLS) the build says.
 */
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED
#define psa_generate_random prov_mbedtls_nonce

#include <p256-m.c>
