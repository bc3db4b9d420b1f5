#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A board does a device's whole job in QEMU against a real `prov serve`: for each kind it takes in a bundle, enrolls,
# rotates, is reset and rotates again; the power is cut in every program and erase of a rotation. After each the registry has one
# operational credential that is active, and the board has it too: its next rotation works.
# usage: run.sh PROV SLIP-UDP BUILD-FOLDER
set -eu

prov=$1
relay=$2
build=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
source=${PROV_MBEDTLS_SOURCE:-$root/build/mbedtls-source}
for tool in arm-none-eabi-gcc qemu-system-arm python3; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "skipped: $tool is not installed"
        exit 77
    }
done
[ -d "$source" ] || {
    echo "skipped: no source of Mbed TLS in $source (.ci/mbedtls-source.sh fetches it)"
    exit 77
}

# --- the image -------------------------------------------------------------------------------------------------------

mkdir -p "$build"
{
    cmake -S "$root" -B "$build" -G Ninja -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_BUILD_TYPE= -DPROV_BOARD=mps2-an385 \
        -DPROV_MBEDTLS_SOURCE="$source" -DCMAKE_TOOLCHAIN_FILE="$root/device-agent/cmake/cortex-m3.cmake" &&
        cmake --build "$build" -- -j 2
} >"$build/log" 2>&1 || {
    tail -n 40 "$build/log"
    exit 1
}
image=$build/bin/prov-board.elf
arm-none-eabi-size "$image" | awk 'NR == 2 {
    printf "image with cryptography: %d octets of code and constants, %d of variables, stack and arena\n", $1 + $2, $3 }'

# --- the server ------------------------------------------------------------------------------------------------------

work=$(mktemp -d)
server=''
helper=''
finish() {
    [ -z "$helper" ] || kill "$helper" 2>/dev/null || true
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$work"
PROV_REGISTRY=$work/registry.db
export PROV_REGISTRY
"$prov" init --org 'Board works' --country DE >made
"$prov" server add coaps.example.org --address 127.0.0.1:5684 >/dev/null
"$prov" cert issue coaps.example.org >/dev/null
"$prov" rpk issue coaps.example.org >/dev/null
"$prov" serve --server coaps.example.org --listen 127.0.0.1:0 >serve.log 2>&1 &
server=$!
port=''
for _ in $(seq 100); do
    port=$(sed -n 's/.*address=127\.0\.0\.1:\([0-9]*\).*/\1/p' serve.log | head -n 1)
    [ -z "$port" ] || break
    sleep 0.05
done
[ -n "$port" ] || {
    cat serve.log
    exit 1
}

# --- boards ----------------------------------------------------------------------------------------------------------

failed=0
seed=''
trouble=''
complain() {
    failed=$((failed + 1))
    echo "FAILED: $*"
    tail -n 12 board.log
    tail -n 3 serve.log
}

# board STATUS FLASH WORDS…: one run of the image, from reset to its end, which must be with the status (-: any).
board() {
    expected=$1
    flash=$2
    shift 2
    words=''
    for word in "$@"; do words="$words,arg=$word"; done
    rm -f uart
    # shellcheck disable=SC2086 # words
    "$relay" "$work/uart" "$port" $trouble &
    helper=$!
    status=0
    timeout 200 qemu-system-arm -M mps2-an385 -display none -monitor none -no-reboot \
        -chardev socket,id=line,path=uart,server=on -serial chardev:line \
        -semihosting-config "enable=on,target=native,arg=board,arg=$flash,arg=${seed:-$flash.seed}$words" \
        -kernel "$image" >board.log 2>&1 || status=$?
    kill "$helper" 2>/dev/null || true
    wait "$helper" 2>/dev/null || true
    helper=''
    [ "$expected" = - ] || [ "$status" = "$expected" ] || complain "$flash $*: ends with $status, not $expected"
}
said() {
    awk -v name="$1" '$1 == name { print $2 }' board.log
}

# image KIND NUMBER: a flash with a bundle in its place, and a seed of its own.
image() {
    device=00-1B-C5-FF-FE-00-00-0$2
    "$prov" device add "$device" >/dev/null
    "$prov" "$1" issue "$device" --server coaps.example.org >id 2>/dev/null
    "$prov" bundle export "$(cat id)" --out "$1.bundle" >/dev/null
    python3 -c '
import hashlib, sys
flash = bytearray(b"\xff" * (18 * 4096))
bundle = open(sys.argv[1] + ".bundle", "rb").read()
flash[16 * 4096:16 * 4096 + len(bundle)] = bundle
open(sys.argv[1], "wb").write(flash)
open(sys.argv[1] + ".seed", "wb").write(hashlib.sha256(sys.argv[1].encode()).digest())' "$1"
}
one_active() {
    active=$("$prov" credential list --device "$1" | grep -c 'operational *active' || true)
    [ "$active" = 1 ] || complain "$1 has $active active operational credentials"
}

# --- refused ---------------------------------------------------------------------------------------------------------

image psk 1
seed=nothing
board 1 psk enroll # no entropy: no random octets, nothing is made
seed=''
head -c 73728 /dev/zero | tr '\0' '\252' >garbage
cp psk.seed garbage.seed
board 10 garbage enroll

# --- the whole job ---------------------------------------------------------------------------------------------------

image rpk 2
image cert 3
number=0
for kind in psk rpk cert; do
    number=$((number + 1))
    device=00-1B-C5-FF-FE-00-00-0$number
    board 0 $kind install
    board 0 $kind enroll
    one_active "$device"
    echo "$kind enroll: $(said uart_sent) + $(said uart_received) octets on the line, $(said flash_operations) flash operations, stack $(said stack), arena $(said arena)"
    board 0 $kind rotate
    echo "$kind rotate: $(said uart_sent) + $(said uart_received) octets on the line, $(said flash_operations) flash operations, stack $(said stack), arena $(said arena), $(said steps) steps, $(said wakes) wakes"
    board 0 $kind rotate
    one_active "$device"
done

# --- power cuts ------------------------------------------------------------------------------------------------------

cut=0
while [ "$failed" -lt 5 ] && [ "$cut" -lt 200 ]; do
    board - rpk rotate cut $((cut + 1))
    [ "$status" = 75 ] || break
    cut=$((cut + 1))
    board 0 rpk rotate
    one_active 00-1B-C5-FF-FE-00-00-02
done
[ "$status" = 0 ] || complain "a rotation cut at operation $((cut + 1)) ends with $status"
[ "$cut" -gt 10 ] || complain "only $cut operations were cut"
echo "power cuts: $cut operations of a rotation, each cut once"

# --- a bad line ------------------------------------------------------------------------------------------------------

for trouble in 'drop 5' 'spoil 5'; do
    board 0 rpk rotate
    one_active 00-1B-C5-FF-FE-00-00-02
done

[ "$failed" = 0 ]
