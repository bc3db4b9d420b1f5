/* SPDX-License-Identifier: Apache-2.0
 *
 * A CoAP datagram. Every value of an option's delta and length has one encoding, so what decodes
 * must encode to the same octets.
 */
#include "prov/coap.h"
#include "tests/fuzz/fuzz.h"

static void read_options(const struct prov_coap_message *message)
{
    static const uint16_t known[] = {PROV_COAP_URI_HOST, PROV_COAP_URI_PATH, PROV_COAP_ACCEPT,
                                     PROV_COAP_BLOCK2, PROV_COAP_BLOCK1};
    char path[64];
    uint8_t store[4];

    (void)prov_coap_unknown_critical(message, known, sizeof known / sizeof known[0]);
    if (prov_coap_path(message, path, sizeof path) == PROV_OK)
        FUZZ_CHECK(path[0] == '/');
    for (size_t i = 0; i < message->option_count; i++) {
        struct prov_coap_message copy = {.option_count = 0};
        struct prov_coap_block block, again;
        uint32_t value;
        if (prov_coap_uint(&message->options[i], &value) != PROV_OK ||
            prov_coap_block_decode(&message->options[i], &block) != PROV_OK)
            continue;
        FUZZ_CHECK(prov_coap_add_block(&copy, PROV_COAP_BLOCK2, block, store) == PROV_OK);
        FUZZ_CHECK(prov_coap_block_decode(&copy.options[0], &again) == PROV_OK);
        FUZZ_CHECK(again.number == block.number && again.more == block.more &&
                   again.szx == block.szx);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[1 << 20];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_coap_message message;

    if (size > sizeof room || prov_coap_decode(PROV_BYTES(data, size), &message) != PROV_OK)
        return 0;
    read_options(&message);
    FUZZ_CHECK(prov_coap_encode(&message, &buf) == PROV_OK);
    FUZZ_CHECK(prov_bytes_equal(prov_buf_bytes(&buf), PROV_BYTES(data, size)));
    return 0;
}
