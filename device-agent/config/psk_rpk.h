/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-shared and raw public keys, provisioned by a flash image. See prov/config.h.
 */
#define PROV_WITH_CERT             0
#define PROV_WITH_CACHED_INFO      0
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
#define PROV_WITH_BLOCKWISE        0
#define PROV_WITH_BUNDLES          0
#define PROV_WITH_IDENTITY         0
#define PROV_WITH_DENY_LIST        0
#define PROV_WITH_LOG              0
#define PROV_WITH_KEY_HOLDER       0
#define PROV_WITH_STATS            0

/* Rooms: names of servers of 63 octets at the most, with a port of 71. */
#define PROV_FQDN_MAX         63
#define PROV_ADDRESS_MAX      71
#define PROV_AGENT_REASON_MAX 0
#define PROV_STORE_ENTRY_MAX  480
