/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be sent: the messages of all kinds and both directions, some that no genuine peer sends, and
 * every other record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"

/* --- the library ----------------------------------------------------------------------------- */

static bool is_made_anew(uint8_t type)
{
    return type == MESSAGE_FINISHED || type == MESSAGE_CERTIFICATE_VERIFY;
}

/* The same octets are one message. */
uint8_t library_add(const struct body *body)
{
    for (size_t i = 0; i < library.count; i++) {
        struct body *other = &library.bodies[i];
        if (other->type == body->type && other->wrong == body->wrong &&
            (is_made_anew(body->type) ||
             (other->len == body->len && memcmp(other->octets, body->octets, body->len) == 0))) {
            other->kinds |= body->kinds;
            return (uint8_t)i;
        }
    }
    if (library.count == LIBRARY_MAX)
        abort();
    library.bodies[library.count] = *body;
    return (uint8_t)library.count++;
}

/* Well-formed, by the sections named. */
static const struct body crafted[] = {
    {.name = "HelloRequest", .type = 0, .len = 0},
    {.name = "HelloVerifyRequest", /* RFC 6347, section 4.2.1 */
     .type = 3,
     .len = 11,
     .octets = {0xFE, 0xFF, 8, 1, 2, 3, 4, 5, 6, 7, 8}},
    {.name = "NewSessionTicket", /* RFC 5077, section 3.3 */
     .type = 4,
     .len = 10,
     .octets = {0, 0, 0x0E, 0x10, 0, 4, 1, 2, 3, 4}},
    {.name = "Certificate/empty", .type = 11, .len = 3, .octets = {0, 0, 0}},
    {.name = "ServerKeyExchange/hint", /* RFC 4279, section 2 */
     .type = 12,
     .len = 6,
     .octets = {0, 4, 'h', 'i', 'n', 't'}},
    {.name = "Finished/wrong", .type = 20, .wrong = true, .len = 12, .octets = {0xAA, 0xAA, 0xAA}},
    {.name = "CertificateURL", /* RFC 6066, section 5 */
     .type = 21,
     .len = 37,
     .octets = {0, 0, 34, 0, 11, 'h', 't', 't', 'p', ':', '/', '/', 'a', '/', 'b', 'c', 1}},
    {.name = "CertificateStatus", /* RFC 6066, section 8 */
     .type = 22,
     .len = 6,
     .octets = {1, 0, 0, 2, 0x30, 0}},
    {.name = "SupplementalData", /* RFC 4680, section 3 */
     .type = 23,
     .len = 7,
     .octets = {0, 0, 4, 0x40, 0x02, 0, 0}},
    {.name = "unknown/77", .type = 77, .len = 4, .octets = {1, 2, 3, 4}},
    {.name = "unknown/255", .type = 255, .len = 0},
};

static void add_crafted(void)
{
    for (size_t i = 0; i < sizeof(crafted) / sizeof(crafted[0]); i++)
        (void)library_add(&crafted[i]);
}

/* --- other records --------------------------------------------------------------------------- */

static const struct symbol records[] = {
    {ACT_RECORD, "ChangeCipherSpec", .type = 20, .len = 1, .content = {1}, .harmless = true},
    {ACT_RECORD, "ChangeCipherSpec/2", .type = 20, .len = 1, .content = {2}, .harmless = true},
    {ACT_RECORD, "alert: close_notify", .type = 21, .len = 2, .content = {1, 0}},
    {ACT_RECORD, "alert: warning 90", .type = 21, .len = 2, .content = {1, 90}, .harmless = true},
    {ACT_RECORD, "alert: warning 100", .type = 21, .len = 2, .content = {1, 100}, .harmless = true},
    {ACT_RECORD, "alert: warning 41", .type = 21, .len = 2, .content = {1, 41}, .harmless = true},
    {ACT_RECORD, "alert: fatal 40", .type = 21, .len = 2, .content = {2, 40}},
    {ACT_RECORD, "alert: fatal 51", .type = 21, .len = 2, .content = {2, 51}},
    {ACT_RECORD, "alert: one octet", .type = 21, .len = 1, .content = {2}, .harmless = true},
    {ACT_RECORD, "alert: four octets", .type = 21, .len = 4, .content = {2, 40}, .harmless = true},
    {ACT_RECORD, "handshake: cut header", .type = 22, .len = 6, .content = {20}, .harmless = true},
    {ACT_RECORD, "application data", .type = 23, .len = 4, .content = "data", .harmless = true},
    {ACT_RECORD, "application data: none", .type = 23, .len = 0, .harmless = true},
    {ACT_RECORD, "heartbeat", /* RFC 6520, section 4: a request that says it is longer than it is */
     .type = 24, .len = 19, .content = {1, 0x40, 0}, .harmless = true},
    {ACT_RECORD, "tls12_cid", .type = 25, .len = 8, .content = {1, 2, 3, 4}, .harmless = true},
    {ACT_RECORD, "unknown type", .type = 99, .len = 4, .content = {1, 2, 3, 4}, .harmless = true},
};

static struct symbol *add(struct alphabet *a, const struct symbol *symbol)
{
    if (a->count == SYMBOLS_MAX)
        abort();
    a->symbols[a->count] = *symbol;
    return &a->symbols[a->count++];
}

static void add_record(struct alphabet *a, const struct symbol *record, uint8_t epoch,
                       const char *suffix)
{
    struct symbol *symbol = add(a, record);

    symbol->epoch = epoch;
    snprintf(symbol->name + strlen(symbol->name), sizeof(symbol->name) - strlen(symbol->name), "%s",
             suffix);
}

static void add_records(struct alphabet *a)
{
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        add_record(a, &records[i], 0, " e0");
        add_record(a, &records[i], 1, " e1");
        /* under the right keys a closing or fatal alert is the peer's own word */
        a->symbols[a->count - 1].harmless &= records[i].type != 21 || records[i].len != 2;
    }
    struct symbol data = {ACT_RECORD, "application data", .type = 23, .len = 4, .content = "data"};
    data.harmless = true;
    add_record(a, &data, 2, " e2");
    data.act = ACT_FORGED;
    add_record(a, &data, 1, " forged");
    struct symbol alert = {ACT_FORGED, "alert: fatal 40", .type = 21, .len = 2, .content = {2, 40}};
    alert.harmless = true;
    add_record(a, &alert, 1, " forged");
}

/* --- messages -------------------------------------------------------------------------------- */

static void add_message(struct alphabet *a, uint8_t id, uint8_t epoch, int8_t shift, enum act act)
{
    static const char *const shifts[] = {" again", "", " ahead"};
    struct symbol *symbol = add(
        a, &(struct symbol){
               .act = act, .id = id, .epoch = epoch, .shift = shift, .type = CONTENT_HANDSHAKE});
    const char *name = act == ACT_HALF   ? "first half of the next"
                       : act == ACT_REST ? "second half of the next"
                                         : library.bodies[id].name;

    snprintf(symbol->name, sizeof(symbol->name), "%s e%u%s", name, epoch, shifts[shift + 1]);
    bool wrong_epoch = (library.bodies[id].type == MESSAGE_FINISHED) != (epoch == 1);
    symbol->harmless =
        act == ACT_MESSAGE && (wrong_epoch || shift < 0 || library.bodies[id].type == 0);
}

/* A variety has nothing new to say to messages of other kinds than its own and the one that it is of. */
static bool belongs(const struct world *w, const struct body *body, bool all)
{
    static const unsigned besides[KINDS] = {
        0xF, 0xF, 0xF, 0xF, 1u << RPK, 0, 1u << CERT, 0, 1u << RPK, 1u << RPK | 1u << TICKET};

    return all || body->kinds == 0 || (body->kinds & (1u << w->kind | besides[w->kind])) != 0;
}

void alphabet_make(const struct world *w, bool all, struct alphabet *ret)
{
    const struct script *script = &w->scripts[1 - w->subject];

    add_crafted();
    ret->count = 0;
    add(ret, &(struct symbol){ACT_GO_ON, "the caller goes on", .harmless = true});
    add(ret, &(struct symbol){ACT_REFUSE, "the caller refuses", .harmless = false});
    add(ret, &(struct symbol){ACT_TICK, "the timer", .harmless = false});
    add_message(ret, 0, 0, 0, ACT_HALF);
    add_message(ret, 0, 0, 0, ACT_REST);
    for (uint8_t id = 0; id < library.count; id++) {
        if (!belongs(w, &library.bodies[id], all))
            continue;
        add_message(ret, id, 0, 0, ACT_MESSAGE);
        add_message(ret, id, 1, 0, ACT_MESSAGE);
    }
    for (size_t i = 0; i < script->count; i++) {
        uint8_t epoch = library.bodies[script->ids[i]].type == MESSAGE_FINISHED ? 1 : 0;
        add_message(ret, script->ids[i], epoch, 1, ACT_MESSAGE);
        add_message(ret, script->ids[i], epoch, -1, ACT_MESSAGE);
    }
    add_records(ret);
}

const struct symbol *symbol_find(const struct alphabet *alphabet, const char *name)
{
    for (size_t i = 0; i < alphabet->count; i++)
        if (strcmp(alphabet->symbols[i].name, name) == 0)
            return &alphabet->symbols[i];
    fprintf(stderr, "closure: no symbol \"%s\"\n", name);
    abort();
}
