#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() {
    needs openssl
    factory
    device_key key.pem
    openssl pkey -in key.pem -pubout -out pub.pem
}

register() { # FILE [DEVICE]
    echo rpk register "${2:-$DEVICE}" --server $SERVER --public "$1"
}

@test "row19: a compressed point is refused" {
    openssl ec -in key.pem -pubout -conv_form compressed -out bad.pem 2>/dev/null
    refuses 6 "" $(register bad.pem)
    openssl ec -in key.pem -pubout -conv_form hybrid -out bad.pem 2>/dev/null
    refuses 6 "" $(register bad.pem)
}

@test "row19: a point that is off the curve is refused" {
    openssl pkey -in key.pem -pubout -outform DER -out pub.der
    python3 -c '
d = bytearray(open("pub.der", "rb").read()); d[-1] ^= 1; open("bad.der", "wb").write(d)'
    refuses 6 "" $(register bad.der)
}

@test "row17 and row18: RSA, P-224 and P-384 keys are refused" {
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null | openssl pkey -pubout -out bad.pem
    refuses 6 "" $(register bad.pem)
    for curve in P-384 secp224r1; do
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$curve | openssl pkey -pubout -out bad.pem
        refuses 6 "" $(register bad.pem)
    done
}

@test "garbage, a cut key and octets behind it are exit 10 or 6" {
    openssl pkey -in key.pem -pubout -outform DER -out pub.der
    head -c 90 pub.der >bad.der
    printf 'x' | cat pub.der - >long.der
    : >empty
    for file in bad.der long.der empty; do
        before=$(snapshot)
        run --separate-stderr prov $(register $file)
        echo "$file: $status $stderr"
        [ "$status" -eq 10 ] || [ "$status" -eq 6 ]
        [ "$(snapshot)" = "$before" ]
    done
}

@test "row15: a self-signed certificate is no raw public key" {
    openssl req -x509 -key key.pem -subj /CN=x -out cert.pem
    before=$(snapshot)
    run --separate-stderr prov $(register cert.pem)
    [ "$status" -ne 0 ]
    [ "$(snapshot)" = "$before" ]
}

@test "row5 and row59: a key that another device has is refused" {
    prov $(register pub.pem)
    refuses 4 "" $(register pub.pem $OTHER_DEVICE)
}

@test "row59: a server's key is refused for a device" {
    prov server show $SERVER --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["credentials"][0]["public_key"])' >server.pem
    refuses 4 "" $(register server.pem)
}

@test "a second next key of a server is exit 4 with a hint" {
    prov rpk issue $SERVER
    refuses 4 "hint" rpk issue $SERVER
}

@test "options for devices are refused for servers" {
    refuses 2 "for devices" rpk issue $SERVER --use operational
    refuses 2 "for devices" rpk issue $SERVER --server $OTHER_SERVER
}

@test "a registered key is pending and is shown as PEM" {
    id=$(prov $(register pub.pem))
    [ "$(prov credential show "$id" --json | field state)" = pending ]
    [ "$(prov credential show "$id" --json | field secret)" = "on the device alone" ]
    prov credential show "$id" --json | field public_key | grep -v '^$' >shown.pem
    cmp shown.pem pub.pem
}

@test "row16: show prints ni, nih with its check digit, and the 16-octet form" {
    id=$(prov $(register pub.pem))
    digest=$(openssl pkey -pubin -in pub.pem -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
    prov credential show "$id" --json >shown
    [ "$(field spki_sha256 <shown)" = "$digest" ]
    [ "$(field ni_binary <shown)" = "03${digest:0:30}" ]
    expected=$(python3 - "$digest" <<'P'
import base64, sys
d = bytes.fromhex(sys.argv[1])
print("ni:///sha-256;" + base64.urlsafe_b64encode(d).decode().rstrip("="))
h = d[:15].hex()
# Luhn mod 16 over the digits (RFC 6920, section 7)
total, factor = 0, 2
for c in reversed(h):
    a = factor * int(c, 16)
    total += a // 16 + a % 16
    factor = 1 if factor == 2 else 2
groups = "-".join(h[i:i + 4] for i in range(0, 30, 4))
print("nih:sha-256-120;" + groups + ";" + "%x" % ((16 - total % 16) % 16))
P
    )
    [ "$(field ni <shown; field nih <shown)" = "$expected" ]
}

@test "DER is accepted as PEM is" {
    openssl pkey -in key.pem -pubout -outform DER -out pub.der
    succeeds $(register pub.der)
}

@test "issued keys differ and belong to their device" {
    one=$(prov rpk issue $DEVICE --server $SERVER)
    two=$(prov rpk issue $OTHER_DEVICE --server $SERVER)
    [ "$(prov credential show "$one" --json | field spki_sha256)" != \
      "$(prov credential show "$two" --json | field spki_sha256)" ]
}
