#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() {
    factory
    ID=$(prov psk issue $DEVICE --server $SERVER 2>/dev/null)
}

inspect_fails() { # CODE FILE
    run --separate-stderr prov bundle inspect "$2"
    echo "$2: status $status, expected $1; $stderr"
    [ "$status" -eq "$1" ]
    [ -z "$output" ]
    [[ $stderr == *"$2"* ]]
}

@test "an output file that exists is exit 4 and stays as it is" {
    echo precious >b
    refuses 4 b bundle export "$ID" --out b
    [ "$(cat b)" = precious ]
    ln -s elsewhere link
    refuses 4 link bundle export "$ID" --out link
    [ ! -e elsewhere ]
}

@test "an output folder that is missing is exit 3" {
    refuses 3 none bundle export "$ID" --out none/b
}

@test "an export of nothing is exit 2" {
    refuses 2 "prov bundle export ID [ID ...] --out FILE" bundle export --out b
    refuses 2 "--out is missing" bundle export "$ID"
}

@test "revoked and retired credentials and a server's own are not exported" {
    own=$(prov credential list --server $SERVER --kind rpk --json | head -n 1 | field id)
    refuses 4 "server's own" bundle export "$own" --out b
    prov credential revoke "$ID" --reason lost
    refuses 4 "revoked" bundle export "$ID" --out b
    other=$(prov rpk issue $OTHER_DEVICE --server $SERVER)
    prov device retire $OTHER_DEVICE
    refuses 4 "retired" bundle export "$other" --out b
}

@test "a bundle that is cut anywhere is exit 10" {
    prov bundle export "$ID" --out b
    size=$(stat -c %s b)
    for len in 0 1 2 3 $((size / 2)) $((size - 33)) $((size - 1)); do
        head -c "$len" b >cut
        inspect_fails 10 cut
    done
    printf x | cat b - >long
    inspect_fails 10 long
}

@test "a bundle that is altered anywhere is refused" {
    prov bundle export "$ID" --out b
    size=$(stat -c %s b)
    for at in $(seq 0 7 $((size - 1))); do
        python3 -c '
import sys
d = bytearray(open("b", "rb").read()); d[int(sys.argv[1])] ^= 1; open("bad", "wb").write(d)' "$at"
        run --separate-stderr prov bundle inspect bad
        echo "octet $at: $status $stderr"
        [ "$status" -eq 10 ] || [ "$status" -eq 6 ]
        [ -z "$output" ]
    done
}

# rewrite NAME FROM TO: b with the octets FROM (hex, at its beginning) replaced and a digest that fits.
rewrite() {
    python3 -c '
import hashlib, sys
name, old, new = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
body = open("b", "rb").read()[:-34]
assert body.startswith(old)
body = new + body[len(old):]
open(name, "wb").write(body + b"\x58\x20" + hashlib.sha256(body).digest())' "$@"
}

@test "a bundle of another version is exit 10" {
    prov bundle export "$ID" --out b
    rewrite same 8d01 8d01
    cmp b same
    rewrite newer 8d01 8d02
    inspect_fails 10 newer
    [[ $stderr == *version* ]]
}

@test "a bundle that is not deterministic is exit 10, also with a digest that fits" {
    prov bundle export "$ID" --out b
    rewrite long 8d01 8d1801
    inspect_fails 10 long
    rewrite head 8d01 980d01
    inspect_fails 10 head
}

@test "stdout that is a terminal is refused" {
    needs script
    script -qec "'$PROV' bundle export $ID --out -" /dev/null >shown || status=$?
    [ "${status:-0}" -eq 2 ]
    grep -q "stdout is a terminal" shown
    [ "$(tr -d '[:print:][:space:]' <shown | wc -c)" -eq 0 ]
}

@test "a bundle for a server without an address is exported" {
    id=$(prov rpk issue $DEVICE --server $OTHER_SERVER)
    prov bundle export "$id" --out b
    [ "$(prov bundle inspect b --json | field address)" = "" ]
}

@test "certificate URLs are refused where there is no certificate, and where nobody could fetch" {
    refuses 4 "psk" bundle export "$ID" --out b --certificate-url http://certs.example.com/
    refuses 2 "--certificate-url" bundle export "$ID" --out b --publish .
    cert=$(prov cert issue $DEVICE --server $SERVER)
    refuses 2 "certs.example.com" bundle export "$cert" --out b --certificate-url certs.example.com/
    refuses 3 "none" bundle export "$cert" --out b --certificate-url http://h/ --publish none
    [ ! -e b ]
}

@test "certificates lie in the folder under the names that the bundle says" {
    cert=$(prov cert issue $DEVICE --server $SERVER)
    mkdir www
    succeeds bundle export "$cert" --out dry --certificate-url http://h/c/ --publish www --dry-run
    [ -z "$(ls www)" ]
    prov bundle export "$cert" --out b --certificate-url http://h/c/ --publish www
    prov bundle inspect b --json >shown
    python3 - <<'P'
import hashlib, json, os
urls = json.load(open("shown"))["certificate_urls"]
assert len(urls) == 2 and len(os.listdir("www")) == 2
for url in urls:
    assert url["url"].startswith("http://h/c/")
    octets = open("www/" + url["url"].removeprefix("http://h/c/"), "rb").read()
    assert hashlib.sha1(octets).hexdigest() == url["sha1"]
P
    prov bundle export "$cert" --out again --certificate-url http://h/c/ --publish www
    cmp b again
    for file in www/*; do printf x >"$file"; done
    refuses 4 "another certificate" bundle export "$cert" --out c --certificate-url http://h/c/ --publish www
    [ ! -e c ]
}

@test "stdout may be a pipe" {
    prov bundle export "$ID" --out - | prov bundle inspect - --json 2>/dev/null | field id >id
    [ "$(cat id)" = "$ID" ]
}

@test "the file is 0600, also under a loose umask" {
    (umask 000 && prov bundle export "$ID" --out b)
    [ "$(stat -c %a b)" = 600 ]
}

@test "a dry export writes no file" {
    succeeds bundle export "$ID" --out b --dry-run
    [ ! -e b ]
}

@test "inspect shows what is in it" {
    prov bundle export "$ID" --out b
    prov bundle inspect b --json 2>/dev/null >shown
    [ "$(field kind <shown)" = psk ]
    [ "$(field device <shown)" = $DEVICE ]
    [ "$(field server <shown)" = $SERVER ]
    [ "$(field address <shown)" = 127.0.0.1:5684 ]
    [ "$(field profile <shown)" = rfc7925 ]
    for kind in rpk cert; do
        id=$(prov $kind issue $DEVICE --server $SERVER)
        prov bundle export "$id" --out b.$kind
        [ "$(prov bundle inspect b.$kind --json | field private_key)" = True ]
    done
}

@test "a bundle is standard pieces: a second CBOR reader takes it apart" {
    /usr/bin/python3 -c 'import cbor2' || skip "python3-cbor2 is not installed"
    prov bundle export "$ID" --out b
    /usr/bin/python3 - <<'P'
import cbor2
d = open("b", "rb").read()
o = cbor2.loads(d)
assert cbor2.dumps(o, canonical=True) == d or cbor2.dumps(o) == d
P
}

@test "a dry export says when the file is there, and --json what was written" {
    succeeds bundle export "$ID" --out b --dry-run --json
    [ "$(printf %s "$output" | field dry_run)" = True ]
    succeeds bundle export "$ID" --out b --json
    [ "$(printf %s "$output" | field id)" = "$ID" ]
    [ "$(printf %s "$output" | field out)" = b ]
    refuses 4 "b" bundle export "$ID" --out b --dry-run
    refuses 2 "stdout" bundle export "$ID" --out - --json
}

@test "a bundle that can not be written to stdout is a failure" {
    [ -w /dev/full ] || skip "no /dev/full"
    run bash -c '"$PROV" bundle export "$1" --out - >/dev/full' - "$ID"
    [ "$status" -eq 1 ]
    [[ $output == *"can't write stdout"* ]]
}

@test "what never ends is no bundle" {
    run --separate-stderr timeout 60 "$PROV" bundle inspect /dev/zero
    [ "$status" -eq 6 ]
    [[ $stderr == *"/dev/zero is longer than"* ]]
}
