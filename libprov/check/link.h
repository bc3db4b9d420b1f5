/* SPDX-License-Identifier: Apache-2.0
 *
 * One end of a DTLS 1.2 association, made by hand: it sends what it is told, right or wrong. Codecs and PRF
 * are the engine's; sequence numbers, transcript, keys and order are the judge's.
 */
#ifndef PROV_CHECK_LINK_H
#define PROV_CHECK_LINK_H

#include "dtls/messages.h"

#define LINK_MESSAGE_MAX 4096 /* body of a message taken */
#define LINK_SLOTS       6    /* messages in reassembly at the same time */
#define LINK_RECORD_MAX  1100 /* of a message's octets in one record sent */
#define LINK_DATAGRAM    1200

struct link_slot {
    bool used;
    uint32_t len;                                          /* of the body */
    uint8_t have[LINK_MESSAGE_MAX / 8];                    /* bit n: octet n of the body has come */
    uint8_t octets[MESSAGE_HEADER_LEN + LINK_MESSAGE_MAX]; /* header as if unfragmented */
};

struct check_link {
    struct prov_crypto *crypto;
    const struct prov_suite *suite;
    enum prov_dtls_role role;         /* of this end */
    uint16_t next_send, next_receive; /* message_seq */
    uint64_t record_seq[2];           /* by epoch: the next one sent */
    bool keyed;
    struct prov_dtls_keys own, peer;
    uint8_t random_client[PROV_DTLS_RANDOM_LEN], random_server[PROV_DTLS_RANDOM_LEN];
    uint8_t master[PROV_DTLS_MASTER_LEN];
    bool hashing;
    struct prov_hash transcript;
    struct link_slot slots[LINK_SLOTS]; /* by message_seq */
};

/* All zero before the first begin. */
void link_begin(struct check_link *link, struct prov_crypto *crypto, enum prov_dtls_role role);
void link_end(struct check_link *link);

/* --- records: false, and nothing is appended, if it does not fit or has no keys -------------- */

bool link_put(struct check_link *link, unsigned epoch, uint8_t type, struct prov_bytes content,
              struct prov_buf *out);
/* With a sequence number of the caller's. */
bool link_put_at(struct check_link *link, unsigned epoch, uint64_t seq, uint8_t type,
                 struct prov_bytes content, struct prov_buf *out);
/* Decrypts a record of epoch 1 in place. */
PROV_MUST prov_result link_open(struct check_link *link, const struct prov_record *record,
                                struct prov_bytes *ret);

/* --- messages -------------------------------------------------------------------------------- */

/* Appends a message as if unfragmented; it enters the transcript. */
void link_message(struct check_link *link, uint8_t type, struct prov_bytes body,
                  struct prov_buf *ret);
/* The same without the transcript. */
void link_message_unheard(struct check_link *link, uint8_t type, struct prov_bytes body,
                          struct prov_buf *ret);
/* Cuts a flight of whole messages into records of an epoch and calls send with each datagram. */
void link_flight(struct check_link *link, unsigned epoch, struct prov_bytes flight,
                 void (*send)(void *context, struct prov_bytes datagram), void *context);
/* Takes the fragments in a record. True if one of them belongs to a message that was taken before. */
bool link_take(struct check_link *link, struct prov_bytes content);
/* The next message in order, header and body, if it is whole. It stays until pop. */
bool link_first(const struct check_link *link, struct prov_bytes *ret);
void link_pop(struct check_link *link);

/* --- transcript and keys --------------------------------------------------------------------- */

void link_hear(struct check_link *link, struct prov_bytes message);
PROV_MUST prov_result link_digest(const struct check_link *link, uint8_t ret[PROV_HASH_LEN]);
/* Master secret and keys: the transcript ends with ClientKeyExchange (RFC 7627 if extended). */
PROV_MUST prov_result link_derive(struct check_link *link, struct prov_bytes premaster,
                                  bool extended);
/* Keys from the master secret that is there. */
PROV_MUST prov_result link_expand(struct check_link *link);
PROV_MUST prov_result link_verify_data(const struct check_link *link, enum prov_dtls_role role,
                                       uint8_t ret[PROV_DTLS_FINISHED_LEN]);

#endif
