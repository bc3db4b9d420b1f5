#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Flash images of a whole group: one for each device, named for it.
load helper

A=00-12-4B-00-00-00-00-0A
B=00-12-4B-00-00-00-00-0B
C=00-12-4B-00-00-00-00-0C

setup() {
    factory
    for device in $A $B $C; do
        prov device add $device --group lot-1 >/dev/null
    done
    ID=$(prov psk issue $A --server $SERVER 2>/dev/null)
    CERT=$(prov cert issue $B --server $SERVER)
    RPK=$(prov rpk issue $B --server $OTHER_SERVER)
}

lot() { # WORDS…: its stdout in $output, its stderr in $stderr
    run --separate-stderr prov bundle export --group lot-1 --folder f --format raw "$@"
    echo "status $status; stderr: $stderr; stdout: $output"
}

@test "a group is not exported together with what is named, nor as bundles, nor without a folder" {
    refuses 2 "no ID and no --out" bundle export "$ID" --group lot-1 --folder f --format raw
    refuses 2 "no ID and no --out" bundle export --group lot-1 --folder f --format raw --out i
    refuses 2 "--folder is missing" bundle export --group lot-1 --format raw
    refuses 2 "--group is for --format ihex or raw" bundle export --group lot-1 --folder f
    refuses 2 "--folder goes with --group" bundle export "$ID" --folder f --out i
    refuses 2 "--at is missing" bundle export --group lot-1 --folder f --format ihex
    refuses 6 "no store fits" bundle export --group lot-1 --folder f --format raw --sectors 4
    refuses 3 'no device in the group "lot-2"' bundle export --group lot-2 --folder f --format raw
    [ ! -e f ]
}

@test "a folder that can not be made is told once, before any device" {
    echo file >f
    refuses 7 "can't make anything in f" bundle export --group lot-1 --folder f --format raw
    refuses 7 "can't make anything in f" bundle export --group lot-1 --folder f/g --format raw
}

@test "devices without an image are told by name, the others have theirs, exit 5" {
    device_key c.key
    openssl pkey -in c.key -pubout -out c.pub
    made=$(prov rpk register $C --server $SERVER --public c.pub)
    prov device add 00-12-4B-00-00-00-00-0D --group lot-1 >/dev/null
    lot
    [ "$status" -eq 5 ]
    [ "$output" = "f/$A.bin
f/$B.bin" ]
    [[ $stderr == *"$C: credential $made: its private key was made on the device"* ]]
    [[ $stderr == *"00-12-4B-00-00-00-00-0D: no bootstrap credential"* ]]
    [[ $stderr == *"2 of 4 devices have no image"* ]]
    [ "$(ls f)" = "$A.bin
$B.bin" ]
}

@test "what is there stays as it is, and only what is new is made" {
    mkdir f
    echo precious >f/$A.bin
    prov device retire $C >/dev/null
    lot --json
    [ "$status" -eq 5 ]
    [ "$(cat f/$A.bin)" = precious ]
    [ -s f/$B.bin ]
    python3 - "$output" $A $B <<'P'
import json, sys
first, second = map(json.loads, sys.argv[1].splitlines())
assert (first["ok"], first["device"], first["code"]) == (False, sys.argv[2], 4)
assert (second["ok"], second["device"], second["out"]) == (True, sys.argv[3], f"f/{sys.argv[3]}.bin")
P
}

@test "each device has the image of its bootstrap credentials, 0600; the retired and the revoked have none" {
    prov device retire $C >/dev/null
    gone=$(prov rpk issue $A --server $SERVER)
    prov credential revoke "$gone" --reason lost
    prov rpk issue $A --server $SERVER --use operational >/dev/null
    lot --dry-run
    [ "$status" -eq 0 ]
    [ ! -e f ]
    (umask 000 && prov bundle export --group lot-1 --folder f --format raw)
    [ "$(stat -c %a f f/*)" = "700
600
600" ]
    prov bundle export "$ID" --out a --format raw
    prov bundle export "$CERT" "$RPK" --out b --format raw
    prov bundle export "$RPK" "$CERT" --out c --format raw
    cmp a f/$A.bin
    cmp b f/$B.bin || cmp c f/$B.bin
    prov bundle export --group lot-1 --folder g --format ihex --at 0x10000
    python3 "$BATS_TEST_DIRNAME/ihex.py" g/$A.hex 0x10000 65536 | cmp - a
}
