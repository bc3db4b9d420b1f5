/* SPDX-License-Identifier: Apache-2.0
 *
 * A web server of the loopback that misbehaves on demand, in a process of its own with one more for each
 * connection. What it does stands in the path:
 *
 *   /c/ok/HEX      the octets that HEX says
 *   /c/redirect    302 to another path that would do
 *   /c/missing     404 with a page
 *   /c/silent      takes the request and never answers
 *   /c/slow        an octet now and then
 *   /c/endless     octets without an end and without a length
 *   /c/long        a length that is larger than any chain
 *   /c/short       fewer octets than the length says
 *   /c/close       closes at once
 *   /c/garbage     what is no HTTP
 *   /c/echo        what it was asked: the head of the request
 */
#ifndef PROV_TESTS_SERVER_WEB_H
#define PROV_TESTS_SERVER_WEB_H

#include <stdint.h>
#include <sys/types.h>

struct web {
    pid_t pid;
    uint16_t port;
};
/* On 127.0.0.1 and a free port. */
void web_begin(struct web *web);
void web_end(struct web *web);

#endif
