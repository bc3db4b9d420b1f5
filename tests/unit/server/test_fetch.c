/* SPDX-License-Identifier: Apache-2.0
 *
 * The fetching of certificates (RFC 6066, sections 5 and 11.3; H38): which addresses are refused, and what
 * becomes of web servers that do not do what they should. On the loopback, which has to be allowed for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/sha.h>

#include "fetch.h"
#include "prov/text.h"
#include "web.h"

static struct web web;
static struct prov_crypto *crypto;

/* Three certificates, as far as a fetcher looks at them. */
static const uint8_t end_entity[] = {0x30, 0x03, 0x02, 0x01, 0x01};
static const uint8_t issuing[] = {0x30, 0x03, 0x02, 0x01, 0x02};

static int setup(void **state)
{
    (void)state;
    web_begin(&web);
    return prov_crypto_make(NULL, &crypto) == PROV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    prov_crypto_free(crypto);
    web_end(&web);
    return 0;
}

/* --- rules: negative ------------------------------------------------------------------------- */

static void h38_urls_that_can_be_read_in_two_ways_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "ftp://h/c/x",
        "file:///etc/passwd",
        "HTTP://h/c/x",
        "http:/h/c/x",
        "http:///c/x",
        "http://h",
        "http://h?/c/x",
        "http://user@h/c/x",
        "http://user:password@h/c/x",
        "http://h/c/x#y",
        "http://h\\@i/c/x",
        "http://h:/c/x",
        "http://h:0/c/x",
        "http://h:080/c/x",
        "http://h:65536/c/x",
        "http://h:1e1/c/x",
        "http://h:99999999/c/x",
        "http://.h/c/x",
        "http://-h/c/x",
        "http://h_/c/x",
        "http://h%2e/c/x",
        "http://[::1/c/x",
        "http://[]/c/x",
        "http://[::1]x/c/x",
        "http://[fe80::1%25eth0]/c/x",
        "http://h/c/../x",
        "http://h/c/./x",
        "http://h/..",
        "http://h/c/..?x",
        "http://h/c/%2e%2e/x",
        "http://h/c/.%2E/x",
        "http://h/c%2fx",
        "http://h/c%5Cx",
        "http://h/c%",
        "http://h/c%2",
        "http://h/c%zz",
        "http://h/c x",
        "http://h/\xc3\xbc",
    };
    struct fetch_place place;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (fetch_place_parse(prov_bytes_text(bad[i]), &place) != PROV_E_ADDRESS)
            fail_msg("taken: %s", bad[i]);
}

static void h38_only_what_is_listed_is_held(void **state)
{
    static const char *const other[] = {
        "https://certs.example.org/c/x", "http://certs.example.org:8080/c/x",
        "http://certs.example.com/c/x",  "http://example.org/c/x",
        "http://certs.example.org./c/x", "http://certs.example.org/d/x",
        "http://certs.example.org/C/x",  "http://certs.example.org/cx",
        "http://certs.example.org/c",    "http://certs.example.org//c/x",
    };
    static const char *const folders[] = {"http://h/c", "http://h/c/?", "http://h/c/?x/", "h/c/"};
    struct fetch_place folder, place;

    (void)state;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        assert_int_equal(fetch_folder_parse(prov_bytes_text(folders[i]), &folder), PROV_E_ADDRESS);
    assert_int_equal(fetch_folder_parse(prov_bytes_text("http://certs.example.org/c/"), &folder),
                     PROV_OK);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        assert_int_equal(fetch_place_parse(prov_bytes_text(other[i]), &place), PROV_OK);
        if (fetch_folder_holds(&folder, &place))
            fail_msg("held: %s", other[i]);
    }
    assert_int_equal(
        fetch_place_parse(prov_bytes_text("http://CERTS.example.ORG:80/c/x.cer?y"), &place),
        PROV_OK);
    assert_true(fetch_folder_holds(&folder, &place));
}

static void h38_addresses_that_are_not_public(void **state)
{
    static const char *const special[] = {"0.0.0.0",
                                          "10.1.2.3",
                                          "100.64.0.1",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.255.255",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.1",
                                          "192.0.2.1",
                                          "192.88.99.1",
                                          "192.168.0.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.1",
                                          "203.0.113.1",
                                          "224.0.0.1",
                                          "239.255.255.255",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:8.8.8.8",
                                          "::8.8.8.8",
                                          "64:ff9b::808:808",
                                          "100::1",
                                          "2001::1",
                                          "2001:1ff::1",
                                          "2001:db8::1",
                                          "2002:808:808::1",
                                          "3fff::1",
                                          "3fff:fff::1",
                                          "fc00::1",
                                          "fd00::1",
                                          "fe80::1",
                                          "fec0::1",
                                          "ff02::1",
                                          "4000::1"};
    static const char *const open[] = {"8.8.8.8",     "100.63.255.255", "100.128.0.1",
                                       "172.15.0.1",  "172.32.0.1",     "192.0.1.1",
                                       "198.17.0.1",  "198.20.0.1",     "223.255.255.255",
                                       "2001:200::1", "2606:4700::1",   "2a00::1"};
    struct fetch_address address;

    (void)state;
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
        assert_int_equal(fetch_address_parse(special[i], &address), PROV_OK);
        if (fetch_address_is_public(&address))
            fail_msg("public: %s", special[i]);
    }
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        assert_int_equal(fetch_address_parse(open[i], &address), PROV_OK);
        if (!fetch_address_is_public(&address))
            fail_msg("not public: %s", open[i]);
    }
    assert_int_equal(fetch_address_parse("localhost", &address), PROV_E_ADDRESS);
    assert_int_equal(fetch_address_parse("127.1", &address), PROV_E_ADDRESS);
}

static void row40_what_is_no_pkipath_is_refused(void **state)
{
    static const struct {
        const char *hex;
        prov_result result;
    } cases[] = {
        {"", PROV_E_FORMAT},
        {"30", PROV_E_FORMAT},
        {"3000", PROV_E_FORMAT},
        {"3103020101", PROV_E_FORMAT},
        {"30023000", PROV_OK},
        {"3002300000", PROV_E_FORMAT},
        {"30033000", PROV_E_FORMAT},
        {"3003300002", PROV_E_FORMAT},
        {"30020500", PROV_E_FORMAT},
        {"30803000", PROV_E_FORMAT},
        {"3081023000", PROV_E_FORMAT},
        {"308200023000", PROV_E_FORMAT},
        {"300c300030003000300030003000", PROV_OK},
        {"300e3000300030003000300030003000", PROV_E_BOUNDS},
    };
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[64];
        struct prov_buf octets = PROV_BUF_OF(room);
        size_t count = 77;
        assert_int_equal(prov_hex_parse(prov_bytes_text(cases[i].hex), &octets), PROV_OK);
        if (fetch_pkipath_split(prov_buf_bytes(&octets), chain, &count) != cases[i].result)
            fail_msg("%s", cases[i].hex);
        assert_true((cases[i].result == PROV_OK) == (count != 77));
    }
}

/* --- rules: positive ------------------------------------------------------------------------- */

static void row40_urls_are_taken_apart(void **state)
{
    struct fetch_place place;

    (void)state;
    assert_int_equal(
        fetch_place_parse(prov_bytes_text("https://[2001:DB8::1]:8443/c/x?y=/../z"), &place),
        PROV_E_ADDRESS); /* a dot segment, wherever it stands */
    assert_int_equal(
        fetch_place_parse(prov_bytes_text("https://[2001:DB8::1]:8443/c/x%20?y"), &place), PROV_OK);
    assert_true(place.tls);
    assert_string_equal(place.host, "[2001:db8::1]");
    assert_int_equal(place.port, 8443);
    assert_string_equal(place.path, "/c/x%20?y");
    assert_int_equal(fetch_place_parse(prov_bytes_text("http://h/"), &place), PROV_OK);
    assert_int_equal(place.port, 80);
    assert_int_equal(fetch_place_parse(prov_bytes_text("https://h/"), &place), PROV_OK);
    assert_int_equal(place.port, 443);
}

/* --- fetching -------------------------------------------------------------------------------- */

struct answer {
    unsigned told;
    uint64_t ticket;
    prov_result result;
    char reason[128];
    uint8_t octets[PROV_DTLS_CERTIFICATE_MAX];
    size_t lens[PROV_DTLS_CHAIN_MAX], count;
};

static void take_answer(void *context, uint64_t ticket, prov_result result, const char *reason,
                        const struct prov_bytes *chain, size_t chain_len)
{
    struct answer *answer = context;
    size_t at = 0;

    answer->told++;
    answer->ticket = ticket;
    answer->result = result;
    snprintf(answer->reason, sizeof(answer->reason), "%s", reason != NULL ? reason : "");
    answer->count = chain_len;
    for (size_t i = 0; i < chain_len; i++) {
        memcpy(answer->octets + at, chain[i].data, chain[i].len);
        answer->lens[i] = chain[i].len;
        at += chain[i].len;
    }
}

static uint64_t now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* As a server would have it, with the loopback allowed, and more patience than a slow machine asks for. */
struct bench {
    char folder[64];
    const char *folders[1], *addresses[1];
    struct prov_server_fetch rules;
    struct fetcher *fetcher;
    struct prov_why why;
};

static void bench_begin_with(struct bench *b, const char *host, bool loopback, uint32_t total_ms,
                             uint32_t idle_s)
{
    memset(b, 0, sizeof(*b));
    snprintf(b->folder, sizeof(b->folder), "http://%s:%u/c/", host, web.port);
    b->folders[0] = b->folder;
    b->addresses[0] = "127.0.0.1";
    b->rules = (struct prov_server_fetch){.folders = b->folders,
                                          .folder_count = 1,
                                          .addresses = b->addresses,
                                          .address_count = loopback ? 1 : 0,
                                          .total_ms = total_ms,
                                          .idle_s = idle_s,
                                          .at_once = 2};
    assert_int_equal(fetcher_make(&b->rules, crypto, &b->fetcher, &b->why), PROV_OK);
}

static void bench_begin(struct bench *b, const char *host, bool loopback)
{
    bench_begin_with(b, host, loopback, 60000, 30);
}

/* For those that are to be given up: web.c has them wait for 20 s and more. */
static void bench_begin_hasty(struct bench *b)
{
    bench_begin_with(b, "127.0.0.1", true, 3000, 1);
}

static void run_until_told(struct bench *b, struct answer *answer)
{
    uint64_t until = now_ms() + 90000;

    while (answer->told == 0 && now_ms() < until) {
        assert_true(fetcher_poll(b->fetcher, NULL, 0, 100));
        fetcher_run(b->fetcher, now_ms(), take_answer, answer);
    }
    assert_int_equal(answer->told, 1);
}

/* The URL of a path, with the hash of what is expected there. */
struct wanted {
    char url[2048];
    struct prov_certificate_url entry;
};

static void want(const struct bench *b, const char *path, struct prov_bytes content,
                 struct wanted *ret)
{
    snprintf(ret->url, sizeof(ret->url), "%s%s", b->folder, path);
    ret->entry.url = prov_bytes_text(ret->url);
    SHA1(content.data, content.len, ret->entry.sha1);
}

static void want_octets(const struct bench *b, struct prov_bytes content, struct wanted *ret)
{
    char path[1024] = "ok/";

    prov_hex_format(content, path + 3);
    want(b, path, content, ret);
}

static struct answer fetch_path(const char *path, bool hasty)
{
    struct answer answer = {.told = 0};
    struct wanted wanted;
    struct bench b;

    if (hasty)
        bench_begin_hasty(&b);
    else
        bench_begin(&b, "127.0.0.1", true);
    want(&b, path, PROV_BYTES_OF(end_entity), &wanted);
    assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 7, &wanted.entry, 1, false, &b.why),
                     PROV_OK);
    run_until_told(&b, &answer);
    assert_int_equal(answer.ticket, 7);
    assert_int_equal(answer.count, 0);
    fetcher_free(b.fetcher);
    return answer;
}

static void h38_each_misbehaviour_ends_in_time(void **state)
{
    static const struct {
        const char *path;
        prov_result result;
    } cases[] = {
        {"missing", PROV_E_NOT_FOUND},    {"redirect", PROV_E_POLICY}, {"close", PROV_E_NETWORK},
        {"garbage", PROV_E_NETWORK},      {"short", PROV_E_NETWORK},   {"long", PROV_E_BOUNDS},
        {"endless", PROV_E_BOUNDS},       {"slow", PROV_E_TIMEOUT},    {"silent", PROV_E_TIMEOUT},
        {"ok/3003020102", PROV_E_DIGEST}, {"ok/", PROV_E_DIGEST},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t begun = now_ms();
        bool hasty = cases[i].result == PROV_E_TIMEOUT;
        struct answer answer = fetch_path(cases[i].path, hasty);
        if (answer.result != cases[i].result)
            fail_msg("%s: %04x, %s", cases[i].path, (unsigned)answer.result, answer.reason);
        assert_true(!hasty || now_ms() - begun < 15000);
        assert_true(answer.reason[0] != '\0');
    }
}

static void h38_nobody_listens_is_told(void **state)
{
    struct answer answer = {.told = 0};
    struct web other = web;
    struct wanted wanted;
    struct bench b;

    (void)state;
    web.port = 1; /* nobody's */
    bench_begin(&b, "127.0.0.1", true);
    web = other;
    want(&b, "ok/3003020101", PROV_BYTES_OF(end_entity), &wanted);
    assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 7, &wanted.entry, 1, false, &b.why),
                     PROV_OK);
    run_until_told(&b, &answer);
    assert_int_equal(answer.result, PROV_E_NETWORK);
    fetcher_free(b.fetcher);
}

/* The host is listed; where its name leads is not public, and nobody has allowed that. */
static void h38_an_address_that_is_not_public_is_not_connected_to(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "127.0.0.2"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct answer answer = {.told = 0};
        struct wanted wanted;
        struct bench b;
        bench_begin(&b, hosts[i], i == 2); /* the third: another one than the allowed one */
        want(&b, "ok/3003020101", PROV_BYTES_OF(end_entity), &wanted);
        assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 7, &wanted.entry, 1, false, &b.why),
                         PROV_OK);
        run_until_told(&b, &answer);
        assert_int_equal(answer.result, PROV_E_POLICY);
        fetcher_free(b.fetcher);
    }
}

static prov_result begin_with(struct bench *b, const char *url, size_t count, uint64_t ticket)
{
    struct prov_certificate_url urls[PROV_DTLS_CHAIN_MAX + 1] = {{.url = prov_bytes_text(url)}};

    for (size_t i = 1; i <= PROV_DTLS_CHAIN_MAX; i++)
        urls[i] = urls[0];
    return fetcher_begin(b->fetcher, now_ms(), ticket, urls, count, false, &b->why);
}

static void h38_what_is_not_listed_is_not_fetched(void **state)
{
    char url[128];
    struct bench b;

    (void)state;
    bench_begin(&b, "127.0.0.1", true);
    assert_int_equal(begin_with(&b, "http://127.0.0.1/c/ok/30", 1, 1), PROV_E_POLICY);
    assert_int_equal(begin_with(&b, "gopher://127.0.0.1/c/", 1, 1), PROV_E_ADDRESS);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/c/ok/30", web.port);
    assert_int_equal(begin_with(&b, url, 1, 1), PROV_E_POLICY);
    snprintf(url, sizeof(url), "http://localhost:%u/c/ok/30", web.port);
    assert_int_equal(begin_with(&b, url, 1, 1), PROV_E_POLICY);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/d/ok/30", web.port);
    assert_int_equal(begin_with(&b, url, 1, 1), PROV_E_POLICY);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/c/missing", web.port);
    assert_int_equal(begin_with(&b, url, 0, 1), PROV_E_BOUNDS);
    assert_int_equal(begin_with(&b, url, PROV_DTLS_CHAIN_MAX + 1, 1), PROV_E_BOUNDS);
    fetcher_free(b.fetcher);
}

static void h38_few_at_a_time_and_none_that_nobody_waits_for(void **state)
{
    struct answer answer = {.told = 0};
    char url[128];
    struct bench b;

    (void)state;
    bench_begin_hasty(&b);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/c/silent", web.port);
    assert_int_equal(begin_with(&b, url, 1, 1), PROV_OK);
    assert_int_equal(begin_with(&b, url, 1, 2), PROV_OK);
    assert_int_equal(begin_with(&b, url, 1, 3), PROV_E_BUSY);
    fetcher_cancel(b.fetcher, 1);
    fetcher_cancel(b.fetcher, 77);
    assert_int_equal(begin_with(&b, url, 1, 4), PROV_OK);
    fetcher_cancel(b.fetcher, 4);
    run_until_told(&b, &answer);
    assert_int_equal(answer.ticket, 2);
    assert_int_equal(answer.result, PROV_E_TIMEOUT);
    fetcher_free(b.fetcher);
}

static void h38_bad_rules_do_not_start(void **state)
{
    static const char *const bad_folder[] = {"http://h/c"}, *const good_folder[] = {"http://h/c/"};
    static const char *const bad_address[] = {"loopback"};
    const char *many[17];
    struct prov_server_fetch rules = {.folders = bad_folder, .folder_count = 1};
    struct prov_why why = {{0}, {0}};
    struct fetcher *fetcher;

    (void)state;
    for (size_t i = 0; i < 17; i++)
        many[i] = good_folder[0];
    assert_int_equal(fetcher_make(&rules, crypto, &fetcher, &why), PROV_E_ADDRESS);
    assert_non_null(strstr(why.text, "http://h/c"));
    rules = (struct prov_server_fetch){
        .folders = good_folder, .folder_count = 1, .addresses = bad_address, .address_count = 1};
    assert_int_equal(fetcher_make(&rules, crypto, &fetcher, &why), PROV_E_ADDRESS);
    rules = (struct prov_server_fetch){.folders = many, .folder_count = 17};
    assert_int_equal(fetcher_make(&rules, crypto, &fetcher, &why), PROV_E_BOUNDS);
    rules = (struct prov_server_fetch){.folders = many, .folder_count = 1, .at_once = 65};
    assert_int_equal(fetcher_make(&rules, crypto, &fetcher, &why), PROV_E_BOUNDS);
}

/* A proxy of the environment would hear of it, and might answer something else. */
static void h38_a_proxy_of_the_environment_is_not_asked(void **state)
{
    struct answer answer = {.told = 0};
    struct wanted wanted;
    struct bench b;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("all_proxy", "http://127.0.0.1:1/", 1);
    bench_begin(&b, "127.0.0.1", true);
    want_octets(&b, PROV_BYTES_OF(end_entity), &wanted);
    assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 7, &wanted.entry, 1, false, &b.why),
                     PROV_OK);
    run_until_told(&b, &answer);
    assert_int_equal(answer.result, PROV_OK);
    fetcher_free(b.fetcher);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
}

static void row40_a_chain_is_fetched_in_order(void **state)
{
    struct answer answer = {.told = 0};
    struct wanted wanted[2];
    struct bench b;

    (void)state;
    bench_begin(&b, "127.0.0.1", true);
    want_octets(&b, PROV_BYTES_OF(end_entity), &wanted[0]);
    want_octets(&b, PROV_BYTES_OF(issuing), &wanted[1]);
    const struct prov_certificate_url urls[] = {wanted[0].entry, wanted[1].entry};
    assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 9, urls, 2, false, &b.why), PROV_OK);
    run_until_told(&b, &answer);
    assert_int_equal(answer.result, PROV_OK);
    assert_int_equal(answer.ticket, 9);
    assert_int_equal(answer.count, 2);
    assert_memory_equal(answer.octets, end_entity, 5);
    assert_memory_equal(answer.octets + 5, issuing, 5);
    fetcher_free(b.fetcher);
}

/* The second of two is wrong: none of it is told. */
static void row40_one_wrong_hash_spoils_the_chain(void **state)
{
    struct answer answer = {.told = 0};
    struct wanted wanted[2];
    struct bench b;

    (void)state;
    bench_begin(&b, "127.0.0.1", true);
    want_octets(&b, PROV_BYTES_OF(end_entity), &wanted[0]);
    want_octets(&b, PROV_BYTES_OF(issuing), &wanted[1]);
    wanted[1].entry.sha1[19] ^= 1;
    const struct prov_certificate_url urls[] = {wanted[0].entry, wanted[1].entry};
    assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 9, urls, 2, false, &b.why), PROV_OK);
    run_until_told(&b, &answer);
    assert_int_equal(answer.result, PROV_E_DIGEST);
    assert_int_equal(answer.count, 0);
    fetcher_free(b.fetcher);
}

/* RFC 6066, section 10.1: the end entity comes last in it. */
static void row40_a_pkipath_is_turned_round(void **state)
{
    static const uint8_t path[] = {0x30, 10, 0x30, 3, 2, 1, 2, 0x30, 3, 2, 1, 1};
    struct answer answer = {.told = 0};
    struct wanted wanted;
    struct bench b;

    (void)state;
    bench_begin(&b, "127.0.0.1", true);
    want_octets(&b, PROV_BYTES_OF(path), &wanted);
    assert_int_equal(fetcher_begin(b.fetcher, now_ms(), 9, &wanted.entry, 1, true, &b.why),
                     PROV_OK);
    run_until_told(&b, &answer);
    assert_int_equal(answer.result, PROV_OK);
    assert_int_equal(answer.count, 2);
    assert_memory_equal(answer.octets, end_entity, 5);
    assert_memory_equal(answer.octets + 5, issuing, 5);
    fetcher_free(b.fetcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h38_urls_that_can_be_read_in_two_ways_are_refused),
        cmocka_unit_test(h38_only_what_is_listed_is_held),
        cmocka_unit_test(h38_addresses_that_are_not_public),
        cmocka_unit_test(row40_what_is_no_pkipath_is_refused),
        cmocka_unit_test(row40_urls_are_taken_apart),
        cmocka_unit_test(h38_each_misbehaviour_ends_in_time),
        cmocka_unit_test(h38_nobody_listens_is_told),
        cmocka_unit_test(h38_an_address_that_is_not_public_is_not_connected_to),
        cmocka_unit_test(h38_what_is_not_listed_is_not_fetched),
        cmocka_unit_test(h38_few_at_a_time_and_none_that_nobody_waits_for),
        cmocka_unit_test(h38_bad_rules_do_not_start),
        cmocka_unit_test(h38_a_proxy_of_the_environment_is_not_asked),
        cmocka_unit_test(row40_a_chain_is_fetched_in_order),
        cmocka_unit_test(row40_one_wrong_hash_spoils_the_chain),
        cmocka_unit_test(row40_a_pkipath_is_turned_round),
    };
    return cmocka_run_group_tests_name("fetching of certificates", tests, setup, teardown);
}
