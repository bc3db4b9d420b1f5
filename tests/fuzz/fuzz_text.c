/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of every kind that a person or a wire may give. What parses must print as itself where there
 * is one way to print it, and parse again.
 */
#include <string.h>

#include "prov/identifier.h"
#include "prov/text.h"
#include "tests/fuzz/fuzz.h"

static void try_base64(struct prov_bytes text)
{
    uint8_t room[512];
    char again[PROV_BASE64_TEXT(512)];
    struct prov_buf buf = PROV_BUF_OF(room);

    if (prov_base64_parse(text, &buf) == PROV_OK) {
        prov_base64_format(prov_buf_bytes(&buf), again);
        FUZZ_CHECK(prov_bytes_equal(prov_bytes_text(again), text));
    }
    buf = prov_buf_make(room, sizeof room);
    if (prov_base64url_parse(text, &buf) == PROV_OK) {
        prov_base64url_format(prov_buf_bytes(&buf), again);
        FUZZ_CHECK(prov_bytes_equal(prov_bytes_text(again), text));
    }
}

static void try_names(struct prov_bytes text)
{
    uint8_t room[512];
    struct prov_buf buf = PROV_BUF_OF(room);

    if (prov_ni_parse(text, &buf) == PROV_OK)
        FUZZ_CHECK(buf.len == 32 || buf.len == 15);
    buf = prov_buf_make(room, sizeof room);
    if (prov_hex_parse(text, &buf) == PROV_OK)
        FUZZ_CHECK(buf.len == text.len / 2);
    struct prov_fqdn fqdn, again;
    if (prov_fqdn_parse(text, &fqdn) != PROV_OK)
        return;
    FUZZ_CHECK(prov_fqdn_parse(prov_bytes_text(fqdn.text), &again) == PROV_OK);
    FUZZ_CHECK(prov_fqdn_equal(&fqdn, &again));
}

static void try_identifiers(const char *text)
{
    char printed[PROV_EUI64_TEXT], printed_uuid[PROV_UUID_TEXT];
    struct prov_eui64 eui64, again;
    struct prov_uuid uuid, uuid_again;

    if (prov_eui64_parse(text, &eui64) == PROV_OK ||
        prov_eui64_parse_eui48(text, &eui64) == PROV_OK) {
        prov_eui64_format(&eui64, printed);
        FUZZ_CHECK(prov_eui64_parse_canonical(prov_bytes_text(printed), &again) == PROV_OK);
        FUZZ_CHECK(prov_eui64_equal(&eui64, &again));
    }
    if (prov_uuid_parse(text, &uuid) == PROV_OK) {
        prov_uuid_format(&uuid, printed_uuid);
        FUZZ_CHECK(prov_uuid_parse(printed_uuid, &uuid_again) == PROV_OK);
        FUZZ_CHECK(memcmp(&uuid, &uuid_again, sizeof uuid) == 0);
    }
}

static void try_time(struct prov_bytes text)
{
    char again[PROV_TIME_TEXT];
    int64_t seconds;

    if (prov_time_parse(text, &seconds) != PROV_OK)
        return;
    prov_time_format(seconds, again);
    FUZZ_CHECK(prov_bytes_equal(prov_bytes_text(again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prov_eui64 eui64;
    char text[301];

    if (size >= sizeof text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    try_base64(PROV_BYTES(data, size));
    try_names(PROV_BYTES(data, size));
    try_time(PROV_BYTES(data, size));
    try_identifiers(text);
    (void)!prov_eui64_parse_canonical(PROV_BYTES(data, size), &eui64);
    return 0;
}
