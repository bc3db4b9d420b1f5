/* SPDX-License-Identifier: Apache-2.0
 *
 * A family of certificates, from the end entity to the root, and the verdict on it: ours, with OpenSSL's
 * beside it.
 */
#ifndef PROV_TESTS_X509_FAMILY_H
#define PROV_TESTS_X509_FAMILY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mint.h"
#include "second.h"

/* links[0] is the end entity, links[count - 1] the root, which is the anchor. */
#define LINKS_MAX 7
struct family {
    struct prov_crypto *crypto;
    size_t count;
    struct mint_plan links[LINKS_MAX];
    struct prov_bytes certs[LINKS_MAX];
    struct prov_fqdn server;
    struct prov_path_rules rules;
    uint8_t names[1024], octets[LINKS_MAX * 1024];
    unsigned steps; /* of the last verdict */
};

static const char *const ca_names[LINKS_MAX] = {"", "ca1", "ca2", "ca3", "ca4", "ca5", "ca6"};

#define KEY_OF(link) ((uint8_t)(10 + (link)))
#define NOW          INT64_C(1800000000) /* 2027-01-15 */

static inline void family_plan(struct family *family, enum prov_path_role role, size_t below_root)
{
    struct prov_buf names = PROV_BUF_OF(family->names);

    family->count = below_root + 1;
    family->rules = (struct prov_path_rules){role, &family->server, 3, true, NOW, NULL};
    for (size_t i = 1; i <= below_root; i++)
        family->links[i] = mint_ca(family->crypto, KEY_OF(i), ca_names[i < below_root ? i + 1 : i],
                                   ca_names[i], &names);
    family->links[0] = role == PROV_PATH_SERVER
                           ? mint_server(family->crypto, KEY_OF(0), "ca1", &names)
                           : mint_device(family->crypto, KEY_OF(0), "ca1", &names);
}

/* Signs each with the key of the next; the root with its own. */
static inline void family_mint(struct family *family)
{
    struct prov_buf buf = PROV_BUF_OF(family->octets);
    struct prov_key key = {0};
    uint8_t point[PROV_POINT_LEN];

    for (size_t i = 0; i < family->count; i++) {
        mint_key(family->crypto, KEY_OF(i + 1 < family->count ? i + 1 : i), &key, point);
        family->certs[i] = mint_cert(family->crypto, &family->links[i], &key, &buf);
        prov_crypto_key_drop(family->crypto, &key);
    }
}

/* The engine's way: begin, then steps. */
static inline prov_result judge_alone(struct family *family, const struct prov_bytes *chain,
                                      size_t chain_len, const struct prov_bytes *anchors,
                                      size_t anchor_count)
{
    struct prov_path path;
    prov_result result =
        prov_path_begin(&path, &family->rules, chain, chain_len, anchors, anchor_count);

    family->steps = 0;
    if (result != PROV_OK)
        return result;
    do {
        result = prov_path_step(&path, family->crypto);
        family->steps++;
        assert_true(family->steps <= PROV_PATH_MAX * (anchor_count + 1));
    } while (result == PROV_E_AGAIN);
    assert_int_equal(prov_path_step(&path, family->crypto), result); /* and stays so */
    return result;
}

/* What is accepted must be accepted by OpenSSL too. */
static inline prov_result judge(struct family *family, const struct prov_bytes *chain,
                                size_t chain_len, const struct prov_bytes *anchors,
                                size_t anchor_count)
{
    prov_result result = judge_alone(family, chain, chain_len, anchors, anchor_count);

    if (result == PROV_OK &&
        !second_accepts(&family->rules, chain, chain_len, anchors, anchor_count))
        fail_msg("accepted here, refused by OpenSSL: %s",
                 second_reason(&family->rules, chain, chain_len, anchors, anchor_count));
    return result;
}

/* The chain without its root, against the root. */
static inline prov_result verdict(struct family *family)
{
    family_mint(family);
    return judge(family, family->certs, family->count - 1, &family->certs[family->count - 1], 1);
}

static inline int setup(void **state)
{
    struct family *family = calloc(1, sizeof *family);

    assert_int_equal(prov_crypto_make(NULL, &family->crypto), PROV_OK);
    assert_int_equal(prov_fqdn_parse(prov_bytes_text("server.example"), &family->server), PROV_OK);
    *state = family;
    return 0;
}

static inline int teardown(void **state)
{
    struct family *family = *state;

    prov_crypto_free(family->crypto);
    free(family);
    return 0;
}

#endif
