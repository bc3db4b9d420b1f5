#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Flash images: a device that is provisioned by its programmer.
load helper

setup() {
    factory
    ID=$(prov psk issue $DEVICE --server $SERVER 2>/dev/null)
}

teardown() {
    ends ${SERVE:-}
}

raw() { # WORDS…: refused by what follows, and no file is made
    local code=$1 words=$2
    shift 2
    refuses "$code" "$words" bundle export "$@" --out i --format raw
    [ ! -e i ]
}

hex() {
    local code=$1 words=$2
    shift 2
    refuses "$code" "$words" bundle export "$@" --out i --format ihex
    [ ! -e i ]
}

# --- refused ------------------------------------------------------------------------------------------

@test "a format that is not known is exit 2" {
    refuses 2 'not "elf"' bundle export "$ID" --out i --format elf
    refuses 2 "bundle, ihex or raw" bundle export "$ID" --out i --format IHEX
    [ ! -e i ]
}

@test "a bundle takes nothing that is for images" {
    for option in --at --sector-size --sectors --unit --erased --deny-sectors; do
        refuses 2 "$option is for flash images" bundle export "$ID" --out i $option 2
    done
    refuses 2 "one credential" bundle export "$ID" "$ID" --out i --format bundle
    [ ! -e i ]
}

@test "an address is needed for ihex, and for nothing else" {
    hex 2 "--at is missing" "$ID"
    raw 2 "--at is for --format ihex" "$ID" --at 0
}

@test "an address that is no number of 32 bits is exit 2" {
    for at in "" x 0x 0xg -1 +1 " 1" 1k 1.0 0x100000000 4294967296 0X1000 99999999999999999999; do
        hex 2 "--at is a number" "$ID" "--at=$at"
    done
}

@test "an address inside of a sector, or a region that ends behind 32 bits, is exit 2" {
    for at in 1 0x800 0x10000fff; do hex 2 "no multiple of the sector's size" "$ID" --at $at; done
    hex 2 "no multiple of the sector's size, 8192" "$ID" --at 4096 --sector-size 8192
    for at in 0xffff1000 0xfffff000; do hex 2 "ends behind 32 bits" "$ID" --at $at; done
}

@test "a geometry that holds no store is exit 6 and told whole" {
    raw 6 "no store fits 6 sectors of 4096 octets (unit 8, erased 0xff, 2 for a deny-list)" "$ID" --sectors 6
    raw 6 "no store fits 4 sectors" "$ID" --sectors 4 --deny-sectors 0
    raw 6 "sectors of 512 octets" "$ID" --sector-size 512
    raw 6 "sectors of 1040 octets" "$ID" --sector-size 1040
    for unit in 0 3 64; do raw 6 "unit $unit" "$ID" --unit $unit; done
    raw 6 "erased 0x55" "$ID" --erased 0x55
    raw 6 "1 for a deny-list" "$ID" --deny-sectors 1
    raw 6 "no store fits" "$ID" --sectors 1000000
    raw 6 "no store fits" "$ID" --sectors 0x80000000 --sector-size 0x80000000
    raw 2 "--erased is 255 at the most" "$ID" --erased 256
    raw 2 "--deny-sectors is 255 at the most" "$ID" --deny-sectors 0x102
}

@test "a key that was made on the device is not in an image: the credential is named" {
    device_key d.key
    openssl pkey -in d.key -pubout -out d.pub
    openssl req -new -key d.key -subj /CN=$OTHER_DEVICE -out d.csr
    own=$(prov rpk register $DEVICE --server $OTHER_SERVER --public d.pub)
    raw 4 "credential $own: its private key was made on the device" "$own"
    hex 4 "credential $own: its private key was made on the device" "$ID" "$own" --at 0
    device_key e.key
    openssl req -new -key e.key -subj /CN=$OTHER_DEVICE -out e.csr
    cert=$(prov cert issue $OTHER_DEVICE --server $SERVER --csr e.csr)
    raw 4 "credential $cert: its private key was made on the device" "$cert"
    [[ $stderr == *"prov: hint: "*"prov-agent install"* ]]
}

@test "an image is for one device: another's credential is named" {
    other=$(prov rpk issue $OTHER_DEVICE --server $SERVER)
    raw 6 "credential $other is for another device, $OTHER_DEVICE" "$ID" "$other"
    hex 6 "credential $ID is for another device, $DEVICE" "$other" "$ID" --at 0
}

@test "what the device would not use is not put beside what it uses" {
    raw 4 "another bootstrap credential for $SERVER is in the image" "$ID" "$ID"
    one=$(prov rpk issue $DEVICE --server $SERVER --use operational)
    raw 4 "another operational credential for $SERVER is in the image" "$one" "$one"
}

@test "an image without room for it is exit 1 and names the credential" {
    cert=$(prov cert issue $DEVICE --server $SERVER)
    raw 1 "no room in the image for credential $cert" "$ID" "$cert" --sector-size 1024 --sectors 7
}

@test "a credential that ended, or is the server's, is in no image" {
    own=$(prov credential list --server $SERVER --kind rpk --json | head -n 1 | field id)
    raw 4 "server's own" "$ID" "$own"
    prov credential revoke "$ID" --reason lost
    raw 4 "revoked" "$ID"
    raw 3 "0000" 0000
}

@test "a file that exists stays as it is, and a terminal gets no secrets" {
    echo precious >i
    refuses 4 i bundle export "$ID" --out i --format ihex --at 0
    refuses 4 i bundle export "$ID" --out i --format raw --dry-run
    [ "$(cat i)" = precious ]
    refuses 3 none bundle export "$ID" --out none/i --format raw
    refuses 2 stdout bundle export "$ID" --out - --format raw --json
    needs script
    script -qec "'$PROV' bundle export $ID --out - --format ihex --at 0" /dev/null >shown || status=$?
    [ "${status:-0}" -eq 2 ]
    grep -q "stdout is a terminal" shown
    never grep -q "^:" shown
}

# --- made ---------------------------------------------------------------------------------------------

# three: ids of credentials of each kind for $DEVICE, for two servers, one of them operational.
three() {
    echo "$ID" "$(prov cert issue $DEVICE --server $SERVER)" \
        "$(prov rpk issue $DEVICE --server $OTHER_SERVER --use operational)"
}

@test "ihex and raw are the same image, by two readers of ihex" {
    ids=$(three)
    # shellcheck disable=SC2086 # a list
    prov bundle export $ids --out i.raw --format raw
    [ "$(stat -c %s i.raw)" -eq 65536 ]
    for at in 0 4096 0x08010000 0x1003f000 0xffff0000; do
        # shellcheck disable=SC2086
        prov bundle export $ids --out "i.$at" --format ihex --at $at
        python3 "$BATS_TEST_DIRNAME/ihex.py" "i.$at" $at 65536 | cmp - i.raw
        [ "$(stat -c %s "i.$at")" -lt 12000 ] # what is erased is left out
    done
    needs objcopy
    for at in 0 0x08010000 0x1003f000; do
        objcopy -I ihex -O binary --gap-fill 0xff "i.$at" read
        size=$(stat -c %s read)
        [ "$size" -lt 65536 ]
        cmp -n "$size" read i.raw
        [ "$(tail -c +$((size + 1)) i.raw | tr -d '\377' | wc -c)" -eq 0 ]
    done
}

@test "the same credentials make the same image, and a lists' room makes no other" {
    ids=$(three)
    for i in 1 2; do
        # shellcheck disable=SC2086
        prov bundle export $ids --out i$i --format raw
        # shellcheck disable=SC2086
        prov bundle export $ids --out h$i --format ihex --at 0
    done
    cmp i1 i2
    cmp h1 h2
    # shellcheck disable=SC2086
    prov bundle export $ids --out i3 --format raw --deny-sectors 0
    cmp i1 i3
}

@test "the geometry is the options'" {
    prov bundle export "$ID" --out i --format raw --sector-size 0x800 --sectors 9 --unit 32 --erased 0
    [ "$(stat -c %s i)" -eq $((2048 * 9)) ]
    [ "$(tail -c 2048 i | tr -d '\0' | wc -c)" -eq 0 ]
    prov bundle export "$ID" --out d --format raw --sector-size 4096 --sectors 16 --unit 8 --erased 0xff \
        --deny-sectors 2
    prov bundle export "$ID" --out e --format raw
    cmp d e
}

@test "the file is 0600, also under a loose umask, and stdout may be a pipe" {
    (umask 000 && prov bundle export "$ID" --out i --format ihex --at 0)
    [ "$(stat -c %a i)" = 600 ]
    prov bundle export "$ID" --out - --format ihex --at 0 | cmp - i
}

@test "--json says what was written, a dry run the same without writing" {
    rpk=$(prov rpk issue $DEVICE --server $OTHER_SERVER)
    succeeds bundle export "$ID" "$rpk" --out i --format ihex --at 0x8010000 --json --dry-run
    dry=$output
    [ ! -e i ]
    succeeds bundle export "$ID" "$rpk" --out i --format ihex --at 0x8010000 --json
    python3 - "$dry" "$output" "$ID" "$rpk" <<'P'
import hashlib, json, sys
dry, made = map(json.loads, sys.argv[1:3])
octets = open("i", "rb").read()
assert made == {"schema": 1, "credentials": [{"id": i} for i in sys.argv[3:]],
    "device": "00-12-4B-00-14-D5-2A-7F", "out": "i", "format": "ihex", "address": 0x8010000,
    "octets": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
assert dry.pop("dry_run") is True and dry == made
P
    succeeds bundle export "$ID" --out r --format raw --json
    [ "$(printf %s "$output" | field sha256)" = "$(sha256sum r | cut -d ' ' -f 1)" ]
    [[ $output != *address* ]]
    succeeds bundle export "$ID" --out b --format bundle --json
    [ "$(printf %s "$output" | field sha256)" = "$(sha256sum b | cut -d ' ' -f 1)" ]
    prov bundle export "$ID" --out same
    cmp b same
}

# The file of prov-agent: a page of header with the geometry, then the region (port/posix/flash_file.h).
as_store() { # IMAGE STORE
    (umask 077 && python3 -c '
import struct, sys
image = open(sys.argv[1], "rb").read()
header = b"prvflash" + struct.pack(">HBBIII", 1, 0xFF, 2, 8, 4096, 16)
open(sys.argv[2], "wb").write(header.ljust(4096, b"\0") + image)' "$1" "$2")
}

@test "an agent whose flash was programmed so enrolls and rotates, by each kind" {
    serve
    for kind in psk rpk cert; do
        device=00-12-4B-00-00-00-00-0$((++n))
        prov device add "$device" >/dev/null
        id=$(prov $kind issue "$device" --server $SERVER 2>/dev/null)
        prov bundle export "$id" --out $kind.raw --format raw
        as_store $kind.raw $kind.flash
        "$PROV_AGENT" status --store $kind.flash --json | grep -q "$device"
        "$PROV_AGENT" enroll --store $kind.flash --address "$ADDRESS" --tries 1
        "$PROV_AGENT" rotate --store $kind.flash --address "$ADDRESS" --tries 1
    done
}

@test "an operational credential in an image is in use at once: it rotates" {
    serve
    id=$(prov rpk issue $DEVICE --server $SERVER --use operational)
    prov bundle export "$id" --out i --format raw
    as_store i flash
    "$PROV_AGENT" rotate --store flash --address "$ADDRESS" --tries 1
}
