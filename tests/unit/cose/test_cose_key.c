/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prov/cbor.h"
#include "prov/cose.h"
#include "tests/unit/core/octets.h"

#define X11 "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"
#define Y11 "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
#define D11 "57c92077664146e876760c9520d054aa93c3afb04e306705db6090308507b4d3"
#define K16 "000102030405060708090a0b0c0d0e0f"

#define CRV "2001"
#define X   "215820" X11
#define Y   "225820" Y11
#define D   "235820" D11
#define XY  X Y

static void refuse(const char *hex, prov_result expected)
{
    struct octets octets = octets_of(hex);
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
    struct prov_cose_key key = {.kty = (enum prov_cose_kty)77};
    prov_result result = prov_cose_key_decode(&reader, &key);

    if (result != expected || (int)key.kty != 77 || reader.at > octets.len)
        fail_msg("%s: %04x, not %04x", hex, (unsigned)result, (unsigned)expected);
}

static void decode(const char *hex, struct octets *octets, struct prov_cose_key *key)
{
    *octets = octets_of(hex);
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(*octets));

    assert_int_equal(prov_cose_key_decode(&reader, key), PROV_OK);
    assert_true(prov_reader_done(&reader));
}

/* --- refused --------------------------------------------------------------------------------- */

static void row19_compressed_y_is_refused(void **state)
{
    (void)state;
    refuse("a40102" CRV X "22f5", PROV_E_POINT);
    refuse("a40102" CRV X "22f4", PROV_E_POINT);
    refuse("a40102" CRV X "22f6", PROV_E_POINT);
}

static void row18_other_curves_are_refused(void **state)
{
    static const char *const curves[] = {"2002", "2003", "2004", "2006", "2008", "2020", "2000"};
    char hex[256];

    (void)state;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        snprintf(hex, sizeof hex, "a40102%s%s", curves[i], XY);
        refuse(hex, PROV_E_ALGORITHM);
    }
    refuse("a401022065502d323536" XY, PROV_E_ALGORITHM); /* "P-256" as text */
}

/* RFC 9053, table 18: OKP, RSA (3 in RFC 8230), the reserved 0, text */
static void row17_other_key_types_are_refused(void **state)
{
    (void)state;
    refuse("a401012006" X "235820" D11, PROV_E_ALGORITHM);
    refuse("a30103204101214103", PROV_E_ALGORITHM);
    refuse("a10100", PROV_E_ALGORITHM);
    refuse("a10120", PROV_E_ALGORITHM);
    refuse("a101634543 32", PROV_E_ALGORITHM);
}

static void coordinates_of_other_lengths_are_refused(void **state)
{
    (void)state;
    refuse("a40102" CRV "21581f"
           "00000000000000000000000000000000000000000000000000000000000000" Y,
           PROV_E_POINT);
    refuse("a40102" CRV "215821" X11 "00" Y, PROV_E_POINT);
    refuse("a40102" CRV X "22581f"
           "00000000000000000000000000000000000000000000000000000000000000",
           PROV_E_POINT);
    refuse("a40102" CRV X "225821"
           "00" Y11,
           PROV_E_POINT);
    refuse("a40102" CRV "2140" Y, PROV_E_POINT);
    refuse("a40102" CRV "2101" Y, PROV_E_POINT);
}

static void scalars_of_other_lengths_are_refused(void **state)
{
    (void)state;
    refuse("a30102" CRV "23581f"
           "00000000000000000000000000000000000000000000000000000000000000",
           PROV_E_BOUNDS);
    refuse("a30102" CRV "235821" D11 "00", PROV_E_BOUNDS);
    refuse("a30102" CRV "2340", PROV_E_BOUNDS);
}

static void keys_without_what_they_need_are_refused(void **state)
{
    (void)state;
    refuse("a10102", PROV_E_ALGORITHM);
    refuse("a20102" CRV, PROV_E_POINT);
    refuse("a30102" CRV X, PROV_E_POINT);
    refuse("a30102" CRV Y, PROV_E_POINT);
    refuse("a30102" XY, PROV_E_ALGORITHM);
    refuse("a40102" CRV X D, PROV_E_POINT);
    refuse("a40102" CRV Y D, PROV_E_POINT);
    refuse("a20102" D, PROV_E_ALGORITHM);
    refuse("a10104", PROV_E_FORMAT);
    refuse("a20104024101", PROV_E_FORMAT);
    refuse("a201042050" K16, PROV_E_FORMAT);
    refuse("a0", PROV_E_ALGORITHM);
    refuse("a1024101", PROV_E_ALGORITHM);
    refuse("a3" CRV XY, PROV_E_ALGORITHM);
    refuse("880102" CRV XY, PROV_E_FORMAT); /* an array of the same octets */
}

static void row22_algorithms_that_are_not_es256_are_refused(void **state)
{
    (void)state;
    refuse("a501020322" CRV XY, PROV_E_ALGORITHM);   /* -3 */
    refuse("a50102033822" CRV XY, PROV_E_ALGORITHM); /* ES384 */
    refuse("a501020327" CRV XY, PROV_E_ALGORITHM);   /* EdDSA */
    refuse("a501020301" CRV XY, PROV_E_ALGORITHM);
}

static void key_operations_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    refuse("a501020480" CRV XY, PROV_E_ALGORITHM);     /* none */
    refuse("a50102048101" CRV XY, PROV_E_FORMAT);      /* a public key signs */
    refuse("a40102048102" CRV D, PROV_E_FORMAT);       /* a private one verifies */
    refuse("a5010204820102" CRV XY, PROV_E_ALGORITHM); /* both */
    refuse("a50102048107" CRV XY, PROV_E_ALGORITHM);   /* derives */
    refuse("a501020402" CRV XY, PROV_E_ALGORITHM);
    refuse("a5010204647369676e" CRV XY, PROV_E_ALGORITHM);
}

static void unknown_labels_are_refused(void **state)
{
    (void)state;
    refuse("a50102054100" CRV XY, PROV_E_ALGORITHM);
    refuse("a50102" CRV XY "2400", PROV_E_FORMAT);
    refuse("a50102" CRV "182000" XY, PROV_E_DETERMINISM);
    refuse("a50102182000" CRV XY, PROV_E_ALGORITHM);
    refuse("a40104024101 0326 2050" K16, PROV_E_FORMAT);
    refuse("a40104024101 2050" K16 "2100", PROV_E_FORMAT);
    refuse("a50102" CRV XY "616100", PROV_E_FORMAT);
}

static void keys_out_of_order_are_refused(void **state)
{
    (void)state;
    refuse("a4" CRV XY "0102", PROV_E_DETERMINISM);
    refuse("a40102" CRV Y X, PROV_E_DETERMINISM);
    refuse("a40102" CRV X X, PROV_E_DETERMINISM);
    refuse("a4011802" CRV XY, PROV_E_DETERMINISM);
    refuse("bf0102" CRV XY "ff", PROV_E_FORMAT);
    refuse("a40102" CRV "21590020" X11 Y, PROV_E_DETERMINISM);
}

static void row12_psk_and_identity_out_of_bounds_are_refused(void **state)
{
    static const uint8_t octets[129];
    uint8_t room[256];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    refuse("a3010402402050" K16, PROV_E_BOUNDS);
    refuse("a301040241aa204f"
           "000102030405060708090a0b0c0d0e",
           PROV_E_BOUNDS);
    refuse("a301040241aa2040", PROV_E_BOUNDS);
    refuse("a301040241aa205841" K16 K16 K16 K16 "00", PROV_E_BOUNDS);
    refuse("a3010402 5881" K16 K16 K16 K16 K16 K16 K16 K16 "00 2050" K16, PROV_E_BOUNDS);
    assert_int_equal(prov_cose_psk_encode(PROV_BYTES_OF(octets), PROV_BYTES(octets, 16), &buf),
                     PROV_E_BOUNDS);
    assert_int_equal(prov_cose_psk_encode(PROV_BYTES_NONE, PROV_BYTES(octets, 16), &buf),
                     PROV_E_BOUNDS);
    assert_int_equal(prov_cose_psk_encode(PROV_BYTES(octets, 1), PROV_BYTES(octets, 15), &buf),
                     PROV_E_BOUNDS);
    assert_int_equal(prov_cose_psk_encode(PROV_BYTES(octets, 1), PROV_BYTES(octets, 65), &buf),
                     PROV_E_BOUNDS);
    assert_int_equal(buf.len, 0);
}

/* Where a PSK comes alone, as a device gets it. */
static void what_is_no_psk_alone_is_refused(void **state)
{
    static const char *const table[] = {
        "",
        "a3010402",
        "a30104024131",
        "a3010402413120",
        "a301040241312050" K16 "00",
        "a30104024131204f" K16,
        "a3010402402050" K16,
        "a30104024131215"
        "0" K16,
        "a301040258013120"
        "50" K16,
        "a40104024131205"
        "0" K16 "2100",
        "a3010202413120"
        "50" K16,
        "bf010402413120"
        "50" K16 "ff",
    };
    struct prov_bytes identity, psk;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct octets octets = octets_of(table[i]);
        if (prov_cose_psk_decode(OCTETS_VIEW(octets), &identity, &psk) == PROV_OK)
            fail_msg("%s", table[i]);
    }
}

static void a_cut_key_is_truncated_at_every_octet(void **state)
{
    struct octets octets = octets_of("a70102024231310326048101" CRV XY);
    struct octets key = octets_of("a50102" CRV XY D);
    struct prov_cose_key ret;

    (void)state;
    for (size_t cut = 0; cut < key.len; cut++) {
        struct prov_reader reader = prov_reader_make(PROV_BYTES(key.data, cut));
        assert_int_equal(prov_cose_key_decode(&reader, &ret), PROV_E_TRUNCATED);
    }
    struct prov_reader reader = prov_reader_make(OCTETS_VIEW(octets));
    assert_int_equal(prov_cose_key_decode(&reader, &ret),
                     PROV_E_FORMAT); /* sign with a public key */
}

static void row19_points_that_are_not_uncompressed_are_not_written(void **state)
{
    static const uint8_t point[PROV_POINT_LEN] = {0x02}, scalar[32] = {1};
    uint8_t room[256];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_cose_public_encode(point, &buf), PROV_E_POINT);
    assert_int_equal(prov_cose_private_encode(point, PROV_BYTES_OF(scalar), &buf), PROV_E_POINT);
    assert_int_equal(prov_cose_private_encode(NULL, PROV_BYTES(scalar, 31), &buf), PROV_E_BOUNDS);
    assert_int_equal(prov_cose_key_set_encode(NULL, 0, &buf), PROV_E_BOUNDS);
    assert_int_equal(buf.len, 0);
}

static void a_key_that_does_not_fit_overflows(void **state)
{
    static const uint8_t point[PROV_POINT_LEN] = {0x04};
    uint8_t room[70];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_cose_public_encode(point, &buf), PROV_E_OVERFLOW);
}

static void key_sets_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *hex;
        prov_result result;
    } table[] = {{"80", PROV_E_BOUNDS},
                 {"a0", PROV_E_FORMAT},
                 {"", PROV_E_TRUNCATED},
                 {"82a0", PROV_E_TRUNCATED},
                 {"81a000", PROV_E_TRAILING},
                 {"9fff", PROV_E_FORMAT},
                 {"81a201000100", PROV_E_DETERMINISM},
                 {"83 a40102" CRV XY "a40102" CRV XY "a40102" CRV XY, PROV_E_BOUNDS}};
    uint8_t points[2][PROV_POINT_LEN];
    size_t count = 77;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct octets octets = octets_of(table[i].hex);
        assert_int_equal(prov_cose_key_set_decode(OCTETS_VIEW(octets), points, 2, &count),
                         table[i].result);
        assert_int_equal(count, 77);
    }
}

/* --- accepted -------------------------------------------------------------------------------- */

static void public_keys_are_read(void **state)
{
    struct octets octets, point = octets_of("04" X11 Y11);
    struct prov_cose_key key;

    (void)state;
    decode("a40102" CRV XY, &octets, &key);
    assert_int_equal(key.kty, PROV_COSE_EC2);
    assert_true(key.has_public);
    assert_memory_equal(key.point, point.data, PROV_POINT_LEN);
    assert_int_equal(key.kid.len, 0);
    assert_int_equal(key.d.len, 0);
    decode("a70102024231310326048102" CRV XY, &octets, &key); /* -7 */
    assert_true(prov_bytes_equal(key.kid, prov_bytes_text("11")));
    decode("a501020328" CRV XY, &octets, &key); /* -9 */
    assert_true(key.has_public);
}

static void private_keys_are_read(void **state)
{
    struct octets octets, scalar = octets_of(D11);
    struct prov_cose_key key;

    (void)state;
    decode("a50102" CRV XY D, &octets, &key);
    assert_true(key.has_public);
    assert_true(prov_bytes_equal(key.d, OCTETS_VIEW(scalar)));
    decode("a40102048101" CRV D, &octets, &key);
    assert_false(key.has_public);
    assert_true(prov_bytes_equal(key.d, OCTETS_VIEW(scalar)));
}

/* RFC 9052, appendix C.7.1, in deterministic order: two P-256 keys, one on P-521, a private one and strangers. */
static void foreign_elements_of_a_key_set_are_passed_over(void **state)
{
    struct octets set = octets_of(
        "88"
        "a5010202422d2d" CRV XY "a40102 2003 21 42 0072 22 42 01dc"
        "a10112"
        "01"
        "a40102" CRV X "22f5"
        "a50102" CRV XY D "880102" CRV XY "a50102"
        "024131" CRV "215820 98f50a4ff6c05861c8860d13a638ea56c3f5ad7590bbfbf054e1c7b4d91d6280"
        "225820 f01400b089867804b8e9fc96c3932161f1934f4223069170d924b7e03bf822bb");
    struct octets point = octets_of("04" X11 Y11);
    uint8_t points[2][PROV_POINT_LEN];
    size_t count;

    (void)state;
    assert_int_equal(prov_cose_key_set_decode(OCTETS_VIEW(set), points, 2, &count), PROV_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(points[0], point.data, PROV_POINT_LEN);
    assert_int_equal(points[1][1], 0x98);
}

static void what_is_written_has_its_octets(void **state)
{
    struct octets point = octets_of("04" X11 Y11), scalar = octets_of(D11);
    struct octets public_key = octets_of("a40102" CRV XY), pair = octets_of("a50102" CRV XY D),
                  lone = octets_of("a30102" CRV D), psk = octets_of("a3010402423131 2050" K16);
    struct octets k = octets_of(K16);
    uint8_t room[256];
    struct prov_buf buf = PROV_BUF_OF(room);

    (void)state;
    assert_int_equal(prov_cose_public_encode(point.data, &buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(public_key)));
    buf = prov_buf_make(room, sizeof room);
    assert_int_equal(prov_cose_private_encode(point.data, OCTETS_VIEW(scalar), &buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(pair)));
    buf = prov_buf_make(room, sizeof room);
    assert_int_equal(prov_cose_private_encode(NULL, OCTETS_VIEW(scalar), &buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(lone)));
    buf = prov_buf_make(room, sizeof room);
    assert_int_equal(prov_cose_psk_encode(prov_bytes_text("11"), OCTETS_VIEW(k), &buf), PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), OCTETS_VIEW(psk)));
}

static void psks_of_all_allowed_lengths_go_both_ways(void **state)
{
    static const uint8_t octets[128] = {7, 0, 7};

    (void)state;
    for (size_t len = 16; len <= 64; len++) {
        uint8_t room[256];
        struct prov_buf buf = PROV_BUF_OF(room);
        struct prov_cose_key key;
        assert_int_equal(
            prov_cose_psk_encode(PROV_BYTES(octets, 2 * len), PROV_BYTES(octets, len), &buf),
            PROV_OK);
        struct prov_reader reader = prov_reader_make(prov_buf_bytes(&buf));
        assert_int_equal(prov_cose_key_decode(&reader, &key), PROV_OK);
        assert_int_equal(key.kty, PROV_COSE_SYMMETRIC);
        assert_true(prov_bytes_equal(key.kid, PROV_BYTES(octets, 2 * len)));
        assert_true(prov_bytes_equal(key.k, PROV_BYTES(octets, len)));
        struct prov_bytes identity, psk;
        assert_int_equal(prov_cose_psk_decode(prov_buf_bytes(&buf), &identity, &psk), PROV_OK);
        assert_true(prov_bytes_equal(identity, key.kid) && prov_bytes_equal(psk, key.k));
    }
}

static void the_kept_key_set_is_still_read_and_written(void **state)
{
    uint8_t kept[512], room[512], points[2][PROV_POINT_LEN];
    struct prov_buf buf = PROV_BUF_OF(room);
    size_t count;
    FILE *file = fopen("tests/vectors/cose/server.key-set", "rb");

    (void)state;
    assert_non_null(file);
    struct prov_bytes set = PROV_BYTES(kept, fread(kept, 1, sizeof kept, file));
    fclose(file);
    assert_int_equal(prov_cose_key_set_decode(set, points, 2, &count), PROV_OK);
    assert_int_equal(count, 2);
    assert_int_equal(prov_cose_key_set_encode((const uint8_t(*)[PROV_POINT_LEN])points, 2, &buf),
                     PROV_OK);
    assert_true(prov_bytes_equal(prov_buf_bytes(&buf), set));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row19_compressed_y_is_refused),
        cmocka_unit_test(row18_other_curves_are_refused),
        cmocka_unit_test(row17_other_key_types_are_refused),
        cmocka_unit_test(coordinates_of_other_lengths_are_refused),
        cmocka_unit_test(scalars_of_other_lengths_are_refused),
        cmocka_unit_test(keys_without_what_they_need_are_refused),
        cmocka_unit_test(row22_algorithms_that_are_not_es256_are_refused),
        cmocka_unit_test(key_operations_that_do_not_fit_are_refused),
        cmocka_unit_test(unknown_labels_are_refused),
        cmocka_unit_test(keys_out_of_order_are_refused),
        cmocka_unit_test(row12_psk_and_identity_out_of_bounds_are_refused),
        cmocka_unit_test(what_is_no_psk_alone_is_refused),
        cmocka_unit_test(a_cut_key_is_truncated_at_every_octet),
        cmocka_unit_test(row19_points_that_are_not_uncompressed_are_not_written),
        cmocka_unit_test(a_key_that_does_not_fit_overflows),
        cmocka_unit_test(key_sets_that_are_none_are_refused),
        cmocka_unit_test(public_keys_are_read),
        cmocka_unit_test(private_keys_are_read),
        cmocka_unit_test(foreign_elements_of_a_key_set_are_passed_over),
        cmocka_unit_test(what_is_written_has_its_octets),
        cmocka_unit_test(psks_of_all_allowed_lengths_go_both_ways),
        cmocka_unit_test(the_kept_key_set_is_still_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
