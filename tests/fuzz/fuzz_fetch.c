/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of certificates (libprov/server/fetch_rules.c): the first octet says what the others are. 0: a URL.
 * What is taken is understood by libcurl in the same way: nobody reads another host, port or path in it.
 * Otherwise: a PkiPath, whose parts lie in it, the last one first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "fuzz.h"
#include "libprov/server/fetch.h"

static void same(CURLU *url, CURLUPart part, const char *ours)
{
    char *theirs = NULL;

    FUZZ_CHECK(curl_url_get(url, part, &theirs, CURLU_DEFAULT_PORT) == CURLUE_OK);
    FUZZ_CHECK(strcmp(theirs, ours) == 0);
    curl_free(theirs);
}

/* A number is an IPv4 address, which libcurl writes in one way. */
static void same_host(CURLU *url, const char *ours)
{
    char *theirs = NULL;

    FUZZ_CHECK(curl_url_get(url, CURLUPART_HOST, &theirs, 0) == CURLUE_OK);
    FUZZ_CHECK(strcasecmp(theirs, ours) == 0 || strspn(ours, "0123456789.x[") > 0);
    curl_free(theirs);
}

static void check_url(struct prov_bytes octets)
{
    char text[PROV_URL_MAX + 1], port[8], path[PROV_URL_MAX + 1];
    struct fetch_place place, folder;
    CURLU *url;

    if (fetch_place_parse(octets, &place) != PROV_OK)
        return;
    snprintf(text, sizeof(text), "%.*s", (int)octets.len, (const char *)octets.data);
    snprintf(port, sizeof(port), "%u", place.port);
    snprintf(path, sizeof(path), "%.*s", (int)strcspn(place.path, "?"), place.path);
    url = curl_url();
    FUZZ_CHECK(url != NULL);
    CURLUcode code =
        curl_url_set(url, CURLUPART_URL, text, 0); /* dot segments would be taken out */
    if (code == CURLUE_OK) {
        same(url, CURLUPART_SCHEME, place.tls ? "https" : "http");
        same(url, CURLUPART_PORT, port);
        same_host(url, place.host);
        same(url, CURLUPART_PATH, path);
    } else {
        FUZZ_CHECK(place.host[0] == '['); /* an IPv6 literal that is none: it is looked at later */
    }
    curl_url_cleanup(url);
    if (fetch_folder_parse(octets, &folder) == PROV_OK)
        FUZZ_CHECK(fetch_folder_holds(&folder, &place));
}

static void check_pkipath(struct prov_bytes octets)
{
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    size_t count, sum = 0;

    if (fetch_pkipath_split(octets, chain, &count) != PROV_OK)
        return;
    FUZZ_CHECK(count >= 1 && count <= PROV_DTLS_CHAIN_MAX);
    const uint8_t *end = octets.data + octets.len;
    for (size_t i = 0; i < count; i++) { /* from the end of the path to its beginning */
        FUZZ_CHECK(chain[i].data + chain[i].len == end && chain[i].data[0] == 0x30);
        end = chain[i].data;
        sum += chain[i].len;
    }
    FUZZ_CHECK(sum < octets.len && octets.len - sum <= 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] == 0)
        check_url(PROV_BYTES(data + 1, size - 1));
    else
        check_pkipath(PROV_BYTES(data + 1, size - 1));
    return 0;
}
