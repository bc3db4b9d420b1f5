/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing datagrams: one message of them, or a hello's fields and extensions.
 */
#ifndef PROV_TESTS_CHECK_EDIT_H
#define PROV_TESTS_CHECK_EDIT_H

#include "target.h"

#define EDIT_REMOVE SIZE_MAX
/* Changes the body of a whole message in epoch 0 (room for TARGET_ROOM); returns its new length, or
 * EDIT_REMOVE. context: the caller's. False: there is none. */
typedef size_t (*edit_body)(void *context, uint8_t *body, size_t len);
bool edit_message(struct datagram *d, uint8_t type, edit_body change, void *context);
/* The first message of the type in epoch 0: where its body is. */
bool edit_find(struct datagram *d, uint8_t type, uint8_t **ret_body, size_t *ret_len);

/* ServerHello and ClientHello: an extension taken out, and put in unless body is NULL. */
void edit_server_extension(struct datagram *d, uint16_t type, const uint8_t *body, size_t len);
void edit_client_extension(struct datagram *d, uint16_t type, const uint8_t *body, size_t len);

struct edit_hello { /* what may be set of a ClientHello */
    struct prov_client_hello hello;
    uint8_t extensions[TARGET_ROOM];
    size_t extensions_len;
};
/* Takes a whole ClientHello apart and puts it together again as `change` wants it. */
bool edit_client_hello(struct datagram *d, void (*change)(struct edit_hello *hello));

#endif
