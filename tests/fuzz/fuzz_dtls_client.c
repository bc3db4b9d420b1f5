/* SPDX-License-Identifier: Apache-2.0
 *
 * A client that is sent whatever comes: kind 1 (with 0x40: one that offers what is for certificates, with 0x20:
 * what changes records, with 0x10: one that wants to resume a session), then datagrams, each with its length (2) before it. Nobody can make it believe
 * that it is connected.
 */
#include "fuzz_dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));
    struct prov_bytes datagram;
    struct wire w;
    uint8_t kind;

    if (!prov_take_u8(&reader, &kind))
        return 0;
    wire_make(&w, fuzz_dtls_world(), (enum wire_kind)(kind % WIRE_KINDS));
    w.ends[WIRE_CLIENT].judge = (kind & 0x80) == 0;
    if ((kind & 0x40) != 0)
        fuzz_dtls_certificates(&w);
    if ((kind & 0x20) != 0)
        fuzz_dtls_records(&w);
    if ((kind & 0x10) != 0)
        fuzz_dtls_sessions(&w);
    wire_start(&w);
    w.fate = fuzz_dtls_nowhere;
    while (prov_take_vector(&reader, 2, &datagram) && datagram.len <= WIRE_DATAGRAM_MAX) {
        wire_inject(&w, WIRE_SERVER, datagram.data, datagram.len);
        wire_run(&w, w.now_ms);
    }
    wire_run(&w, 100000);
    FUZZ_CHECK(w.ends[WIRE_CLIENT].connected == 0 && w.ends[WIRE_CLIENT].data == 0);
    FUZZ_CHECK(w.ends[WIRE_CLIENT].failed > 0); /* at the latest when its time was over */
    wire_free(&w);
    return 0;
}
