/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/profile.h"

/* RFC 7925, section 4.4.1, Table 1: "No other certificate elements are used." */
const struct prov_cert_profile prov_cert_profile_rfc7925 = {
    .name = PROV_PROFILE_RFC7925,
    .leaf_aki = false,
};

/* draft-ietf-uta-tls13-iot-profile-23: in an end entity the authority key identifier MUST be set
 * (section 17.4.2), the subject key identifier MUST NOT be included (section 17.4.3) */
const struct prov_cert_profile prov_cert_profile_tls13_iot = {
    .name = PROV_PROFILE_TLS13_IOT,
    .leaf_aki = true,
};

const struct prov_cert_profile *const prov_cert_profiles[] = {&prov_cert_profile_rfc7925,
                                                              &prov_cert_profile_tls13_iot, NULL};

const struct prov_cert_profile *prov_cert_profile_find(const char *name)
{
    for (size_t i = 0; prov_cert_profiles[i] != NULL; i++)
        if (prov_bytes_equal(prov_bytes_text(prov_cert_profiles[i]->name), prov_bytes_text(name)))
            return prov_cert_profiles[i];
    return NULL;
}
