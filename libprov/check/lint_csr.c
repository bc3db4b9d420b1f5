/* SPDX-License-Identifier: Apache-2.0
 *
 * A certification request (RFC 2986) as a device sends it to be enrolled (RFC 9148, RFC 7030).
 */
#include "lint.h"

#include <string.h>

#include "prov/text.h"

static void judge_form(struct lint *lint, const struct csr_view *r)
{
    char hex[CHECK_HEX_TEXT];

    lint_say(lint, "csr.der", r->readable && !r->trailing && (r->notes & WALK_SLOPPY) == 0,
             "%zu octets%s: %s", r->der.len,
             !r->readable                    ? ", not a request"
             : r->trailing                   ? ", some behind the request"
             : (r->notes & WALK_SLOPPY) != 0 ? ", BER that is not DER"
                                             : "",
             check_hex(PROV_BYTES(r->der.data, r->der.len < 16 ? r->der.len : 16), hex));
}

static void judge_signature(struct lint *lint, const struct csr_view *r)
{
    uint8_t raw[PROV_SIGNATURE_LEN], digest[PROV_HASH_LEN];
    unsigned notes = 0;
    struct tlv parameters;
    struct prov_bytes oid = view_algorithm(&r->algorithm, &notes, &parameters);
    bool sha256 = BYTES_ARE(oid, "\x2a\x86\x48\xce\x3d\x04\x03\x02");
    bool p256 = r->key.point.len == PROV_POINT_LEN &&
                BYTES_ARE(r->key.parameters.content, "\x2a\x86\x48\xce\x3d\x03\x01\x07");

    lint_say(lint, "csr.signature", sha256, "%s", lint_oid(oid).text);
    if (!sha256 || !p256) {
        check_not_tested(lint->findings, "csr.proof", "not ECDSA with SHA-256 by a P-256 key");
        return;
    }
    bool good = prov_ecdsa_decode(r->signature, raw) == PROV_OK &&
                prov_crypto_sha256(lint->file->crypto, &r->info, 1, digest) == PROV_OK &&
                prov_crypto_verify(lint->file->crypto, r->key.point, digest, raw) == PROV_OK;
    lint_say(lint, "csr.proof", good, "%s",
             good ? "the signature verifies by the key asked for"
                  : "the signature does not verify");
}

static void judge_names(struct lint *lint, const struct csr_view *r)
{
    char hex[CHECK_HEX_TEXT];
    const struct san_view *san = &r->extensions.san;
    bool dns = san->dns_count + san->uri_count + san->ip_count > 0 ||
               (r->subject.cn_count > 0 && view_is_dns_name(r->subject.cn[0]));

    lint_say(lint, "csr.name.server", !dns, "%u dNSNames, CN=%s", san->dns_count,
             lint_text(r->subject.cn[0]).text);
    lint_say(lint, "csr.name.single", san->count <= 1 && r->subject.cn_count <= 1,
             "%u names in subjectAltName, %u CN", san->count, r->subject.cn_count);
    if (dns)
        check_not_applicable(lint->findings, "csr.name.eui64", "it asks for a server's name");
    else if (san->mac_count > 0)
        lint_say(lint, "csr.name.eui64", r->has_eui64, "MACAddress %s", check_hex(san->mac, hex));
    else
        lint_say(lint, "csr.name.eui64", r->has_eui64, "CN=%s", lint_text(r->subject.cn[0]).text);
    if (r->has_eui64 && san->mac_count == 0)
        lint_say(lint, "csr.name.eui64.text", r->eui64_canonical, "CN=%s",
                 lint_text(r->subject.cn[0]).text);
    else
        check_not_applicable(lint->findings, "csr.name.eui64.text", "no EUI-64 in a CN");
}

/* base64 of tls-unique is 16 characters, of the exporter's 32 octets 44 (RFC 7030, section 3.5; RFC 9266). */
static void judge_challenge(struct lint *lint, const struct csr_view *r)
{
    uint8_t room[64];
    struct prov_buf buf = PROV_BUF_OF(room);
    struct prov_bytes text = r->challenge.content;

    if (!r->has_challenge) {
        check_not_applicable(lint->findings, "csr.challenge", "none");
        return;
    }
    bool good = (text.len == 16 || text.len == 44) && prov_base64_parse(text, &buf) == PROV_OK;
    lint_say(lint, "csr.challenge", good, "%zu characters%s", text.len,
             good ? "" : ", not base64 of 12 or 32 octets");
}

/* The other usages, and other extensions than Table 1's. */
static void judge_extensions(struct lint *lint, const struct csr_view *r)
{
    const struct extensions_view *x = &r->extensions;
    bool asks_ca = x->is_ca || (x->ku & (PROV_KU_CERT_SIGN | PROV_KU_CRL_SIGN)) != 0;
    unsigned others = x->ku & ~(unsigned)(PROV_KU_DIGITAL_SIGNATURE | PROV_KU_KEY_AGREEMENT |
                                          PROV_KU_CERT_SIGN | PROV_KU_CRL_SIGN);
    struct prov_bytes strange = PROV_BYTES_NONE;

    for (size_t i = 0; i < x->count; i++) {
        struct prov_bytes oid = x->all[i].oid;
        bool known = oid.len == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x1d &&
                     memchr("\x0e\x0f\x11\x13\x25", oid.data[2], 5) != NULL;
        if (!known && strange.len == 0)
            strange = oid;
    }
    lint_say(lint, "csr.ca", !asks_ca, "cA %s, keyUsage %s", x->is_ca ? "TRUE" : "not asked for",
             lint_bits(prov_key_usage_names, x->ku).text);
    lint_say(lint, "csr.ku", others == 0, "%s", lint_bits(prov_key_usage_names, x->ku).text);
    lint_say(lint, "csr.extension", strange.len == 0, "%zu extensions%s%s", x->count,
             strange.len > 0 ? ", among them " : "", strange.len > 0 ? lint_oid(strange).text : "");
}

void lint_csr_file(struct lint *lint)
{
    static const struct key_rules key = {"csr.key", "csr.key.curve", "csr.key.point"};
    struct csr_view request;

    csr_view_make(lint->file->parts[0], &request);
    judge_form(lint, &request);
    if (!request.readable)
        return;
    lint_say(lint, "csr.version",
             request.version.content.len == 1 && request.version.content.data[0] == 0, "%d",
             request.version.content.len == 1 ? request.version.content.data[0] : -1);
    lint_key(lint, &request.key, &key);
    judge_signature(lint, &request);
    judge_names(lint, &request);
    judge_extensions(lint, &request);
    judge_challenge(lint, &request);
    lint_say(lint, "csr.attribute", request.unknown_attributes == 0, "%u of other types%s%s",
             request.unknown_attributes, request.unknown_attributes > 0 ? ": " : "",
             request.unknown_attributes > 0 ? lint_oid(request.unknown).text : "");
}
