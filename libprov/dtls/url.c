/* SPDX-License-Identifier: Apache-2.0
 *
 *     CertificateURL = type 1 | URLAndHash<1..2^16-1>
 *     URLAndHash = url<1..2^16-1> | padding 1 (0x01) | SHA1Hash 20
 */
#include "url.h"

#include <string.h>

#define PADDING 0x01u

/* --- the message ----------------------------------------------------------------------------- */

void prov_urls_put(struct prov_buf *buf, const struct prov_certificate_url *urls, size_t count)
{
    prov_put_u8(buf, CHAIN_INDIVIDUAL_CERTS);
    size_t list = prov_put_open(buf, 2);
    for (size_t i = 0; i < count; i++) {
        size_t url = prov_put_open(buf, 2);
        prov_put_bytes(buf, urls[i].url);
        prov_put_close(buf, 2, url);
        prov_put_u8(buf, PADDING);
        prov_put(buf, urls[i].sha1, PROV_SHA1_LEN);
    }
    prov_put_close(buf, 2, list);
}

static bool take_url(struct prov_reader *reader, struct prov_urls *urls)
{
    struct prov_bytes url, hash;
    uint8_t padding;

    if (!prov_take_vector(reader, 2, &url) || url.len == 0 || !prov_take_u8(reader, &padding) ||
        !prov_take(reader, PROV_SHA1_LEN, &hash))
        return false;
    urls->padded &= padding == PADDING;
    urls->too_long |= url.len > PROV_URL_MAX;
    if (urls->count < PROV_DTLS_CHAIN_MAX) {
        urls->urls[urls->count].url = url;
        memcpy(urls->urls[urls->count].sha1, hash.data, PROV_SHA1_LEN);
    }
    urls->count++;
    return true;
}

bool prov_urls_take(struct prov_bytes body, struct prov_urls *ret)
{
    struct prov_reader reader = prov_reader_make(body);
    struct prov_bytes list;

    *ret = (struct prov_urls){.padded = true};
    if (!prov_take_u8(&reader, &ret->type) || !prov_take_vector(&reader, 2, &list) ||
        !prov_reader_done(&reader) || list.len == 0)
        return false;
    reader = prov_reader_make(list);
    while (!prov_reader_done(&reader))
        if (!take_url(&reader, ret))
            return false;
    return true;
}

/* --- extension: an empty body both ways ------------------------------------------------------ */

prov_result prov_urls_check(const struct prov_dtls_config *config)
{
    if (config->urls_len > PROV_DTLS_CHAIN_MAX)
        return PROV_E_BOUNDS;
    for (size_t i = 0; i < config->urls_len; i++) {
        prov_result result = prov_certificate_url_check(config->urls[i].url);
        if (result != PROV_OK)
            return result;
    }
    return PROV_OK;
}

bool prov_urls_put_offer(const struct prov_dtls *s, struct prov_buf *buf)
{
    (void)buf;
    return s->config->kinds == PROV_KIND_BIT(PROV_KIND_CERT) && s->config->urls_len > 0;
}

static prov_outcome take_empty(struct prov_dtls *s, struct prov_bytes body, bool agreed)
{
    s->hs->facts.urls = agreed;
    return body.len == 0 ? PROV_OK : PROV_ALERT_DECODE_ERROR;
}

prov_outcome prov_urls_take_answer(struct prov_dtls *s, struct prov_bytes body)
{
    return take_empty(s, body, true);
}

/* A server fetches only if it was told so (row 40; RFC 6066, section 11.3). */
prov_outcome prov_urls_take_offer(struct prov_dtls *s, struct prov_bytes body)
{
    return take_empty(s, body, s->config->take_urls);
}

bool prov_urls_agreed(const struct prov_dtls *s)
{
    return s->hs->facts.urls && s->kind == PROV_KIND_CERT;
}

/* --- the rule -------------------------------------------------------------------------------- */

/* In place of Certificate. What can't be fetched because it is too much of it is unobtainable. */
prov_outcome prov_rule_certificate_url(struct prov_dtls *s, struct prov_reader *body)
{
    struct prov_urls urls;

    if (!prov_urls_agreed(s))
        return PROV_ALERT_UNEXPECTED_MESSAGE;
    if (!prov_urls_take(prov_get_rest(body), &urls))
        return PROV_ALERT_DECODE_ERROR;
    if (urls.type > CHAIN_PKIPATH || !urls.padded ||
        (urls.type == CHAIN_PKIPATH && urls.count != 1))
        return PROV_ALERT_ILLEGAL_PARAMETER;
    if (urls.count > PROV_DTLS_CHAIN_MAX || urls.too_long) {
        prov_dtls_fail(s, PROV_E_BOUNDS, PROV_ALERT_CERTIFICATE_UNOBTAINABLE);
        return PROV_OK;
    }
    prov_dtls_ask(s, PROV_DTLS_NEED_FETCH);
    return PROV_OK;
}

/* Fatal: without certificates there is nobody (RFC 6066, section 5). */
void prov_dtls_give_chain(struct prov_dtls *s, prov_result result, const struct prov_bytes *chain,
                          size_t chain_len)
{
    if (!prov_dtls_answered(s, PROV_DTLS_NEED_FETCH))
        return;
    if (result == PROV_OK && chain_len == 0)
        result = PROV_E_NOT_FOUND;
    if (result != PROV_OK) {
        prov_dtls_fail(s, result,
                       result == PROV_E_DIGEST ? PROV_ALERT_BAD_CERTIFICATE_HASH_VALUE
                                               : PROV_ALERT_CERTIFICATE_UNOBTAINABLE);
        return;
    }
    prov_dtls_end(s, prov_shown_check(s, chain, chain_len));
}
