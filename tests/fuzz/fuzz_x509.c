/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and chains, against OpenSSL: what is accepted here, OpenSSL accepts too (see
 * tests/unit/x509/second.h for the relation). The first octet says what the rest is:
 *
 *   0 a whole certificate         1 the TBS of a server's certificate, signed here, under the issuing CA
 *   2 the same of a device's      3 the TBS of the issuing CA's, signed here, between server and root
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/x509/mint.h"
#include "tests/unit/x509/second.h"

enum { WHOLE, SERVER, DEVICE, ISSUING, MODES };

#define NOW         INT64_C(1800000000) /* 2027-01-15 */
#define DEVICE_NAME "AC-DE-48-00-11-22-33-44"

/* Made once: keys, and right certificates around the one that is fuzzed. */
static struct {
    struct prov_crypto *crypto;
    struct prov_key issuing_key, root_key;
    uint8_t names[1024], octets[4096];
    struct prov_bytes server, issuing, root;
    struct prov_fqdn fqdn;
    struct prov_eui64 device;
} house;

static void house_make(void)
{
    struct prov_buf names = PROV_BUF_OF(house.names), octets = PROV_BUF_OF(house.octets);
    uint8_t point[PROV_POINT_LEN];
    struct mint_plan plan;

    FUZZ_CHECK(prov_crypto_make(NULL, &house.crypto) == PROV_OK);
    FUZZ_CHECK(prov_fqdn_parse(prov_bytes_text("server.example"), &house.fqdn) == PROV_OK);
    FUZZ_CHECK(prov_eui64_parse_canonical(prov_bytes_text(DEVICE_NAME), &house.device) == PROV_OK);
    mint_key(house.crypto, 11, &house.issuing_key, point);
    mint_key(house.crypto, 12, &house.root_key, point);
    plan = mint_server(house.crypto, 10, "ca1", &names);
    house.server = mint_cert(house.crypto, &plan, &house.issuing_key, &octets);
    plan = mint_ca(house.crypto, 11, "ca2", "ca1", &names);
    house.issuing = mint_cert(house.crypto, &plan, &house.root_key, &octets);
    plan = mint_ca(house.crypto, 12, "ca2", "ca2", &names);
    house.root = mint_cert(house.crypto, &plan, &house.root_key, &octets);
}

static bool is_inside(struct prov_bytes part, struct prov_bytes whole)
{
    return part.len == 0 || (part.data >= whole.data && part.len <= whole.len &&
                             part.data + part.len <= whole.data + whole.len);
}

static void try_certificate(struct prov_bytes der)
{
    struct prov_eui64 eui64;
    struct prov_x509 cert;

    if (prov_x509_parse(der, &cert) != PROV_OK)
        return;
    FUZZ_CHECK(is_inside(cert.tbs, der) && is_inside(cert.serial, cert.tbs));
    FUZZ_CHECK(is_inside(cert.issuer, cert.tbs) && is_inside(cert.subject, cert.tbs));
    FUZZ_CHECK(is_inside(cert.common_name, cert.subject) && is_inside(cert.point, cert.spki));
    FUZZ_CHECK(is_inside(cert.alt_name, cert.san) && is_inside(cert.aki_issuer, cert.tbs));
    FUZZ_CHECK(is_inside(cert.san, cert.tbs) && is_inside(cert.aki, cert.tbs));
    FUZZ_CHECK(cert.spki.len == PROV_SPKI_LEN && cert.point.len == PROV_POINT_LEN);
    bool named = prov_x509_eui64(&cert, &eui64) == PROV_OK;
    if (named)
        FUZZ_CHECK((eui64.octets[0] & 1) == 0);
    FUZZ_CHECK(prov_x509_match_device(&cert, &house.device) != PROV_OK ||
               (named && prov_eui64_equal(&eui64, &house.device)));
    (void)!prov_x509_match_server(&cert, &house.fqdn);
}

/* OpenSSL takes no certificate in its last second. */
static bool is_last_second(const struct prov_path_rules *rules, const struct prov_bytes *chain,
                           size_t chain_len)
{
    struct prov_x509 cert;

    for (size_t i = 0; i < chain_len; i++)
        if (rules->has_time && prov_x509_parse(chain[i], &cert) == PROV_OK &&
            cert.not_after == rules->time)
            return true;
    return false;
}

static void try_chain(const struct prov_bytes *chain, size_t chain_len, enum prov_path_role role,
                      bool has_time)
{
    struct prov_path_rules rules = {role, &house.fqdn, 3, has_time, NOW, NULL};
    struct prov_path path;
    prov_result result = prov_path_begin(&path, &rules, chain, chain_len, &house.root, 1);

    for (int steps = 0; result == PROV_OK && steps >= 0; steps++) {
        FUZZ_CHECK(steps < 2 * PROV_PATH_MAX);
        result = prov_path_step(&path, house.crypto);
        if (result == PROV_OK)
            break;
        if (result == PROV_E_AGAIN)
            result = PROV_OK;
    }
    if (result != PROV_OK || is_last_second(&rules, chain, chain_len))
        return;
    for (size_t i = 0; i < chain_len; i++)
        if (second_has_others(chain[i]))
            return;
    if (!second_accepts(&rules, chain, chain_len, &house.root, 1)) {
        fprintf(stderr, "OpenSSL: %s\n", second_reason(&rules, chain, chain_len, &house.root, 1));
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t octets[4096];
    struct prov_buf buf = PROV_BUF_OF(octets);
    struct prov_bytes chain[2];
    int mode;

    if (house.crypto == NULL)
        house_make();
    if (size == 0 || size > 2048)
        return 0;
    mode = data[0] % MODES;
    chain[0] = PROV_BYTES(data + 1, size - 1);
    if (mode == WHOLE) {
        try_certificate(chain[0]);
        return 0;
    }
    chain[0] = mint_signed(house.crypto, chain[0], PROV_BYTES_NONE,
                           mode == ISSUING ? &house.root_key : &house.issuing_key, &buf);
    chain[1] = house.issuing;
    try_certificate(chain[0]);
    if (mode == ISSUING) {
        chain[1] = chain[0];
        chain[0] = house.server;
    }
    try_chain(chain, 2, mode == DEVICE ? PROV_PATH_CLIENT : PROV_PATH_SERVER, data[0] & 0x80);
    return 0;
}
