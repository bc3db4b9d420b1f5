/* SPDX-License-Identifier: Apache-2.0
 *
 * The root of the link checks: what a firmware image calls in its configuration (prov/config.h). It never runs;
 * the board's half is undefined.
 */
#include "prov/agent.h"

extern const struct prov_port board_port;
size_t board_receive(uint8_t *octets, size_t cap);
void board_send(const uint8_t *octets, size_t len);
size_t board_bundle(uint8_t *octets, size_t cap);
void board_reply(prov_result result);
void board_count(uint32_t count);
prov_result board_crypto(void);
void image_main(void);

/* What the agent asks of RAM: their sizes are read from the symbol table. */
struct prov_store image_store;
struct prov_agent image_agent;
union prov_agent_workspace image_workspace;

static prov_result install(void)
{
    static uint8_t bundle[PROV_BUNDLE_MAX];
    size_t len = board_bundle(bundle, sizeof bundle);
    return prov_store_install_bundle(&image_store, PROV_BYTES(bundle, len), false);
}

static prov_result take_deny_list(void)
{
    static uint8_t file[PROV_DENY_LIST_MAX], work[PROV_STORE_ENTRY_MAX];
    struct prov_deny_list list;
    size_t len = board_bundle(file, sizeof file);
    return prov_store_deny_install(&image_store, PROV_BYTES(file, len), work, false, &list);
}

static prov_result identify(void)
{
    static const struct prov_eui64 eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}};
    static uint8_t csr[PROV_CSR_MAX];
    struct prov_buf buf = PROV_BUF_OF(csr);
    prov_result r = prov_agent_identity_make(&image_store, &eui64);
    if (r == PROV_OK)
        r = prov_agent_identity_csr(&image_store, &buf);
    board_send(csr, buf.len);
    return r;
}

static prov_result operate(void)
{
    static uint8_t in[1280], out[1280];
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    prov_agent_open(&image_agent, &image_store, &image_workspace);
    prov_result r = prov_agent_begin(&image_agent, &request, 0);
    for (uint64_t now = 0; r == PROV_OK; now = board_port.uptime_ms(board_port.context)) {
        enum prov_agent_event event = prov_agent_step(&image_agent, now);
        if (event == PROV_AGENT_DONE || event == PROV_AGENT_FAILED)
            break;
        if (event == PROV_AGENT_RESOLVE)
            r = prov_agent_set_peer(&image_agent,
                                    prov_bytes_text(prov_agent_address(&image_agent)));
        struct prov_buf datagram = PROV_BUF_OF(out);
        if (event == PROV_AGENT_WAIT && prov_agent_pull(&image_agent, now, &datagram))
            board_send(datagram.data, datagram.len);
        else if (event == PROV_AGENT_WAIT && prov_agent_deadline(&image_agent) > now)
            prov_agent_push(&image_agent, now, in, board_receive(in, sizeof in));
    }
    board_reply(prov_agent_report(&image_agent)->result);
    if (PROV_WITH_STATS)
        board_count(prov_agent_stats(&image_agent)->wakes);
    prov_agent_close(&image_agent);
    return r;
}

/* As a board does at its start: the seed of the last time, and one for the next. */
static prov_result start(void)
{
    uint8_t seed[PROV_STORE_SEED_LEN];
    prov_result r = board_crypto();
    if (r == PROV_OK)
        r = prov_store_open(&image_store, &board_port);
    if (r == PROV_OK)
        r = prov_store_seed_get(&image_store, seed);
    board_send(seed, sizeof seed);
    if (r == PROV_OK)
        r = prov_crypto_random(board_port.crypto, seed, sizeof seed);
    return r == PROV_OK ? prov_store_seed_put(&image_store, seed) : r;
}

void image_main(void)
{
    struct prov_log_record record;
    prov_result r = start();
    if (PROV_WITH_IDENTITY && r == PROV_OK)
        r = identify();
    if (PROV_WITH_BUNDLES && r == PROV_OK)
        r = install();
    if (PROV_WITH_DENY_LIST && r == PROV_OK)
        r = take_deny_list();
    if (r == PROV_OK)
        r = operate();
    if (PROV_WITH_LOG && r == PROV_OK)
        r = prov_store_log_get(&image_store, 0, &record);
    uint32_t seconds = 0;
    if (r == PROV_OK)
        r = prov_agent_backoff(&image_store, &seconds);
    board_reply(r);
}
