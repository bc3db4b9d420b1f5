/* SPDX-License-Identifier: Apache-2.0
 *
 * What a firmware image calls to have the Mbed TLS backend: an arena, and an instance over the board's random source.
 */
#include <mbedtls/memory_buffer_alloc.h>

#include "prov/crypto.h"

extern uint8_t board_arena[];
extern size_t board_arena_len;
extern struct prov_crypto *board_instance;
bool board_random(void *context, uint8_t *out, size_t len);
prov_result board_crypto(void);

prov_result board_crypto(void)
{
    struct prov_random random = {board_random, NULL};
    mbedtls_memory_buffer_alloc_init(board_arena, board_arena_len);
    return prov_crypto_make(&random, &board_instance);
}
