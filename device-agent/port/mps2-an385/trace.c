/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the time of an operation goes, in prov-board-traced alone: the linker puts what stands here around the
 * agent's step and around the primitives that may be long (ld --wrap). Time is what clock_counter says; where QEMU
 * counts instructions (-icount shift=0), one of it is 40 of them. What is printed when the agent is closed is in
 * instructions:
 *
 *     phase NAME STEPS ALL LONGEST
 *     primitive NAME CALLS ALL LONGEST
 *     longest PHASE INSTRUCTIONS PRIMITIVE INSTRUCTIONS      the longest step, and what was longest in it
 */
#include "board.h"
#include "hardware.h"

#define INSTRUCTIONS 40u /* of a count */

enum primitive {
    NOTHING = 0,
    RANDOM,
    SHA256,
    HMAC,
    SEAL,
    OPEN,
    ECDH_MAKE,
    ECDH_AGREE,
    POINT_CHECK,
    VERIFY,
    SIGN,
    KEY_MAKE,
    KEY_LOAD,
    KEY_PUBLIC,
    PRIMITIVES
};
static const char *const primitive_names[PRIMITIVES] = {
    "-",          "random",      "sha256", "hmac", "seal",     "open",     "ecdh_make",
    "ecdh_agree", "point_check", "verify", "sign", "key_make", "key_load", "key_public"};

static const char *const phase_names[PROV_PHASE_COUNT] = {
    [PROV_PHASE_IDLE] = "idle",       [PROV_PHASE_RESOLVE] = "resolve",
    [PROV_PHASE_LEAVE] = "leave",     [PROV_PHASE_START] = "start",
    [PROV_PHASE_PAUSE] = "pause",     [PROV_PHASE_HANDSHAKE] = "handshake",
    [PROV_PHASE_ASK] = "ask",         [PROV_PHASE_ANSWER] = "answer",
    [PROV_PHASE_LATER] = "later",     [PROV_PHASE_CHECK] = "check",
    [PROV_PHASE_STAGE] = "stage",     [PROV_PHASE_COMMIT] = "commit",
    [PROV_PHASE_CONFIRM] = "confirm", [PROV_PHASE_DONE] = "done",
    [PROV_PHASE_FAILED] = "failed"};

struct cost {
    uint32_t count, all, longest;
};
static struct {
    struct cost phase[PROV_PHASE_COUNT], primitive[PRIMITIVES];
    uint32_t in_step[PRIMITIVES];
    bool stepping;
    unsigned depth; /* of primitives that call others: the outermost counts */
    /* of the longest step */
    enum prov_agent_phase where;
    enum primitive what;
    uint32_t step_all, what_all;
} trace;

static void add(struct cost *cost, uint32_t spent)
{
    cost->count++;
    cost->all += spent;
    if (spent > cost->longest)
        cost->longest = spent;
}

static uint32_t since(uint32_t from)
{
    return (from - clock_counter()) * INSTRUCTIONS;
}

static uint32_t begin(void)
{
    trace.depth++;
    return clock_counter();
}

static prov_result spent(enum primitive primitive, uint32_t from, prov_result result)
{
    uint32_t instructions = since(from);

    if (--trace.depth > 0 || !trace.stepping)
        return result;
    add(&trace.primitive[primitive], instructions);
    trace.in_step[primitive] += instructions;
    return result;
}

/* --- the step --------------------------------------------------------------------------------- */

/* Of the same type as what they stand for: ld has made two names of one. */
extern __typeof__(prov_agent_step) __real_prov_agent_step, __wrap_prov_agent_step;

enum prov_agent_event __wrap_prov_agent_step(struct prov_agent *agent, uint64_t now_ms)
{
    enum prov_agent_phase phase = agent->phase;
    enum primitive what = NOTHING;

    for (size_t i = 0; i < PRIMITIVES; i++)
        trace.in_step[i] = 0;
    uint32_t from = clock_counter();
    trace.stepping = true;
    enum prov_agent_event event = __real_prov_agent_step(agent, now_ms);
    trace.stepping = false;
    uint32_t instructions = since(from);
    add(&trace.phase[phase], instructions);
    if (instructions <= trace.step_all)
        return event;
    for (size_t i = 0; i < PRIMITIVES; i++)
        if (trace.in_step[i] > trace.in_step[what])
            what = (enum primitive)i;
    trace.where = phase;
    trace.what = what;
    trace.step_all = instructions;
    trace.what_all = trace.in_step[what];
    return event;
}

static void say_costs(const char *title, const char *const names[], const struct cost *costs,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (costs[i].count > 0)
            say_row(title, names[i],
                    (const uint32_t[]){costs[i].count, costs[i].all, costs[i].longest}, 3);
}

extern __typeof__(prov_agent_close) __real_prov_agent_close, __wrap_prov_agent_close;

void __wrap_prov_agent_close(struct prov_agent *agent)
{
    say_costs("phase", phase_names, trace.phase, PROV_PHASE_COUNT);
    say_costs("primitive", primitive_names, trace.primitive, PRIMITIVES);
    say_row("longest_step", phase_names[trace.where], &trace.step_all, 1);
    say_row("longest_in_it", primitive_names[trace.what], &trace.what_all, 1);
    __real_prov_agent_close(agent);
}

/* --- the primitives, in the order of prov/crypto.h ---------------------------------------------- */

extern __typeof__(prov_crypto_random) __real_prov_crypto_random, __wrap_prov_crypto_random;

prov_result __wrap_prov_crypto_random(struct prov_crypto *crypto, uint8_t *ret, size_t len)
{
    uint32_t from = begin();
    return spent(RANDOM, from, __real_prov_crypto_random(crypto, ret, len));
}

extern __typeof__(prov_crypto_sha256) __real_prov_crypto_sha256, __wrap_prov_crypto_sha256;

prov_result __wrap_prov_crypto_sha256(struct prov_crypto *crypto, const struct prov_bytes *parts,
                                      size_t count, uint8_t ret[PROV_HASH_LEN])
{
    uint32_t from = begin();
    return spent(SHA256, from, __real_prov_crypto_sha256(crypto, parts, count, ret));
}

extern __typeof__(prov_crypto_hash_add) __real_prov_crypto_hash_add, __wrap_prov_crypto_hash_add;

prov_result __wrap_prov_crypto_hash_add(struct prov_crypto *crypto, struct prov_hash *hash,
                                        struct prov_bytes bytes)
{
    uint32_t from = begin();
    return spent(SHA256, from, __real_prov_crypto_hash_add(crypto, hash, bytes));
}

extern __typeof__(prov_crypto_hmac) __real_prov_crypto_hmac, __wrap_prov_crypto_hmac;

prov_result __wrap_prov_crypto_hmac(struct prov_crypto *crypto, struct prov_hmac *hmac,
                                    const struct prov_bytes *parts, size_t count,
                                    uint8_t ret[PROV_HASH_LEN])
{
    uint32_t from = begin();
    return spent(HMAC, from, __real_prov_crypto_hmac(crypto, hmac, parts, count, ret));
}

extern __typeof__(prov_crypto_seal) __real_prov_crypto_seal, __wrap_prov_crypto_seal;

prov_result __wrap_prov_crypto_seal(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes plain, uint8_t *ret)
{
    uint32_t from = begin();
    return spent(SEAL, from, __real_prov_crypto_seal(crypto, aead, key, nonce, aad, plain, ret));
}

extern __typeof__(prov_crypto_open) __real_prov_crypto_open, __wrap_prov_crypto_open;

prov_result __wrap_prov_crypto_open(struct prov_crypto *crypto, enum prov_aead aead,
                                    struct prov_bytes key, const uint8_t nonce[PROV_AEAD_NONCE_LEN],
                                    struct prov_bytes aad, struct prov_bytes sealed, uint8_t *ret)
{
    uint32_t from = begin();
    return spent(OPEN, from, __real_prov_crypto_open(crypto, aead, key, nonce, aad, sealed, ret));
}

extern __typeof__(prov_crypto_ecdh_make) __real_prov_crypto_ecdh_make, __wrap_prov_crypto_ecdh_make;

prov_result __wrap_prov_crypto_ecdh_make(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                         uint8_t ret_point[PROV_POINT_LEN])
{
    uint32_t from = begin();
    return spent(ECDH_MAKE, from, __real_prov_crypto_ecdh_make(crypto, ecdh, ret_point));
}

extern __typeof__(prov_crypto_ecdh_agree) __real_prov_crypto_ecdh_agree,
    __wrap_prov_crypto_ecdh_agree;

prov_result __wrap_prov_crypto_ecdh_agree(struct prov_crypto *crypto, struct prov_ecdh *ecdh,
                                          struct prov_bytes point, uint8_t ret[PROV_SCALAR_LEN])
{
    uint32_t from = begin();
    return spent(ECDH_AGREE, from, __real_prov_crypto_ecdh_agree(crypto, ecdh, point, ret));
}

extern __typeof__(prov_crypto_point_check) __real_prov_crypto_point_check,
    __wrap_prov_crypto_point_check;

prov_result __wrap_prov_crypto_point_check(struct prov_crypto *crypto, struct prov_bytes point)
{
    uint32_t from = begin();
    return spent(POINT_CHECK, from, __real_prov_crypto_point_check(crypto, point));
}

extern __typeof__(prov_crypto_verify) __real_prov_crypto_verify, __wrap_prov_crypto_verify;

prov_result __wrap_prov_crypto_verify(struct prov_crypto *crypto, struct prov_bytes point,
                                      const uint8_t digest[PROV_HASH_LEN],
                                      const uint8_t signature[PROV_SIGNATURE_LEN])
{
    uint32_t from = begin();
    return spent(VERIFY, from, __real_prov_crypto_verify(crypto, point, digest, signature));
}

extern __typeof__(prov_crypto_sign) __real_prov_crypto_sign, __wrap_prov_crypto_sign;

prov_result __wrap_prov_crypto_sign(struct prov_crypto *crypto, const struct prov_key *key,
                                    const uint8_t digest[PROV_HASH_LEN],
                                    uint8_t ret[PROV_SIGNATURE_LEN])
{
    uint32_t from = begin();
    return spent(SIGN, from, __real_prov_crypto_sign(crypto, key, digest, ret));
}

extern __typeof__(prov_crypto_key_make) __real_prov_crypto_key_make, __wrap_prov_crypto_key_make;

prov_result __wrap_prov_crypto_key_make(struct prov_crypto *crypto, struct prov_key *key)
{
    uint32_t from = begin();
    return spent(KEY_MAKE, from, __real_prov_crypto_key_make(crypto, key));
}

extern __typeof__(prov_crypto_key_load) __real_prov_crypto_key_load, __wrap_prov_crypto_key_load;

prov_result __wrap_prov_crypto_key_load(struct prov_crypto *crypto, struct prov_bytes scalar,
                                        struct prov_key *key)
{
    uint32_t from = begin();
    return spent(KEY_LOAD, from, __real_prov_crypto_key_load(crypto, scalar, key));
}

extern __typeof__(prov_crypto_key_public) __real_prov_crypto_key_public,
    __wrap_prov_crypto_key_public;

prov_result __wrap_prov_crypto_key_public(struct prov_crypto *crypto, const struct prov_key *key,
                                          uint8_t ret_point[PROV_POINT_LEN])
{
    uint32_t from = begin();
    return spent(KEY_PUBLIC, from, __real_prov_crypto_key_public(crypto, key, ret_point));
}
