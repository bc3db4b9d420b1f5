/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#define DIGEST_LEN 32

/* Where erased octets end the bundle cannot be told from the flash; its digest can. */
static prov_result install_at(struct board *board, struct prov_bytes room, size_t len)
{
    prov_result result = PROV_E_TRUNCATED;

    for (size_t i = 0; i <= DIGEST_LEN && len + i <= room.len && result == PROV_E_TRUNCATED; i++)
        result = prov_store_install_bundle(&board->store, PROV_BYTES(room.data, len + i), false);
    return result;
}

prov_result board_install(struct board *board)
{
    static uint8_t room[PROV_BUNDLE_MAX];
    struct prov_buf bundle = PROV_BUF_OF(room);
    prov_result result = flash_bundle_read(&board->flash, &bundle);

    if (result == PROV_OK && bundle.len > 0) {
        result = install_at(board, PROV_BYTES_OF(room), bundle.len);
        if (result == PROV_OK)
            result = flash_bundle_erase(&board->flash);
    }
    prov_wipe(room, sizeof room);
    return result;
}
