/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/result.h"

#include <stddef.h>

static const struct {
    prov_result result;
    const char *text;
} texts[] = {
    {PROV_OK, "ok"},
    {PROV_E_INTERNAL, "internal error"},
    {PROV_E_MEMORY, "out of memory"},
    {PROV_E_IO, "input or output failed"},
    {PROV_E_RANDOM, "no random numbers"},
    {PROV_E_STATE, "not possible in this state"},
    {PROV_E_FULL, "no room left"},
    {PROV_E_USAGE, "wrong usage"},
    {PROV_E_EUI64, "not an EUI-64"},
    {PROV_E_EUI64_KIND, "a group, all-zero or all-one EUI-64"},
    {PROV_E_FQDN, "not a fully qualified domain name"},
    {PROV_E_TEXT, "text that can't be read"},
    {PROV_E_ADDRESS, "not an address of the form HOST:PORT"},
    {PROV_E_NOT_FOUND, "not found"},
    {PROV_E_NO_REGISTRY, "no registry"},
    {PROV_E_EXISTS, "exists already"},
    {PROV_E_CONFLICT, "conflicts with what is there"},
    {PROV_E_KEY_OWNED, "the key belongs to another subject"},
    {PROV_E_AMBIGUOUS, "fits more than one"},
    {PROV_E_PARTIAL, "part of the batch failed"},
    {PROV_E_POLICY, "against the policy"},
    {PROV_E_BOUNDS, "outside of the bounds of the profile"},
    {PROV_E_ALGORITHM, "an algorithm or curve that the profile does not have"},
    {PROV_E_POINT, "not an uncompressed point on P-256"},
    {PROV_E_SIGNATURE, "the signature does not verify"},
    {PROV_E_CERT_PROFILE, "a certificate element that the profile refuses"},
    {PROV_E_NAME, "not the subject that was expected"},
    {PROV_E_TIME, "not yet or no longer valid"},
    {PROV_E_ISSUER, "no path to a trust anchor"},
    {PROV_E_REVOKED, "revoked"},
    {PROV_E_NO_FORWARD_SECRECY, "no forward secrecy"},
    {PROV_E_DEPTH, "the chain is too long"},
    {PROV_E_PERMISSION, "permission denied"},
    {PROV_E_MODE, "a key file that others can read"},
    {PROV_E_FORBIDDEN, "not allowed with this credential"},
    {PROV_E_BUSY, "busy, try again"},
    {PROV_E_AGAIN, "call again"},
    {PROV_E_NETWORK, "network error"},
    {PROV_E_TIMEOUT, "no answer in time"},
    {PROV_E_PEER, "the peer broke the protocol"},
    {PROV_E_PEER_ALERT, "the peer sent a fatal alert"},
    {PROV_E_PEER_REFUSED, "the peer refused"},
    {PROV_E_DIGEST, "the digest or tag does not fit"},
    {PROV_E_FORMAT, "not well-formed"},
    {PROV_E_TRUNCATED, "ends too early"},
    {PROV_E_TRAILING, "goes on after its end"},
    {PROV_E_DETERMINISM, "not the deterministic encoding"},
    {PROV_E_VERSION, "of an unknown version"},
    {PROV_E_CORRUPT, "damaged"},
    {PROV_E_WRONG_KEY, "sealed under another key"},
    {PROV_E_OVERFLOW, "longer than the room for it"},
};

const char *prov_result_text(prov_result result)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].result == result)
            return texts[i].text;
    return "unknown result";
}
