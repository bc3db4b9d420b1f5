/* SPDX-License-Identifier: Apache-2.0
 *
 * All three kinds, and servers' chains kept (cached_info), provisioned by a flash image. See prov/config.h.
 */
#define PROV_WITH_SERVER           0
#define PROV_WITH_RESUMPTION       0
#define PROV_WITH_TICKETS          0
#define PROV_WITH_CERTIFICATE_URLS 0
#define PROV_WITH_TRUSTED_CA       0
#define PROV_WITH_HEARTBEAT        0
#define PROV_WITH_ALPN             0
#define PROV_WITH_CONNECTION_ID    0
#define PROV_WITH_MAX_FRAGMENT     0
#define PROV_WITH_FALSE_START      0
#define PROV_WITH_BUNDLES          0
#define PROV_WITH_IDENTITY         0
#define PROV_WITH_DENY_LIST        0
#define PROV_WITH_LOG              0
#define PROV_WITH_KEY_HOLDER       0
#define PROV_WITH_STATS            0

/* Rooms: names of servers of 63 octets at the most, with a port of 71. An entry with its own chain and
 * the server's, each of an end entity and an issuing CA, and a root; answers that bring as much. */
#define PROV_FQDN_MAX          63
#define PROV_ADDRESS_MAX       71
#define PROV_AGENT_REASON_MAX  0
#define PROV_STORE_ENTRY_MAX   2560
#define PROV_AGENT_ANSWERS_MAX 1984
#define PROV_AGENT_REQUEST_MAX 512
#define PROV_AGENT_MESSAGE_MAX 644

/* A Certificate message of the server's, and the device's own: a path of two or three. */
#define PROV_DTLS_CERTIFICATE_MAX 1536
