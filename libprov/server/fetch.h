/* SPDX-License-Identifier: Apache-2.0
 *
 * Client certificates from the addresses that devices name (RFC 6066, section 5; row 40; H38).
 *
 *   fetch_rules.c  which address may be fetched, and from which hosts: no I/O
 *   fetch.c        the fetching, by libcurl; fetch_none.c where it is left out
 *
 * A stranger names the address: section 11.3. So nothing is fetched that the operator has not listed by
 * scheme, host, port and folder; the host's address is looked at when it is connected to, and nowhere else
 * afterwards; there is no proxy, no redirect, no other scheme, no cookie and no password; size, time and
 * number are bounded.
 */
#ifndef PROV_SERVER_FETCH_H
#define PROV_SERVER_FETCH_H

#include "prov/dtls.h"
#include "prov/server.h"

/* --- rules ----------------------------------------------------------------------------------- */

/* An http or https URL, taken apart in one way only, the strictest. */
struct fetch_place {
    bool tls;
    char host[PROV_URL_MAX + 1]; /* lower case; an IPv6 literal in its brackets */
    uint16_t port;
    char path[PROV_URL_MAX + 1]; /* with the query */
};
/* PROV_E_ADDRESS: also for what two readers might understand in two ways: dot segments, escaped dots and
 * slashes, a user, a fragment, an empty or odd port. */
PROV_MUST prov_result fetch_place_parse(struct prov_bytes url, struct fetch_place *ret);
/* A listed place: a folder, that is a path that ends with "/" and has no query. */
PROV_MUST prov_result fetch_folder_parse(struct prov_bytes url, struct fetch_place *ret);
bool fetch_folder_holds(const struct fetch_place *folder, const struct fetch_place *place);

/* A network address: 4 or 16 octets. */
struct fetch_address {
    uint8_t len;
    uint8_t octets[16];
};
PROV_MUST prov_result fetch_address_parse(const char *text, struct fetch_address *ret);
/* Neither private nor of this host nor of this link nor multicast nor otherwise special (RFC 6890). */
bool fetch_address_is_public(const struct fetch_address *address);

/* PkiPath (RFC 6066, section 10.1) as a chain, end entity first. PROV_E_FORMAT, PROV_E_BOUNDS. */
PROV_MUST prov_result fetch_pkipath_split(struct prov_bytes octets,
                                          struct prov_bytes ret[PROV_DTLS_CHAIN_MAX],
                                          size_t *ret_count);

/* --- fetching -------------------------------------------------------------------------------- */

struct fetcher;
struct pollfd;

/* PROV_E_ADDRESS: an entry that is none. PROV_E_USAGE: built without libcurl. */
PROV_MUST prov_result fetcher_make(const struct prov_server_fetch *rules,
                                   struct prov_crypto *crypto, struct fetcher **ret,
                                   struct prov_why *why);
void fetcher_free(struct fetcher *fetcher);
/* Begins; the answer comes by fetcher_run. PROV_E_POLICY: not listed. PROV_E_BUSY: too many at a time. */
PROV_MUST prov_result fetcher_begin(struct fetcher *fetcher, uint64_t now_ms, uint64_t ticket,
                                    const struct prov_certificate_url *urls, size_t count,
                                    bool pkipath, struct prov_why *why);
/* Nobody waits for it any more. */
void fetcher_cancel(struct fetcher *fetcher, uint64_t ticket);
/* poll(2), and for what the fetcher waits for. Answers false, with errno, as poll does. */
bool fetcher_poll(struct fetcher *fetcher, struct pollfd *files, unsigned count, int timeout_ms);
/* Goes on with what can go on; tells what is done. */
typedef void fetcher_done(void *context, uint64_t ticket, prov_result result, const char *reason,
                          const struct prov_bytes *chain, size_t chain_len);
void fetcher_run(struct fetcher *fetcher, uint64_t now_ms, fetcher_done *done, void *context);

#endif
