/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of every kind, judged: each rule is told once, whatever the octets are. What our strict readers
 * accept, the tolerant ones read too.
 *
 *   input: subject and profile (1 octet) | the file; a chain: certificates, one after the other
 */
#include <string.h>

#include "prov/check.h"
#include "prov/profile.h"
#include "prov/x509.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1800000000)

static struct prov_crypto *crypto;

struct told {
    enum prov_check_subject subject;
    size_t count;
    bool der_failed, key_failed;
};

static void take(void *context, const struct prov_check_finding *finding)
{
    struct told *told = context;

    FUZZ_CHECK((finding->rule->subjects & (unsigned)told->subject) != 0);
    FUZZ_CHECK(memchr(finding->evidence, '\0', sizeof finding->evidence) != NULL);
    FUZZ_CHECK(finding->verdict >= PROV_CHECK_PASS && finding->verdict <= PROV_CHECK_NOT_TESTED);
    told->count++;
    if (finding->verdict != PROV_CHECK_FAIL)
        return;
    told->der_failed |= strstr(finding->rule->id, ".der") != NULL;
    told->key_failed |= strcmp(finding->rule->id, "cert.key") == 0 ||
                        strcmp(finding->rule->id, "cert.key.curve") == 0;
}

/* Counted once for each subject. */
static size_t rules_of(enum prov_check_subject subject)
{
    static size_t counts[PROV_CHECK_BUNDLE + 1];
    const struct prov_check_rule *rule;

    if (counts[subject] == 0)
        for (size_t i = 0; (rule = prov_check_rule_at(i)) != NULL; i++)
            counts[subject] += (rule->subjects & (unsigned)subject) != 0;
    return counts[subject];
}

/* SEQUENCEs with two octets of length, as certificates are; the rest is the last part. */
static size_t split(struct prov_bytes octets, struct prov_bytes parts[4])
{
    size_t count = 0;

    while (count < 3 && octets.len > 4 && octets.data[1] == 0x82) {
        size_t len = 4 + ((size_t)octets.data[2] << 8 | octets.data[3]);
        if (len >= octets.len)
            break;
        parts[count++] = PROV_BYTES(octets.data, len);
        octets = PROV_BYTES(octets.data + len, octets.len - len);
    }
    parts[count++] = octets;
    return count;
}

static void compare(const struct told *told, struct prov_bytes part)
{
    struct prov_x509 cert;
    struct prov_csr csr;

    if (told->subject == PROV_CHECK_CERT && prov_x509_parse(part, &cert) == PROV_OK)
        FUZZ_CHECK(!told->der_failed && !told->key_failed);
    if (told->subject == PROV_CHECK_CSR && prov_csr_parse(part, &csr) == PROV_OK)
        FUZZ_CHECK(!told->der_failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum prov_check_subject subjects[] = {PROV_CHECK_CERT, PROV_CHECK_CHAIN,
                                                       PROV_CHECK_CSR,  PROV_CHECK_RPK,
                                                       PROV_CHECK_PSK,  PROV_CHECK_BUNDLE};
    struct prov_bytes parts[4];

    if (crypto == NULL)
        FUZZ_CHECK(prov_crypto_make(NULL, &crypto) == PROV_OK);
    if (size < 1 || (data[0] & 0x0f) >= 6)
        return 0;
    struct told told = {.subject = subjects[data[0] & 0x0f]};
    parts[0] = PROV_BYTES(data + 1, size - 1);
    size_t count = told.subject == PROV_CHECK_CHAIN ? split(parts[0], parts) : 1;
    struct prov_check_file file = {.subject = told.subject,
                                   .profile = (data[0] & 0x80) != 0 ? "tls13-iot-23" : NULL,
                                   .now_unix = NOW,
                                   .crypto = crypto,
                                   .parts = parts,
                                   .part_count = count,
                                   .anchors = &parts[count - 1],
                                   .anchor_count = count > 2 ? 1 : 0,
                                   .sink = {take, &told}};
    FUZZ_CHECK(prov_check_file(&file) == PROV_OK);
    FUZZ_CHECK(told.count == rules_of(told.subject));
    compare(&told, parts[0]);
    return 0;
}
