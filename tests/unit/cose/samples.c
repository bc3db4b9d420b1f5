/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cose/samples.h"

#include <string.h>

#include "prov/profile.h"

const uint8_t sample_point_11[PROV_POINT_LEN] = {
    0x04, 0xba, 0xc5, 0xb1, 0x1c, 0xad, 0x8f, 0x99, 0xf9, 0xc7, 0x2b, 0x05, 0xcf,
    0x4b, 0x9e, 0x26, 0xd2, 0x44, 0xdc, 0x18, 0x9f, 0x74, 0x52, 0x28, 0x25, 0x5a,
    0x21, 0x9a, 0x86, 0xd6, 0xa0, 0x9e, 0xff, 0x20, 0x13, 0x8b, 0xf8, 0x2d, 0xc1,
    0xb6, 0xd5, 0x62, 0xbe, 0x0f, 0xa5, 0x4a, 0xb7, 0x80, 0x4a, 0x3a, 0x64, 0xb6,
    0xd7, 0x2c, 0xcf, 0xed, 0x6b, 0x6f, 0xb6, 0xed, 0x28, 0xbb, 0xfc, 0x11, 0x7e};
const uint8_t sample_point_meriadoc[PROV_POINT_LEN] = {
    0x04, 0x65, 0xed, 0xa5, 0xa1, 0x25, 0x77, 0xc2, 0xba, 0xe8, 0x29, 0x43, 0x7f,
    0xe3, 0x38, 0x70, 0x1a, 0x10, 0xaa, 0xa3, 0x75, 0xe1, 0xbb, 0x5b, 0x5d, 0xe1,
    0x08, 0xde, 0x43, 0x9c, 0x08, 0x55, 0x1d, 0x1e, 0x52, 0xed, 0x75, 0x70, 0x11,
    0x63, 0xf7, 0xf9, 0xe4, 0x0d, 0xdf, 0x9f, 0x34, 0x1b, 0x3d, 0xc9, 0xba, 0x86,
    0x0a, 0xf7, 0xe0, 0xca, 0x7c, 0xa7, 0xe9, 0xee, 0xcd, 0x00, 0x84, 0xd1, 0x9c};
const uint8_t sample_point_peregrin[PROV_POINT_LEN] = {
    0x04, 0x98, 0xf5, 0x0a, 0x4f, 0xf6, 0xc0, 0x58, 0x61, 0xc8, 0x86, 0x0d, 0x13,
    0xa6, 0x38, 0xea, 0x56, 0xc3, 0xf5, 0xad, 0x75, 0x90, 0xbb, 0xfb, 0xf0, 0x54,
    0xe1, 0xc7, 0xb4, 0xd9, 0x1d, 0x62, 0x80, 0xf0, 0x14, 0x00, 0xb0, 0x89, 0x86,
    0x78, 0x04, 0xb8, 0xe9, 0xfc, 0x96, 0xc3, 0x93, 0x21, 0x61, 0xf1, 0x93, 0x4f,
    0x42, 0x23, 0x06, 0x91, 0x70, 0xd9, 0x24, 0xb7, 0xe0, 0x3b, 0xf8, 0x22, 0xbb};
const uint8_t sample_scalar_11[PROV_SCALAR_LEN] = {
    0x57, 0xc9, 0x20, 0x77, 0x66, 0x41, 0x46, 0xe8, 0x76, 0x76, 0x0c, 0x95, 0x20, 0xd0, 0x54, 0xaa,
    0x93, 0xc3, 0xaf, 0xb0, 0x4e, 0x30, 0x67, 0x05, 0xdb, 0x60, 0x90, 0x30, 0x85, 0x07, 0xb4, 0xd3};

/* An identity with a NUL in it, and a key. */
static const uint8_t identity[16] = {0xa1, 0x00, 0xc3, 0xff, 5,  6,  7,  8,
                                     9,    10,   11,   12,   13, 14, 15, 16};
static const uint8_t psk[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const uint8_t identity_max[128] = {0xff}, psk_max[64] = {0x80};

/* Stand-ins for certificates: a bundle doesn't look into them. */
static const uint8_t end_entity[] = {0x30, 0x03, 0x02, 0x01, 0x01};
static const uint8_t issuing[] = {0x30, 0x03, 0x02, 0x01, 0x02};
static const uint8_t root[] = {0x30, 0x03, 0x02, 0x01, 0x03};
static const uint8_t next_root[] = {0x30, 0x03, 0x02, 0x01, 0x04};

static void fill_common(struct prov_bundle *bundle)
{
    static const struct prov_eui64 device = {{0xac, 0xde, 0x48, 0x00, 0x11, 0x22, 0x33, 0x44}};
    static const uint8_t random[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    memset(bundle, 0, sizeof *bundle);
    prov_uuid_make(1795312860000, random, &bundle->id);
    bundle->use = PROV_USE_BOOTSTRAP;
    bundle->device = device;
    bundle->profile = PROV_PROFILE_RFC7925;
    strcpy(bundle->server.text, "enroll.example.com");
    strcpy(bundle->address, "[2001:db8::1]:5684");
    bundle->issued = 1795312860;
}

static void fill_psk(struct prov_bundle *bundle)
{
    fill_common(bundle);
    bundle->kind = PROV_KIND_PSK;
    bundle->psk_identity = PROV_BYTES_OF(identity);
    bundle->psk = PROV_BYTES_OF(psk);
}

/* The longest identity and key, no address, the last second there is. */
static void fill_psk_max(struct prov_bundle *bundle)
{
    fill_psk(bundle);
    bundle->use = PROV_USE_OPERATIONAL;
    bundle->address[0] = '\0';
    bundle->issued = INT64_C(253402300799);
    bundle->psk_identity = PROV_BYTES_OF(identity_max);
    bundle->psk = PROV_BYTES_OF(psk_max);
}

static void fill_rpk(struct prov_bundle *bundle)
{
    fill_common(bundle);
    bundle->kind = PROV_KIND_RPK;
    bundle->has_public = true;
    memcpy(bundle->point, sample_point_11, PROV_POINT_LEN);
    bundle->scalar = PROV_BYTES_OF(sample_scalar_11);
    memcpy(bundle->peers[0], sample_point_meriadoc, PROV_POINT_LEN);
    bundle->peer_count = 1;
}

/* The key was made on the device; the server has a next key. */
static void fill_rpk_own(struct prov_bundle *bundle)
{
    fill_rpk(bundle);
    bundle->scalar = PROV_BYTES_NONE;
    memcpy(bundle->peers[1], sample_point_peregrin, PROV_POINT_LEN);
    bundle->peer_count = 2;
}

static void fill_cert(struct prov_bundle *bundle)
{
    fill_common(bundle);
    bundle->kind = PROV_KIND_CERT;
    bundle->scalar = PROV_BYTES_OF(sample_scalar_11);
    bundle->chain[0] = PROV_BYTES_OF(end_entity);
    bundle->chain[1] = PROV_BYTES_OF(issuing);
    bundle->chain_len = 2;
    bundle->anchors[0] = PROV_BYTES_OF(root);
    bundle->anchor_count = 1;
}

/* The private key with its public half; two roots, while one replaces the other; a signer of
 * deny-lists. */
static void fill_cert_pair(struct prov_bundle *bundle)
{
    fill_cert(bundle);
    bundle->has_public = true;
    memcpy(bundle->point, sample_point_11, PROV_POINT_LEN);
    bundle->anchors[1] = PROV_BYTES_OF(next_root);
    bundle->anchor_count = 2;
    bundle->has_deny_signer = true;
    memcpy(bundle->deny_signer, sample_point_peregrin, PROV_POINT_LEN);
}

/* The key was made on the device; a chain of one. */
static void fill_cert_own(struct prov_bundle *bundle)
{
    fill_cert(bundle);
    bundle->scalar = PROV_BYTES_NONE;
    bundle->chain_len = 1;
}

/* Where the chain can be fetched: a URL and a SHA-1 for each certificate. */
static void fill_cert_urls(struct prov_bundle *bundle)
{
    fill_cert(bundle);
    bundle->urls[0].url = prov_bytes_text("http://certs.example.com/0.cer");
    bundle->urls[1].url = prov_bytes_text("https://[2001:db8::2]:8443/1.cer");
    memset(bundle->urls[0].sha1, 0x0a, PROV_SHA1_LEN);
    memset(bundle->urls[1].sha1, 0x0b, PROV_SHA1_LEN);
    bundle->url_count = 2;
}

const struct sample samples[] = {
    {"psk", fill_psk},           {"psk-max", fill_psk_max},     {"rpk", fill_rpk},
    {"rpk-own", fill_rpk_own},   {"cert", fill_cert},           {"cert-pair", fill_cert_pair},
    {"cert-own", fill_cert_own}, {"cert-urls", fill_cert_urls},
};
const size_t sample_count = sizeof samples / sizeof samples[0];

void sample_get(const char *name, struct prov_bundle *ret)
{
    for (size_t i = 0; i < sample_count; i++)
        if (strcmp(samples[i].name, name) == 0)
            samples[i].fill(ret);
}

static const struct prov_deny_certificate denied[] = {
    {{0x11}, {0x05}, 1},
    {{0x11}, {0x00, 0x80}, 2},
    {{0x11}, {0x7f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}, 20},
    {{0x22}, {0x01}, 1},
};
static const uint8_t denied_keys[2][PROV_HASH_LEN] = {{0x33}, {0x44}};
const struct prov_deny_entries sample_deny_entries = {
    .version = 7,
    .issued = 1795312860,
    .certificates = denied,
    .certificate_count = sizeof denied / sizeof denied[0],
    .keys = denied_keys,
    .key_count = 2,
};
