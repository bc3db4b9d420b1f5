/* SPDX-License-Identifier: Apache-2.0
 *
 * The fetching, by libcurl's multi interface: it waits in the loop's poll and never blocks the loop.
 *
 *   job   one client's chain: its URLs one after the other, into one room, each held against its SHA-1
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "fetch.h"

#define FOLDERS_MAX   16
#define ADDRESSES_MAX 16
#define JOBS_MAX      64
#define AT_ONCE       8
#define TOTAL_MS      5000u
#define IDLE_S        2u

struct job {
    uint64_t ticket; /* 0: free */
    uint64_t until_ms;
    CURL *easy;
    CURLU *url; /* of the transfer, as long as that runs */
    bool pkipath;
    bool refused;  /* the host's address may not be connected to */
    bool too_long; /* more came than a Certificate message may hold */
    size_t url_count, at;
    struct {
        char text[PROV_URL_MAX + 1];
        uint8_t sha1[PROV_SHA1_LEN];
    } urls[PROV_DTLS_CHAIN_MAX];
    struct prov_bytes chain[PROV_DTLS_CHAIN_MAX];
    size_t len, start; /* of the octets; of those of the URL in work */
    uint8_t octets[PROV_DTLS_CERTIFICATE_MAX];
    struct fetcher *fetcher;
};

struct fetcher {
    CURLM *multi;
    struct prov_crypto *crypto;
    struct fetch_place folders[FOLDERS_MAX];
    size_t folder_count;
    struct fetch_address addresses[ADDRESSES_MAX];
    size_t address_count;
    uint32_t total_ms, idle_s;
    size_t job_count;
    struct job *jobs;
};

/* --- make ------------------------------------------------------------------------------------ */

static prov_result take_rules(struct fetcher *f, const struct prov_server_fetch *rules,
                              struct prov_why *why)
{
    if (rules->folder_count > FOLDERS_MAX || rules->address_count > ADDRESSES_MAX)
        return prov_why_set(why, PROV_E_BOUNDS, "too many places to fetch certificates from");
    for (size_t i = 0; i < rules->folder_count; i++)
        if (fetch_folder_parse(prov_bytes_text(rules->folders[i]), &f->folders[i]) != PROV_OK)
            return prov_why_set(why, PROV_E_ADDRESS,
                                "not http://HOST/FOLDER/ or https://HOST/FOLDER/, to fetch "
                                "certificates from: %.100s",
                                rules->folders[i]);
    for (size_t i = 0; i < rules->address_count; i++)
        if (fetch_address_parse(rules->addresses[i], &f->addresses[i]) != PROV_OK)
            return prov_why_set(why, PROV_E_ADDRESS, "not a network address: %.64s",
                                rules->addresses[i]);
    f->folder_count = rules->folder_count;
    f->address_count = rules->address_count;
    f->total_ms = rules->total_ms != 0 ? rules->total_ms : TOTAL_MS;
    f->idle_s = rules->idle_s != 0 ? rules->idle_s : IDLE_S;
    f->job_count = rules->at_once != 0 ? rules->at_once : AT_ONCE;
    return f->job_count <= JOBS_MAX
               ? PROV_OK
               : prov_why_set(why, PROV_E_BOUNDS, "at most %d certificates are fetched at a time",
                              JOBS_MAX);
}

prov_result fetcher_make(const struct prov_server_fetch *rules, struct prov_crypto *crypto,
                         struct fetcher **ret, struct prov_why *why)
{
    struct fetcher *f = calloc(1, sizeof(*f));

    if (f == NULL)
        return prov_why_set(why, PROV_E_MEMORY, "out of memory");
    f->crypto = crypto;
    prov_result result = take_rules(f, rules, why);
    if (result == PROV_OK && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        f->multi = curl_multi_init();
    f->jobs = calloc(f->job_count > 0 ? f->job_count : 1, sizeof(*f->jobs));
    if (result == PROV_OK && (f->multi == NULL || f->jobs == NULL))
        result = prov_why_set(why, PROV_E_MEMORY, "out of memory");
    if (result != PROV_OK) {
        fetcher_free(f);
        return result;
    }
    *ret = f;
    return PROV_OK;
}

static void end_transfer(struct job *job)
{
    if (job->easy == NULL && job->url == NULL)
        return;
    (void)curl_multi_remove_handle(job->fetcher->multi, job->easy);
    curl_easy_cleanup(job->easy);
    curl_url_cleanup(job->url);
    job->easy = NULL;
    job->url = NULL;
}

void fetcher_free(struct fetcher *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; f->jobs != NULL && i < f->job_count; i++)
        end_transfer(&f->jobs[i]);
    (void)curl_multi_cleanup(f->multi);
    free(f->jobs);
    free(f);
}

/* --- one transfer ---------------------------------------------------------------------------- */

static size_t on_octets(char *data, size_t size, size_t count, void *context)
{
    struct job *job = context;
    size_t len = size * count;

    if (len > sizeof(job->octets) - job->len) {
        job->too_long = true;
        return 0;
    }
    memcpy(job->octets + job->len, data, len);
    job->len += len;
    return len;
}

static bool address_of(const struct sockaddr *from, struct fetch_address *ret)
{
    if (from->sa_family == AF_INET) {
        ret->len = 4;
        memcpy(ret->octets, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        ret->len = 16;
        memcpy(ret->octets, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
        return true;
    }
    return false;
}

static bool may_connect(const struct fetcher *f, const struct fetch_address *address)
{
    for (size_t i = 0; i < f->address_count; i++)
        if (f->addresses[i].len == address->len &&
            memcmp(f->addresses[i].octets, address->octets, address->len) == 0)
            return true;
    return fetch_address_is_public(address);
}

/* The address that is judged here is the one that is connected to: a name that says something else a
 * moment later changes nothing (H38). */
static curl_socket_t on_connect(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct job *job = context;
    struct fetch_address address = {0};

    if (purpose != CURLSOCKTYPE_IPCXN || !address_of(&to->addr, &address) ||
        !may_connect(job->fetcher, &address)) {
        job->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* What the URL says, by our reading of it: there is no second one. */
static CURLU *target(const struct fetch_place *place)
{
    char port[8], path[PROV_URL_MAX + 1];
    size_t len = strcspn(place->path, "?");
    const char *query = place->path[len] == '?' ? place->path + len + 1 : NULL;
    CURLU *url = curl_url();

    snprintf(port, sizeof(port), "%u", place->port);
    snprintf(path, sizeof(path), "%.*s", (int)len, place->path);
    if (url != NULL &&
        (curl_url_set(url, CURLUPART_SCHEME, place->tls ? "https" : "http", 0) ||
         curl_url_set(url, CURLUPART_HOST, place->host, 0) ||
         curl_url_set(url, CURLUPART_PORT, port, 0) || curl_url_set(url, CURLUPART_PATH, path, 0) ||
         (query != NULL && curl_url_set(url, CURLUPART_QUERY, query, 0)))) {
        curl_url_cleanup(url);
        return NULL;
    }
    return url;
}

/* No proxy, whatever the environment says; no redirect; one protocol; nothing kept from one to the next. */
static bool set_rules(const struct job *job, CURL *easy, bool tls)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)sizeof(job->octets)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           /* a resolver that hangs is not waited for when the time is over */
           curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
}

static bool set_job(struct job *job, CURL *easy, uint64_t now_ms)
{
    long left = job->until_ms > now_ms ? (long)(job->until_ms - now_ms) : 1;

    return curl_easy_setopt(easy, CURLOPT_CURLU, job->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)job->fetcher->idle_s) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_connect) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, job) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_octets) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, job) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, job) == CURLE_OK;
}

static prov_result begin_transfer(struct job *job, uint64_t now_ms)
{
    struct fetch_place place;
    prov_result result = fetch_place_parse(prov_bytes_text(job->urls[job->at].text), &place);

    if (result != PROV_OK)
        return result;
    job->start = job->len;
    job->url = target(&place);
    job->easy = curl_easy_init();
    bool good = job->url != NULL && job->easy != NULL && set_rules(job, job->easy, place.tls) &&
                set_job(job, job->easy, now_ms) &&
                curl_multi_add_handle(job->fetcher->multi, job->easy) == CURLM_OK;
    return good ? PROV_OK : PROV_E_INTERNAL;
}

/* --- begin, cancel --------------------------------------------------------------------------- */

static bool is_listed(const struct fetcher *f, const struct fetch_place *place)
{
    for (size_t i = 0; i < f->folder_count; i++)
        if (fetch_folder_holds(&f->folders[i], place))
            return true;
    return false;
}

static prov_result check_urls(const struct fetcher *f, const struct prov_certificate_url *urls,
                              size_t count, struct prov_why *why)
{
    for (size_t i = 0; i < count; i++) {
        struct fetch_place place;
        prov_result result = fetch_place_parse(urls[i].url, &place);
        if (result == PROV_OK && !is_listed(f, &place))
            result = PROV_E_POLICY;
        if (result != PROV_OK)
            return prov_why_set(why, result, "not a listed place: %.*s",
                                (int)(urls[i].url.len > 200 ? 200 : urls[i].url.len),
                                (const char *)urls[i].url.data);
    }
    return PROV_OK;
}

static struct job *find(struct fetcher *f, uint64_t ticket)
{
    for (size_t i = 0; i < f->job_count; i++)
        if (f->jobs[i].ticket == ticket)
            return &f->jobs[i];
    return NULL;
}

prov_result fetcher_begin(struct fetcher *f, uint64_t now_ms, uint64_t ticket,
                          const struct prov_certificate_url *urls, size_t count, bool pkipath,
                          struct prov_why *why)
{
    struct job *job = find(f, 0);
    prov_result result = check_urls(f, urls, count, why);

    if (result != PROV_OK)
        return result;
    if (count == 0 || count > PROV_DTLS_CHAIN_MAX)
        return PROV_E_BOUNDS;
    if (job == NULL)
        return prov_why_set(why, PROV_E_BUSY, "too many certificates are being fetched");
    memset(job, 0, sizeof(*job));
    job->fetcher = f;
    job->until_ms = now_ms + f->total_ms;
    job->pkipath = pkipath;
    job->url_count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(job->urls[i].text, urls[i].url.data, urls[i].url.len);
        memcpy(job->urls[i].sha1, urls[i].sha1, PROV_SHA1_LEN);
    }
    result = begin_transfer(job, now_ms);
    if (result == PROV_OK)
        job->ticket = ticket;
    else
        end_transfer(job);
    return result;
}

void fetcher_cancel(struct fetcher *f, uint64_t ticket)
{
    struct job *job = ticket != 0 ? find(f, ticket) : NULL;

    if (job == NULL)
        return;
    end_transfer(job);
    job->ticket = 0;
}

/* --- done ------------------------------------------------------------------------------------ */

struct outcome {
    prov_result result;
    const char *reason;
};

static struct outcome judge_transfer(const struct job *job, CURLcode code)
{
    long status = 0;

    if (job->refused && code != CURLE_OK)
        return (struct outcome){PROV_E_POLICY, "the host has an address that is not public"};
    if (job->too_long || code == CURLE_FILESIZE_EXCEEDED)
        return (struct outcome){PROV_E_BOUNDS, "longer than a chain may be"};
    if (code == CURLE_OPERATION_TIMEDOUT)
        return (struct outcome){PROV_E_TIMEOUT, "too slow"};
    if (code != CURLE_OK)
        return (struct outcome){PROV_E_NETWORK, curl_easy_strerror(code)};
    (void)curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300 && status < 400)
        return (struct outcome){PROV_E_POLICY, "a redirect, which is not followed"};
    if (status != 200)
        return (struct outcome){PROV_E_NOT_FOUND, "not there"};
    return (struct outcome){PROV_OK, NULL};
}

/* RFC 6066, section 5: the server MUST check. */
static struct outcome judge_octets(struct job *job, struct prov_bytes octets)
{
    uint8_t sha1[PROV_SHA1_LEN];
    prov_result result = prov_crypto_sha1(job->fetcher->crypto, octets, sha1);

    if (result != PROV_OK)
        return (struct outcome){result, "no SHA-1"};
    if (memcmp(sha1, job->urls[job->at].sha1, sizeof(sha1)) != 0)
        return (struct outcome){PROV_E_DIGEST, "not what the hash promised"};
    if (!job->pkipath) {
        job->chain[job->at] = octets;
        return (struct outcome){PROV_OK, NULL};
    }
    result = fetch_pkipath_split(octets, job->chain, &job->url_count);
    job->at = job->url_count - 1; /* all of it has come */
    return (struct outcome){result, "not a PkiPath"};
}

static void tell(struct job *job, const struct outcome *outcome, fetcher_done *done, void *context)
{
    uint64_t ticket = job->ticket;
    bool good = outcome->result == PROV_OK;

    job->ticket = 0; /* the answer may begin another one; this room's octets stay until then */
    done(context, ticket, outcome->result, outcome->reason, good ? job->chain : NULL,
         good ? job->url_count : 0);
}

static void transfer_over(struct job *job, CURLcode code, uint64_t now_ms, fetcher_done *done,
                          void *context)
{
    struct outcome outcome = judge_transfer(job, code);

    end_transfer(job);
    if (outcome.result == PROV_OK)
        outcome = judge_octets(job, PROV_BYTES(job->octets + job->start, job->len - job->start));
    if (outcome.result == PROV_OK && job->at + 1 < job->url_count) {
        job->at++;
        outcome = (struct outcome){begin_transfer(job, now_ms), "libcurl failed"};
        if (outcome.result == PROV_OK)
            return;
        end_transfer(job);
    }
    tell(job, &outcome, done, context);
}

void fetcher_run(struct fetcher *f, uint64_t now_ms, fetcher_done *done, void *context)
{
    const CURLMsg *message;
    int left;

    (void)curl_multi_perform(f->multi, &left);
    while ((message = curl_multi_info_read(f->multi, &left)) != NULL) {
        CURLcode code = message->data.result;
        char *job = NULL;
        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job) == CURLE_OK)
            transfer_over((struct job *)(void *)job, code, now_ms, done, context);
    }
}

/* --- wait ------------------------------------------------------------------------------------ */

bool fetcher_poll(struct fetcher *f, struct pollfd *files, unsigned count, int timeout_ms)
{
    struct curl_waitfd waits[8];
    int ready;

    if (count > sizeof(waits) / sizeof(waits[0])) {
        errno = EINVAL;
        return false;
    }
    for (unsigned i = 0; i < count; i++)
        waits[i] = (struct curl_waitfd){files[i].fd, CURL_WAIT_POLLIN, 0};
    if (curl_multi_poll(f->multi, waits, count, timeout_ms, &ready) != CURLM_OK) {
        errno = EIO;
        return false;
    }
    return true;
}
