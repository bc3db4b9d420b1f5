/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of prov check. One target, named by the caller; never a group, never "any".
 */
#include "check.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#define SCHEME "coaps://"

static prov_result not_uri(struct run *run, const char *uri)
{
    return prov_why_set(&run->why, PROV_E_ADDRESS,
                        "not coaps://HOST or coaps://HOST:PORT: \"%.100s\"", uri);
}

/* HOST:PORT or [IPv6]:PORT, which take_address has let pass. */
static void split(const char *text, struct check_target *ret)
{
    const char *colon = strrchr(text, ':');
    size_t len = (size_t)(colon - text), skip = text[0] == '[' ? 1 : 0;

    snprintf(ret->host, sizeof(ret->host), "%.*s", (int)(len - 2 * skip), text + skip);
    snprintf(ret->port, sizeof(ret->port), "%.7s", colon + 1);
}

/* The authority with a port: the default one is added (RFC 7252, section 6.2). */
static bool add_port(const char *authority, char *ret, size_t cap)
{
    const char *colon = strrchr(authority, ':'), *bracket = strrchr(authority, ']');
    bool has_port = colon != NULL && (bracket == NULL || colon > bracket);
    int len = has_port ? snprintf(ret, cap, "%s", authority)
                       : snprintf(ret, cap, "%s:%u", authority, PROV_COAPS_PORT);

    return len > 0 && (size_t)len < cap;
}

static bool ipv4_is_group_or_any(uint32_t address)
{
    return address == INADDR_ANY || address == INADDR_BROADCAST || IN_MULTICAST(address);
}

static bool is_group_or_any(const struct sockaddr_storage *address, bool any_is_fine)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
        uint32_t host = ntohl(in->sin_addr.s_addr);

        return ipv4_is_group_or_any(host) && !(any_is_fine && host == INADDR_ANY);
    }
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)address;
    uint32_t last;

    memcpy(&last, in->sin6_addr.s6_addr + 12, sizeof(last));
    if (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr))
        return ipv4_is_group_or_any(ntohl(last));
    return IN6_IS_ADDR_MULTICAST(&in->sin6_addr) ||
           (!any_is_fine && IN6_IS_ADDR_UNSPECIFIED(&in->sin6_addr));
}

static prov_result resolve(struct run *run, struct check_target *target, int flags,
                           bool any_is_fine)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV | flags};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(target->host, target->port, &hints, &found);

    if (error != 0)
        return prov_why_set(&run->why, (flags & AI_NUMERICHOST) ? PROV_E_ADDRESS : PROV_E_NETWORK,
                            "%s: %.200s", gai_strerror(error), target->host);
    memcpy(&target->address, found->ai_addr, found->ai_addrlen);
    target->address_len = found->ai_addrlen;
    freeaddrinfo(found);
    if (is_group_or_any(&target->address, any_is_fine))
        return prov_why_set(&run->why, PROV_E_POLICY,
                            "neither a group nor \"any\" can be judged: %.200s", target->host);
    return PROV_OK;
}

prov_result target_parse(struct run *run, const char *uri, struct check_target *ret)
{
    char authority[PROV_ADDRESS_MAX + 1];
    size_t scheme = strlen(SCHEME);

    *ret = (struct check_target){.port = ""};
    if (strncmp(uri, SCHEME, scheme) != 0)
        return not_uri(run, uri);
    snprintf(authority, sizeof(authority), "%s", uri + scheme);
    size_t len = strlen(authority);
    if (len > 0 && authority[len - 1] == '/')
        authority[len - 1] = '\0';
    char address[PROV_ADDRESS_MAX + 1];
    if (authority[0] == '\0' || !add_port(authority, address, sizeof(address)))
        return not_uri(run, uri);
    prov_result r = take_address(run, address, 1);
    if (r != PROV_OK)
        return r;
    split(address, ret);
    if (prov_fqdn_parse(prov_bytes_text(ret->host), &ret->name) != PROV_OK)
        ret->name.text[0] = '\0';
    return resolve(run, ret, 0, false);
}

prov_result target_listen(struct run *run, const char *text, struct check_target *ret)
{
    prov_result r = take_address(run, text, 0);

    *ret = (struct check_target){.port = ""};
    if (r != PROV_OK)
        return r;
    split(text, ret);
    return resolve(run, ret, AI_NUMERICHOST | AI_PASSIVE, true);
}
