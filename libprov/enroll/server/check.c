/* SPDX-License-Identifier: Apache-2.0
 *
 * A request against the resource table: each rule says no with its code (RFC 7252, section 5; RFC
 * 7959, section 2.2), in the order of `rules` below.
 */
#include <string.h>

#include "server/internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PROXY_URI              35u
#define PROXY_SCHEME           39u
#define PROXYING_NOT_SUPPORTED 0xa5u /* 5.05 */
#define PATH_MAX_LEN           64u   /* longer than any path of the table */

struct subject {
    struct prov_enroll_session *s;
    const struct prov_coap_message *message;
    const struct prov_resource *resource;
};
typedef struct prov_enroll_refusal (*rule)(struct subject *subject);

static const struct prov_enroll_refusal fine = {0, NULL};

static struct prov_enroll_refusal refuse(uint8_t code, const char *reason)
{
    return (struct prov_enroll_refusal){code, reason};
}

/* Critical options that are understood, and what lengths they may have (RFC 7252, section 5.10; RFC
 * 7959, section 2.2); another length makes an option one that is not understood (section 5.4.3). */
static const struct option_rule {
    uint16_t number;
    uint8_t min, max;
    bool repeatable;
} critical[] = {
    {PROV_COAP_URI_HOST, 1, 255, false}, {PROV_COAP_URI_PORT, 0, 2, false},
    {PROV_COAP_URI_PATH, 0, 255, true},  {PROV_COAP_URI_QUERY, 0, 255, true},
    {PROV_COAP_ACCEPT, 0, 2, false},     {PROV_COAP_BLOCK2, 0, 3, false},
    {PROV_COAP_BLOCK1, 0, 3, false},
};

static const struct option_rule *rule_of(uint16_t number)
{
    for (size_t i = 0; i < COUNT(critical); i++) {
        if (critical[i].number == number)
            return &critical[i];
    }
    return NULL;
}

/* A critical option that is unknown, of a wrong length, or there twice: 4.02 (sections 5.4.1
 * to 5.4.5). */
static struct prov_enroll_refusal options_are_known(struct subject *subject)
{
    const struct prov_coap_message *message = subject->message;

    for (size_t i = 0; i < message->option_count; i++) {
        const struct prov_coap_option *option = &message->options[i];
        const struct option_rule *known = rule_of(option->number);

        if (option->number == PROXY_URI || option->number == PROXY_SCHEME)
            return refuse(PROXYING_NOT_SUPPORTED, "not a proxy");
        if (option->number % 2 == 0)
            continue;
        if (!known || option->value.len < known->min || option->value.len > known->max)
            return refuse(PROV_COAP_BAD_OPTION, "critical option not understood");
        if (!known->repeatable && i > 0 && message->options[i - 1].number == option->number)
            return refuse(PROV_COAP_BAD_OPTION, "option repeated");
    }
    return fine;
}

/* Uri-Host is the server's own name or absent (H37). */
static struct prov_enroll_refusal host_is_ours(struct subject *subject)
{
    const struct prov_coap_option *option = prov_coap_find(subject->message, PROV_COAP_URI_HOST);
    struct prov_fqdn name;

    if (!option || !subject->s->host)
        return fine;
    if (prov_fqdn_parse(option->value, &name) != PROV_OK ||
        !prov_fqdn_equal(&name, subject->s->host))
        return refuse(PROV_COAP_NOT_FOUND, "another host");
    return fine;
}

static struct prov_enroll_refusal path_is_known(struct subject *subject)
{
    char path[PATH_MAX_LEN];

    if (prov_coap_path(subject->message, path, sizeof(path)) != PROV_OK)
        return refuse(PROV_COAP_NOT_FOUND, "no such resource");
    for (size_t i = 0; i < PROV_ENROLL_NOW; i++) {
        if (strcmp(prov_resources[i].path, path) == 0)
            subject->resource = &prov_resources[i];
    }
    if (!subject->resource)
        return refuse(PROV_COAP_NOT_FOUND, "no such resource");
    subject->s->work.op = prov_resource_op(subject->resource);
    return fine;
}

/* A query names another resource (RFC 3986, section 3.4); only discovery has them. */
static struct prov_enroll_refusal query_is_allowed(struct subject *subject)
{
    if (prov_resource_op(subject->resource) != PROV_ENROLL_DISCOVER &&
        prov_coap_find(subject->message, PROV_COAP_URI_QUERY))
        return refuse(PROV_COAP_NOT_FOUND, "no such resource");
    return fine;
}

static struct prov_enroll_refusal method_fits(struct subject *subject)
{
    if (subject->message->code != prov_resource_method(subject->resource))
        return refuse(PROV_COAP_METHOD_NOT_ALLOWED,
                      prov_resource_method(subject->resource) == PROV_COAP_GET ? "use GET"
                                                                               : "use POST");
    return fine;
}

/* What answers a CSR may be the certificate alone. It can't answer crts where an issuing CA stands below the root
 * (RFC 7030, section 4.1.3): there Accept 287 gets 4.06. */
static bool is_served(const struct prov_resource *resource, uint32_t format)
{
    return format == resource->response_format ||
           (format == PROV_CF_CERT && resource->request_format == PROV_CF_PKCS10);
}

/* No Accept: the default (RFC 9148, section 4.3). A resource without a body does not look at it. */
static struct prov_enroll_refusal accept_is_served(struct subject *subject)
{
    const struct prov_coap_option *option = prov_coap_find(subject->message, PROV_COAP_ACCEPT);
    const struct prov_resource *resource = subject->resource;
    uint32_t accept = resource->response_format;

    if (option && resource->response_format != PROV_CF_NONE) {
        if (prov_coap_uint(option, &accept) != PROV_OK || !is_served(resource, accept))
            return refuse(PROV_COAP_NOT_ACCEPTABLE, "format not served");
    }
    subject->s->work.accept = (uint16_t)accept;
    return fine;
}

static bool read_block(const struct prov_coap_message *message, uint16_t number, bool *ret_has,
                       struct prov_coap_block *ret)
{
    const struct prov_coap_option *option = prov_coap_find(message, number);

    *ret_has = option != NULL;
    return !option || prov_coap_block_decode(option, ret) == PROV_OK;
}

/* SZX 7 must lead to 4.00 (RFC 7959, section 2.2). */
static struct prov_enroll_refusal blocks_are_sound(struct subject *subject)
{
    struct prov_enroll_work *work = &subject->s->work;

    if (!read_block(subject->message, PROV_COAP_BLOCK1, &work->has_block1, &work->block1) ||
        !read_block(subject->message, PROV_COAP_BLOCK2, &work->has_block2, &work->block2))
        return refuse(PROV_COAP_BAD_REQUEST, "bad block option");
    if (work->has_block1 && subject->resource->request_format == PROV_CF_NONE)
        return refuse(PROV_COAP_BAD_REQUEST, "no payload is expected");
    if (work->has_block1 && work->has_block2 && work->block2.number > 0)
        return refuse(PROV_COAP_BAD_REQUEST, "block options at odds");
    return fine;
}

static bool is_followup(const struct subject *subject)
{
    return subject->s->work.has_block2 && subject->s->work.block2.number > 0;
}

/* Another format, or a body without one: 4.15 (RFC 7252, section 5.9.2.10). The request of an
 * answer's later blocks has no body. */
static struct prov_enroll_refusal format_fits(struct subject *subject)
{
    const struct prov_coap_option *option =
        prov_coap_find(subject->message, PROV_COAP_CONTENT_FORMAT);
    uint32_t format = PROV_CF_NONE;

    if (subject->resource->request_format == PROV_CF_NONE) {
        if (subject->message->payload.len > 0 &&
            prov_resource_method(subject->resource) != PROV_COAP_GET)
            return refuse(PROV_COAP_BAD_REQUEST, "no payload is expected");
        return fine;
    }
    if (is_followup(subject))
        return fine;
    if (!option || prov_coap_uint(option, &format) != PROV_OK ||
        format != subject->resource->request_format)
        return refuse(PROV_COAP_UNSUPPORTED_FORMAT, "content format not supported");
    return fine;
}

struct prov_enroll_refusal prov_enroll_check(struct prov_enroll_session *s,
                                             const struct prov_coap_message *message,
                                             const struct prov_resource **ret)
{
    static const rule rules[] = {
        options_are_known, host_is_ours,     path_is_known,    query_is_allowed,
        method_fits,       accept_is_served, blocks_are_sound, format_fits,
    };
    struct subject subject = {s, message, NULL};

    for (size_t i = 0; i < COUNT(rules); i++) {
        struct prov_enroll_refusal refusal = rules[i](&subject);

        if (refusal.code != 0)
            return refusal;
    }
    *ret = subject.resource;
    return fine;
}
