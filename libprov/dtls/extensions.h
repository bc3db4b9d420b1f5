/* SPDX-License-Identifier: Apache-2.0
 *
 * Hello extensions: each side has a const table of rows. To add an extension: add a row.
 */
#ifndef PROV_DTLS_EXTENSIONS_H
#define PROV_DTLS_EXTENSIONS_H

#include "engine.h"

/* One extension as one side sends it in its hello and takes it from the peer's. */
struct prov_extension {
    uint16_t type;
    bool (*wanted)(const struct prov_dtls *s); /* whether it is sent; NULL: never */
    void (*put)(const struct prov_dtls *s, struct prov_buf *buf);     /* NULL: an empty body */
    prov_result (*take)(struct prov_dtls *s, struct prov_bytes body); /* NULL: it must not come */
};

void prov_extensions_put(struct prov_dtls *s, const struct prov_extension *rows, size_t count,
                         struct prov_buf *buf);
/* Duplicates are refused (H18). What has no row is ignored by a server (RFC 5246, section 7.4.1.4);
 * what was not offered is refused by a client with unsupported_extension. */
PROV_MUST prov_result prov_extensions_take(struct prov_dtls *s, const struct prov_extension *rows,
                                           size_t count, struct prov_bytes extensions);

/* Bodies that look the same from both sides. */
PROV_MUST prov_result prov_extension_take_empty(struct prov_dtls *s, struct prov_bytes body);
PROV_MUST prov_result prov_extension_take_master(struct prov_dtls *s, struct prov_bytes body);
PROV_MUST prov_result prov_extension_take_formats(struct prov_dtls *s, struct prov_bytes body);
PROV_MUST prov_result prov_extension_take_renegotiation(struct prov_dtls *s,
                                                        struct prov_bytes body);
void prov_extension_put_formats(const struct prov_dtls *s, struct prov_buf *buf);
void prov_extension_put_renegotiation(const struct prov_dtls *s, struct prov_buf *buf);

/* Rows that serve both sides: limits.c, alpn.c, heartbeat.c, cid.c. */
bool prov_max_fragment_wanted(const struct prov_dtls *s);
void prov_max_fragment_put(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_result prov_max_fragment_take(struct prov_dtls *s, struct prov_bytes body);
bool prov_alpn_wanted(const struct prov_dtls *s);
void prov_alpn_put(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_result prov_alpn_take(struct prov_dtls *s, struct prov_bytes body);
bool prov_heartbeat_wanted(const struct prov_dtls *s);
void prov_heartbeat_put(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_result prov_heartbeat_take(struct prov_dtls *s, struct prov_bytes body);
bool prov_cid_wanted(const struct prov_dtls *s);
void prov_cid_put(const struct prov_dtls *s, struct prov_buf *buf);
PROV_MUST prov_result prov_cid_take(struct prov_dtls *s, struct prov_bytes body);

#endif
