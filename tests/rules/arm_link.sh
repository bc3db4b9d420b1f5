#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The device's half links for a Cortex-M3: undefined are only what port/libc has, prov_crypto_*, prov_aead_* and the board's own.
# Prints code and largest stack frame per room and fails above the budgets.
# usage: arm_link.sh BUILD-FOLDER [ROOT]
set -eu

build=$1
root=$(cd "${2:-.}" && pwd)
rules=$root/tests/rules
command -v arm-none-eabi-gcc >/dev/null 2>&1 || {
    echo 'skipped: arm-none-eabi-gcc is not installed'
    exit 77
}
mkdir -p "$build"
toolchain=$root/device-agent/cmake/cortex-m3.cmake
{
    cmake -S "$root" -B "$build" -G Ninja -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_BUILD_TYPE= \
        -DCMAKE_TOOLCHAIN_FILE="$toolchain" && cmake --build "$build" --target prov_device -- -j 2
} >"$build/log" 2>&1 || {
    cat "$build/log"
    exit 1
}
if grep -q 'warning:' "$build/log"; then
    grep 'warning:' "$build/log"
    exit 1
fi

cd "$build"
cc='arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -std=c11 -Wall -Wextra -Werror'
# What the library is made of; a folder that was built in before may hold more.
ninja -t query lib/libprov-agent.a | awk '/\.obj$/ { print $1 }' >objects
[ -s objects ] || {
    echo 'no objects'
    exit 1
}
# shellcheck disable=SC2086 # words
$cc -ffunction-sections -I"$root/libprov/include" -I"$root/device-agent/include" \
    -c "$rules/arm_image.c" -o image.o
# Once as a relocatable file, for what is undefined; once whole, for the sizes.
# shellcheck disable=SC2046,SC2086
$cc -r -nostdlib -Wl,--gc-sections -Wl,-e,image_main -o image.rel.o image.o $(cat objects) -lgcc
# shellcheck disable=SC2046,SC2086
$cc -nostdlib -Wl,--gc-sections -Wl,-e,image_main -Wl,--unresolved-symbols=ignore-all \
    -Wl,-Map,image.map -o image.elf image.o $(cat objects) -lgcc 2>link.log || {
    cat link.log
    exit 1
}

arm-none-eabi-nm -u image.rel.o | awk '{ print $2 }' |
    grep -vE '^(mem(chr|cmp|cpy|move|set)|str(cmp|len)|prov_crypto_[a-z0-9_]+|prov_aead_(key|tag)_len|board_[a-z]+)$' >undefined || true
if [ -s undefined ]; then
    echo 'undefined, and neither of port/libc, prov_crypto_* nor the board:'
    cat undefined
    exit 1
fi
arm-none-eabi-nm image.rel.o | awk '$2 ~ /^[bBdDC]$/ { print $3 }' | grep -vE '^image_|\.[0-9]+$' >writable || true
if [ -s writable ]; then
    echo 'global variables:'
    cat writable
    exit 1
fi

# shellcheck disable=SC2016 # awk's own $
find . -name '*.su' | LC_ALL=C sort | xargs awk -F '\t' '{
    n = split(FILENAME, p, "/"); room = FILENAME; sub(/.*CMakeFiles\/prov_/, "", room); sub(/\.dir\/.*/, "", room)
    f = $1; sub(/.*:/, "", f); print room "\t" f "\t" $2 "\t" $3 }' >frames
# shellcheck disable=SC2016
awk -F '\t' '
function room_of(path) { if (path !~ /CMakeFiles\/prov_/) return ""; sub(/.*CMakeFiles\/prov_/, "", path); sub(/\.dir\/.*/, "", path); return path }
FILENAME ~ /frames$/ { frame[$1, $2] = $3; if ($4 ~ /dynamic/ && $4 !~ /bounded/) dynamic[$1, $2] = 1; next }
FILENAME ~ /tsv$/ { if ($0 !~ /^#/ && NF == 3) { order[++n] = $1; text_max[$1] = $2; frame_max[$1] = $3 }; next }
{
    if ($0 ~ /^Discarded input sections/) on = 0
    if ($0 ~ /^Linker script and memory map/) on = 1
    if (!on) next
    line = $0
    if (line ~ /^ \.(text|rodata|data)[^ ]*$/) { wrapped = line; next }
    if (wrapped != "") { line = wrapped line; wrapped = "" }
    if (line !~ /^ \.(text|rodata|data)/) next
    k = split(line, w, " ")
    room = room_of(w[4]); if (k < 4 || room == "" || w[3] == "0x0") next
    size = hex(w[3]); text[room] += size; text["all"] += size
    name = w[1]; sub(/^\.text\./, "", name)
    if (w[1] ~ /^\.text\./ && (room, name) in frame) {
        if (frame[room, name] > largest[room]) { largest[room] = frame[room, name]; where[room] = name }
        if (frame[room, name] > largest["all"]) { largest["all"] = frame[room, name]; where["all"] = room ": " name }
        if ((room, name) in dynamic) { printf "%s: %s has a frame without a bound\n", room, name; bad++ }
        seen++
    }
}
function hex(s,    i, v) { v = 0; s = tolower(substr(s, 3)); for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
END {
    printf "%-14s %7s %7s %7s %7s  %s\n", "room", "text", "budget", "frame", "budget", "largest frame"
    for (i = 1; i <= n; i++) {
        r = order[i]
        printf "%-14s %7d %7d %7d %7d  %s\n", r, text[r], text_max[r], largest[r], frame_max[r], where[r]
        if (text[r] > text_max[r] || largest[r] > frame_max[r]) { printf "%s is over its budget\n", r; bad++ }
        if (text[r] == 0) { printf "%s is not in the image\n", r; bad++ }
        known[r] = 1
    }
    for (r in text) if (!(r in known)) { printf "%s has no budget\n", r; bad++ }
    if (seen < 100) { printf "only %d functions were seen\n", seen; bad++ }
    exit bad != 0
}' frames "$rules/arm_budgets.tsv" image.map
