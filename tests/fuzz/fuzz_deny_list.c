/* SPDX-License-Identifier: Apache-2.0
 *
 * A deny-list: as a payload, and as a file. What is taken is written again octet by octet, and what is
 * listed is found.
 */
#include "prov/deny_list.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define CERTIFICATES 512
#define KEYS         128

static void again(const struct prov_deny_list *list, struct prov_bytes payload)
{
    static struct prov_deny_certificate certificates[CERTIFICATES];
    static uint8_t keys[KEYS][PROV_HASH_LEN], room[PROV_DENY_LIST_MAX];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_deny_at at = {0};
    struct prov_bytes issuer, serial;
    size_t count = 0;
    while (count < CERTIFICATES && prov_deny_list_next(list, &at, &issuer, &serial)) {
        struct prov_deny_certificate *certificate = &certificates[count++];
        memcpy(certificate->issuer, issuer.data, PROV_HASH_LEN);
        memcpy(certificate->serial, serial.data, serial.len);
        certificate->serial_len = (uint8_t)serial.len;
        FUZZ_CHECK(prov_deny_list_has_certificate(list, issuer.data, serial));
    }
    if (list->certificate_count > CERTIFICATES || list->key_count > KEYS)
        return;
    FUZZ_CHECK(count == list->certificate_count);
    for (size_t i = 0; i < list->key_count; i++) {
        memcpy(keys[i], prov_deny_list_key(list, i).data, PROV_HASH_LEN);
        FUZZ_CHECK(prov_deny_list_has_key(list, keys[i]));
    }
    const struct prov_deny_entries entries = {
        list->version,  list->issued, certificates, count, (const uint8_t(*)[PROV_HASH_LEN])keys,
        list->key_count};
    FUZZ_CHECK(prov_deny_list_encode(&entries, &buf) == PROV_OK);
    FUZZ_CHECK(prov_bytes_equal(prov_buf_bytes(&buf), payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_deny_list list;
    if (size <= PROV_DENY_LIST_MAX &&
        prov_deny_list_decode(PROV_BYTES(data, size), &list) == PROV_OK)
        again(&list, PROV_BYTES(data, size));
    (void)!prov_deny_list_peek(PROV_BYTES(data, size), &list);
    return 0;
}
