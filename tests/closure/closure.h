/* SPDX-License-Identifier: Apache-2.0
 *
 * Message order to closure. One end of libprov/dtls, the subject, stands over the fake crypto backend;
 * the test plays its peer and knows everything: what a genuine peer sends was recorded, keys and transcript are
 * read out of the subject. So every message that is tried is well-formed and sealed under the right keys, whatever
 * came before it: what is judged is the order alone.
 *
 *     standard.c   which sequences the RFCs allow: written from their text, not from the engine
 *     subject.c    a subject, its copies, what it is sent and what is seen of it
 *     symbols.c    what can be sent to it
 *     explore.c    from every state every symbol; every detour from every standard prefix
 */
#ifndef PROV_TESTS_CLOSURE_H
#define PROV_TESTS_CLOSURE_H

#include "libprov/dtls/engine.h"
#include "prov/x509.h"
#include "tests/fake_crypto/fake_state.h"

enum side { CLIENT = 0, SERVER = 1 };
/* The credentials; then what a handshake can have besides, each with one of them. */
enum kind { PSK = 0, PSK_FS, RPK, CERT, RESUMED, CACHED, URL, CID, TICKET, BY_TICKET, KINDS };
extern const char *const closure_kinds[KINDS];

/* --- standard.c ------------------------------------------------------------------------------ */

#define WORD_MAX 16
/* Whether handshake messages of these types, in this order, are a beginning of what the standard lets the
 * subject be sent; *ret_whole: all of it. */
bool standard_begins(enum side subject, enum kind kind, const uint8_t *types, size_t count,
                     bool *ret_whole);
/* The nth sequence of a subject, ended by 0xFF; NULL behind the last. */
const uint8_t *standard_word(enum side subject, enum kind kind, size_t nth);
/* Whether an end of this kind may say this alert at all (RFC 7925, section 6). */
bool standard_alert(enum kind kind, uint8_t alert);
const char *message_name(uint8_t type);

/* --- the messages that were recorded, and some that were not --------------------------------- */

#define BODY_MAX    1200
#define LIBRARY_MAX 64
struct body {
    char name[32];
    uint8_t type;
    bool wrong;     /* a Finished that does not fit */
    uint16_t kinds; /* in which it was recorded, by bit; 0: in none */
    size_t len;
    uint8_t
        octets[BODY_MAX]; /* CertificateVerify and Finished are made anew where that is possible */
};

/* What a genuine pair of a kind says: by sender. */
struct script {
    size_t count;
    uint8_t ids[WORD_MAX]; /* in the library */
    struct prov_dtls_keys write;
    uint8_t verify_data[PROV_DTLS_FINISHED_LEN];
    struct body certificate_verify;
    const struct prov_suite *suite;
};

/* --- subject.c ------------------------------------------------------------------------------- */

/* What is seen from outside, and what was answered. */
struct observed {
    uint8_t word[WORD_MAX]; /* messages that were taken, as ids of the library */
    uint8_t word_len, verify_requests;
    uint8_t
        sent[16]; /* by message_seq: the id of the whole message that lies or lay in the inbox */
    uint8_t early_finished, early_other;
    bool connected, failed, closed, psk_known, judged, has_signed, has_session;
    uint8_t data;
    uint32_t now;
    const char *violation;
};

struct end {
    struct prov_crypto *crypto;
    struct prov_dtls_config config;
    struct prov_key key;
    uint8_t spki[PROV_SPKI_LEN];
    uint8_t leaf[800];
    struct prov_bytes chain[1];
    struct prov_dtls s;
    struct prov_dtls_handshake work;
    struct observed seen;
};

struct world {
    enum kind kind;
    struct end ends[2];
    struct script scripts[2]; /* by sender */
    struct prov_dtls_resumable kept[2];
    struct prov_dtls_tickets ticket_keys;
    struct prov_dtls_ticket tickets[2];
    enum side subject;
    struct prov_crypto *tools;           /* the test's own backend */
    const struct prov_dtls_side *faulty; /* in place of the engine's own table, or NULL */
};

struct library {
    struct body bodies[LIBRARY_MAX];
    size_t count;
};
extern struct library library;
/* Its id; the same octets are one message. */
uint8_t library_add(const struct body *body);
/* Records all kinds; worlds[kind] is at rest afterwards. */
extern struct world worlds[KINDS];
void worlds_make(void);
void worlds_free(void);

/* A copy of a subject: of what can differ. */
struct copy {
    size_t len;
    uint8_t octets[];
};
struct copy *subject_save(const struct end *end);
void subject_restore(struct end *end, const struct copy *copy);
/* Two subjects with the same digest behave the same from here on, to the octet. */
uint64_t copy_digest(const struct end *end);

enum root { ROOT_WHOLE, ROOT_HALF }; /* server: the ClientHello as a whole, or its first part */
/* Puts the subject at its beginning. */
struct end *subject_begin(struct world *w, enum side subject, enum root root);

enum act {
    ACT_MESSAGE = 0, /* a handshake message, whole */
    ACT_HALF,        /* the first half of the message that the standard has next */
    ACT_REST,        /* its second half */
    ACT_RECORD,      /* anything else */
    ACT_FORGED,      /* the same, sealed under another key */
    ACT_GO_ON,       /* the caller answers what was asked, well; or steps */
    ACT_REFUSE,      /* the caller answers that it is not so */
    ACT_TICK         /* the timer */
};
struct symbol {
    enum act act;
    char name[48];
    uint8_t id;    /* ACT_MESSAGE: in the library */
    uint8_t epoch; /* of the record */
    int8_t shift;  /* of message_seq: 0 the one that is due, 1 the next, -1 the one before */
    uint8_t type;  /* ACT_RECORD: content type */
    uint8_t len, content[24];
    bool harmless; /* must not hinder a handshake, wherever it comes */
};
/* Does it, and all that follows from it without anybody else's doing. */
void subject_act(struct world *w, const struct symbol *symbol);
/* The message of a number in the inbox: header, body, a bit for each octet that has come; or none. */
struct prov_bytes subject_inbox(const struct end *e, unsigned seq);
bool subject_has_whole(const struct end *e, unsigned seq);
/* The id of the message that the standard has next; 0xFF if there is none. */
uint8_t subject_next(const struct world *w);
/* Answers all questions and steps until the subject waits for its peer. */
void subject_settle(struct world *w);
/* Sends what the standard has next until the subject is connected or has failed. */
void subject_finish(struct world *w);

/* --- symbols.c ------------------------------------------------------------------------------- */

#define SYMBOLS_MAX 320
struct alphabet {
    struct symbol symbols[SYMBOLS_MAX];
    size_t count;
};
/* Messages of the other kinds, too: unless it is a variety, or if all are asked for. */
void alphabet_make(const struct world *w, bool all, struct alphabet *ret);
const struct symbol *symbol_find(const struct alphabet *alphabet, const char *name);

/* --- explore.c ------------------------------------------------------------------------------- */

struct account {
    size_t states, edges, accepting, failing;
    unsigned accepted; /* bit n: the standard's sequence n completed */
};
/* From every state every symbol, until there is no new state. `deep` tells more states apart.
 * False, with the way printed, if something happened that may not. */
bool explore_all(struct world *w, enum side subject, bool deep, struct account *ret);
/* Every detour of up to two symbols (deep: three) from each standard prefix, then the rest of the standard's
 * sequence. */
bool explore_detours(struct world *w, enum side subject, bool deep, struct account *ret);

#endif
