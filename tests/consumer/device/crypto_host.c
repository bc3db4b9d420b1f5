/* SPDX-License-Identifier: Apache-2.0
 *
 * A host's backend: the system's random source, memory of its own.
 */
#include "prov/agent.h"

prov_result device_crypto(struct prov_crypto **ret);

prov_result device_crypto(struct prov_crypto **ret)
{
    return prov_crypto_make(NULL, ret);
}
