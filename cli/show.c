/* SPDX-License-Identifier: Apache-2.0
 *
 * Public keys and certificates, as PEM and by their names. Secrets never.
 */
#include "run.h"

#include "prov/text.h"

#include <string.h>

#define PEM_MAX 8192

static void show_pem(struct run *run, const char *key, const char *label,
                     const struct prov_bytes *ders, size_t count)
{
    uint8_t octets[PEM_MAX];
    struct prov_buf pem = prov_buf_make(octets, sizeof(octets) - 1);
    for (size_t i = 0; i < count; i++) {
        struct prov_buf one = prov_buf_make(octets + pem.len, sizeof(octets) - 1 - pem.len);
        if (prov_pki_pem_encode(label, ders[i], &one) != PROV_OK)
            return;
        while (one.len > 0 && one.data[one.len - 1] == '\0')
            one.len--;
        pem.len += one.len;
    }
    octets[pem.len] = '\0';
    out_block(&run->out, key, (const char *)octets);
}

/* RFC 6920; RFC 7252, section 9.1.3.2.1 (row 16). */
void show_key(struct run *run, const uint8_t point[PROV_POINT_LEN])
{
    uint8_t spki[PROV_SPKI_LEN], digest[PROV_HASH_LEN], binary[PROV_NI_BINARY_120];
    char ni[PROV_NI_TEXT], nih[PROV_NIH_TEXT];
    prov_spki_encode(point, spki);
    struct prov_bytes part = PROV_BYTES_OF(spki);
    if (prov_crypto_sha256(run->crypto, &part, 1, digest) != PROV_OK)
        return;
    prov_ni_format(digest, ni);
    prov_nih_format(digest, nih);
    prov_ni_binary(digest, binary);
    out_hex(&run->out, "spki_sha256", PROV_BYTES_OF(digest));
    out_text(&run->out, "ni", ni);
    out_text(&run->out, "nih", nih);
    out_hex(&run->out, "ni_binary", PROV_BYTES_OF(binary));
    show_pem(run, "public_key", "PUBLIC KEY", &part, 1);
}

void show_device_cert(struct run *run, struct prov_bytes chain)
{
    struct prov_bytes certs[PROV_BUNDLE_CHAIN_MAX];
    struct prov_x509 leaf;
    size_t count = 0;
    if (prov_flow_chain_split(chain, certs, PROV_BUNDLE_CHAIN_MAX, &count) != PROV_OK ||
        count == 0 || prov_x509_parse(certs[0], &leaf) != PROV_OK)
        return;
    out_text(&run->out, "eui_form", leaf.alt_kind == PROV_ALT_MAC ? "san" : "cn");
    out_text(&run->out, "role", (leaf.eku & PROV_EKU_SERVER_AUTH) != 0 ? "server" : "client");
}

void show_chain(struct run *run, const char *key, struct prov_bytes chain)
{
    struct prov_bytes certs[PROV_BUNDLE_CHAIN_MAX];
    size_t count = 0;
    if (prov_flow_chain_split(chain, certs, PROV_BUNDLE_CHAIN_MAX, &count) == PROV_OK && count > 0)
        show_pem(run, key, "CERTIFICATE", certs, count);
}

void show_cert(struct run *run, const char *key, struct prov_bytes cert)
{
    show_pem(run, key, "CERTIFICATE", &cert, 1);
}

/* `issue` prints the id alone, so that a script can use it as it is. */
void show_id(struct run *run, const struct prov_uuid *id)
{
    char text[PROV_UUID_TEXT];
    prov_uuid_format(id, text);
    out_single(&run->out, "id", text);
}
