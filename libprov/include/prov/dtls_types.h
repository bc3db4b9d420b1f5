/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/dtls_types.h: what a session and a handshake's workspace are made of, so that callers can
 * place them. Included by prov/dtls.h; every member is private to libprov/dtls.
 */
#ifndef PROV_DTLS_TYPES_H
#define PROV_DTLS_TYPES_H

#include "prov/dtls.h"

#define PROV_DTLS_RANDOM_LEN   32
#define PROV_DTLS_MASTER_LEN   48
#define PROV_DTLS_FINISHED_LEN 12
/* The message that is due and so many behind it are taken. */
#define PROV_DTLS_AHEAD (PROV_WITH_RPK || PROV_WITH_CERT ? 8 : 4)
/* Records of epoch 1 that came before its keys (H8): a client has them in time, but where it resumes. */
#define PROV_DTLS_EARLY_MAX                                                                        \
    (PROV_WITH_SERVER || PROV_WITH_RESUMPTION || PROV_WITH_TICKETS ? 128 : 1)

/* An array of what only some configurations have: C has none of no members. */
#define PROV_DTLS_IF(with, length) ((with) ? (length) : 1)

/* One direction of epoch 1. Raw octets: nothing of the crypto backend is kept per session. */
struct prov_dtls_keys {
    uint8_t key[PROV_AEAD_KEY_MAX];
    uint8_t iv[PROV_AEAD_NONCE_LEN];
};

/* RFC 6347, section 4.1.2.6: bit n of seen is the last sequence number n mod 64 up to highest. Nobody sends 2^32
 * records under one key (H12): larger numbers are not taken. */
struct prov_dtls_window {
    uint32_t highest;
    uint32_t seen[2];
};

/* What the peer's hello said that matters later. */
struct prov_dtls_facts {
    bool extended_master; /* RFC 7627 */
    bool cached;          /* cached_info: the server's Certificate goes in its short form */
    bool renegotiation;   /* renegotiation_info or the SCSV */
    bool name;            /* server_name */
    bool anchor;          /* a root of trusted_ca_keys was the server's */
    bool groups, p256;    /* supported_groups came; with secp256r1 */
    bool algorithms, ecdsa_sha256;
    bool formats;
    bool protocol;                      /* ALPN: the one in common */
    uint8_t client_types, server_types; /* certificate types, bit n for type n; 0: no extension */
    uint8_t server_type_first;
    bool urls;      /* client_certificate_url */
    bool ticket;    /* client: one is promised; server: one is asked for */
    bool by_ticket; /* server: the session goes on by one */
};

/* The small and busy ones first: nearer to its beginning a member is reached by a shorter instruction. */
struct prov_dtls_handshake {
    uint8_t state;     /* enum prov_dtls_state */
    uint8_t need;      /* an enum prov_dtls_event NEED_…, or 0 */
    bool held;         /* the first message stays in the room until the need is answered */
    bool spent;        /* this step has run its long primitive */
    bool more;         /* there is a rule to run, in the next step if not in this one */
    bool flight_open;  /* the own flight is being made */
    bool hashing;      /* the transcript has begun */
    bool digest_fresh; /* digest is the hash of the transcript as it stands */
    bool psk_known;
    bool peer_asked; /* the own flight went out again because the peer repeated its own */
    bool resuming;   /* client: a session was offered */
    uint8_t secret_len;
    uint8_t retries; /* HelloVerifyRequests answered */
    uint8_t resends;
    uint8_t halvings; /* of the size of datagrams, one for each flight that was not answered */
    uint8_t error;    /* the first prov_result that a rule did not look at */
    struct prov_dtls_facts facts;
    /* The own flight: its messages, one behind the other, at the front of the room. */
    uint16_t flight_len;
    uint16_t flight_at;     /* the message that is to be sent next, */
    uint16_t flight_offset; /* and what of its body has been */
    uint16_t inbox_at;      /* messages of the peer: from here to the end of the room */
    uint16_t early_len;
    uint16_t next_send, next_receive;       /* message_seq */
    uint16_t answered_from, answered_until; /* the peer's messages that the own flight answers */
    uint32_t offered, answered;             /* extensions, by row of the table */
    uint32_t timer_ms;
    uint64_t deadline_ms;
    struct prov_buf message;         /* of the own flight, while it is made */
    struct prov_bytes name, anchors; /* server: of the ClientHello, while it is looked at */
    union {                          /* never two of them at a time */
        struct prov_bytes identity;  /* server: where it lies in the room: its key is sought */
        struct prov_bytes cached;    /* server: cached_info, while the ClientHello is in work */
    };
    /* The peer's raw key or certificates, as they came or are cached; what is to be judged: those, or fetched. */
    struct prov_bytes shown[PROV_DTLS_IF(PROV_WITH_CERT, PROV_DTLS_CHAIN_MAX)];
    const struct prov_bytes *chain;
    size_t chain_len;

    struct prov_hash transcript;
    struct prov_ecdh ecdh;
    struct prov_hmac prf; /* keyed with the secret */
    union {
        uint8_t
            fingerprint[PROV_HASH_LEN]; /* certificates: of the server's, cached_info; and then */
        /* what the PRF will be keyed with; then, what it has made last */
        uint8_t secret[2 + PROV_PSK_MAX + 2 + PROV_PSK_MAX];
    };
    union {
        uint8_t randoms[3 * PROV_DTLS_RANDOM_LEN];
        struct { /* the first two as keys are made of them, the last two as a master secret is */
            uint8_t random_server[PROV_DTLS_RANDOM_LEN], random_client[PROV_DTLS_RANDOM_LEN];
            uint8_t random_again[PROV_DTLS_RANDOM_LEN]; /* the server's */
        };
    };
    uint8_t digest[PROV_HASH_LEN]; /* of the transcript, or what is to be signed */
    uint8_t own_share[PROV_POINT_LEN];
    union { /* the peer's key is used before a client signs, and comes after a server has signed */
        uint8_t peer_share[PROV_POINT_LEN];
        uint8_t signature[PROV_SIGNATURE_LEN];
    };
    uint8_t
        peer_point[PROV_DTLS_IF(PROV_WITH_RPK || PROV_WITH_CERT, PROV_POINT_LEN)]; /* long-term */
    uint8_t early[PROV_DTLS_EARLY_MAX];

    /* From here on nothing is secret, and nothing is read before it is written. */
    uint8_t room[PROV_DTLS_ROOM];
};

struct prov_dtls_side;

#define PROV_DTLS_WITH_KEPT (PROV_WITH_RESUMPTION || PROV_WITH_TICKETS)

/* What prov_dtls_resumable gives away. */
struct prov_dtls_kept {
    uint64_t made_ms;
    uint8_t session_id_len;
    bool ready; /* the secret is here */
    uint8_t session_id[PROV_DTLS_IF(PROV_DTLS_WITH_KEPT, PROV_DTLS_SESSION_ID_LEN)];
    uint8_t credential[PROV_DTLS_IF(PROV_DTLS_WITH_KEPT, 16)];
    uint8_t name[PROV_DTLS_IF(PROV_DTLS_WITH_KEPT, PROV_HASH_LEN)]; /* the server's; zeros: none */
    uint8_t master[PROV_DTLS_IF(PROV_DTLS_WITH_KEPT, PROV_DTLS_MASTER_LEN)];
};

/* A heartbeat of one's own (RFC 6520). */
struct prov_dtls_beat {
    uint64_t deadline_ms;
    uint32_t timer_ms;
    uint8_t resends;
    bool under_way, to_send;
    uint8_t payload[8];
};

struct prov_dtls {
    uint8_t kind;
    uint8_t write_epoch;
    bool keys_ready; /* epoch 1 can be read */
    bool resumed;    /* this handshake is abbreviated */
    bool connected, connected_told;
    bool extended_master;
    bool failed;
    bool closing; /* close_notify was queued */
    bool closed, closed_told;
    bool authentic;
    uint8_t alert_level, alert; /* to be sent; level 0: none */
    uint8_t alert_sent, alert_received;
    bool used_cache;  /* client: the server's chain was the cached one */
    bool last_flight; /* CCS and Finished are to be sent (again) from here (H7) */
    bool last_ticket; /* and NewSessionTicket before them */
    bool name_seen;
    bool cid_on;            /* connection ids were negotiated */
    bool newest;            /* the datagram in work has the newest record so far */
    uint8_t heartbeat_mode; /* what the peer has said; 0: not negotiated */
    uint8_t max_fragment;   /* negotiated, as in the extension: 0 none, n for 2^(8+n) octets */
    uint8_t cid_read_len, cid_write_len;
    uint16_t mtu; /* largest datagram that is sent, as far as the path is known */
    prov_result result;

    const struct prov_dtls_config *config;
    struct prov_crypto *crypto;
    const struct prov_suite *suite;
    const struct prov_dtls_side *side;
    struct prov_dtls_handshake *hs; /* NULL when the handshake is over */

    uint8_t *in; /* the datagram in work */
    size_t in_len, in_at;
    struct prov_bytes data;
    uint64_t now_ms;
    uint32_t write_seq[2]; /* records sent, by epoch */
    struct prov_dtls_window window;
    uint32_t records_forged;

    uint16_t finished_own_seq, finished_peer_seq;
    uint8_t finished_own[PROV_DTLS_FINISHED_LEN];
    uint8_t tls_unique[PROV_DTLS_FINISHED_LEN];
    union {
        struct prov_dtls_keys keys[2];
        struct {
            struct prov_dtls_keys write, read;
        };
    };
    uint64_t hello_seq; /* server: of the ClientHello's record, where epoch 0 begins (H1) */
    uint32_t datagrams_in, datagrams_out, octets_in, octets_out;
    uint32_t records_dropped, flights_resent;

    uint64_t linger_until_ms;
    struct prov_bytes echo; /* a heartbeat of the peer, as far as it goes back */
    struct prov_dtls_beat beat;
    /* In records that come, if they were negotiated; in records that go. */
    uint8_t cid_read[PROV_DTLS_IF(PROV_WITH_CONNECTION_ID, PROV_DTLS_CID_MAX)];
    uint8_t cid_write[PROV_DTLS_IF(PROV_WITH_CONNECTION_ID, PROV_DTLS_CID_MAX)];
    struct prov_dtls_kept kept;
    struct prov_dtls_ticket *ticket; /* the caller's room, or NULL */
};

#endif
