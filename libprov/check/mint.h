/* SPDX-License-Identifier: Apache-2.0
 *
 * Server chains made to measure: right, and wrong in one way each. Signed under a trust anchor whose key the
 * judge was lent, with keys of its own that last as long as the run.
 */
#ifndef PROV_CHECK_MINT_H
#define PROV_CHECK_MINT_H

#include "prov/credential.h"
#include "prov/crypto.h"
#include "prov/identifier.h"
#include "prov/x509.h"

enum mint_form {
    MINT_GOOD = 0,     /* end entity, one CA below the anchor */
    MINT_THREE,        /* end entity and two CAs: what RFC 7925, section 4.4.4 asks for */
    MINT_FOUR,         /* and three: more than that */
    MINT_OTHER_ROOT,   /* under an anchor that nobody has */
    MINT_FORGED,       /* under the anchor's name, signed with another key */
    MINT_NOT_CA,       /* the issuer is an end entity */
    MINT_DISORDER,     /* MINT_THREE with its CAs the wrong way round */
    MINT_OTHER_NAME,   /* another server's */
    MINT_CN_ONLY,      /* the name stands in the CN alone */
    MINT_WILDCARD,     /* a name with "*" that would fit */
    MINT_TWO_NAMES,    /* the name, and another one */
    MINT_EXPIRED,      /* an hour ago */
    MINT_EARLY,        /* not before tomorrow */
    MINT_CLIENT_USE,   /* extKeyUsage: clientAuth alone */
    MINT_NO_SIGNATURE, /* keyUsage without digitalSignature */
    MINT_CRITICAL,     /* an unknown critical extension */
    MINT_RSA,          /* the end entity has an RSA key */
    MINT_P384,         /* a key on secp384r1 */
    MINT_SHA1          /* signed with ecdsa-with-SHA1 */
};

#define MINT_CHAIN_MAX 5
struct mint_chain {
    struct prov_bytes certs[MINT_CHAIN_MAX]; /* end entity first, without the anchor */
    size_t len;
    size_t used;
    uint8_t octets[MINT_CHAIN_MAX * 1024];
};

struct check_mint {
    struct prov_crypto *crypto;
    struct prov_x509 anchor;
    struct prov_key anchor_key;
    struct prov_key leaf; /* signs for the server, whatever certificate it shows */
    struct prov_key ca[3], stranger;
    struct prov_fqdn name;
    int64_t now;
};

/* PROV_E_CONFLICT: scalar is not the key of the anchor. */
PROV_MUST prov_result mint_begin(struct check_mint *mint, struct prov_crypto *crypto,
                                 struct prov_bytes anchor, struct prov_bytes scalar,
                                 const struct prov_fqdn *name, int64_t now);
void mint_end(struct check_mint *mint);
PROV_MUST prov_result mint_make(struct check_mint *mint, enum mint_form form,
                                struct mint_chain *ret);

#endif
