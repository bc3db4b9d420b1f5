/* SPDX-License-Identifier: Apache-2.0
 *
 * Long-term keys: scalars in the store, or numbers in the port's key holder.
 */

#include "agent_private.h"

static prov_result holder_make(const struct prov_port_keys *keys, struct prov_key_ref *ret,
                               uint8_t ret_point[PROV_POINT_LEN])
{
    prov_result r = keys->make(keys->context, &ret->handle);
    if (r == PROV_OK)
        r = keys->point(keys->context, ret->handle, ret_point);
    if (r == PROV_OK)
        ret->source = PROV_KEY_HANDLE;
    return r;
}

prov_result agent_key_make(const struct prov_port *port, struct prov_key_ref *ret,
                           struct prov_secret *ret_scalar, uint8_t ret_point[PROV_POINT_LEN])
{
    struct prov_key key;
    if (agent_holds_keys(port))
        return holder_make(port->keys, ret, ret_point);
    prov_result r = prov_crypto_key_make(port->crypto, &key);
    if (r != PROV_OK)
        return r;
    r = prov_crypto_key_public(port->crypto, &key, ret_point);
    if (r == PROV_OK)
        r = prov_crypto_key_save(port->crypto, &key, ret_scalar);
    if (r == PROV_OK) {
        ret->source = PROV_KEY_SCALAR;
        ret->scalar = prov_secret_bytes(ret_scalar);
    }
    prov_crypto_key_drop(port->crypto, &key);
    return r;
}

prov_result agent_key_sign(const struct prov_port *port, const struct prov_key_ref *key,
                           const uint8_t digest[PROV_HASH_LEN], uint8_t ret[PROV_SIGNATURE_LEN])
{
    if (PROV_WITH_KEY_HOLDER && key->source == PROV_KEY_HANDLE)
        return agent_holds_keys(port)
                   ? port->keys->sign(port->keys->context, key->handle, digest, ret)
                   : PROV_E_NOT_FOUND;
    struct prov_key loaded;
    prov_result r = prov_crypto_key_load(port->crypto, key->scalar, &loaded);
    if (r != PROV_OK)
        return r;
    r = prov_crypto_sign(port->crypto, &loaded, digest, ret);
    prov_crypto_key_drop(port->crypto, &loaded);
    return r;
}
