/* SPDX-License-Identifier: Apache-2.0
 *
 * The root of the link check: what a firmware image calls. It never runs; the board's half is undefined.
 */
#include "prov/agent.h"

extern const struct prov_port board_port;
extern struct prov_store board_store;
extern struct prov_agent board_agent;
extern struct prov_dtls_handshake *board_workspace;
size_t board_receive(uint8_t *octets, size_t cap);
void board_send(const uint8_t *octets, size_t len);
size_t board_bundle(uint8_t *octets, size_t cap);
void board_reply(prov_result result);
void image_main(void);

static prov_result install(void)
{
    static uint8_t bundle[PROV_BUNDLE_MAX], work[PROV_STORE_ENTRY_MAX];
    static struct prov_entry entry;
    size_t len = board_bundle(bundle, sizeof bundle);
    return prov_store_install_bundle(&board_store, PROV_BYTES(bundle, len), PROV_BUF_OF(work),
                                     false, &entry);
}

static prov_result take_deny_list(void)
{
    static uint8_t file[PROV_DENY_LIST_MAX], work[PROV_STORE_ENTRY_MAX];
    struct prov_deny_list list;
    size_t len = board_bundle(file, sizeof file);
    return prov_store_deny_install(&board_store, PROV_BYTES(file, len), PROV_BUF_OF(work), false,
                                   &list);
}

static prov_result operate(void)
{
    static uint8_t in[1280], out[1280];
    struct prov_agent_request request = {.op = PROV_AGENT_ROTATE};
    prov_agent_open(&board_agent, &board_store, board_workspace);
    prov_result r = prov_agent_begin(&board_agent, &request, 0);
    for (uint64_t now = 0; r == PROV_OK; now = board_port.uptime_ms(board_port.context)) {
        enum prov_agent_event event = prov_agent_step(&board_agent, now);
        if (event == PROV_AGENT_DONE || event == PROV_AGENT_FAILED)
            break;
        if (event == PROV_AGENT_RESOLVE)
            r = prov_agent_set_peer(&board_agent,
                                    prov_bytes_text(prov_agent_address(&board_agent)));
        struct prov_buf datagram = PROV_BUF_OF(out);
        if (event == PROV_AGENT_WAIT && prov_agent_pull(&board_agent, now, &datagram))
            board_send(datagram.data, datagram.len);
        else if (event == PROV_AGENT_WAIT && prov_agent_deadline(&board_agent) > now)
            prov_agent_push(&board_agent, now, in, board_receive(in, sizeof in));
    }
    board_reply(prov_agent_report(&board_agent)->result);
    prov_agent_close(&board_agent);
    return r;
}

void image_main(void)
{
    static const struct prov_eui64 eui64 = {{0, 0x12, 0x4b, 0, 0x14, 0xb5, 0xd9, 0x6f}};
    static uint8_t csr[PROV_CSR_MAX];
    struct prov_buf buf = PROV_BUF_OF(csr);
    struct prov_log_record record;
    prov_result r = prov_store_open(&board_store, &board_port);
    if (r == PROV_OK)
        r = prov_agent_identity_make(&board_store, &eui64);
    if (r == PROV_OK)
        r = prov_agent_identity_csr(&board_store, &buf);
    board_send(csr, buf.len);
    if (r == PROV_OK)
        r = install();
    if (r == PROV_OK)
        r = take_deny_list();
    if (r == PROV_OK)
        r = operate();
    if (r == PROV_OK)
        r = prov_store_log_get(&board_store, 0, &record);
    uint32_t seconds = 0;
    if (r == PROV_OK)
        r = prov_agent_backoff(&board_store, &seconds);
    board_reply(r);
}
