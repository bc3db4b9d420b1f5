/* SPDX-License-Identifier: Apache-2.0
 *
 * prov/config.h: what a build of the device's half has. Each name is 1 or 0 and is tested in ordinary
 * conditions, which the compiler folds: what is off leaves no code behind, and no #if stands in the code.
 *
 * A firmware sets what it wants in one header of its own and names that for every file:
 *
 *     -DPROV_CONFIG_FILE='"my_prov_config.h"'
 *
 * Hosts have everything: libprov.a and the programs are built as this file stands. All objects of one image
 * see the same configuration, for sizes of structs depend on it.
 */
#ifndef PROV_CONFIG_H
#define PROV_CONFIG_H

#ifdef PROV_CONFIG_FILE
#include PROV_CONFIG_FILE
#endif

/* --- kinds of credential: at least one -------------------------------------------------------- */

#ifndef PROV_WITH_PSK
#define PROV_WITH_PSK 1 /* pre-shared keys: ECDHE_PSK, and PSK where it is asked for */
#endif
#ifndef PROV_WITH_RPK
#define PROV_WITH_RPK 1 /* raw public keys (RFC 7250) */
#endif
#ifndef PROV_WITH_CERT
#define PROV_WITH_CERT 1 /* X.509: path check by RFC 7925, Table 1, CSRs, certs-only answers */
#endif

/* --- the handshake ---------------------------------------------------------------------------- */

#ifndef PROV_WITH_SERVER
#define PROV_WITH_SERVER 1 /* the engine may serve; 0: it is a client only */
#endif
#ifndef PROV_WITH_CACHED_INFO
#define PROV_WITH_CACHED_INFO 1 /* servers' chains are kept (RFC 7924); certificates only */
#endif
#ifndef PROV_WITH_RESUMPTION
#define PROV_WITH_RESUMPTION 1 /* by session id (RFC 7925, section 7) */
#endif
#ifndef PROV_WITH_TICKETS
#define PROV_WITH_TICKETS 1 /* by the ticket of a constrained server (RFC 5077) */
#endif
#ifndef PROV_WITH_CERTIFICATE_URLS
#define PROV_WITH_CERTIFICATE_URLS 1 /* client_certificate_url (RFC 6066, section 5) */
#endif
#ifndef PROV_WITH_TRUSTED_CA
#define PROV_WITH_TRUSTED_CA 1 /* trusted_ca_keys (RFC 6066, section 6), discovered servers */
#endif
#ifndef PROV_WITH_HEARTBEAT
#define PROV_WITH_HEARTBEAT 1 /* RFC 6520 */
#endif
#ifndef PROV_WITH_ALPN
#define PROV_WITH_ALPN 1 /* RFC 7301, "co" */
#endif
#ifndef PROV_WITH_CONNECTION_ID
#define PROV_WITH_CONNECTION_ID 1 /* RFC 9146 */
#endif
#ifndef PROV_WITH_MAX_FRAGMENT
#define PROV_WITH_MAX_FRAGMENT 1 /* max_fragment_length (RFC 6066, section 4) */
#endif
#ifndef PROV_WITH_FALSE_START
#define PROV_WITH_FALSE_START 1 /* RFC 7918 */
#endif

/* --- the exchanges over it -------------------------------------------------------------------- */

#ifndef PROV_WITH_BLOCKWISE
#define PROV_WITH_BLOCKWISE 1 /* RFC 7959; 0: what fits one message (no certificates) */
#endif

/* --- the agent and its store ------------------------------------------------------------------ */

#ifndef PROV_WITH_BUNDLES
#define PROV_WITH_BUNDLES 1 /* bundles are taken in; 0: a flash image provisions the device */
#endif
#ifndef PROV_WITH_IDENTITY
#define PROV_WITH_IDENTITY 1 /* the device's own first key and CSR (prov_agent_identity_make) */
#endif
#ifndef PROV_WITH_DENY_LIST
#define PROV_WITH_DENY_LIST 1 /* prov/deny_list.h */
#endif
#ifndef PROV_WITH_LOG
#define PROV_WITH_LOG 1 /* the ring of events in flash (profile.md, row 62) */
#endif
#ifndef PROV_WITH_KEY_HOLDER
#define PROV_WITH_KEY_HOLDER 1 /* long-term keys by number (struct prov_port_keys) */
#endif
#ifndef PROV_WITH_STATS
#define PROV_WITH_STATS 1 /* prov_agent_stats */
#endif

#endif
