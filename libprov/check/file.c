/* SPDX-License-Identifier: Apache-2.0
 *
 * Files.
 */
#include "lint.h"

#include <stdlib.h>

static const struct {
    enum prov_check_subject subject;
    void (*judge)(struct lint *lint);
} judges[] = {
    {PROV_CHECK_CERT, lint_cert_file}, {PROV_CHECK_CHAIN, lint_chain_file},
    {PROV_CHECK_CSR, lint_csr_file},   {PROV_CHECK_RPK, lint_rpk_file},
    {PROV_CHECK_PSK, lint_psk_file},   {PROV_CHECK_BUNDLE, lint_bundle_file},
};

prov_result prov_check_file(const struct prov_check_file *file)
{
    struct check_findings *findings;
    struct lint lint = {.file = file,
                        .profile = file->profile == NULL ? &prov_cert_profile_rfc7925
                                                         : prov_cert_profile_find(file->profile)};
    size_t i = 0;

    while (i < sizeof judges / sizeof *judges && judges[i].subject != file->subject)
        i++;
    if (i == sizeof judges / sizeof *judges || lint.profile == NULL || file->part_count == 0)
        return PROV_E_USAGE;
    findings = calloc(1, sizeof *findings);
    if (findings == NULL)
        return PROV_E_MEMORY;
    check_findings_begin(findings, file->subject);
    lint.findings = findings;
    judges[i].judge(&lint);
    bool slip = findings->unknown != NULL; /* a judge spoke of a rule that is not the subject's */
    check_findings_tell(findings, "the file could not be read so far", &file->sink);
    free(findings);
    return slip ? PROV_E_INTERNAL : PROV_OK;
}
