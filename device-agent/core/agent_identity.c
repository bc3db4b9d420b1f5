/* SPDX-License-Identifier: Apache-2.0
 *
 * The device's identity: its EUI-64 and a key that it makes itself.
 */
#include <string.h>

#include "agent_private.h"

/* work takes what is signed; it must not be ret's room. */
static prov_result csr_make(const struct prov_port *port, const struct prov_csr_plan *plan,
                            const struct prov_key_ref *key, struct prov_buf work,
                            struct prov_buf *ret)
{
    uint8_t digest[PROV_HASH_LEN], signature[PROV_SIGNATURE_LEN];
    prov_result r = prov_csr_make_info(plan, &work);
    if (r != PROV_OK)
        return r;
    struct prov_bytes info = prov_buf_bytes(&work);
    r = prov_crypto_sha256(port->crypto, &info, 1, digest);
    if (r == PROV_OK)
        r = agent_key_sign(port, key, digest, signature);
    return r == PROV_OK ? prov_csr_finish(info, signature, ret) : r;
}

prov_result prov_agent_identity_make(struct prov_store *store, const struct prov_eui64 *eui64)
{
    struct prov_identity identity;
    struct prov_secret scalar = {0};
    prov_result r = prov_store_identity_get(store, &identity);
    if (r != PROV_E_NOT_FOUND) {
        prov_wipe(&identity, sizeof identity);
        return r == PROV_OK ? PROV_E_EXISTS : r;
    }
    identity = (struct prov_identity){.eui64 = *eui64};
    r = agent_key_make(store->port, &identity.key, &scalar, identity.point);
    memcpy(identity.scalar, scalar.data, sizeof identity.scalar);
    if (r == PROV_OK)
        r = prov_store_identity_put(store, &identity);
    prov_secret_wipe(&scalar);
    prov_wipe(&identity, sizeof identity);
    return r;
}

prov_result prov_agent_identity_csr(struct prov_store *store, struct prov_buf *ret)
{
    struct prov_identity identity;
    uint8_t info[PROV_CSR_MAX];
    prov_result r = prov_store_identity_get(store, &identity);
    if (r == PROV_OK && identity.key.source == PROV_KEY_NONE)
        r = PROV_E_NOT_FOUND;
    if (r == PROV_OK) {
        struct prov_csr_plan plan = {.eui64 = &identity.eui64, .point = identity.point};
        r = csr_make(store->port, &plan, &identity.key, PROV_BUF_OF(info), ret);
    }
    prov_wipe(&identity, sizeof identity);
    return r;
}
