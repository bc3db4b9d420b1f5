/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"

static struct alphabet alphabet;

/* --- a set of numbers ------------------------------------------------------------------------ */

struct set {
    uint64_t *slots; /* 0: free */
    size_t size, count;
};

static void set_make(struct set *set, size_t size)
{
    set->slots = calloc(size, sizeof(*set->slots));
    set->size = size;
    set->count = 0;
    if (set->slots == NULL)
        abort();
}

static bool set_insert(struct set *set, uint64_t value);

static void set_grow(struct set *set)
{
    struct set larger;

    set_make(&larger, 2 * set->size);
    for (size_t i = 0; i < set->size; i++)
        if (set->slots[i] != 0)
            (void)set_insert(&larger, set->slots[i]);
    free(set->slots);
    *set = larger;
}

/* False if it was there. */
static bool set_insert(struct set *set, uint64_t value)
{
    if (2 * set->count >= set->size)
        set_grow(set);
    value |= value == 0;
    size_t at = (size_t)(value % set->size);
    while (set->slots[at] != 0 && set->slots[at] != value)
        at = (at + 1) % set->size;
    if (set->slots[at] == value)
        return false;
    set->slots[at] = value;
    set->count++;
    return true;
}

/* --- states without key material ------------------------------------------------------------- */

struct key {
    uint8_t kind, state, need, held, hashing, master_ready, keys_ready, psk_known, answered;
    uint8_t retries, resends, peer_asked;
    uint8_t word_len, word[WORD_MAX];
    uint8_t inbox[PROV_DTLS_AHEAD][2]; /* by message_seq from the one that is due: id, parts */
    uint8_t early_finished, early_other;
    uint8_t connected, told, closing, closed, failed, alert;
    uint8_t extended_master, write_epoch;
};

static void add_inbox(struct key *key, const struct end *e)
{
    for (unsigned i = 0; i < PROV_DTLS_AHEAD; i++) {
        unsigned seq = e->s.hs->next_receive + i;
        struct prov_bytes message = subject_inbox(e, seq);
        if (message.len == 0)
            continue;
        size_t length = prov_be16(message.data + 2);
        const uint8_t *come = message.data + MESSAGE_HEADER_LEN + length;
        key->inbox[i][0] = (uint8_t)(1 + e->seen.sent[seq % sizeof(e->seen.sent)]);
        key->inbox[i][1] = subject_has_whole(e, seq);
        if (length > 0) /* first and last octet */
            key->inbox[i][1] |= (uint8_t)((come[0] & 1) << 1 |
                                          (come[(length - 1) / 8] >> (length - 1) % 8 & 1) << 2);
    }
}

/* Only what a handshake that goes on can depend on. */
static void add_handshake(struct key *key, const struct end *e, bool deep)
{
    const struct prov_dtls_handshake *hs = e->s.hs;

    key->state = hs->state;
    key->need = hs->need;
    key->held = hs->held;
    key->hashing = hs->hashing;
    key->master_ready = e->s.keys_ready;
    key->psk_known = hs->psk_known;
    key->answered = (uint8_t)(e->seen.psk_known | e->seen.judged << 1 | e->seen.has_signed << 2 |
                              e->seen.has_session << 3);
    key->retries = hs->state == STATE_HELLO ? hs->retries : 0;
    key->resends = deep ? hs->resends : 0;
    key->peer_asked = deep && hs->peer_asked;
    key->early_finished = e->seen.early_finished;
    key->early_other = e->seen.early_other;
    add_inbox(key, e);
}

static uint64_t key_of(const struct world *w, bool deep)
{
    const struct end *e = &w->ends[w->subject];
    struct key key;
    uint64_t digest = UINT64_C(0xcbf29ce484222325);

    memset(&key, 0, sizeof(key));
    key.failed = e->s.failed;
    key.alert = e->s.failed ? e->s.alert_sent : 0;
    key.connected = e->s.connected;
    if (!key.failed) {
        key.kind = e->s.kind;
        key.keys_ready = e->s.keys_ready;
        key.told = e->s.connected_told;
        key.closing = e->s.closing;
        key.closed = e->s.closed;
        key.extended_master = e->s.extended_master;
        key.write_epoch = e->s.write_epoch;
        key.word_len = e->seen.word_len;
        memcpy(key.word, e->seen.word, e->seen.word_len);
        if (e->s.hs != NULL)
            add_handshake(&key, e, deep);
    }
    for (size_t i = 0; i < sizeof(key); i++)
        digest = (digest ^ ((const uint8_t *)&key)[i]) * UINT64_C(0x100000001b3);
    return digest;
}

/* --- the way to a state, for whoever has to find a fault ------------------------------------- */

struct node {
    uint32_t parent;
    uint16_t symbol;
    bool harmless; /* the whole way */
    struct copy *copy;
};

static void print_way(const struct node *nodes, uint32_t at)
{
    if (at == 0)
        return;
    print_way(nodes, nodes[at].parent);
    printf("    %s\n", alphabet.symbols[nodes[at].symbol].name);
}

static bool is_bad(const struct world *w, const struct node *nodes, uint32_t at, uint16_t symbol)
{
    const char *violation = w->ends[w->subject].seen.violation;

    if (violation == NULL)
        return false;
    printf("%s, %s: %s:\n", w->subject == CLIENT ? "client" : "server", closure_kinds[w->kind],
           violation);
    print_way(nodes, at);
    printf("    %s\n", alphabet.symbols[symbol].name);
    return true;
}

/* Which of the standard's sequences it was. */
static void note_accepted(const struct world *w, struct account *account)
{
    const struct observed *seen = &w->ends[w->subject].seen;
    const uint8_t *word;

    for (size_t nth = 0; (word = standard_word(w->subject, w->kind, nth)) != NULL; nth++) {
        size_t i = 0;
        while (i < seen->word_len && library.bodies[seen->word[i]].type == word[i])
            i++;
        if (i == seen->word_len && word[i] == 0xFF)
            account->accepted |= 1u << nth;
    }
}

static void note_edge(const struct world *w, bool was_connected, bool had_failed,
                      struct account *account)
{
    const struct observed *seen = &w->ends[w->subject].seen;

    account->edges++;
    if (seen->connected && !was_connected) {
        account->accepting++;
        note_accepted(w, account);
    }
    account->failing += seen->failed && !had_failed;
}

/* --- from every state every symbol ----------------------------------------------------------- */

struct search {
    struct node *nodes;
    size_t count, room;
    struct set seen;
    bool deep;
};

static void push_node(struct search *search, const struct world *w, uint32_t parent,
                      uint16_t symbol)
{
    if (search->count == search->room) {
        search->room = search->room == 0 ? 1024 : 2 * search->room;
        search->nodes = realloc(search->nodes, search->room * sizeof(*search->nodes));
        if (search->nodes == NULL)
            abort();
    }
    search->nodes[search->count++] = (struct node){
        .parent = parent, .symbol = symbol, .copy = subject_save(&w->ends[w->subject])};
}

static void drop_copy(struct search *search, size_t at)
{
    free(search->nodes[at].copy);
    search->nodes[at].copy = NULL;
}

static void search_free(struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        drop_copy(search, i);
    free(search->nodes);
    free(search->seen.slots);
}

static bool expand(struct search *search, struct world *w, uint32_t at, struct account *account)
{
    struct end *e = &w->ends[w->subject];
    struct copy *copy = search->nodes[at].copy;
    bool good = true;

    for (uint16_t i = 0; good && i < alphabet.count; i++) {
        subject_restore(e, copy);
        bool was_connected = e->seen.connected, had_failed = e->seen.failed;
        subject_act(w, &alphabet.symbols[i]);
        note_edge(w, was_connected, had_failed, account);
        good = !is_bad(w, search->nodes, at, i);
        if (set_insert(&search->seen, key_of(w, search->deep)))
            push_node(search, w, at, i);
    }
    drop_copy(search, at);
    return good;
}

static bool search_from(struct world *w, enum side subject, enum root root, bool deep,
                        struct account *account)
{
    struct search search = {.deep = deep};
    bool good = true;

    set_make(&search.seen, 1 << 12);
    (void)subject_begin(w, subject, root);
    alphabet_make(w, deep, &alphabet);
    (void)set_insert(&search.seen, key_of(w, deep));
    push_node(&search, w, 0, 0);
    for (uint32_t at = 0; good && at < search.count; at++)
        good = expand(&search, w, at, account);
    account->states += search.count;
    search_free(&search);
    return good;
}

bool explore_all(struct world *w, enum side subject, bool deep, struct account *ret)
{
    bool good = true;

    memset(ret, 0, sizeof(*ret));
    bool halves = subject == SERVER && (deep || w->kind <= CERT);
    for (enum root root = ROOT_WHOLE; good && root <= (halves ? ROOT_HALF : ROOT_WHOLE); root++)
        good = search_from(w, subject, root, deep, ret);
    return good;
}

/* --- detours --------------------------------------------------------------------------------- */

/* Plays on from a detour: what completes is the standard's (see_connected looks), and what is
 * harmless has not hindered it. */
static bool rejoin(struct world *w, bool harmless, struct account *account)
{
    struct observed *seen = &w->ends[w->subject].seen;
    bool was_connected = seen->connected, had_failed = seen->failed;

    subject_finish(w);
    note_edge(w, was_connected, had_failed, account);
    if (harmless && !seen->connected && seen->violation == NULL)
        seen->violation = "a harmless detour hinders the handshake";
    return seen->violation == NULL;
}

static bool rejoin_from(struct search *search, struct world *w, uint32_t at,
                        struct account *account)
{
    subject_restore(&w->ends[w->subject], search->nodes[at].copy);
    return rejoin(w, search->nodes[at].harmless, account) ||
           !is_bad(w, search->nodes, at, search->nodes[at].symbol);
}

/* One symbol further from a detour: states that are the same to the octet are gone on from once. */
static bool detour_further(struct search *search, struct world *w, uint32_t at,
                           struct account *account)
{
    struct end *e = &w->ends[w->subject];
    bool good = true;

    for (uint16_t i = 0; good && i < alphabet.count; i++) {
        subject_restore(e, search->nodes[at].copy);
        bool was_connected = e->seen.connected, had_failed = e->seen.failed;
        bool harmless = search->nodes[at].harmless && alphabet.symbols[i].harmless;
        subject_act(w, &alphabet.symbols[i]);
        note_edge(w, was_connected, had_failed, account);
        good = !is_bad(w, search->nodes, at, i);
        if (e->seen.failed || !set_insert(&search->seen, 2 * copy_digest(e) + harmless))
            continue;
        push_node(search, w, at, i);
        search->nodes[search->count - 1].harmless = harmless;
        good = good && rejoin_from(search, w, (uint32_t)(search->count - 1), account);
    }
    return good;
}

/* All detours of up to `depth` symbols from where the subject stands, each followed by the rest. */
static bool detours_here(struct world *w, unsigned depth, struct account *account)
{
    struct search search = {0};
    bool good = true;
    size_t from = 0;

    set_make(&search.seen, 1 << 12);
    push_node(&search, w, 0, 0);
    search.nodes[0].harmless = true;
    for (unsigned len = 0; good && len < depth; len++) {
        size_t until = search.count;
        for (; good && from < until; from++) {
            good = detour_further(&search, w, (uint32_t)from, account);
            drop_copy(&search, from);
        }
    }
    account->states += search.count;
    search_free(&search);
    return good;
}

/* The standard's way, one act at a time. False at its end. */
static bool advance(struct world *w)
{
    const struct end *e = &w->ends[w->subject];
    uint8_t id = subject_next(w);
    struct symbol symbol = {.act = ACT_GO_ON};

    if (e->seen.connected || e->seen.failed)
        return false;
    if (e->s.hs->need == 0 && prov_dtls_deadline(&e->s) != 0) {
        symbol.act = ACT_MESSAGE;
        symbol.id = id;
        symbol.type = CONTENT_HANDSHAKE;
        symbol.epoch = library.bodies[id].type == MESSAGE_FINISHED ? 1 : 0;
    }
    subject_act(w, &symbol);
    return true;
}

bool explore_detours(struct world *w, enum side subject, bool deep, struct account *ret)
{
    struct end *e = subject_begin(w, subject, ROOT_WHOLE);
    bool good = true;

    memset(ret, 0, sizeof(*ret));
    alphabet_make(w, deep, &alphabet);
    do {
        struct copy *here = subject_save(e);
        good = detours_here(w, deep ? 3 : 2, ret);
        subject_restore(e, here);
        free(here);
    } while (good && advance(w));
    return good && e->seen.connected;
}
