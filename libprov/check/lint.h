/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging files: views (view.h) held to the rules of rules_file.c.
 */
#ifndef PROV_CHECK_LINT_H
#define PROV_CHECK_LINT_H

#include "findings.h"
#include "view.h"

struct lint {
    const struct prov_check_file *file;
    const struct prov_cert_profile *profile;
    struct check_findings *findings;
    char where[40]; /* "certificate 1: " in a chain, else "" */
};

/* For each kind of file: looks at part 0, or at all of a chain. */
void lint_cert_file(struct lint *lint);
void lint_chain_file(struct lint *lint);
void lint_csr_file(struct lint *lint);
void lint_rpk_file(struct lint *lint);
void lint_psk_file(struct lint *lint);
void lint_bundle_file(struct lint *lint);

/* The rules of one certificate; of what its names say (lint_names.c), of its extensions
 * (lint_extensions.c). A row: which rule, whom it is asked of, how it is judged. */
struct cert_judge {
    const char *rule;
    unsigned profiles, roles; /* 0: all */
    void (*judge)(struct lint *lint, const struct cert_view *cert, const char *rule);
};
extern const struct cert_judge lint_judges_names[],
    lint_judges_extensions[]; /* end with rule NULL */
void lint_cert(struct lint *lint, const struct cert_view *cert);
/* Certificates, end entity first, with what they must end at, or none. */
void lint_chain(struct lint *lint, const struct prov_bytes *certs, size_t count,
                const struct prov_bytes *anchors, size_t anchor_count);
/* All rules of certificates and chains: why they are not asked. */
void lint_no_chain(struct lint *lint, const char *reason);

/* The three rules of a public key, under the names of who asks. */
struct key_rules {
    const char *algorithm, *curve, *point;
};
void lint_key(struct lint *lint, const struct key_view *key, const struct key_rules *rules);
/* The octets of one COSE_Key with a symmetric key: identity and key. */
void lint_psk(struct lint *lint, struct prov_bytes identity, struct prov_bytes key);
/* SubjectPublicKeyInfo. */
void lint_spki(struct lint *lint, struct prov_bytes spki);

/* Pass or fail, with `where` before the words. */
void lint_say(struct lint *lint, const char *rule, bool good, const char *evidence, ...)
    __attribute__((format(printf, 4, 5)));
/* "sha1WithRSAEncryption", or the octets in hex. */
struct oid_text {
    char text[CHECK_HEX_TEXT];
};
struct oid_text lint_oid(struct prov_bytes oid);
/* Text of a file, with what is not printable as ?. */
struct plain_text {
    char text[80];
};
struct plain_text lint_text(struct prov_bytes text);
/* "1, 2 or 3" of prov/profile.h's bits. */
struct bits_text {
    char text[160];
};
struct bits_text lint_bits(const struct prov_name_of *names, unsigned bits);

#endif
