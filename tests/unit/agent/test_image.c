/* SPDX-License-Identifier: Apache-2.0
 *
 * Flash images: what they refuse, that they are what the store writes, and that Intel HEX says the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prov/bundle.h"
#include "prov/image.h"
#include "prov/profile.h"
#include "prov/store.h"
#include "tests/fault/sim_flash.h"

#define ROOM_LEN (SIM_SIZE_MAX * 2)
#define HEX_LEN  (SIM_SIZE_MAX * 8)

static struct prov_crypto *crypto;
static struct prov_image image;
static uint8_t room[ROOM_LEN], hex[HEX_LEN];

static int setup(void **state)
{
    (void)state;
    memset(room, 0x5a, sizeof room);
    return prov_crypto_make(NULL, &crypto) == PROV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    prov_crypto_free(crypto);
    return 0;
}

/* --- bundles ---------------------------------------------------------------------------------- */

struct octets {
    uint8_t data[PROV_BUNDLE_MAX];
    size_t len;
};

static struct prov_bundle base(enum prov_kind kind, enum prov_use use, const char *server)
{
    struct prov_bundle bundle = {.id = {{1, [15] = (uint8_t)kind}},
                                 .kind = kind,
                                 .use = use,
                                 .device = {{0x00, 0x12, 0x4b, 0, 0x14, 0xd5, 0x2a, 0x7f}},
                                 .profile = PROV_PROFILE_RFC7925,
                                 .address = "192.0.2.7:5684",
                                 .issued = 1760000000};
    strcpy(bundle.server.text, server);
    return bundle;
}

static struct prov_bytes encode(const struct prov_bundle *bundle, struct octets *ret)
{
    struct prov_buf buf = PROV_BUF_OF(ret->data);
    assert_int_equal(prov_bundle_encode(bundle, crypto, &buf), PROV_OK);
    ret->len = buf.len;
    return prov_buf_bytes(&buf);
}

static struct prov_bytes psk_bundle(enum prov_use use, const char *server, struct octets *ret)
{
    static const uint8_t identity[12] = {0xd1, 0xd2}, psk[16] = {0xa1, 0xa2};
    struct prov_bundle bundle = base(PROV_KIND_PSK, use, server);
    bundle.psk_identity = PROV_BYTES_OF(identity);
    bundle.psk = PROV_BYTES_OF(psk);
    return encode(&bundle, ret);
}

static void point_of(uint8_t number, uint8_t ret_scalar[PROV_SCALAR_LEN],
                     uint8_t ret[PROV_POINT_LEN])
{
    struct prov_key key = {0};
    memset(ret_scalar, number, PROV_SCALAR_LEN);
    struct prov_bytes scalar = PROV_BYTES(ret_scalar, PROV_SCALAR_LEN);
    assert_int_equal(prov_crypto_key_load(crypto, scalar, &key), PROV_OK);
    assert_int_equal(prov_crypto_key_public(crypto, &key, ret), PROV_OK);
    prov_crypto_key_drop(crypto, &key);
}

static struct prov_bytes rpk_bundle(bool with_key, struct octets *ret)
{
    uint8_t scalar[PROV_SCALAR_LEN], server[PROV_SCALAR_LEN];
    struct prov_bundle bundle = base(PROV_KIND_RPK, PROV_USE_BOOTSTRAP, "a.example");
    bundle.has_public = true;
    bundle.peer_count = 1;
    point_of(7, scalar, bundle.point);
    point_of(9, server, bundle.peers[0]);
    if (with_key)
        bundle.scalar = PROV_BYTES_OF(scalar);
    return encode(&bundle, ret);
}

/* --- images ----------------------------------------------------------------------------------- */

static const struct prov_image_geometry geometries[] = {
    {4096, 16, 8, 0xff, 2},  {1024, 9, 1, 0x00, 0},  {2048, 8, 2, 0xff, 0},  {1024, 11, 4, 0xff, 2},
    {2048, 12, 16, 0x00, 2}, {4096, 5, 32, 0xff, 0}, {8192, 7, 32, 0x00, 2},
};
#define GEOMETRIES (sizeof geometries / sizeof geometries[0])

static void begin(const struct prov_image_geometry *geometry)
{
    assert_int_equal(prov_image_begin(&image, geometry, crypto, PROV_BUF_OF(room)), PROV_OK);
}

static void add(struct prov_bytes bundle)
{
    assert_int_equal(prov_image_add(&image, bundle), PROV_OK);
}

static void add_three(void)
{
    struct octets octets;
    add(psk_bundle(PROV_USE_BOOTSTRAP, "a.example", &octets));
    add(rpk_bundle(true, &octets));
    add(psk_bundle(PROV_USE_OPERATIONAL, "b.example", &octets));
}

static uint64_t uptime_ms(void *context)
{
    (void)context;
    return 0;
}

static enum prov_clock_trust no_clock(void *context, int64_t *ret)
{
    (void)context;
    (void)ret;
    return PROV_CLOCK_NONE;
}

/* The flash of a device that has the geometry, erased, and its store. */
static struct sim_flash flash;
static struct prov_port port;

static void make_device(const struct prov_image_geometry *geometry)
{
    sim_flash_make(&flash, geometry->sector_size, geometry->sector_count, geometry->program_unit,
                   geometry->erased);
    flash.deny_sectors = geometry->deny_sectors;
    port = (struct prov_port){.flash = sim_flash_port(&flash),
                              .crypto = crypto,
                              .uptime_ms = uptime_ms,
                              .clock = no_clock};
}

/* --- refused ---------------------------------------------------------------------------------- */

static void geometry_without_a_store_is_refused(void **state)
{
    static const struct prov_image_geometry bad[] = {
        {512, 16, 8, 0xff, 2},  {4096, 6, 8, 0xff, 2},  {4096, 4, 8, 0xff, 0},
        {4096, 16, 0, 0xff, 2}, {4096, 16, 3, 0xff, 2}, {4096, 16, 64, 0xff, 2},
        {4096, 16, 8, 0x55, 2}, {4096, 16, 8, 0xff, 1}, {4096, 0, 8, 0xff, 2},
        {0, 16, 8, 0xff, 2},    {1040, 16, 8, 0xff, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (prov_image_begin(&image, &bad[i], crypto, PROV_BUF_OF(room)) != PROV_E_BOUNDS)
            fail_msg("geometry %zu was taken", i);
}

static void region_that_is_too_large_is_refused(void **state)
{
    static const struct prov_image_geometry bad[] = {{4096, PROV_IMAGE_MAX / 4096 + 1, 8, 0xff, 2},
                                                     {0x80000000u, 0x80000000u, 1, 0xff, 2}};
    size_t len = 0;
    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(prov_image_room(&bad[i], &len), PROV_E_BOUNDS);
    assert_int_equal(len, 0);
}

static void room_that_is_too_small_is_refused(void **state)
{
    size_t len = 0;
    (void)state;
    assert_int_equal(prov_image_room(&geometries[0], &len), PROV_OK);
    assert_int_equal(prov_image_begin(&image, &geometries[0], crypto, prov_buf_make(room, len - 1)),
                     PROV_E_OVERFLOW);
    assert_int_equal(prov_image_begin(&image, &geometries[0], crypto, prov_buf_make(room, len)),
                     PROV_OK);
    assert_int_equal(room[len], 0x5a);
}

static void key_that_was_made_on_the_device_is_refused(void **state)
{
    struct octets octets;
    (void)state;
    begin(&prov_image_geometry_default);
    assert_int_equal(prov_image_add(&image, rpk_bundle(false, &octets)), PROV_E_NOT_FOUND);
}

static void another_device_is_refused(void **state)
{
    static const uint8_t identity[12] = {1}, psk[16] = {2};
    struct octets octets;
    struct prov_bundle other = base(PROV_KIND_PSK, PROV_USE_BOOTSTRAP, "b.example");
    (void)state;
    begin(&prov_image_geometry_default);
    add(psk_bundle(PROV_USE_BOOTSTRAP, "a.example", &octets));
    other.device.octets[7] ^= 1;
    other.psk_identity = PROV_BYTES_OF(identity);
    other.psk = PROV_BYTES_OF(psk);
    assert_int_equal(prov_image_add(&image, encode(&other, &octets)), PROV_E_NAME);
}

static void second_of_a_kind_is_refused(void **state)
{
    struct octets octets;
    (void)state;
    begin(&prov_image_geometry_default);
    add_three();
    assert_int_equal(prov_image_add(&image, rpk_bundle(true, &octets)), PROV_E_EXISTS);
    assert_int_equal(prov_image_add(&image, psk_bundle(PROV_USE_OPERATIONAL, "b.example", &octets)),
                     PROV_E_EXISTS);
    add(psk_bundle(PROV_USE_BOOTSTRAP, "b.example", &octets));
    add(psk_bundle(PROV_USE_OPERATIONAL, "a.example", &octets));
}

static void altered_bundle_is_refused(void **state)
{
    struct octets octets;
    (void)state;
    begin(&prov_image_geometry_default);
    struct prov_bytes bundle = psk_bundle(PROV_USE_BOOTSTRAP, "a.example", &octets);
    octets.data[bundle.len / 2] ^= 1;
    assert_int_equal(prov_result_exit(prov_image_add(&image, bundle)), 10);
}

static void image_that_is_full_is_told(void **state)
{
    static const struct prov_image_geometry small = {1024, 5, 8, 0xff, 0};
    struct octets octets;
    prov_result r = PROV_OK;
    (void)state;
    begin(&small);
    for (char name[] = "a.example"; r == PROV_OK && name[0] < 'z'; name[0]++)
        r = prov_image_add(&image, psk_bundle(PROV_USE_BOOTSTRAP, name, &octets));
    assert_int_equal(r, PROV_E_FULL);
}

static void address_that_does_not_fit_is_refused(void **state)
{
    static const uint32_t bad[] = {1, 0x1000 - 1, 0x08000800, 0xffff1000, 0xfffff000};
    struct prov_buf buf = PROV_BUF_OF(hex);
    size_t len = 0;
    (void)state;
    begin(&prov_image_geometry_default);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(prov_image_ihex_len(&image, bad[i], &len), PROV_E_BOUNDS);
        assert_int_equal(prov_image_ihex(&image, bad[i], &buf), PROV_E_BOUNDS);
    }
    assert_int_equal(len + buf.len, 0);
}

static void hex_that_does_not_fit_is_refused(void **state)
{
    size_t len = 0;
    (void)state;
    begin(&prov_image_geometry_default);
    add_three();
    assert_int_equal(prov_image_ihex_len(&image, 0, &len), PROV_OK);
    struct prov_buf small = prov_buf_make(hex, len - 1), fits = prov_buf_make(hex, len);
    assert_int_equal(prov_image_ihex(&image, 0, &small), PROV_E_OVERFLOW);
    assert_int_equal(small.len, 0);
    assert_int_equal(prov_image_ihex(&image, 0, &fits), PROV_OK);
    assert_int_equal(fits.len, len);
}

/* --- what is in it ---------------------------------------------------------------------------- */

static void image_is_what_the_store_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < GEOMETRIES; i++) {
        struct prov_store store;
        struct octets bundles[3];
        begin(&geometries[i]);
        add_three();
        make_device(&geometries[i]);
        psk_bundle(PROV_USE_BOOTSTRAP, "a.example", &bundles[0]);
        rpk_bundle(true, &bundles[1]);
        psk_bundle(PROV_USE_OPERATIONAL, "b.example", &bundles[2]);
        assert_int_equal(prov_store_open(&store, &port), PROV_OK);
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(prov_store_install_bundle(
                                 &store, PROV_BYTES(bundles[j].data, bundles[j].len), false),
                             PROV_OK);
        assert_memory_equal(image.octets, flash.octets, image.size);
    }
}

static void device_finds_what_is_in_the_image(void **state)
{
    static const struct {
        enum prov_store_place place;
        const char *server;
        enum prov_kind kind;
    } rows[] = {{PROV_STORE_FACTORY, "a.example", PROV_KIND_PSK},
                {PROV_STORE_FACTORY, "a.example", PROV_KIND_RPK},
                {PROV_STORE_CURRENT, "b.example", PROV_KIND_PSK}};
    uint8_t work[PROV_STORE_ENTRY_MAX];
    struct prov_store store;
    struct prov_identity identity;
    (void)state;
    for (size_t i = 0; i < GEOMETRIES * 3; i++) {
        begin(&geometries[i / 3]);
        add_three();
        make_device(&geometries[i / 3]);
        memcpy(flash.octets, image.octets, image.size);
        assert_int_equal(prov_store_open(&store, &port), PROV_OK);
        assert_int_equal(prov_store_identity_get(&store, &identity), PROV_OK);
        assert_int_equal(identity.eui64.octets[7], 0x7f);
        struct prov_entry entry;
        struct prov_fqdn server = {0};
        strcpy(server.text, rows[i % 3].server);
        assert_int_equal(
            prov_store_find(&store, rows[i % 3].place, &server, rows[i % 3].kind, work, &entry),
            PROV_OK);
        assert_int_equal(store.state.time_floor, 1760000000);
        assert_false(prov_store_unfinished(&store));
        assert_int_equal(flash.operations, 0);
    }
}

static void same_bundles_make_the_same_octets(void **state)
{
    static uint8_t first[SIM_SIZE_MAX];
    (void)state;
    begin(&prov_image_geometry_default);
    add_three();
    memcpy(first, image.octets, image.size);
    memset(room, 0, sizeof room);
    begin(&prov_image_geometry_default);
    add_three();
    assert_memory_equal(first, image.octets, image.size);
}

/* --- Intel HEX -------------------------------------------------------------------------------- */

static uint8_t hex_octet(const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *high = strchr(digits, text[0]), *low = strchr(digits, text[1]);
    assert_true(text[0] != '\0' && text[1] != '\0' && high != NULL && low != NULL);
    return (uint8_t)((high - digits) << 4 | (low - digits));
}

/* A reader that takes nothing but what it has to: what was at each address of the region, and whether. */
struct read_back {
    uint8_t octets[SIM_SIZE_MAX];
    uint8_t there[SIM_SIZE_MAX];
};

static void take_data(struct read_back *back, uint32_t offset, const uint8_t *data, size_t len)
{
    assert_in_range(len, 1, PROV_IMAGE_LINE);
    assert_true(offset < image.size && len <= image.size - offset);
    for (size_t i = 0; i < len; i++) {
        assert_false(back->there[offset + i]);
        back->there[offset + i] = 1;
        back->octets[offset + i] = data[i];
    }
}

static void read_hex(const char *text, size_t len, uint32_t address, struct read_back *ret)
{
    uint32_t upper = 0;
    bool ended = false;
    memset(ret, 0, sizeof *ret);
    for (const char *at = text; at < text + len;) {
        uint8_t octets[256], sum = 0;
        assert_false(ended);
        assert_int_equal(*at++, ':');
        size_t count = (size_t)hex_octet(at) + 5;
        for (size_t i = 0; i < count; i++, at += 2)
            sum = (uint8_t)(sum + (octets[i] = hex_octet(at)));
        assert_int_equal(*at++, '\n');
        assert_int_equal(sum, 0);
        uint32_t low = (uint32_t)octets[1] << 8 | octets[2];
        if (octets[3] == 0) {
            assert_true(low + count - 5 <= 0x10000);
            take_data(ret, upper + low - address, octets + 4, count - 5);
            continue;
        }
        assert_int_equal(low, 0);
        ended = octets[3] == 1;
        assert_int_equal(octets[3], ended ? 1 : 4);
        assert_int_equal(octets[0], ended ? 0 : 2);
        if (!ended)
            upper = (uint32_t)octets[4] << 24 | (uint32_t)octets[5] << 16;
    }
    assert_true(ended);
}

static void hex_says_what_is_programmed(void **state)
{
    static const uint32_t multiples[] = {0, 1, 5, 7};
    static struct read_back back;
    (void)state;
    for (size_t i = 0; i < GEOMETRIES * 4; i++) {
        const struct prov_image_geometry *geometry = &geometries[i / 4];
        const uint32_t address =
            multiples[i % 4] * geometry->sector_size + (i % 4 == 3 ? 0x20010000 : 0);
        begin(geometry);
        add_three();
        struct prov_buf buf = PROV_BUF_OF(hex);
        assert_int_equal(prov_image_ihex(&image, address, &buf), PROV_OK);
        read_hex((const char *)hex, buf.len, address, &back);
        for (uint32_t at = 0; at < image.size; at++) {
            assert_int_equal(back.there[at], image.programmed[at / geometry->program_unit]);
            assert_int_equal(back.there[at] ? back.octets[at] : geometry->erased, image.octets[at]);
        }
    }
}

static void region_may_end_with_the_last_octet(void **state)
{
    static struct read_back back;
    struct prov_buf buf = PROV_BUF_OF(hex);
    (void)state;
    begin(&prov_image_geometry_default);
    add_three();
    assert_int_equal(prov_image_ihex(&image, 0xffff0000, &buf), PROV_OK);
    read_hex((const char *)hex, buf.len, 0xffff0000, &back);
    assert_int_equal(back.octets[0], image.octets[0]);
}

static void erased_image_is_an_end_alone(void **state)
{
    struct prov_buf buf = PROV_BUF_OF(hex);
    (void)state;
    begin(&prov_image_geometry_default);
    assert_int_equal(prov_image_ihex(&image, 0, &buf), PROV_OK);
    assert_int_equal(buf.len, strlen(":00000001FF\n"));
    assert_memory_equal(hex, ":00000001FF\n", buf.len);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(geometry_without_a_store_is_refused),
        TEST(region_that_is_too_large_is_refused),
        TEST(room_that_is_too_small_is_refused),
        TEST(key_that_was_made_on_the_device_is_refused),
        TEST(another_device_is_refused),
        TEST(second_of_a_kind_is_refused),
        TEST(altered_bundle_is_refused),
        TEST(image_that_is_full_is_told),
        TEST(address_that_does_not_fit_is_refused),
        TEST(hex_that_does_not_fit_is_refused),
        TEST(image_is_what_the_store_writes),
        TEST(device_finds_what_is_in_the_image),
        TEST(same_bundles_make_the_same_octets),
        TEST(hex_says_what_is_programmed),
        TEST(region_may_end_with_the_last_octet),
        TEST(erased_image_is_an_end_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
