#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""second_decoder.py FILE...: reads bundles, Sign1 messages, key sets and deny-lists with cbor2 and checks them
against schemas/*.cddl, written out here a second time, independently of libprov: shapes, numbers,
digests, the curve equation, signatures, and that the encoding is the canonical one."""
import hashlib
import sys

import cbor2

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
A = P - 3
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


POINT_11 = (  # of RFC 9052, appendix C.7
    0xBAC5B11CAD8F99F9C72B05CF4B9E26D244DC189F745228255A219A86D6A09EFF,
    0x20138BF82DC1B6D562BE0FA54AB7804A3A64B6D72CCFED6B6FB6ED28BBFC117E,
)


def need(condition, what):
    if not condition:
        raise SystemExit(f"{need.name}: {what}")


def add(p, q):
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    if p == q:
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(k, p):
    result = None
    while k:
        if k & 1:
            result = add(result, p)
        p, k = add(p, p), k >> 1
    return result


def is_bstr(value, low, high):
    return isinstance(value, bytes) and low <= len(value) <= high


def point_of(key):
    need(is_bstr(key[-2], 32, 32) and is_bstr(key[-3], 32, 32), "coordinates of 32 octets")
    x, y = (int.from_bytes(key[label], "big") for label in (-2, -3))
    need((y * y - x * x * x - A * x - B) % P == 0, "a point on P-256")
    return x, y


def check_psk_key(key):
    need(list(key) == [1, 2, -1] and key[1] == 4, "a symmetric COSE_Key of kty, kid, k")
    need(is_bstr(key[2], 1, 128), "an identity of 1 to 128 octets")
    need(is_bstr(key[-1], 16, 64), "a key of 16 to 64 octets")


def check_public(key):
    need(list(key) == [1, -1, -2, -3], "a public COSE_Key of kty, crv, x, y")
    need(key[1] == 2 and key[-1] == 1, "EC2 on P-256")
    return point_of(key)


def check_private(key, whole):
    labels = [1, -1, -2, -3, -4]
    need(list(key) == labels or (not whole and list(key) == [1, -1, -4]), "a private COSE_Key")
    need(key[1] == 2 and key[-1] == 1 and is_bstr(key[-4], 32, 32), "EC2 on P-256 with d")
    d = int.from_bytes(key[-4], "big")
    need(0 < d < N, "a scalar in range")
    if -2 in key:
        need(point_of(key) == multiply(d, G), "x and y that belong to d")


def check_certificates(value):
    several = isinstance(value, list)
    need(not several or 2 <= len(value) <= 4, "one certificate as a byte string, or 2 to 4")
    for certificate in value if several else [value]:
        need(is_bstr(certificate, 2, 4096) and certificate[0] == 0x30, "a DER sequence")


def check_urls(urls, chain):
    need(len(urls) == (len(chain) if isinstance(chain, list) else 1), "a URL for each certificate")
    for url in urls:
        need(isinstance(url, list) and len(url) == 2, "[url, sha1]")
        need(isinstance(url[0], str) and url[0].isascii() and len(url[0]) < 256, "a URL")
        need(url[0].split("://")[0] in ("http", "https"), "an http or https URL")
        need(is_bstr(url[1], 20, 20), "a SHA-1 of 20 octets")


def check_credential(kind, credential, peer):
    if kind == 1:
        check_psk_key(credential)
        need(peer is None, "no peer beside a pre-shared key")
    elif kind == 2:
        if -4 in credential:
            check_private(credential, whole=True)
        else:
            check_public(credential)
        need(isinstance(peer, list) and 1 <= len(peer) <= 2, "1 or 2 keys of the server")
        for key in peer:
            need(check_public(key) != point_of(credential), "a key that is not the device's")
    else:
        need(kind == 3 and isinstance(credential, list), "[chain, key, ? urls]")
        need(len(credential) in (2, 3), "[chain, key, ? urls]")
        check_certificates(credential[0])
        if len(credential) == 3:
            check_urls(credential[2], credential[0])
        if credential[1] is not None:
            check_private(credential[1], whole=False)
        check_certificates(peer)


def check_bundle(octets, items):
    need(isinstance(items, list) and len(items) == 13, "an array of 13")
    version, public_id, profile, use, device, server, address, issued = items[:8]
    need(version == 1 and profile == "rfc7925" and use in (1, 2), "version, profile, use")
    need(is_bstr(public_id, 16, 16) and public_id[6] >> 4 == 7, "a UUID version 7")
    need(is_bstr(device, 8, 8) and not device[0] & 1 and any(device), "an EUI-64 of one device")
    need(isinstance(server, str) and server == server.lower() and "." in server, "a name")
    need(address is None or (isinstance(address, str) and ":" in address), "an address or null")
    need(isinstance(issued, int) and 0 <= issued <= 253402300799, "Unix seconds")
    if items[8] is not None:
        check_public(items[8])
    check_credential(*items[9:12])
    need(octets[-34:-32] == b"\x58\x20" and items[12] == octets[-32:], "a digest item at the end")
    need(items[12] == hashlib.sha256(octets[:-34]).digest(), "the digest of what is before it")


def verify(point, digest, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    need(0 < r < N and 0 < s < N, "a signature in range")
    e, w = int.from_bytes(digest, "big"), pow(s, -1, N)
    sum_ = add(multiply(e * w % N, G), multiply(r * w % N, point))
    need(sum_ is not None and sum_[0] % N == r, "a signature that verifies")


def check_sign1(_, items):
    need(isinstance(items, list) and len(items) == 4, "an array of 4")
    protected, unprotected, payload, signature = items
    need(cbor2.loads(protected) == {1: -7, 3: 101} and unprotected == {}, "headers")
    need(is_bstr(signature, 64, 64), "a signature of 64 octets")
    key = cbor2.loads(payload)
    binding = bytes([1, 2, 3]) + bytes(17)
    tbs = cbor2.dumps(["Signature1", protected, binding, payload])
    verify(check_public(key), hashlib.sha256(tbs).digest(), signature)


def check_key_set(_, items):
    need(isinstance(items, list) and len(items) == 2, "an array of 2 keys")
    for key in items:
        check_public(key)


def ascending(values):
    return all((len(a), a) < (len(b), b) for a, b in zip(values, values[1:]))


def check_deny_list(octets, items):
    need(len(octets) <= 4000 and isinstance(items, list) and len(items) == 4, "an array of 4")
    protected, unprotected, payload, signature = items
    need(cbor2.loads(protected) == {1: -7, 3: 60} and unprotected == {}, "headers")
    tbs = cbor2.dumps(["Signature1", protected, b"prov deny-list", payload])
    verify(POINT_11, hashlib.sha256(tbs).digest(), signature)
    need(cbor2.dumps(cbor2.loads(payload), canonical=True) == payload, "a canonical payload")
    form, version, issued, certificates, keys = cbor2.loads(payload)
    need((form, version, issued) == (1, 7, 1795312860), "format, version, time")
    need([len(serials) for _, serials in certificates] == [3, 1], "four certificates of two issuers")
    need(ascending([issuer for issuer, _ in certificates]) and ascending(keys), "order")
    need(all(ascending(serials) for _, serials in certificates), "order of serials")
    need(all(is_bstr(d, 32, 32) for d in [i for i, _ in certificates] + keys), "digests")
    need(len(keys) == 2, "two keys")


CHECKS = {
    "bundle": check_bundle,
    "sign1": check_sign1,
    "key-set": check_key_set,
    "deny-list": check_deny_list,
}


def main(paths):
    counts = dict.fromkeys(CHECKS, 0)
    for path in paths:
        need.name = path.rsplit("/", 1)[-1]
        kind = need.name.rsplit(".", 1)[-1]
        with open(path, "rb") as file:
            octets = file.read()
        items = cbor2.loads(octets)
        need(cbor2.dumps(items, canonical=True) == octets, "canonical, and nothing behind it")
        CHECKS[kind](octets, items)
        counts[kind] += 1
    need.name = "all"
    need(counts["bundle"] >= 8 and all(counts.values()), "a sample of each message")
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()), "read by cbor2")


if __name__ == "__main__":
    main(sys.argv[1:])
