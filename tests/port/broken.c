/* SPDX-License-Identifier: Apache-2.0
 *
 * Ports that are broken in one way each, as drivers are: a table, and what each row does to a sound board. The flash
 * functions of a broken port have the board as context.
 */
#include "board.h"

#include <string.h>

static void spoil_flash(struct test_board *board)
{
    board->port.flash.context = board;
}

static prov_result read_sound(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    struct test_board *board = context;
    return board->sound.read(&board->flash, offset, ret, len);
}

static prov_result program_sound(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct test_board *board = context;
    return board->sound.program(&board->flash, offset, data, len);
}

static prov_result erase_sound(void *context, uint32_t sector)
{
    struct test_board *board = context;
    return board->sound.erase(&board->flash, sector);
}

static prov_result sync_sound(void *context)
{
    struct test_board *board = context;
    return board->sound.sync(&board->flash);
}

static prov_result refuses(void *context)
{
    (void)context;
    return PROV_E_IO;
}

/* A way to be broken in one of the four calls; the others end in the sound ones. */
#define FLASH(name, member, function)                                                              \
    static void name(struct test_board *board)                                                     \
    {                                                                                              \
        spoil_flash(board);                                                                        \
        board->port.flash.read = read_sound;                                                       \
        board->port.flash.program = program_sound;                                                 \
        board->port.flash.erase = erase_sound;                                                     \
        board->port.flash.sync = sync_sound;                                                       \
        board->port.flash.member = function;                                                       \
    }

/* --- geometry --------------------------------------------------------------------------------- */

static void unit_of_three(struct test_board *board)
{
    board->port.flash.program_unit = 3;
}
static void unit_of_64(struct test_board *board)
{
    board->port.flash.program_unit = 64;
}
static void small_sectors(struct test_board *board)
{
    board->port.flash.sector_size = 512;
}
static void odd_sectors(struct test_board *board)
{
    board->port.flash.sector_size = 1056;
}
static void few_sectors(struct test_board *board)
{
    board->port.flash.sector_count = 4;
}
static void too_large(struct test_board *board)
{
    board->port.flash.sector_count = 0x00400001;
}
static void erased_half(struct test_board *board)
{
    board->port.flash.erased = 0x55;
}
static void one_deny_sector(struct test_board *board)
{
    board->port.flash.deny_sectors = 1;
}
static void no_sync(struct test_board *board)
{
    board->port.flash.sync = NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

static prov_result read_rounds(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    if (offset >= 8 * 1024 || len > 8 * 1024 - offset)
        return PROV_E_BOUNDS;
    return read_sound(context, len > 1 ? offset & ~3u : offset, ret, len);
}
FLASH(rounded_reads, read, read_rounds)

static prov_result read_short(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    return len == 0 ? PROV_E_IO : read_sound(context, offset, ret, len);
}
FLASH(no_empty_reads, read, read_short)

static prov_result read_wraps(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (read_sound(context, (uint32_t)(offset + i) % (8 * 1024), ret + i, 1) != PROV_OK)
            return PROV_E_IO;
    return PROV_OK;
}
FLASH(wrapping_reads, read, read_wraps)

static prov_result read_never(void *context, uint32_t offset, uint8_t *ret, size_t len)
{
    (void)offset, (void)ret, (void)len;
    return refuses(context);
}
FLASH(no_reads, read, read_never)

/* --- programming ------------------------------------------------------------------------------ */

/* As a driver that writes one page and forgets the rest. */
static prov_result program_one(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    return program_sound(context, offset, data, len < 8 ? len : 8);
}
FLASH(one_unit_a_call, program, program_one)

static prov_result program_flips(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    uint8_t copy[128];

    memcpy(copy, data, len);
    if (offset % 1024 == 512)
        copy[len - 1] ^= 0x20;
    return program_sound(context, offset, copy, len);
}
FLASH(a_flipped_bit, program, program_flips)

static prov_result program_aligned(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    return program_sound(context, offset, data - (uintptr_t)data % 4, len);
}
FLASH(aligned_data, program, program_aligned)

/* The unit behind goes with it, unless it was programmed already. */
static prov_result program_spills(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct test_board *board = context;
    prov_result r = program_sound(context, offset, data, len);

    if (r == PROV_OK && offset / 1024 == 2)
        board->flash.octets[offset + len + 8] &= 0x7f;
    return r;
}
FLASH(a_spilled_unit, program, program_spills)

static prov_result program_before_end(void *context, uint32_t offset, const uint8_t *data,
                                      size_t len)
{
    return offset + len < 8 * 1024 ? program_sound(context, offset, data, len) : PROV_E_BOUNDS;
}
FLASH(short_of_the_end, program, program_before_end)

/* The last sector is the first again: an address line too few. */
static prov_result program_folds(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    struct test_board *board = context;
    prov_result r = program_sound(context, offset, data, len);

    if (r == PROV_OK && offset == 0)
        memcpy(board->flash.octets + 8 * 1024 - len, data, len);
    return r;
}
FLASH(folded_addresses, program, program_folds)

static prov_result program_wraps(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    return offset < 8 * 1024 ? program_sound(context, offset, data, len) : PROV_OK;
}
FLASH(programs_past_the_end, program, program_wraps)

static prov_result program_32_bits(void *context, uint32_t offset, const uint8_t *data, size_t len)
{
    uint32_t end = offset + (uint32_t)len;

    return end > 8 * 1024 ? PROV_E_BOUNDS
           : end == 0     ? PROV_OK
                          : program_sound(context, offset, data, len);
}
FLASH(programs_in_32_bits, program, program_32_bits)

/* --- sync ------------------------------------------------------------------------------------- */

FLASH(no_syncs, sync, refuses)

static prov_result sync_forgets(void *context)
{
    struct test_board *board = context;

    memset(board->flash.octets + 4 * 1024 - 8, 0xff, 8);
    return PROV_OK;
}
FLASH(a_sync_that_loses, sync, sync_forgets)

/* --- erasing ---------------------------------------------------------------------------------- */

static prov_result erase_nothing(void *context, uint32_t sector)
{
    (void)context;
    return sector < 8 ? PROV_OK : PROV_E_BOUNDS;
}
FLASH(no_erases, erase, erase_nothing)

static prov_result erase_most(void *context, uint32_t sector)
{
    struct test_board *board = context;
    uint8_t last = sector < 8 ? board->flash.octets[sector * 1024 + 1023] : 0;
    prov_result r = erase_sound(context, sector);

    if (r == PROV_OK)
        board->flash.octets[sector * 1024 + 1023] = last;
    return r;
}
FLASH(all_but_the_last_octet, erase, erase_most)

static prov_result erase_two(void *context, uint32_t sector)
{
    prov_result r = erase_sound(context, sector);

    return r == PROV_OK && sector < 7 ? erase_sound(context, sector + 1) : r;
}
FLASH(two_sectors, erase, erase_two)

static prov_result erase_spills(void *context, uint32_t sector)
{
    struct test_board *board = context;
    prov_result r = erase_sound(context, sector);

    if (r == PROV_OK && sector > 0)
        board->flash.octets[sector * 1024 - 1] = 0xff;
    return r;
}
FLASH(an_octet_below, erase, erase_spills)

static prov_result erase_one_more(void *context, uint32_t sector)
{
    return sector == 8 ? PROV_OK : erase_sound(context, sector);
}
FLASH(a_sector_too_many, erase, erase_one_more)

static prov_result erase_32_bits(void *context, uint32_t sector)
{
    return sector * 1024 < 8 * 1024 ? erase_sound(context, sector * 1024 / 1024) : PROV_E_BOUNDS;
}
FLASH(erases_in_32_bits, erase, erase_32_bits)

/* --- clocks ----------------------------------------------------------------------------------- */

static uint64_t uptime_stands(void *context)
{
    (void)context;
    return 5000;
}
static uint64_t uptime_goes_back(void *context)
{
    struct test_board *board = context;
    return board->uptime++ % 3;
}
static enum prov_clock_trust clock_unknown(void *context, int64_t *ret)
{
    (void)context;
    *ret = 1780000000;
    return (enum prov_clock_trust)3;
}
static enum prov_clock_trust clock_without_time(void *context, int64_t *ret)
{
    (void)context, (void)ret;
    return PROV_CLOCK_COARSE;
}
static void no_uptime(struct test_board *board)
{
    board->port.uptime_ms = NULL;
}
static void uptime_that_stands(struct test_board *board)
{
    board->port.uptime_ms = uptime_stands;
}
static void uptime_that_goes_back(struct test_board *board)
{
    board->port.uptime_ms = uptime_goes_back;
}
static void no_clock(struct test_board *board)
{
    board->port.clock = NULL;
}
static void unknown_trust(struct test_board *board)
{
    board->port.clock = clock_unknown;
}
static void trust_without_time(struct test_board *board)
{
    board->port.clock = clock_without_time;
}

/* --- random octets ---------------------------------------------------------------------------- */

static bool always_the_same(void *context, uint8_t *out, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(i * 7);
    return true;
}
static bool one_octet(void *context, uint8_t *out, size_t len)
{
    struct test_board *board = context;
    memset(out, (int)(++board->uptime & 0xff), len);
    return true;
}
/* An instance of its own; the board's keys go on with the sound one. */
static void random_from(struct test_board *board, bool (*fill)(void *, uint8_t *, size_t))
{
    struct prov_random random = {fill, board};

    if (prov_crypto_make(&random, &board->other) == PROV_OK)
        board->port.crypto = board->other;
}
static void same_random(struct test_board *board)
{
    random_from(board, always_the_same);
}
static void flat_random(struct test_board *board)
{
    random_from(board, one_octet);
}
static void random_before_its_seed(struct test_board *board)
{
    prov_crypto_free(board->unseeded);
    board->unseeded = NULL;
    (void)!prov_crypto_make(NULL, &board->unseeded);
}

/* --- keys ------------------------------------------------------------------------------------- */

static prov_result (*sound_make)(void *, uint32_t *);
static prov_result (*sound_point)(void *, uint32_t, uint8_t *);
static prov_result (*sound_sign)(void *, uint32_t, const uint8_t *, uint8_t *);

static prov_result make_one(void *context, uint32_t *ret)
{
    struct test_board *board = context;

    *ret = 100;
    return board->held[0].used ? PROV_OK : sound_make(context, ret);
}
static prov_result point_off_curve(void *context, uint32_t handle, uint8_t ret[PROV_POINT_LEN])
{
    prov_result r = sound_point(context, handle, ret);

    if (r == PROV_OK)
        ret[PROV_POINT_LEN - 1] ^= 1;
    return r;
}
static prov_result sign_der(void *context, uint32_t handle, const uint8_t digest[PROV_HASH_LEN],
                            uint8_t ret[PROV_SIGNATURE_LEN])
{
    prov_result r = sound_sign(context, handle, digest, ret);

    if (r == PROV_OK) {
        memmove(ret + 4, ret, PROV_SIGNATURE_LEN - 4);
        memcpy(ret, "\x30\x44\x02\x20", 4);
    }
    return r;
}
static prov_result sign_by_first(void *context, uint32_t handle,
                                 const uint8_t digest[PROV_HASH_LEN],
                                 uint8_t ret[PROV_SIGNATURE_LEN])
{
    (void)handle;
    return sound_sign(context, 100, digest, ret);
}
static void drop_none(void *context, uint32_t handle)
{
    (void)context, (void)handle;
}
static void one_key(struct test_board *board)
{
    sound_make = board->keys.make;
    board->keys.make = make_one;
}
static void no_point(struct test_board *board)
{
    sound_point = board->keys.point;
    board->keys.point = point_off_curve;
}
static void wrong_signature(struct test_board *board)
{
    sound_sign = board->keys.sign;
    board->keys.sign = sign_der;
}
static void wrong_signer(struct test_board *board)
{
    sound_sign = board->keys.sign;
    board->keys.sign = sign_by_first;
}
static void keys_that_stay(struct test_board *board)
{
    board->keys.drop = drop_none;
}
static void no_drop(struct test_board *board)
{
    board->keys.drop = NULL;
}

const struct broken_port broken_ports[] = {
    {"a unit of three octets", "geometry", unit_of_three},
    {"a unit larger than 32", "geometry", unit_of_64},
    {"sectors below 1 KiB", "geometry", small_sectors},
    {"sectors that records do not fill", "geometry", odd_sectors},
    {"fewer sectors than a store needs", "geometry", few_sectors},
    {"a region beyond 32 bits", "geometry", too_large},
    {"erased octets neither all ones nor all zeros", "geometry", erased_half},
    {"one sector for a deny-list", "geometry", one_deny_sector},
    {"no sync", "geometry", no_sync},
    {"flash that cannot be read", "blank", no_reads},
    {"reads that begin at a word", "flash_read", rounded_reads},
    {"an empty read fails", "flash_read", no_empty_reads},
    {"reads that wrap around", "bounds_read", wrapping_reads},
    {"one unit of a longer program", "flash_program", one_unit_a_call},
    {"a bit that flips", "flash_program", a_flipped_bit},
    {"data must be aligned", "flash_unaligned", aligned_data},
    {"a unit spills into another", "flash_units", a_spilled_unit},
    {"the last unit is out of bounds", "flash_ends", short_of_the_end},
    {"an address line too few", "flash_ends", folded_addresses},
    {"programs behind the region", "bounds_program", programs_past_the_end},
    {"a bound that overflows", "bounds_program", programs_in_32_bits},
    {"sync fails", "flash_sync", no_syncs},
    {"sync loses what was programmed", "flash_sync", a_sync_that_loses},
    {"nothing is erased", "flash_erase", no_erases},
    {"a sector is not erased to its end", "flash_erase", all_but_the_last_octet},
    {"two sectors are erased for one", "flash_sectors", two_sectors},
    {"the octet before a sector is erased", "flash_sectors", an_octet_below},
    {"erases the sector behind the region", "bounds_erase", a_sector_too_many},
    {"an offset that overflows", "bounds_erase", erases_in_32_bits},
    {"no uptime", "uptime", no_uptime},
    {"an uptime that stands still", "uptime", uptime_that_stands},
    {"an uptime that goes back", "uptime", uptime_that_goes_back},
    {"no clock function", "clock", no_clock},
    {"a trust that nobody knows", "clock", unknown_trust},
    {"a trust without a time", "clock", trust_without_time},
    {"the same random octets each time", "random", same_random},
    {"one octet, again and again", "random", flat_random},
    {"random octets before the seed", "random_unseeded", random_before_its_seed},
    {"one key for all", "keys_make", one_key},
    {"a public key off the curve", "keys_make", no_point},
    {"no way to drop a key", "keys_make", no_drop},
    {"a signature in another form", "keys_sign", wrong_signature},
    {"another key's signature", "keys_sign", wrong_signer},
    {"dropped keys go on", "keys_drop", keys_that_stay},
};
const size_t broken_port_count = sizeof broken_ports / sizeof broken_ports[0];
