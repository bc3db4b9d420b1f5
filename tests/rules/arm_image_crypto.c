/* SPDX-License-Identifier: Apache-2.0
 *
 * What a firmware image calls to have the Mbed TLS backend: an arena, and an instance over the board's random source.
 */
#include "prov/crypto.h"

extern uint64_t board_arena[];
extern size_t board_arena_len;
extern struct prov_crypto *board_instance;
bool board_random(void *context, uint8_t *out, size_t len);
prov_result board_crypto(void);

prov_result board_crypto(void)
{
    struct prov_random random = {board_random, NULL};
    return prov_crypto_make_in(board_arena, board_arena_len, &random, &board_instance);
}
