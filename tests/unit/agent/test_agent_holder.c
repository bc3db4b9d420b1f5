/* SPDX-License-Identifier: Apache-2.0
 *
 * A device whose long-term keys are in a holder (struct prov_port_keys): it makes, shows points and signs, and no
 * scalar is ever in the agent's memory, in the store's or in flash. Looked for after every step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

/* --- the holder ------------------------------------------------------------------------------- */

#define HOLDER_KEYS 8
static struct {
    struct prov_crypto *crypto; /* its own */
    struct prov_key keys[HOLDER_KEYS];
    struct prov_secret scalars[HOLDER_KEYS];
    uint32_t count;
    unsigned signatures;
    bool full;
    bool dropped[HOLDER_KEYS];
} holder;

static prov_result holder_make(void *context, uint32_t *ret)
{
    struct prov_key *key = &holder.keys[holder.count];
    prov_result r = !holder.full ? prov_crypto_key_make(holder.crypto, key) : PROV_E_FULL;
    (void)context;
    assert_in_range(holder.count, 0, HOLDER_KEYS - 1);
    if (r == PROV_OK)
        r = prov_crypto_key_save(holder.crypto, key, &holder.scalars[holder.count]);
    if (r == PROV_OK)
        *ret = holder.count++;
    return r;
}

static prov_result holder_point(void *context, uint32_t handle, uint8_t ret[PROV_POINT_LEN])
{
    (void)context;
    return handle < holder.count ? prov_crypto_key_public(holder.crypto, &holder.keys[handle], ret)
                                 : PROV_E_NOT_FOUND;
}

static prov_result holder_sign(void *context, uint32_t handle, const uint8_t digest[PROV_HASH_LEN],
                               uint8_t ret[PROV_SIGNATURE_LEN])
{
    (void)context;
    holder.signatures++;
    return handle < holder.count
               ? prov_crypto_sign(holder.crypto, &holder.keys[handle], digest, ret)
               : PROV_E_NOT_FOUND;
}

static void holder_drop(void *context, uint32_t handle)
{
    (void)context;
    assert_in_range(handle, 0, holder.count - 1);
    holder.dropped[handle] = true;
}

static const struct prov_port_keys holder_port = {holder_make, holder_point, holder_sign,
                                                  holder_drop, NULL};

/* A PSK to begin with: no key of the device's but the holder's. */
static int setup(void **state)
{
    memset(&holder, 0, sizeof holder);
    setup_psk(state);
    return prov_crypto_make(NULL, &holder.crypto) != PROV_OK;
}

static int teardown(void **state)
{
    for (uint32_t i = 0; i < holder.count; i++)
        prov_crypto_key_drop(holder.crypto, &holder.keys[i]);
    prov_crypto_free(holder.crypto);
    return teardown_world(state);
}

/* --- looking for a scalar --------------------------------------------------------------------- */

static bool is_in(const void *memory, size_t len, const struct prov_secret *scalar)
{
    const uint8_t *octets = memory;

    for (size_t at = 0; at + PROV_SCALAR_LEN <= len; at++)
        if (octets[at] == scalar->data[0] &&
            memcmp(octets + at, scalar->data, PROV_SCALAR_LEN) == 0)
            return true;
    return false;
}

/* All that the agent and the store have. */
static bool is_in_device(const struct prov_secret *scalar)
{
    return is_in(&world.agent, sizeof world.agent, scalar) ||
           is_in(world.workspace, sizeof *world.workspace, scalar) ||
           is_in(&world.store, sizeof world.store, scalar) ||
           is_in(&world.port, sizeof world.port, scalar) ||
           is_in(world.flash.octets, sizeof world.flash.octets, scalar);
}

enum prov_agent_event __real_prov_agent_step(struct prov_agent *agent, uint64_t now_ms);
enum prov_agent_event __wrap_prov_agent_step(struct prov_agent *agent, uint64_t now_ms);

enum prov_agent_event __wrap_prov_agent_step(struct prov_agent *agent, uint64_t now_ms)
{
    enum prov_agent_event event = __real_prov_agent_step(agent, now_ms);

    for (uint32_t i = 0; i < holder.count; i++)
        assert_false(is_in_device(&holder.scalars[i]));
    return event;
}

/* --- tests ------------------------------------------------------------------------------------ */

static struct prov_key_ref current_key(void)
{
    static uint8_t room[PROV_STORE_ENTRY_MAX];
    static struct prov_entry entry;

    assert_int_equal(prov_store_get(&world.store, PROV_STORE_CURRENT, 0, room, &entry), PROV_OK);
    return entry.key;
}

/* The search finds what is there: a device without a holder. */
static void a_scalar_of_the_store_is_found(void **state)
{
    struct prov_secret scalar;

    (void)state;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, PROV_KIND_RPK), PROV_OK);
    struct prov_key_ref key = current_key();
    assert_int_equal(key.source, PROV_KEY_SCALAR);
    assert_int_equal(prov_secret_set(&scalar, key.scalar), PROV_OK);
    assert_true(is_in(world.flash.octets, sizeof world.flash.octets, &scalar));
    assert_true(is_in_device(&scalar));
}

/* The operation fails, the credential stays. */
static void a_holder_without_room_changes_nothing(void **state)
{
    (void)state;
    world.port.keys = &holder_port;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, PROV_KIND_RPK), PROV_OK);
    holder.full = true;
    assert_int_not_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_RPK), PROV_OK);
    holder.full = false;
    assert_int_equal(current_key().handle, 0);
    assert_true(world_accepted(&world, PROV_STORE_CURRENT));
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_RPK), PROV_OK);
    assert_true(world_settled(&world));
}

static void key_holder_never_shows_a_key(void **state)
{
    static const struct {
        enum prov_agent_op op;
        enum prov_kind kind;
    } runs[] = {{PROV_AGENT_ENROLL, PROV_KIND_RPK},
                {PROV_AGENT_ROTATE, PROV_KIND_RPK},
                {PROV_AGENT_ROTATE, PROV_KIND_CERT},
                {PROV_AGENT_ROTATE, PROV_KIND_CERT}};
    const uint32_t last = sizeof runs / sizeof runs[0] - 1;
    uint8_t room[PROV_STORE_ENTRY_MAX];

    (void)state;
    world.port.keys = &holder_port;
    for (uint32_t i = 0; i <= last; i++) {
        assert_int_equal(world_run(&world, runs[i].op, runs[i].kind), PROV_OK);
        assert_true(world_settled(&world));
        struct prov_key_ref key = current_key();
        assert_int_equal(key.source, PROV_KEY_HANDLE);
        assert_int_equal(key.handle, i);
    }
    assert_int_equal(holder.count, last + 1);
    assert_true(holder.signatures > last); /* it was the holder that signed */
    for (uint32_t handle = 0; handle <= last; handle++) {
        bool used = false;
        assert_int_equal(prov_store_uses_handle(&world.store, handle, room, &used), PROV_OK);
        assert_int_equal(used, handle == last);
        assert_false(is_in_device(&holder.scalars[handle]));
    }
}

/* A flash that fails while a credential is staged may have it all the same: what the next boot finds has its key. */
static void key_of_a_stage_that_failed_is_there(void **state)
{
    bool failed = false, hit = true;
    uint8_t room[PROV_STORE_ENTRY_MAX];
    for (uint32_t at = 1; hit; at++) {
        world.port.keys = &holder_port;
        assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, PROV_KIND_RPK), PROV_OK);
        uint32_t before = world.flash.operations;
        sim_flash_plan(&world.flash, SIM_ERROR, at);
        failed |= world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_RPK) != PROV_OK;
        hit = world.flash.operations - before >= at;
        world_reboot(&world);
        for (uint32_t handle = 0; handle < holder.count; handle++) {
            bool used = false;
            assert_int_equal(prov_store_uses_handle(&world.store, handle, room, &used), PROV_OK);
            assert_false(used && holder.dropped[handle]);
        }
        teardown(state);
        setup(state);
    }
    assert_true(failed);
}

/* One that was made for nothing is let go. */
static void key_of_a_request_that_failed_is_dropped(void **state)
{
    (void)state;
    world.port.keys = &holder_port;
    world.model.own_key_back = true;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, PROV_KIND_RPK), PROV_E_FORBIDDEN);
    assert_true(holder.dropped[0]);
}

/* Enrolled with a certificate at once, and over a power cut: the number is all that the next boot has. */
static void row5_number_outlives_a_reboot(void **state)
{
    (void)state;
    world.port.keys = &holder_port;
    assert_int_equal(world_run(&world, PROV_AGENT_ENROLL, PROV_KIND_CERT), PROV_OK);
    world_reboot(&world);
    assert_int_equal(current_key().handle, 0);
    assert_int_equal(world_run(&world, PROV_AGENT_ROTATE, PROV_KIND_CERT), PROV_OK);
    assert_true(world_settled(&world));
    assert_int_equal(current_key().handle, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_scalar_of_the_store_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_holder_without_room_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(key_holder_never_shows_a_key, setup, teardown),
        cmocka_unit_test_setup_teardown(key_of_a_request_that_failed_is_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(key_of_a_stage_that_failed_is_there, setup, teardown),
        cmocka_unit_test_setup_teardown(row5_number_outlives_a_reboot, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
