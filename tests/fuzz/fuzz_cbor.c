/* SPDX-License-Identifier: Apache-2.0
 *
 * One CBOR item. What is accepted is deterministic, so it must encode to the same octets; and the
 * two seams of item heads must answer alike at every octet.
 */
#include "cbor_head.h"
#include "prov/cbor.h"
#include "tests/fuzz/fuzz.h"

/* cbor_head_small.c, compiled under other names (CMakeLists.txt). */
prov_result cbor_small_get(const uint8_t *at, size_t left, struct cbor_head *ret);
void cbor_small_put(struct prov_buf *buf, enum prov_cbor_type type, uint64_t value);

static void copy_item(struct prov_reader *reader, struct prov_buf *buf);

static void copy_container(struct prov_reader *reader, enum prov_cbor_type type,
                           struct prov_buf *buf)
{
    struct cbor_head head;

    FUZZ_CHECK(cbor_head_get(reader->bytes.data + reader->at, prov_reader_left(reader), &head) ==
               PROV_OK);
    reader->at += head.len;
    if (type == PROV_CBOR_TAG)
        prov_cbor_put_tag(buf, head.value);
    else if (type == PROV_CBOR_ARRAY)
        prov_cbor_put_array(buf, head.value);
    else
        prov_cbor_put_map(buf, head.value);
    uint64_t count = type == PROV_CBOR_TAG   ? 1
                     : type == PROV_CBOR_MAP ? 2 * head.value
                                             : head.value;
    for (uint64_t i = 0; i < count; i++)
        copy_item(reader, buf);
}

static void copy_number(struct prov_reader *reader, struct prov_buf *buf)
{
    struct prov_reader as_uint = *reader, as_int = *reader;
    size_t big = prov_cbor_get_uint(&as_uint);
    ptrdiff_t value = prov_cbor_get_int(&as_int);
    struct prov_bytes item;

    prov_cbor_get_item(reader, &item);
    if (as_int.error == PROV_OK)
        prov_cbor_put_int(buf, value);
    else if (as_uint.error == PROV_OK)
        prov_cbor_put_uint(buf, big);
    else /* below INT64_MIN: no call reads it */
        prov_cbor_put_item(buf, item);
}

static void copy_text(struct prov_reader *reader, struct prov_buf *buf)
{
    struct prov_bytes text;

    prov_cbor_get_tstr(reader, &text);
    cbor_head_put(buf, PROV_CBOR_TSTR, text.len);
    prov_put_bytes(buf, text);
}

static void copy_simple(struct prov_reader *reader, struct prov_buf *buf)
{
    if (prov_cbor_get_null(reader))
        prov_cbor_put_null(buf);
    else
        prov_cbor_put_bool(buf, prov_cbor_get_bool(reader));
}

static void copy_item(struct prov_reader *reader, struct prov_buf *buf)
{
    enum prov_cbor_type type = PROV_CBOR_UINT;
    struct prov_bytes bytes;

    while (type < PROV_CBOR_SIMPLE && !prov_cbor_next_is(reader, type))
        type++;
    switch (type) {
    case PROV_CBOR_UINT:
    case PROV_CBOR_NINT:
        copy_number(reader, buf);
        break;
    case PROV_CBOR_BSTR:
        prov_cbor_get_bstr(reader, 0, SIZE_MAX, &bytes);
        prov_cbor_put_bstr(buf, bytes);
        break;
    case PROV_CBOR_TSTR:
        copy_text(reader, buf);
        break;
    case PROV_CBOR_SIMPLE:
        copy_simple(reader, buf);
        break;
    default:
        copy_container(reader, type, buf);
    }
    FUZZ_CHECK(reader->error == PROV_OK);
}

static void compare_seams(const uint8_t *at, size_t left)
{
    struct cbor_head one = {PROV_CBOR_UINT, 0, 0}, other = one;
    uint8_t room_one[9], room_other[9];
    struct prov_buf buf_one = PROV_BUF_OF(room_one), buf_other = PROV_BUF_OF(room_other);
    prov_result result = cbor_head_get(at, left, &one);

    FUZZ_CHECK(cbor_small_get(at, left, &other) == result);
    if (result != PROV_OK)
        return;
    FUZZ_CHECK(one.type == other.type && one.value == other.value && one.len == other.len);
    cbor_head_put(&buf_one, one.type, one.value);
    cbor_small_put(&buf_other, one.type, one.value);
    FUZZ_CHECK(prov_bytes_equal(prov_buf_bytes(&buf_one), prov_buf_bytes(&buf_other)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[1 << 20];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_reader reader = prov_reader_make(PROV_BYTES(data, size));

    for (size_t i = 0; i < size; i++)
        compare_seams(data + i, size - i);
    if (prov_cbor_check(PROV_BYTES(data, size)) != PROV_OK)
        return 0;
    copy_item(&reader, &buf);
    FUZZ_CHECK(prov_reader_done(&reader));
    FUZZ_CHECK(prov_bytes_equal(prov_buf_bytes(&buf), PROV_BYTES(data, size)));
    return 0;
}
