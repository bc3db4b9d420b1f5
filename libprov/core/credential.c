/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/credential.h"

#include <string.h>

struct word {
    int number;
    const char *text;
};

static const struct word kinds[] = {
    {PROV_KIND_PSK, "psk"}, {PROV_KIND_RPK, "rpk"}, {PROV_KIND_CERT, "cert"}};
static const struct word uses[] = {{PROV_USE_BOOTSTRAP, "bootstrap"},
                                   {PROV_USE_OPERATIONAL, "operational"}};
static const struct word states[] = {{PROV_STATE_PENDING, "pending"},
                                     {PROV_STATE_ACTIVE, "active"},
                                     {PROV_STATE_RETIRED, "retired"},
                                     {PROV_STATE_REVOKED, "revoked"}};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *word_text(const struct word *table, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].number == number)
            return table[i].text;
    return "?";
}

/* The number of a word, or 0. */
static int word_number(const struct word *table, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (prov_bytes_equal(prov_bytes_text(table[i].text), prov_bytes_text(text)))
            return table[i].number;
    return 0;
}

const char *prov_kind_text(enum prov_kind kind)
{
    return word_text(kinds, COUNT(kinds), (int)kind);
}

const char *prov_use_text(enum prov_use use)
{
    return word_text(uses, COUNT(uses), (int)use);
}

const char *prov_state_text(enum prov_state state)
{
    return word_text(states, COUNT(states), (int)state);
}

prov_result prov_kind_parse(const char *text, enum prov_kind *ret)
{
    int number = word_number(kinds, COUNT(kinds), text);

    if (number == 0)
        return PROV_E_TEXT;
    *ret = (enum prov_kind)number;
    return PROV_OK;
}

prov_result prov_use_parse(const char *text, enum prov_use *ret)
{
    int number = word_number(uses, COUNT(uses), text);

    if (number == 0)
        return PROV_E_TEXT;
    *ret = (enum prov_use)number;
    return PROV_OK;
}

prov_result prov_state_parse(const char *text, enum prov_state *ret)
{
    int number = word_number(states, COUNT(states), text);

    if (number == 0)
        return PROV_E_TEXT;
    *ret = (enum prov_state)number;
    return PROV_OK;
}

prov_result prov_psk_identity_set(struct prov_psk_identity *identity, struct prov_bytes bytes)
{
    if (bytes.len < 1 || bytes.len > PROV_PSK_IDENTITY_MAX)
        return PROV_E_BOUNDS;
    memset(identity, 0, sizeof *identity);
    memcpy(identity->data, bytes.data, bytes.len);
    identity->len = (uint8_t)bytes.len;
    return PROV_OK;
}

struct prov_bytes prov_psk_identity_bytes(const struct prov_psk_identity *identity)
{
    return PROV_BYTES(identity->data, identity->len);
}

/* "http://" or "https://", a host, and a path. */
static bool url_is_whole(struct prov_bytes url)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < COUNT(schemes); i++) {
        size_t len = prov_bytes_text(schemes[i]).len;
        if (url.len > len && memcmp(url.data, schemes[i], len) == 0)
            return url.data[len] != '/' && memchr(url.data + len, '/', url.len - len) != NULL;
    }
    return false;
}

prov_result prov_certificate_url_check(struct prov_bytes url)
{
    if (!PROV_WITH_CERTIFICATE_URLS || url.len > PROV_URL_MAX || !url_is_whole(url))
        return PROV_E_ADDRESS;
    for (size_t i = 0; i < url.len; i++)
        if (url.data[i] <= ' ' || url.data[i] > '~' || url.data[i] == '@' || url.data[i] == '#' ||
            url.data[i] == '\\')
            return PROV_E_ADDRESS;
    return PROV_OK;
}

prov_result prov_psk_check(struct prov_bytes psk)
{
    return psk.len < PROV_PSK_MIN || psk.len > PROV_PSK_MAX ? PROV_E_BOUNDS : PROV_OK;
}
