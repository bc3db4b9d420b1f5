/* SPDX-License-Identifier: Apache-2.0
 *
 * Hello extensions: each side has a const table of rows. To add an extension: add a row.
 */
#ifndef PROV_DTLS_EXTENSIONS_H
#define PROV_DTLS_EXTENSIONS_H

#include "engine.h"

/* What a client takes of an answer that has no `take`. */
enum { ANSWER_NEVER = 0, ANSWER_EMPTY, ANSWER_OCTET /* the last one of `body` */ };

/* One extension as one side sends it in its hello and takes it from the peer's. */
struct prov_extension {
    uint16_t type;
    uint8_t modes; /* enum prov_profile_mode: in which it is sent; a server has them all */
    uint8_t len : 4, answer : 3;
    bool anew : 1;   /* it stands in an abbreviated handshake, too */
    uint8_t body[4]; /* len octets of it are always the same */
    /* What else the body has; false: the extension is not sent. NULL: no more, and it is. */
    bool (*put)(const struct prov_dtls *s, struct prov_buf *buf);
    prov_outcome (*take)(struct prov_dtls *s, struct prov_bytes body);
};
#define PROV_MODES_ALL (PROV_MODE_PSK | PROV_MODE_PSK_FS | PROV_MODE_RPK | PROV_MODE_CERT)

/* The table of a side: rows that are not in the build are NULL. */
#define PROV_EXTENSIONS 16
typedef const struct prov_extension *const prov_extensions[PROV_EXTENSIONS];
extern prov_extensions prov_client_extensions, prov_server_extensions;

/* Those of the session's side. */
void prov_extensions_put(struct prov_dtls *s, unsigned modes, struct prov_buf *buf);
/* Duplicates are refused (H18). What has no row is ignored by a server (RFC 5246, section 7.4.1.4);
 * what was not offered is refused by a client with unsupported_extension. */
PROV_MUST prov_outcome prov_extensions_take(struct prov_dtls *s, struct prov_bytes extensions);

/* Bodies that look the same from both sides. */
PROV_MUST prov_outcome prov_extension_take_master(struct prov_dtls *s, struct prov_bytes body);
PROV_MUST prov_outcome prov_extension_take_formats(struct prov_dtls *s, struct prov_bytes body);
PROV_MUST prov_outcome prov_extension_take_renegotiation(struct prov_dtls *s,
                                                         struct prov_bytes body);

/* Rows that serve both sides: limits.c, alpn.c, heartbeat.c, cid.c. */
extern const struct prov_extension prov_extension_max_fragment, prov_extension_alpn,
    prov_extension_heartbeat, prov_extension_cid;

#endif
