/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM (RFC 7468): strict in, 64 columns out.
 */
#include <string.h>

#include "internal.h"
#include "prov/text.h"

#define LINE     48   /* octets that give 64 characters */
#define SEQUENCE 0x30 /* what all of them are, in DER */

prov_result prov_pki_pem_encode(const char *label, struct prov_bytes der, struct prov_buf *ret)
{
    char line[PROV_BASE64_TEXT(LINE)];
    prov_put_text(ret, "-----BEGIN ");
    prov_put_text(ret, label);
    prov_put_text(ret, "-----\n");
    for (size_t at = 0; at < der.len; at += LINE) {
        size_t len = der.len - at < LINE ? der.len - at : LINE;
        prov_base64_format(PROV_BYTES(der.data + at, len), line);
        prov_put_text(ret, line);
        prov_put_text(ret, "\n");
    }
    prov_put_text(ret, "-----END ");
    prov_put_text(ret, label);
    prov_put_text(ret, "-----\n");
    prov_put_u8(ret, 0);
    if (prov_buf_result(ret) == PROV_OK)
        ret->len--; /* the NUL ends the text and is no part of it */
    return prov_buf_result(ret);
}

static bool white(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct prov_bytes trim(struct prov_bytes bytes)
{
    while (bytes.len > 0 && white(bytes.data[0])) {
        bytes.data++;
        bytes.len--;
    }
    while (bytes.len > 0 && white(bytes.data[bytes.len - 1]))
        bytes.len--;
    return bytes;
}

static bool begins(struct prov_bytes bytes, const char *text)
{
    size_t len = strlen(text);
    return bytes.len >= len && memcmp(bytes.data, text, len) == 0;
}

static bool take_text(struct prov_bytes *bytes, const char *text)
{
    if (!begins(*bytes, text))
        return false;
    bytes->data += strlen(text);
    bytes->len -= strlen(text);
    return true;
}

/* The base64 lines of the one object with the label, joined: "", or what follows its BEGIN line up
 * to END. */
static bool take_body(struct prov_bytes text, const char *label, struct prov_buf *ret)
{
    if (!take_text(&text, "-----BEGIN ") || !take_text(&text, label) || !take_text(&text, "-----"))
        return false;
    while (text.len > 0 && text.data[0] != '-') {
        if (!white(text.data[0]))
            prov_put_u8(ret, text.data[0]);
        text.data++;
        text.len--;
    }
    return take_text(&text, "-----END ") && take_text(&text, label) && take_text(&text, "-----") &&
           text.len == 0;
}

/* What was cut off, or has something behind it, a reader of its members could only call malformed. */
static prov_result whole_check(struct prov_bytes der, const char *label, struct prov_why *why)
{
    size_t octets = der.len >= 2 && der.data[1] > 0x80 ? der.data[1] & 0x7fu : 0;
    size_t head = 2 + octets, length = der.len >= 2 ? der.data[1] : 0;
    if (der.len > 0 && (der.data[0] != SEQUENCE || length == 0x80 || octets > 3))
        return PROV_OK; /* not DER at all, or longer than whatever is read here */
    if (octets > 0)
        length = 0;
    for (size_t i = 2; i < head && i < der.len; i++)
        length = length << 8 | der.data[i];
    if (der.len == head + length)
        return PROV_OK;
    prov_result result = der.len < head + length ? PROV_E_TRUNCATED : PROV_E_TRAILING;
    return prov_why_set(why, result, "the %s %s", label, prov_result_text(result));
}

prov_result pki_der_of(struct prov_bytes bytes, const char *const *labels, struct prov_buf *ret,
                       struct prov_why *why)
{
    uint8_t base64[2 * PROV_CERT_MAX];
    size_t start = ret->len;
    struct prov_bytes text = trim(bytes);
    if (!begins(text, "-----")) {
        prov_put_bytes(ret, bytes);
    } else {
        prov_result result = PROV_E_FORMAT;
        for (size_t i = 0; labels[i] != NULL && result != PROV_OK; i++) {
            struct prov_buf body = PROV_BUF_OF(base64);
            if (take_body(text, labels[i], &body) && prov_buf_result(&body) == PROV_OK)
                result = prov_base64_parse(prov_buf_bytes(&body), ret);
        }
        if (result != PROV_OK) {
            return prov_why_set(why, PROV_E_FORMAT, "not PEM with one %s and nothing else",
                                labels[0]);
        }
    }
    if (prov_buf_result(ret) != PROV_OK) {
        return prov_why_set(why, PROV_E_OVERFLOW,
                            "longer than the %zu octets that such a thing may have", ret->cap);
    }
    return whole_check(PROV_BYTES(ret->data + start, ret->len - start), labels[0], why);
}
