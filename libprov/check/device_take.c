/* SPDX-License-Identifier: Apache-2.0
 *
 * The device's flight, as it comes: its key, its proofs, and the rules of both.
 */
#include "device.h"

#include <string.h>

static bool take_raw_key(struct device *d, struct prov_bytes body)
{
    struct prov_bytes spki, point;
    char hex[CHECK_HEX_TEXT];
    bool good = prov_raw_key_take(body, &spki) && prov_spki_decode(spki, &point) == PROV_OK;

    check_judge_rule(d->findings, "client.certificate", good, "%s", check_hex(body, hex));
    if (good)
        memcpy(d->now.peer_point, point.data, PROV_POINT_LEN);
    return good;
}

/* End entity first, each issued by the next. */
static bool take_chain(struct device *d, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    struct prov_x509 lower, upper;
    size_t count = prov_certificates_get(&reader, chain);
    bool good = prov_reader_end(&reader) == PROV_OK && count > 0 && count <= PROV_DTLS_CHAIN_MAX &&
                prov_x509_parse(chain[0], &lower) == PROV_OK;

    if (good)
        memcpy(d->now.peer_point, lower.point.data, PROV_POINT_LEN);
    bool ordered = good;
    for (size_t i = 1; ordered && i < count; i++) {
        ordered = prov_x509_parse(chain[i], &upper) == PROV_OK &&
                  prov_bytes_equal(lower.issuer, upper.subject);
        lower = upper;
    }
    check_judge_rule(d->findings, "client.certificate", ordered, "%zu certificates, %zu octets%s",
                     count, body.len, good ? "" : ": the first is not one of the profile");
    return good;
}

static void judge_identity(struct device *d, struct prov_bytes identity)
{
    const struct prov_bundle *bundle = d->run->config.bundle;
    char eui64[PROV_EUI64_TEXT], hex[CHECK_HEX_TEXT];
    bool named = false;

    check_hex(identity, hex);
    if (bundle != NULL && bundle->kind == PROV_KIND_PSK)
        check_judge_rule(d->findings, "client.identity",
                         prov_bytes_equal(identity, bundle->psk_identity), "identity %s", hex);
    else
        check_judge_rule(d->findings, "client.identity",
                         identity.len > 0 && identity.len <= PROV_PSK_IDENTITY_MAX, "identity %s",
                         hex);
    if (bundle == NULL)
        return;
    prov_eui64_format(&bundle->device, eui64);
    for (size_t i = 0; i + 8 <= identity.len; i++)
        named = named || memcmp(identity.data + i, bundle->device.octets, 8) == 0;
    for (size_t i = 0; i + PROV_EUI64_TEXT - 1 <= identity.len; i++)
        named = named || memcmp(identity.data + i, eui64, PROV_EUI64_TEXT - 1) == 0;
    check_judge_rule(d->findings, "client.identity.private", !named, "identity %s", hex);
}

static void judge_share(struct device *d, struct prov_bytes point)
{
    if (point.len != PROV_POINT_LEN)
        return;
    if (d->has_share)
        check_judge_rule(d->findings, "client.ephemeral",
                         memcmp(d->share, point.data, PROV_POINT_LEN) != 0,
                         "two handshakes, X %02x%02x%02x%02x... and %02x%02x%02x%02x...",
                         d->share[1], d->share[2], d->share[3], d->share[4], point.data[1],
                         point.data[2], point.data[3], point.data[4]);
    memcpy(d->share, point.data, PROV_POINT_LEN);
    d->has_share = true;
}

/* As many zeros as the PSK is long, or the shared secret, before the PSK; or that secret alone. */
static prov_result make_premaster(struct device *d, struct prov_bytes point, struct prov_buf *ret)
{
    const struct prov_bundle *bundle = d->run->config.bundle;
    enum prov_kx kx = d->now.offer.suite->kx;
    uint8_t shared[PROV_PSK_MAX] = {0};
    size_t len = PROV_SCALAR_LEN;

    if (kx != PROV_KX_ECDHE_ECDSA && (bundle == NULL || bundle->kind != PROV_KIND_PSK))
        return PROV_E_STATE;
    if (kx == PROV_KX_PSK)
        len = bundle->psk.len;
    else if (!d->now.has_ecdh ||
             prov_crypto_ecdh_agree(d->run->config.crypto, &d->now.ecdh, point, shared) != PROV_OK)
        return PROV_E_POINT;
    if (kx != PROV_KX_ECDHE_ECDSA)
        prov_put_u16(ret, (uint16_t)len);
    prov_put(ret, shared, len);
    if (kx != PROV_KX_ECDHE_ECDSA) {
        prov_put_u16(ret, (uint16_t)bundle->psk.len);
        prov_put_bytes(ret, bundle->psk);
    }
    prov_wipe(shared, sizeof(shared));
    return prov_buf_result(ret);
}

static bool take_exchange(struct device *d, struct prov_bytes body, struct prov_bytes message)
{
    struct prov_bytes identity, point;
    uint8_t room[2 + PROV_PSK_MAX + 2 + PROV_PSK_MAX];
    struct prov_buf premaster = PROV_BUF_OF(room);

    if (!prov_client_exchange_take(body, d->now.offer.suite->kx, &identity, &point))
        return false;
    if (d->now.offer.kind == PROV_KIND_PSK)
        judge_identity(d, identity);
    judge_share(d, point);
    link_hear(&d->now.link, message);
    prov_result result = make_premaster(d, point, &premaster);
    if (result == PROV_OK)
        result =
            link_derive(&d->now.link, prov_buf_bytes(&premaster), d->now.offer.extended_master);
    prov_wipe(room, sizeof(room));
    return result == PROV_OK;
}

static void take_verify(struct device *d, struct prov_bytes body)
{
    struct prov_reader reader = prov_reader_make(body);
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    struct prov_signed value = {0};
    bool good = prov_signed_take(&reader, &value) &&
                value.algorithm == PROV_SIGNATURE_ECDSA_SHA256 &&
                prov_ecdsa_decode(value.signature, signature) == PROV_OK &&
                link_digest(&d->now.link, digest) == PROV_OK &&
                prov_crypto_verify(d->run->config.crypto, PROV_BYTES_OF(d->now.peer_point), digest,
                                   signature) == PROV_OK;

    check_judge_rule(d->findings, "client.certificate.verify", good, "algorithm %04x, %zu octets",
                     value.algorithm, value.signature.len);
}

static bool take_finished(struct device *d, struct prov_bytes body, struct prov_bytes message)
{
    uint8_t verify_data[PROV_DTLS_FINISHED_LEN];

    if (!d->now.link.keyed ||
        link_verify_data(&d->now.link, PROV_DTLS_CLIENT, verify_data) != PROV_OK ||
        !prov_bytes_equal(body, PROV_BYTES_OF(verify_data)))
        return false;
    d->now.finished = true;
    link_hear(&d->now.link, message);
    if (device_fault(d) != FAULT_SILENT_FLIGHT && device_fault(d) != FAULT_RESUME)
        device_send_finished(d);
    return true;
}

/* What may come next, by what came before. */
static bool take_message(struct device *d, uint8_t type, struct prov_bytes body,
                         struct prov_bytes message)
{
    switch (type) {
    case MESSAGE_CERTIFICATE:
        d->now.has_peer =
            d->now.offer.kind == PROV_KIND_RPK ? take_raw_key(d, body) : take_chain(d, body);
        link_hear(&d->now.link, message);
        return d->now.has_peer;
    case MESSAGE_CLIENT_KEY_EXCHANGE:
        return take_exchange(d, body, message);
    case MESSAGE_CERTIFICATE_VERIFY:
        take_verify(d, body); /* told; the handshake may go on */
        link_hear(&d->now.link, message);
        return d->now.has_peer;
    case MESSAGE_FINISHED:
        return take_finished(d, body, message);
    default:
        return false;
    }
}

void device_take_messages(struct device *d)
{
    struct prov_bytes message;

    while (d->now.stage == STAGE_ANSWER && link_first(&d->now.link, &message)) {
        struct prov_bytes body = {message.data + MESSAGE_HEADER_LEN,
                                  message.len - MESSAGE_HEADER_LEN};
        if (!take_message(d, message.data[0], body, message)) {
            d->now.went_on = "a message that does not fit";
            return;
        }
        link_pop(&d->now.link);
        if (d->now.finished)
            return;
    }
}
