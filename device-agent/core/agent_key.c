/* SPDX-License-Identifier: Apache-2.0
 *
 * Long-term keys: scalars in the store, or numbers in the port's key holder. And what is made of
 * them: the device's identity, certification requests.
 */
#include <string.h>

#include "agent_private.h"

static prov_result scalar_make(struct prov_crypto *crypto, struct prov_secret *ret_scalar,
                               uint8_t ret_point[PROV_POINT_LEN])
{
    struct prov_key key = {0};
    prov_result r = prov_crypto_key_make(crypto, &key);
    if (r == PROV_OK)
        r = prov_crypto_key_public(crypto, &key, ret_point);
    if (r == PROV_OK)
        r = prov_crypto_key_save(crypto, &key, ret_scalar);
    prov_crypto_key_drop(crypto, &key);
    return r;
}

prov_result agent_key_make(const struct prov_port *port, struct prov_key_ref *ret,
                           struct prov_secret *ret_scalar, uint8_t ret_point[PROV_POINT_LEN])
{
    if (port->keys != NULL) {
        uint32_t handle = 0;
        prov_result r = port->keys->make(port->keys->context, &handle);
        if (r == PROV_OK)
            r = port->keys->point(port->keys->context, handle, ret_point);
        if (r == PROV_OK)
            *ret = (struct prov_key_ref){.source = PROV_KEY_HANDLE, .handle = handle};
        return r;
    }
    prov_result r = scalar_make(port->crypto, ret_scalar, ret_point);
    if (r == PROV_OK)
        *ret = (struct prov_key_ref){.source = PROV_KEY_SCALAR,
                                     .scalar = prov_secret_bytes(ret_scalar)};
    return r;
}

prov_result agent_key_sign(const struct prov_port *port, const struct prov_key_ref *key,
                           const uint8_t digest[PROV_HASH_LEN], uint8_t ret[PROV_SIGNATURE_LEN])
{
    if (key->source == PROV_KEY_HANDLE)
        return port->keys == NULL ? PROV_E_NOT_FOUND
                                  : port->keys->sign(port->keys->context, key->handle, digest, ret);
    if (key->source != PROV_KEY_SCALAR)
        return PROV_E_STATE;
    struct prov_key loaded = {0};
    prov_result r = prov_crypto_key_load(port->crypto, key->scalar, &loaded);
    if (r == PROV_OK)
        r = prov_crypto_sign(port->crypto, &loaded, digest, ret);
    prov_crypto_key_drop(port->crypto, &loaded);
    return r;
}

/* work takes what is signed; it must not be ret's room. */
prov_result agent_csr_make(const struct prov_port *port, const struct prov_csr_plan *plan,
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

/* --- the device's identity -------------------------------------------------------------------- */

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
    if (r == PROV_OK) {
        memcpy(identity.scalar, scalar.data, sizeof identity.scalar);
        r = prov_store_identity_put(store, &identity);
    }
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
        r = agent_csr_make(store->port, &plan, &identity.key, PROV_BUF_OF(info), ret);
    }
    prov_wipe(&identity, sizeof identity);
    return r;
}
