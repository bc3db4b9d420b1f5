/* SPDX-License-Identifier: Apache-2.0
 *
 * How large things may be: the content of a record by max_fragment_length (RFC 6066, section 4), a
 * datagram by the path.
 *
 *     enum { 2^9(1), 2^10(2), 2^11(3), 2^12(4), (255) } MaxFragmentLength;    both ways
 */
#include "extensions.h"

static size_t fragment_of(uint8_t code)
{
    return (size_t)256 << code;
}

/* 0: not a length that can be asked for. */
static uint8_t code_of(uint16_t max)
{
    for (uint8_t code = 1; code <= FRAGMENT_CODE_MAX; code++)
        if (fragment_of(code) == max)
            return code;
    return 0;
}

prov_result prov_limits_check(const struct prov_dtls_config *config)
{
    if (config->mtu != 0 && config->mtu < PROV_DTLS_MTU_MIN)
        return PROV_E_BOUNDS;
    return !PROV_WITH_MAX_FRAGMENT || config->max_fragment == 0 ||
                   code_of(config->max_fragment) != 0
               ? PROV_OK
               : PROV_E_BOUNDS;
}

/* --- max_fragment_length --------------------------------------------------------------------- */

static bool put_body(const struct prov_dtls *s, struct prov_buf *buf)
{
    uint8_t code = prov_dtls_is_client(s) ? code_of(s->config->max_fragment) : s->max_fragment;

    prov_put_u8(buf, code);
    return code != 0;
}

/* An answer is the length that was asked for, and nothing else may be asked for: both are
 * illegal_parameter otherwise. In force from here on. */
static prov_outcome take_body(struct prov_dtls *s, struct prov_bytes body)
{
    if (body.len != 1)
        return PROV_ALERT_DECODE_ERROR;
    uint8_t code = body.data[0];
    bool good = prov_dtls_is_client(s) ? code == code_of(s->config->max_fragment)
                                       : code >= 1 && code <= FRAGMENT_CODE_MAX;
    if (!good)
        return PROV_ALERT_ILLEGAL_PARAMETER;
    s->max_fragment = code;
    return PROV_OK;
}

const struct prov_extension prov_extension_max_fragment = {.type =
                                                               PROV_EXTENSION_MAX_FRAGMENT_LENGTH,
                                                           .modes = PROV_MODES_ALL,
                                                           .put = put_body,
                                                           .take = take_body};

/* --- sizes ----------------------------------------------------------------------------------- */

size_t prov_content_max(const struct prov_dtls *s)
{
    return PROV_WITH_MAX_FRAGMENT && s->max_fragment != 0 ? fragment_of(s->max_fragment)
                                                          : PROV_DTLS_DATA_MAX;
}

void prov_mtu_begin(struct prov_dtls *s)
{
    s->mtu = s->config->mtu != 0 ? s->config->mtu : PROV_DTLS_MTU_DEFAULT;
}

/* What was not answered may have been too large for the path: half of that the next time (RFC 6347,
 * section 4.1.1.1; H14). */
size_t prov_datagram_max(const struct prov_dtls *s)
{
    size_t mtu = s->hs != NULL ? (size_t)s->mtu >> s->hs->halvings : s->mtu;

    return mtu > PROV_DTLS_MTU_MIN ? mtu : PROV_DTLS_MTU_MIN;
}

/* Clients know their path, servers mirror the size of their fragments (RFC 7925, appendix C): a piece of a
 * message that is not its last one filled the datagram. */
void prov_mtu_mirror(struct prov_dtls *s, const struct prov_fragment *fragment, size_t datagram_len)
{
    size_t len = datagram_len > PROV_DTLS_MTU_MIN ? datagram_len : PROV_DTLS_MTU_MIN;

    if (datagram_len > 0 && !prov_dtls_is_client(s) &&
        fragment->offset + fragment->body.len < fragment->length && len < s->mtu)
        s->mtu = (uint16_t)len;
}

size_t prov_dtls_data_max(const struct prov_dtls *s)
{
    if (s->config == NULL || s->suite == NULL)
        return 0;
    size_t room = prov_datagram_max(s) - prov_record_overhead(s, 1), max = prov_content_max(s);

    return room < max ? room : max;
}
