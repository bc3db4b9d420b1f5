/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this room tell each other. Two halves, client.c and server.c, stand on the rest
 * and do not know each other: a session points to its side's tables.
 */
#ifndef PROV_DTLS_ENGINE_H
#define PROV_DTLS_ENGINE_H

#include "prov/dtls.h"

/* The kinds that this build has. */
#define PROV_DTLS_KINDS                                                                            \
    ((PROV_WITH_PSK ? PROV_KIND_BIT(PROV_KIND_PSK) : 0u) |                                         \
     (PROV_WITH_RPK ? PROV_KIND_BIT(PROV_KIND_RPK) : 0u) |                                         \
     (PROV_WITH_CERT ? PROV_KIND_BIT(PROV_KIND_CERT) : 0u))
/* A session may go on later: resume.h. */
#define PROV_DTLS_RESUMES PROV_DTLS_WITH_KEPT

#define DTLS_1_0 0xFEFFu
#define DTLS_1_2 0xFEFDu

#define RECORD_HEADER_LEN     13
#define MESSAGE_HEADER_LEN    12
#define SEQUENCE_MAX          ((UINT64_C(1) << 48) - 1) /* of a record */
#define RECORDS_MAX           (1u << 23) /* sent under one key (H12; RFC 9147, appendix B) */
#define FORGERIES_MAX         (1u << 7)  /* taken with a tag of 64 bits (RFC 9147, appendix B.3) */
#define COOKIE_LEN            16         /* of an HMAC-SHA-256 */
#define FRAGMENT_CODE_MAX     4          /* 2^12 octets: RFC 6066, section 4 */
#define PROV_DTLS_FLIGHT_REST 512        /* of the room for a flight: what is not certificates */

enum prov_content { /* RFC 5246, section 6.2.1 */
                    CONTENT_CHANGE_CIPHER_SPEC = 20,
                    CONTENT_ALERT = 21,
                    CONTENT_HANDSHAKE = 22,
                    CONTENT_APPLICATION_DATA = 23,
                    CONTENT_HEARTBEAT = 24,
                    CONTENT_CID = 25 /* RFC 9146, section 4: the true one is inside */
};

enum prov_message { /* RFC 6347, section 4.3.2 */
                    MESSAGE_HELLO_REQUEST = 0,
                    MESSAGE_CLIENT_HELLO = 1,
                    MESSAGE_SERVER_HELLO = 2,
                    MESSAGE_HELLO_VERIFY_REQUEST = 3,
                    MESSAGE_NEW_SESSION_TICKET = 4,
                    MESSAGE_CERTIFICATE = 11,
                    MESSAGE_SERVER_KEY_EXCHANGE = 12,
                    MESSAGE_CERTIFICATE_REQUEST = 13,
                    MESSAGE_SERVER_HELLO_DONE = 14,
                    MESSAGE_CERTIFICATE_VERIFY = 15,
                    MESSAGE_CLIENT_KEY_EXCHANGE = 16,
                    MESSAGE_FINISHED = 20,
                    MESSAGE_CERTIFICATE_URL = 21, /* RFC 6066, section 5 */
                    MESSAGE_NONE = 255            /* a rule that runs without a message */
};

enum { LEVEL_WARNING = 1, LEVEL_FATAL = 2 };
enum { CLIENT_CERTIFICATE_ECDSA_SIGN = 64 };  /* RFC 8422, section 5.5 */
#define EMPTY_RENEGOTIATION_INFO_SCSV 0x00FFu /* RFC 5746, section 3.3 */

/* What a rule comes to: PROV_OK, or the alert for a peer that has broken the protocol (PROV_E_PEER). What fails
 * on one's own side a rule notes (prov_dtls_note); what has an alert of its own ends the session at once
 * (prov_dtls_fail), and PROV_OK is answered. Who runs it ends the session by it (prov_dtls_end). */
typedef unsigned prov_outcome;

/* --- the state tables ------------------------------------------------------------------------ */

/* What is awaited, or what is to be done next. Both sides use one list: some names serve both. */
enum prov_dtls_state {
    STATE_HELLO = 1,   /* the peer's hello */
    STATE_CERTIFICATE, /* the peer's Certificate */
    STATE_EXCHANGE,    /* client: ServerKeyExchange */
    STATE_HINT,        /* client: ServerKeyExchange of PSK, or ServerHelloDone */
    STATE_CERTIFICATE_REQUEST,
    STATE_HELLO_DONE,
    STATE_EPHEMERAL,     /* make an ephemeral key */
    STATE_AGREE,         /* ECDH */
    STATE_ANSWER,        /* the own main flight */
    STATE_ANSWER_SIGNED, /* what comes after the own signature */
    STATE_KEY_EXCHANGE,  /* server: ClientKeyExchange */
    STATE_KEYS,          /* server: master secret and keys */
    STATE_CERTIFICATE_VERIFY,
    STATE_FINISHED,    /* the peer's Finished */
    STATE_LAST_FLIGHT, /* own Finished in answer to the peer's */
    STATE_RESUME,      /* server: the own flight of an abbreviated handshake */
    STATE_TICKET       /* client: NewSessionTicket, which was promised */
};

struct prov_extension;
struct prov_fragment;

/* One row: in `state`, when `message` has come (or at once), run; `next` is the state then, if the rule does not
 * say another one (0: it does). A rule that runs a long primitive says so: it has a step for itself. A message without
 * a row for the state is an unexpected_message; one that ends before its end, or goes on after what the rule
 * has read of it, is a decode_error, whatever the rule says. */
struct prov_dtls_rule {
    uint8_t state;
    uint8_t message;
    uint8_t next;
    bool is_long;
    PROV_MUST prov_outcome (*run)(struct prov_dtls *s, struct prov_reader *body);
};

struct prov_dtls_side {
    const struct prov_dtls_rule *rules;
    size_t rule_count;
    const struct prov_extension *const *extensions; /* extensions.h */
    /* A handshake message of epoch 1 after the end of the handshake. */
    void (*late)(struct prov_dtls *s, const struct prov_fragment *fragment);
    /* Adds what stands before ChangeCipherSpec in the last flight; NULL: nothing. */
    void (*before_last)(struct prov_dtls *s);
};

/* The connection id of records for this end, or none. */
static inline struct prov_bytes prov_record_cid(const struct prov_dtls *s)
{
    return PROV_WITH_CONNECTION_ID ? prov_dtls_connection_id(s) : PROV_BYTES_NONE;
}

/* What is left of a message, to be taken apart elsewhere. */
static inline struct prov_bytes prov_get_rest(struct prov_reader *reader)
{
    struct prov_bytes rest;

    prov_get_bytes(reader, prov_reader_left(reader), &rest);
    return rest;
}

/* Numbers of 2 and 4 octets in network byte order. */
static inline uint16_t prov_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}
static inline uint32_t prov_be32(const uint8_t *at)
{
    return (uint32_t)prov_be16(at) << 16 | prov_be16(at + 2);
}
static inline void prov_store16(uint8_t at[2], size_t number)
{
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
}

/* --- record.c -------------------------------------------------------------------------------- */

struct prov_record {
    uint8_t type;
    uint16_t version;
    uint16_t epoch;
    uint64_t seq;
    struct prov_bytes cid; /* of a record with CONTENT_CID */
    uint8_t *header; /* RECORD_HEADER_LEN octets and the connection id, the body behind them */
    uint8_t *body;
    size_t len;
};

/* Takes the record at data[*at]. False when nothing whole is left. cid_len: of the connection ids that
 * records for this end have. */
PROV_MUST bool prov_record_take(uint8_t *data, size_t len, size_t cid_len, size_t *at,
                                struct prov_record *ret);
/* Octets that a record adds to its content: of one's own, and of the peer's in epoch 1. */
size_t prov_record_overhead_in(const struct prov_dtls *s);
size_t prov_record_overhead(const struct prov_dtls *s, unsigned epoch);
/* Appends a record; head: of a message, which stands before the content, or NULL. False if it does not fit or sequence
 * numbers have come to their end; nothing is appended then. */
PROV_MUST bool prov_record_write(struct prov_dtls *s, unsigned epoch, uint8_t type,
                                 const uint8_t *head, struct prov_bytes content,
                                 struct prov_buf *out);
/* The same in epoch 0 without a session. */
void prov_record_put_plain(uint16_t version, uint64_t seq, uint8_t type, struct prov_bytes content,
                           struct prov_buf *out);
/* Decrypts in place; record->type becomes what was inside. PROV_E_DIGEST: not sealed under these keys. */
PROV_MUST prov_result prov_record_open(struct prov_dtls *s, struct prov_record *record,
                                       struct prov_bytes *ret);
/* Whether a sequence number is new to the window, and noting one that is, once it has proved authentic. */
bool prov_window_fresh(const struct prov_dtls_window *window, uint32_t seq);
void prov_window_note(struct prov_dtls_window *window, uint32_t seq);

/* --- inbox.c --------------------------------------------------------------------------------- */

/* Takes the fragments of one handshake record in, which may come late. */
void prov_inbox_take(struct prov_dtls *s, unsigned epoch, struct prov_bytes content);
/* The next message in order, which is there, has been seen to. */
void prov_inbox_pop(struct prov_dtls_handshake *hs);
/* The body of the message of a number; its header as if unfragmented stands before it (H2). NULL: it is not there, or
 * not whole. */
struct prov_bytes prov_inbox_find(struct prov_dtls_handshake *hs, uint16_t seq);
/* Drops what came before its turn: all but the message that is due, which is not looked at yet. */
void prov_inbox_clear(struct prov_dtls_handshake *hs);
/* Octets of the room that nobody has. */
static inline size_t prov_inbox_left(const struct prov_dtls_handshake *hs)
{
    return (size_t)(hs->inbox_at - hs->flight_len);
}

struct prov_fragment { /* RFC 6347, section 4.2.2 */
    const uint8_t *header;
    uint8_t type;
    uint32_t length;
    uint16_t message_seq;
    uint32_t offset;
    struct prov_bytes body;
};
/* False: there is none, or it is not well-formed; then ret says nothing. */
PROV_MUST bool prov_fragment_take(struct prov_reader *reader, struct prov_fragment *ret);
void prov_message_header_put(struct prov_buf *buf, uint8_t type, uint32_t length,
                             uint16_t message_seq, uint32_t offset, uint32_t fragment_length);

/* The header of a message as if unfragmented, of less than 2^16 octets. */
void prov_message_header_store(uint8_t at[MESSAGE_HEADER_LEN], uint8_t type, size_t length,
                               uint16_t message_seq);

/* --- flight.c -------------------------------------------------------------------------------- */

/* A new own flight in answer to all messages taken so far. */
void prov_flight_begin(struct prov_dtls *s);
/* A message of it: begin, put the body, end. End writes the header and adds it to the transcript. Before
 * Finished a ChangeCipherSpec goes out. */
struct prov_buf *prov_flight_message(struct prov_dtls *s, uint8_t type);
void prov_flight_message_end(struct prov_dtls *s);
/* The flight is whole: it goes out, and the timer starts. */
void prov_flight_end(struct prov_dtls *s);
/* The peer has repeated a message that this flight answers. */
void prov_flight_peer_repeated(struct prov_dtls *s, const struct prov_fragment *fragment);
/* Looks at the timer. */
void prov_flight_tick(struct prov_dtls *s);
/* Appends what fits into one datagram; false when there is nothing. */
bool prov_flight_pull(struct prov_dtls *s, struct prov_buf *out);
/* The last flight is to be sent (again). */
void prov_flight_last(struct prov_dtls *s);
/* Appends what fits of it, from the session (H7): [NewSessionTicket], ChangeCipherSpec, Finished. */
bool prov_flight_pull_last(struct prov_dtls *s, struct prov_buf *out);

/* --- prf.c ----------------------------------------------------------------------------------- */

/* P_SHA256 over label and seed (RFC 5246, section 5), of PROV_PRF_MAX octets at the most. */
#define PROV_PRF_MAX 128
PROV_MUST prov_result prov_prf(struct prov_crypto *crypto, struct prov_bytes secret,
                               const char *label, struct prov_bytes seed, uint8_t *ret, size_t len);
void prov_transcript_begin(struct prov_dtls *s);
void prov_transcript_add(struct prov_dtls *s, struct prov_bytes message);
/* hs->digest becomes the hash of the transcript so far. */
void prov_transcript_digest(struct prov_dtls *s);
/* The premaster secret of a pre-shared key; where ECDH puts its part of it, or all of it (RFC 8422, section 5.10). */
void prov_premaster_make(struct prov_dtls *s, struct prov_bytes psk);
uint8_t *prov_premaster_shared(struct prov_dtls *s);
/* Master secret and keys, when the transcript ends with ClientKeyExchange. */
void prov_keys_derive(struct prov_dtls *s);
/* Keys of an abbreviated handshake, from the master secret that is kept. */
void prov_keys_resume(struct prov_dtls *s);
/* verify_data of a side over the transcript so far, until something else is derived. */
const uint8_t *prov_finished_make(struct prov_dtls *s, enum prov_dtls_role role);

/* --- alert.c --------------------------------------------------------------------------------- */

/* The end: records why (the first reason stays), queues the alert that the profile allows in this
 * one's place (NONE: nothing is said), gives the workspace back. */
void prov_dtls_fail(struct prov_dtls *s, prov_result result, enum prov_alert alert);
/* The end by an outcome, or by what was noted: then the peer is told internal_error, or, of a point that is
 * none, illegal_parameter (RFC 8422, section 5.11). Neither: goes on. */
void prov_dtls_end(struct prov_dtls *s, prov_outcome outcome);
/* While a rule runs: the session ends by the first result noted that is not PROV_OK, once the rule has run. */
void prov_dtls_note(const struct prov_dtls *s, prov_result result);
void prov_alert_queue(struct prov_dtls *s, uint8_t level, enum prov_alert alert);
void prov_alert_take(struct prov_dtls *s, unsigned epoch, struct prov_bytes content);
bool prov_alert_pull(struct prov_dtls *s, struct prov_buf *out);

/* The first timer of a flight, and the one after that. */
uint32_t prov_timer_first(const struct prov_dtls *s);
uint32_t prov_timer_next(const struct prov_dtls *s, uint32_t timer_ms);

/* --- heartbeat.c ----------------------------------------------------------------------------- */

/* A message of the peer. A request is answered from where it lies: s->echo until the next step. */
void prov_heartbeat_receive(struct prov_dtls *s, struct prov_bytes message);
/* Appends the answer; there must be one to give. */
bool prov_heartbeat_answer(struct prov_dtls *s, struct prov_buf *out);
/* Appends the own request. */
bool prov_heartbeat_pull(struct prov_dtls *s, struct prov_buf *out);
/* Looks at the timer of the own request. */
void prov_heartbeat_tick(struct prov_dtls *s);
uint64_t prov_heartbeat_deadline(const struct prov_dtls *s);

/* --- limits.c -------------------------------------------------------------------------------- */

/* PROV_E_BOUNDS: an MTU or a fragment length that can't be. */
PROV_MUST prov_result prov_limits_check(const struct prov_dtls_config *config);
/* The largest content of a record, one's own and the peer's. */
size_t prov_content_max(const struct prov_dtls *s);
void prov_mtu_begin(struct prov_dtls *s);
/* The largest datagram that is sent now. */
size_t prov_datagram_max(const struct prov_dtls *s);
/* A fragment has come in a datagram of this size, or of one not known (0). */
void prov_mtu_mirror(struct prov_dtls *s, const struct prov_fragment *fragment,
                     size_t datagram_len);

/* --- session.c ------------------------------------------------------------------------------- */

/* What start and accept have in common. */
PROV_MUST prov_result prov_dtls_begin(struct prov_dtls *s, const struct prov_dtls_config *config,
                                      struct prov_crypto *crypto,
                                      struct prov_dtls_handshake *workspace, uint64_t now_ms);
/* The handshake is complete: secrets are wiped and the workspace is given back. */
void prov_dtls_complete(struct prov_dtls *s);
void prov_dtls_release(struct prov_dtls *s);
/* Stops the state table until the caller has answered. */
void prov_dtls_ask(struct prov_dtls *s, enum prov_dtls_event need);
/* The caller answers: false if nothing of the kind was asked. A message that was held is gone. */
PROV_MUST bool prov_dtls_answered(struct prov_dtls *s, enum prov_dtls_event need);
/* The row of a suite that the configuration has for one of its kinds, or NULL. */
const struct prov_suite *prov_suite_in_use(const struct prov_dtls_config *config, uint16_t id);

/* What a session is. Where the configuration leaves one answer (prov/config.h) the compiler knows it, and what
 * is behind the others is not there. */
static inline bool prov_dtls_is_client(const struct prov_dtls *s)
{
    return !PROV_WITH_SERVER || s->config->role == PROV_DTLS_CLIENT;
}
static inline bool prov_dtls_is_public(const struct prov_dtls *s)
{
    return (PROV_WITH_RPK || PROV_WITH_CERT) && (!PROV_WITH_PSK || s->kind != PROV_KIND_PSK);
}
/* Of the kinds with public keys. */
static inline bool prov_dtls_is_raw(const struct prov_dtls *s)
{
    return PROV_WITH_RPK && (!PROV_WITH_CERT || s->kind == PROV_KIND_RPK);
}
/* One more of what prov_dtls_stats tells. */
static inline void prov_dtls_count(uint32_t *counter)
{
    if (PROV_WITH_STATS)
        ++*counter;
}
/* Whether its handshake is abbreviated. */
static inline bool prov_dtls_is_resumed(const struct prov_dtls *s)
{
    return PROV_DTLS_RESUMES && s->resumed;
}
/* Whether a client's configuration, or a session of its, is of the kind. */
static inline bool prov_dtls_offers(const struct prov_dtls_config *config, enum prov_kind kind)
{
    return (PROV_DTLS_KINDS & PROV_KIND_BIT(kind)) != 0 &&
           (PROV_DTLS_KINDS == PROV_KIND_BIT(kind) || (config->kinds & PROV_KIND_BIT(kind)) != 0);
}

/* --- both.c: rules that serve both sides ----------------------------------------------------- */

PROV_MUST prov_outcome prov_rule_certificate(struct prov_dtls *s, struct prov_reader *body);
PROV_MUST prov_outcome prov_rule_finished(struct prov_dtls *s, struct prov_reader *body);
PROV_MUST prov_outcome prov_rule_agree(struct prov_dtls *s, struct prov_reader *none);
/* ChangeCipherSpec and Finished as the last flight of a handshake. */
PROV_MUST prov_outcome prov_rule_last_flight(struct prov_dtls *s, struct prov_reader *none);
/* Finished as the end of a flight that is answered. */
void prov_finished_add(struct prov_dtls *s);
/* After the handshake: the peer repeats its Finished, so the last flight was lost (H7). */
void prov_finished_repeated(struct prov_dtls *s, const struct prov_fragment *fragment);
void prov_certificate_add(struct prov_dtls *s);
/* The peer's raw key or chain, wherever that came from: takes its key and asks for the verdict. */
PROV_MUST prov_outcome prov_shown_check(struct prov_dtls *s, const struct prov_bytes *shown,
                                        size_t count);
/* A signature of the peer's long-term key over hs->digest. */
PROV_MUST prov_outcome prov_signature_check(struct prov_dtls *s, struct prov_bytes der);
/* A view of a point that came as opaque<1..2^8-1>: illegal_parameter unless 65 octets. */
PROV_MUST prov_outcome prov_share_keep(struct prov_dtls *s, struct prov_bytes point);

#endif
