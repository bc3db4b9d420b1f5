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
#define PROV_DTLS_SLOTS        6   /* messages in reassembly at the same time */
#define PROV_DTLS_SPANS        4   /* parts of one message that do not touch each other */
#define PROV_DTLS_FLIGHT_ITEMS 8   /* messages of one own flight, ChangeCipherSpec included */
#define PROV_DTLS_EARLY_MAX    128 /* records of epoch 1 that came before its keys (H8) */
#define PROV_DTLS_INBOX_MAX    (PROV_DTLS_CERTIFICATE_MAX + 160)

/* One direction of epoch 1. Raw octets: nothing of the crypto backend is kept per session. */
struct prov_dtls_keys {
    uint8_t key[PROV_AEAD_KEY_MAX];
    uint8_t iv[PROV_AEAD_NONCE_LEN];
};

/* RFC 6347, section 4.1.2.6: bit n of seen is sequence number highest - n. */
struct prov_dtls_window {
    uint64_t highest;
    uint64_t seen;
};

/* A message in reassembly: its header as if unfragmented and its body at inbox[at]; which parts of the
 * body have come. */
struct prov_dtls_slot {
    bool used;
    uint8_t span_count;
    uint16_t seq;
    uint16_t at, len; /* len: with the 12 octets of the header */
    struct prov_dtls_span {
        uint16_t from, until;
    } spans[PROV_DTLS_SPANS];
};

/* A message of the own flight, kept whole: fragments and records are made when it is pulled. */
struct prov_dtls_item {
    uint16_t at, len;
    uint8_t type; /* of the record's content */
    uint8_t epoch;
};

/* What the peer's hello said that matters later. */
struct prov_dtls_facts {
    bool renegotiation;   /* renegotiation_info or the SCSV */
    bool extended_master; /* RFC 7627 */
    bool name;            /* server_name */
    bool anchor;          /* a root of trusted_ca_keys was the server's */
    bool groups, p256;    /* supported_groups came; with secp256r1 */
    bool algorithms, ecdsa_sha256;
    bool formats;
    bool protocol;                      /* ALPN: the one in common */
    uint8_t client_types, server_types; /* certificate types, bit n for type n; 0: no extension */
    uint8_t server_type_first;
    uint8_t cached_types; /* cached_info: bit n: type n goes in its short form */
    bool urls;            /* client_certificate_url */
    bool ticket;          /* client: one is promised; server: one is asked for */
    bool by_ticket;       /* server: the session goes on by one */
};

struct prov_dtls_handshake {
    uint8_t state; /* enum prov_dtls_state */
    uint8_t need;  /* an enum prov_dtls_event NEED_…, or 0 */
    bool held;     /* the first message stays in the inbox until the need is answered */
    bool spent;    /* this step has run its long primitive */
    bool psk_known;
    bool peer_asked;   /* the own flight went out again because the peer repeated its own */
    bool flight_open;  /* the own flight is being made */
    bool hashing;      /* the transcript has begun */
    bool digest_fresh; /* digest is the hash of the transcript as it stands */
    bool resuming;     /* client: a session was offered */
    uint8_t retries;   /* HelloVerifyRequests answered */
    uint8_t resends;
    uint8_t halvings; /* of the size of datagrams, one for each flight that was not answered */
    uint8_t item_count, item_at; /* own flight; what is to be sent next */
    uint16_t item_offset;
    uint16_t flight_len;
    uint16_t early_len;
    uint16_t inbox_len;
    uint16_t next_send, next_receive;       /* message_seq */
    uint16_t answered_from, answered_until; /* the peer's messages that the own flight answers */
    uint32_t offered;                       /* extensions, by row of the table */
    uint32_t timer_ms;
    uint64_t deadline_ms;
    struct prov_dtls_facts facts;
    struct prov_bytes name, anchors; /* server: of the ClientHello, while it is looked at */
    union {                          /* never two of them at a time */
        struct prov_bytes identity;  /* server: where it lies in the inbox: its key is sought */
        struct prov_bytes cached;    /* server: cached_info, while the ClientHello is in work */
        struct prov_bytes request;   /* client: the body of CertificateRequest, kept or cached */
    };
    uint16_t kept_len; /* octets at the end of the inbox that are not for messages */
    /* The peer's certificates, if they did not come in its Certificate: cached or fetched. */
    const struct prov_bytes *elsewhere;
    size_t elsewhere_len;

    struct prov_hash transcript;
    bool master_ready; /* which one: the ephemeral key is gone when there is a master secret */
    union {
        struct prov_ecdh ecdh;
        struct prov_hmac master; /* keyed with the master secret */
    } secret;
    union { /* a handshake has one of them */
        struct prov_secret psk;
        uint8_t fingerprints[2][PROV_HASH_LEN]; /* certificates: cached_info, by type */
    };
    uint8_t random_client[PROV_DTLS_RANDOM_LEN], random_server[PROV_DTLS_RANDOM_LEN];
    uint8_t shared[PROV_SCALAR_LEN]; /* what ECDH gave */
    uint8_t digest[PROV_HASH_LEN];
    uint8_t sign_digest[PROV_HASH_LEN];
    uint8_t signature[PROV_SIGNATURE_LEN];
    uint8_t own_share[PROV_POINT_LEN], peer_share[PROV_POINT_LEN]; /* ephemeral keys */
    uint8_t peer_point[PROV_POINT_LEN];                            /* the peer's long-term key */

    struct prov_dtls_slot slots[PROV_DTLS_SLOTS];
    struct prov_dtls_item items[PROV_DTLS_FLIGHT_ITEMS];
    uint8_t early[PROV_DTLS_EARLY_MAX];

    /* From here on nothing is secret, and nothing is read before it is written. */
    uint8_t inbox[PROV_DTLS_INBOX_MAX];
    uint8_t flight[PROV_DTLS_FLIGHT_MAX];
};

struct prov_dtls_side;

/* What prov_dtls_resumable gives away. */
struct prov_dtls_kept {
    uint8_t session_id[PROV_DTLS_SESSION_ID_LEN];
    uint8_t session_id_len;
    bool ready; /* the secret is here */
    uint8_t credential[16];
    uint8_t name[PROV_HASH_LEN]; /* of the server; zeros: none */
    uint8_t master[PROV_DTLS_MASTER_LEN];
    uint64_t made_ms;
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
    const struct prov_dtls_config *config;
    struct prov_crypto *crypto;
    const struct prov_suite *suite;
    const struct prov_dtls_side *side;
    struct prov_dtls_handshake *hs; /* NULL when the handshake is over */

    uint8_t *in; /* the datagram in work */
    size_t in_len, in_at;
    struct prov_bytes data;
    struct prov_bytes echo; /* a heartbeat of the peer, as far as it goes back */
    uint64_t now_ms;

    struct prov_dtls_keys read, write;
    struct prov_dtls_window window;
    uint64_t write_seq[2]; /* by epoch */
    uint64_t linger_until_ms;
    uint8_t finished_own[PROV_DTLS_FINISHED_LEN];
    uint8_t tls_unique[PROV_DTLS_FINISHED_LEN];
    uint16_t finished_own_seq, finished_peer_seq;
    uint16_t mtu; /* largest datagram that is sent, as far as the path is known */
    uint8_t write_epoch;
    uint8_t max_fragment; /* negotiated, as in the extension: 0 none, n for 2^(8+n) octets */

    struct prov_dtls_beat beat;
    uint8_t heartbeat_mode; /* what the peer has said; 0: not negotiated */
    uint8_t cid_read_len, cid_write_len;
    uint8_t cid_read[PROV_DTLS_CID_MAX];  /* in records that come, if it was negotiated */
    uint8_t cid_write[PROV_DTLS_CID_MAX]; /* in records that go */
    bool cid_on;                          /* negotiated */
    bool newest;                          /* the datagram in work has the newest record so far */

    uint8_t kind;
    bool keys_ready; /* epoch 1 can be read */
    bool resumed;    /* this handshake is abbreviated */
    bool connected, connected_told;
    bool extended_master;
    bool name_seen;
    bool used_cache;  /* client: the server's chain was the cached one */
    bool last_flight; /* CCS and Finished are to be sent (again) from here (H7) */
    bool last_ticket; /* and NewSessionTicket before them */
    bool closing;     /* close_notify was queued */
    bool closed, closed_told;
    bool failed;
    uint8_t alert_level, alert; /* to be sent; level 0: none */
    uint8_t alert_sent, alert_received;
    bool authentic;
    prov_result result;
    uint32_t datagrams_in, datagrams_out, octets_in, octets_out;
    uint32_t records_dropped, records_forged, flights_resent;
    struct prov_dtls_kept kept;
    struct prov_dtls_ticket *ticket; /* the caller's room, or NULL */
};

#endif
