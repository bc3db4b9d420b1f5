/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients that accept one kind of wrong chain: it is changed for the good one, under the same key, before the
 * engine sees it. And clients that remember the wrong things.
 */
#include "faults.h"

#include <string.h>

#include "libprov/dtls/messages.h"

struct shown { /* a chain as it came */
    struct prov_bytes certs[PROV_DTLS_CHAIN_MAX];
    size_t count;
    struct prov_x509 leaf, ca;
    bool leaf_parses, ca_parses;
};

static bool contains(struct prov_bytes octets, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= octets.len; i++)
        if (memcmp(octets.data + i, text, strlen(text)) == 0)
            return true;
    return false;
}

static bool take(struct prov_bytes body, struct shown *ret)
{
    struct prov_reader reader = prov_reader_make(body);

    ret->count = prov_certificates_get(&reader, ret->certs);
    if (prov_reader_end(&reader) != PROV_OK || ret->count < 2)
        return false;
    ret->leaf_parses = prov_x509_parse(ret->certs[0], &ret->leaf) == PROV_OK;
    ret->ca_parses = prov_x509_parse(ret->certs[1], &ret->ca) == PROV_OK;
    return true;
}

/* --- what is wrong with it ------------------------------------------------------------------- */

#define SHOWS(name) static bool name(struct rig *rig, const struct shown *s)

SHOWS(other_root)
{
    (void)rig;
    return contains(s->certs[s->count - 1], "nobody has");
}
/* Right by name, wrong by its signature. */
SHOWS(forged)
{
    struct prov_x509 root;

    return s->count == 2 && s->ca_parses && s->ca.is_ca &&
           prov_x509_parse(rig->world->root, &root) == PROV_OK &&
           prov_bytes_equal(s->ca.issuer, root.subject) &&
           prov_x509_verify(&s->ca, rig->world->crypto, &root) != PROV_OK;
}
SHOWS(no_ca)
{
    (void)rig;
    return s->ca_parses && !s->ca.is_ca;
}
SHOWS(other_name)
{
    (void)rig;
    return s->leaf_parses && s->leaf.san_count == 1 && s->leaf.alt_kind == PROV_ALT_DNS &&
           contains(s->leaf.alt_name, "other.");
}
SHOWS(cn_only)
{
    (void)rig;
    return s->leaf_parses && s->leaf.san_count == 0 && s->leaf.common_name.len > 0;
}
SHOWS(wildcard)
{
    (void)rig;
    return s->leaf_parses && contains(s->leaf.alt_name, "*.");
}
SHOWS(two_names)
{
    (void)rig;
    return s->leaf_parses && s->leaf.san_count == 2;
}
SHOWS(expired)
{
    return s->leaf_parses && s->leaf.not_after < rig->world->time;
}
SHOWS(early)
{
    return s->leaf_parses && s->leaf.not_before > rig->world->time;
}
SHOWS(client_use)
{
    (void)rig;
    return s->leaf_parses && s->leaf.eku != 0 && (s->leaf.eku & PROV_EKU_SERVER_AUTH) == 0;
}
SHOWS(no_signature)
{
    (void)rig;
    return s->leaf_parses && (s->leaf.key_usage & PROV_KU_DIGITAL_SIGNATURE) == 0;
}
SHOWS(critical)
{
    (void)rig;
    return contains(s->certs[0], "\x69\x83\x4a\x21");
}
SHOWS(rsa)
{
    (void)rig;
    return contains(s->certs[0], "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
}
SHOWS(p384)
{
    (void)rig;
    return contains(s->certs[0], "\x2b\x81\x04");
}
SHOWS(sha1)
{
    (void)rig;
    return contains(s->certs[0], "\x2a\x86\x48\xce\x3d\x04\x01");
}

/* --- changed for the good one ---------------------------------------------------------------- */

static size_t put_good(struct rig *rig, uint8_t *body, size_t len)
{
    (void)len;
    memcpy(body, rig->good_octets, rig->good_len);
    return rig->good_len;
}

static bool accept_if(struct rig *rig, uint8_t *datagram, size_t *len,
                      bool (*shows)(struct rig *rig, const struct shown *s))
{
    struct shown s = {.count = 0};
    size_t size;
    uint8_t *message = rig_message(datagram, *len, MESSAGE_CERTIFICATE, &size);

    if (message == NULL ||
        !take(PROV_BYTES(message + MESSAGE_HEADER_LEN, size - MESSAGE_HEADER_LEN), &s))
        return true;
    if (rig->good_len == 0) { /* the first one that comes is good */
        rig->good_len = size - MESSAGE_HEADER_LEN;
        memcpy(rig->good_octets, message + MESSAGE_HEADER_LEN, rig->good_len);
    } else if (shows(rig, &s)) {
        (void)fault_rewrite(datagram, len, MESSAGE_CERTIFICATE, put_good, rig);
    }
    return true;
}

#define ACCEPTS(shows)                                                                             \
    static bool accept_##shows(struct rig *rig, uint8_t *datagram, size_t *len)                    \
    {                                                                                              \
        return accept_if(rig, datagram, len, shows);                                               \
    }
ACCEPTS(other_root)
ACCEPTS(forged)
ACCEPTS(no_ca)
ACCEPTS(other_name)
ACCEPTS(cn_only)
ACCEPTS(wildcard)
ACCEPTS(two_names)
ACCEPTS(expired)
ACCEPTS(early)
ACCEPTS(client_use)
ACCEPTS(no_signature)
ACCEPTS(critical)
ACCEPTS(rsa)
ACCEPTS(p384)
ACCEPTS(sha1)

static prov_result any_depth(struct rig *rig, prov_result right)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];

    return prov_dtls_peer_chain(&rig->session, chain) == 4 ? PROV_OK : right;
}
/* It needs two datagrams, so it is seen here. */
static prov_result any_order(struct rig *rig, prov_result right)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    struct prov_x509 leaf, ca;
    bool disorder = prov_dtls_peer_chain(&rig->session, chain) == 3 &&
                    prov_x509_parse(chain[0], &leaf) == PROV_OK &&
                    prov_x509_parse(chain[1], &ca) == PROV_OK &&
                    !prov_bytes_equal(leaf.issuer, ca.subject);

    return disorder ? PROV_OK : right;
}
static prov_result no_depth(struct rig *rig, prov_result right)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];

    return prov_dtls_peer_chain(&rig->session, chain) == 3 ? PROV_E_DEPTH : right;
}

/* --- cached_info ----------------------------------------------------------------------------- */

/* What a handshake has shown that failed is offered the next time. */
static prov_result keep_failed(struct rig *rig, prov_result right)
{
    if (right != PROV_OK)
        rig_keep_chain(rig);
    return right;
}
static bool no_fingerprint(struct rig *rig, uint8_t *datagram, size_t *len)
{
    size_t size;

    if (rig_message(datagram, *len, MESSAGE_CERTIFICATE, &size) == NULL ||
        size != MESSAGE_HEADER_LEN + 1 + PROV_HASH_LEN)
        return true;
    prov_dtls_abort(&rig->session, PROV_ALERT_BAD_CERTIFICATE);
    return false;
}

/* --- the table ------------------------------------------------------------------------------- */

#define BY_CHAIN(name, rule, shows)                                                                \
    {                                                                                              \
        name, RIG_CERT, rule, .in = accept_##shows                                                 \
    }

const struct rig_switch faults_chain[] = {
    {"takes no chain of three", RIG_CERT, "client.chain.three", .verdict = no_depth},
    {"takes a chain of four", RIG_CERT, "client.chain.four", .verdict = any_depth},
    BY_CHAIN("takes any root", "client.chain.root", other_root),
    BY_CHAIN("verifies no CA", "client.chain.forged", forged),
    BY_CHAIN("takes any issuer", "client.chain.ca", no_ca),
    {"takes any order", RIG_CERT, "client.chain.order", .verdict = any_order},
    BY_CHAIN("takes any name", "client.name", other_name),
    BY_CHAIN("takes the CN", "client.name.cn", cn_only),
    BY_CHAIN("takes wildcards", "client.name.wildcard", wildcard),
    BY_CHAIN("takes one name of two", "client.name.two", two_names),
    BY_CHAIN("takes what is expired", "client.time.expired", expired),
    BY_CHAIN("takes what is not valid yet", "client.time.early", early),
    BY_CHAIN("takes a client's certificate", "client.use.extended", client_use),
    BY_CHAIN("takes any keyUsage", "client.use.key", no_signature),
    BY_CHAIN("ignores what is critical", "client.critical", critical),
    BY_CHAIN("takes RSA", "client.key.rsa", rsa),
    BY_CHAIN("takes secp384r1", "client.key.curve", p384),
    BY_CHAIN("takes SHA-1 in a chain", "client.chain.sha1", sha1),
    {"remembers what failed", RIG_CERT, "client.cached_info.completed", .verdict = keep_failed},
    {"takes no fingerprint", RIG_CERT, "client.cached_info.used", .in = no_fingerprint},
    {NULL, .slow = false},
};
