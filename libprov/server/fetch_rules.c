/* SPDX-License-Identifier: Apache-2.0
 *
 * Which address may be fetched, and from which hosts.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* --- URLs ------------------------------------------------------------------------------------ */

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_one_of(uint8_t c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool starts_with(struct prov_bytes text, const char *start)
{
    size_t len = strlen(start);

    return text.len >= len && memcmp(text.data, start, len) == 0;
}

static struct prov_bytes skip(struct prov_bytes text, size_t len)
{
    return PROV_BYTES(text.data + len, text.len - len);
}

/* A name, an IPv4 address or an IPv6 one in brackets; ret has room for all of a URL. */
static bool take_host(struct prov_bytes *text, char *ret)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    static const char literal[] = "abcdef0123456789:.";
    bool bracketed = text->len > 0 && text->data[0] == '[';
    size_t len = 0;

    if (bracketed)
        ret[len++] = '[';
    while (len < text->len &&
           is_one_of((uint8_t)lower(text->data[len]), bracketed ? literal : name)) {
        ret[len] = lower(text->data[len]);
        len++;
    }
    if (bracketed && (len < 3 || len == text->len || text->data[len] != ']'))
        return false;
    if (bracketed)
        ret[len++] = ']';
    ret[len] = '\0';
    *text = skip(*text, len);
    return len > 0 && ret[0] != '.' && ret[0] != '-';
}

/* ":PORT" or nothing. */
static bool take_port(struct prov_bytes *text, uint16_t *ret)
{
    unsigned long port = 0;
    size_t len = 1;

    if (text->len == 0 || text->data[0] != ':')
        return true;
    while (len < text->len && len < 7 && is_one_of(text->data[len], "0123456789"))
        port = port * 10 + (unsigned long)(text->data[len++] - '0');
    if (len == 1 || text->data[1] == '0' || port > UINT16_MAX)
        return false;
    *text = skip(*text, len);
    *ret = (uint16_t)port;
    return true;
}

/* "." and "..", which readers take out of a path. */
static bool has_dot_segment(const char *path)
{
    for (const char *at = strchr(path, '/'); at != NULL; at = strchr(at + 1, '/')) {
        size_t len = strcspn(at + 1, "/?");
        if ((len == 1 && at[1] == '.') || (len == 2 && at[1] == '.' && at[2] == '.'))
            return true;
    }
    return false;
}

/* An escape of ".", "/" or "\", which some take for the character, or one that is none. */
static bool has_odd_escape(const char *path)
{
    for (const char *at = strchr(path, '%'); at != NULL; at = strchr(at + 1, '%')) {
        uint8_t high = (uint8_t)at[1], low = high == '\0' ? 0 : (uint8_t)lower((uint8_t)at[2]);
        bool hex = is_one_of((uint8_t)lower(high), "0123456789abcdef") &&
                   is_one_of(low, "0123456789abcdef");
        if (!hex || (high == '2' && (low == 'e' || low == 'f')) || (high == '5' && low == 'c'))
            return true;
    }
    return false;
}

prov_result fetch_place_parse(struct prov_bytes url, struct fetch_place *ret)
{
    struct fetch_place place = {.tls = starts_with(url, "https:")};
    prov_result result = prov_certificate_url_check(url);

    if (result != PROV_OK)
        return result;
    struct prov_bytes rest = skip(url, strlen(place.tls ? "https://" : "http://"));
    place.port = place.tls ? 443 : 80;
    if (!take_host(&rest, place.host) || !take_port(&rest, &place.port) || rest.len == 0 ||
        rest.data[0] != '/')
        return PROV_E_ADDRESS;
    memcpy(place.path, rest.data, rest.len); /* shorter than the URL, which fits */
    if (has_dot_segment(place.path) || has_odd_escape(place.path))
        return PROV_E_ADDRESS;
    *ret = place;
    return PROV_OK;
}

prov_result fetch_folder_parse(struct prov_bytes url, struct fetch_place *ret)
{
    struct fetch_place place;
    prov_result result = fetch_place_parse(url, &place);

    if (result != PROV_OK)
        return result;
    if (place.path[strlen(place.path) - 1] != '/' || strchr(place.path, '?') != NULL)
        return PROV_E_ADDRESS;
    *ret = place;
    return PROV_OK;
}

bool fetch_folder_holds(const struct fetch_place *folder, const struct fetch_place *place)
{
    return folder->tls == place->tls && folder->port == place->port &&
           strcmp(folder->host, place->host) == 0 &&
           strncmp(folder->path, place->path, strlen(folder->path)) == 0;
}

/* --- addresses ------------------------------------------------------------------------------- */

struct prefix {
    uint8_t len, bits;
    uint8_t octets[6];
};

/* RFC 6890 and the registries that it began; 100.64/10 is RFC 6598. */
static const struct prefix special[] = {
    {4, 8, {0}},
    {4, 8, {10}},
    {4, 10, {100, 64}},
    {4, 8, {127}},
    {4, 16, {169, 254}},
    {4, 12, {172, 16}},
    {4, 24, {192, 0, 0}},
    {4, 24, {192, 0, 2}},
    {4, 24, {192, 88, 99}},
    {4, 16, {192, 168}},
    {4, 15, {198, 18}},
    {4, 24, {198, 51, 100}},
    {4, 24, {203, 0, 113}},
    {4, 4, {224}},
    {4, 4, {240}},
    {16, 23, {0x20, 0x01}},             /* protocol assignments, Teredo */
    {16, 32, {0x20, 0x01, 0x0d, 0xb8}}, /* documentation */
    {16, 16, {0x20, 0x02}},             /* 6to4: an IPv4 address inside */
    {16, 20, {0x3f, 0xff}},             /* documentation */
};
/* All other IPv6 addresses are special: no list has to name them. */
static const struct prefix global_unicast = {16, 3, {0x20}};

static bool is_in(const struct fetch_address *address, const struct prefix *prefix)
{
    size_t whole = prefix->bits / 8, rest = prefix->bits % 8;

    return address->len == prefix->len && memcmp(address->octets, prefix->octets, whole) == 0 &&
           (rest == 0 || (address->octets[whole] ^ prefix->octets[whole]) >> (8 - rest) == 0);
}

bool fetch_address_is_public(const struct fetch_address *address)
{
    if (address->len == 16 && !is_in(address, &global_unicast))
        return false;
    for (size_t i = 0; i < COUNT(special); i++)
        if (is_in(address, &special[i]))
            return false;
    return address->len == 4 || address->len == 16;
}

prov_result fetch_address_parse(const char *text, struct fetch_address *ret)
{
    struct fetch_address address = {.len = 4};

    if (inet_pton(AF_INET, text, address.octets) != 1) {
        address.len = 16;
        if (inet_pton(AF_INET6, text, address.octets) != 1)
            return PROV_E_ADDRESS;
    }
    *ret = address;
    return PROV_OK;
}

/* --- PkiPath: SEQUENCE OF Certificate, the end entity last ----------------------------------- */

/* One SEQUENCE with its head, of at most 64 KiB, its length in the shortest form. */
static bool take_sequence(struct prov_reader *reader, struct prov_bytes *ret_whole,
                          struct prov_bytes *ret_body)
{
    size_t start = reader->at;
    uint8_t tag, octet;
    uint16_t len;

    if (!prov_take_u8(reader, &tag) || tag != 0x30 || !prov_take_u8(reader, &octet))
        return false;
    len = octet;
    if (octet == 0x81) {
        if (!prov_take_u8(reader, &octet) || octet < 0x80)
            return false;
        len = octet;
    } else if (octet == 0x82) {
        if (!prov_take_u16(reader, &len) || len < 0x100)
            return false;
    } else if (octet >= 0x80) {
        return false;
    }
    if (!prov_take(reader, len, ret_body))
        return false;
    *ret_whole = PROV_BYTES(reader->bytes.data + start, reader->at - start);
    return true;
}

prov_result fetch_pkipath_split(struct prov_bytes octets,
                                struct prov_bytes ret[PROV_DTLS_CHAIN_MAX], size_t *ret_count)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX], whole, body;
    struct prov_reader reader = prov_reader_make(octets);
    size_t count = 0;

    if (!take_sequence(&reader, &whole, &body) || !prov_reader_done(&reader) || body.len == 0)
        return PROV_E_FORMAT;
    reader = prov_reader_make(body);
    while (!prov_reader_done(&reader)) {
        if (count == PROV_DTLS_CHAIN_MAX)
            return PROV_E_BOUNDS;
        if (!take_sequence(&reader, &chain[count++], &body))
            return PROV_E_FORMAT;
    }
    for (size_t i = 0; i < count; i++)
        ret[i] = chain[count - 1 - i];
    *ret_count = count;
    return PROV_OK;
}
