/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates, requests and keys as they are, right or wrong: what stands where, nothing judged.
 */
#ifndef PROV_CHECK_VIEW_H
#define PROV_CHECK_VIEW_H

#include "prov/identifier.h"
#include "prov/profile.h"
#include "prov/x509.h"

#include "walk.h"

/* SubjectPublicKeyInfo */
struct key_view {
    struct prov_bytes spki;
    struct prov_bytes algorithm; /* OBJECT IDENTIFIER content, or none */
    struct tlv parameters;
    struct prov_bytes point; /* the BIT STRING behind its first octet, or none */
};

#define VIEW_NAMES 4
struct name_view { /* a Name */
    struct prov_bytes whole;
    unsigned attributes;
    unsigned cn_count;
    struct prov_bytes cn[VIEW_NAMES]; /* the first ones */
    bool has_o, has_c;
    struct tlv serial; /* serialNumber, the first */
};

struct san_view { /* GeneralNames */
    bool present, critical;
    struct prov_bytes value;
    unsigned count, dns_count, uri_count, ip_count, mac_count;
    struct prov_bytes dns[VIEW_NAMES]; /* the first ones */
    struct prov_bytes mac;             /* the first MACAddress's octets, however many */
    bool wildcard;                     /* in any dNSName */
};

struct extension_view {
    struct prov_bytes oid, value;
    bool critical;
};

#define VIEW_EXTENSIONS 24
struct extensions_view {
    struct extension_view all[VIEW_EXTENSIONS];
    size_t count;
    bool too_many;
    struct san_view san;
    bool has_ku, ku_critical, has_eku, has_bc, bc_critical, is_ca, has_path_len, has_ski, has_aki;
    unsigned ku, eku; /* enum prov_key_usage, enum prov_eku */
    long path_len;
    struct prov_bytes ski, aki; /* key identifiers */
};

struct cert_view {
    struct prov_bytes der, tbs;
    unsigned notes; /* enum walk_note */
    bool readable;  /* as far as the key: enough to be judged */
    bool trailing;  /* octets behind it */
    struct tlv version, serial, inner, outer, issuer_name, subject_name, times[2];
    struct name_view issuer, subject;
    int64_t seconds[2]; /* Unix, where has_time says so */
    bool has_time[2], time_form[2];
    struct key_view key;
    bool has_unique_id;
    bool has_extensions;
    struct extensions_view extensions;
    struct prov_bytes signature; /* behind the first octet of the BIT STRING */
    enum prov_cert_role role;
    bool has_eui64;       /* by CN in whatever form, or by MACAddress */
    bool eui64_canonical; /* the CN is HH-HH-…, or it is a MACAddress */
};
void cert_view_make(struct prov_bytes der, struct cert_view *ret);

struct csr_view {
    struct prov_bytes der, info;
    unsigned notes;
    bool readable, trailing;
    struct tlv version, algorithm;
    struct name_view subject;
    struct key_view key;
    struct extensions_view extensions;
    bool has_request, has_challenge;
    struct tlv challenge;
    unsigned unknown_attributes;
    struct prov_bytes unknown; /* the first one's type */
    struct prov_bytes signature;
    bool has_eui64, eui64_canonical;
};
void csr_view_make(struct prov_bytes der, struct csr_view *ret);

/* view_name.c */
void name_view_make(const struct tlv *name, unsigned *notes, struct name_view *ret);
void san_view_make(struct prov_bytes value, unsigned *notes, struct san_view *ret);
/* Whether CN or MACAddress is an EUI-64 that can be a device's. */
bool view_eui64(const struct name_view *subject, const struct san_view *san, bool *ret_canonical);
bool view_is_dns_name(struct prov_bytes text);
/* view_extensions.c */
void extensions_view_make(const struct tlv *list, unsigned *notes, struct extensions_view *ret);
/* view_cert.c */
void key_view_make(const struct tlv *spki, unsigned *notes, struct key_view *ret);
/* OBJECT IDENTIFIER content of an AlgorithmIdentifier, and its parameters. */
struct prov_bytes view_algorithm(const struct tlv *identifier, unsigned *notes,
                                 struct tlv *ret_parameters);
struct prov_bytes view_bits(const struct tlv *bits); /* behind the octet of unused bits */

/* Names of algorithms, curves and extensions by OBJECT IDENTIFIER content; NULL: not known. */
const char *view_oid_text(struct prov_bytes oid);

#endif
