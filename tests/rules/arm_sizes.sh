#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the device's library costs a Cortex-M3, in each configuration: code and constants per room, in all with and
# without cryptography, compiled file by file and linked with -flto; RAM. Counted is all that an image links but for the board's own: rooms, backend,
# Mbed TLS, and what they take from libc (device-agent/port/libc) and libgcc. Fails above the budgets of arm_sizes.tsv.
# usage: arm_sizes.sh BUILD-FOLDER [ROOT]
set -eu

build=$1
root=$(cd "${2:-.}" && pwd)
rules=$root/tests/rules
source=${PROV_MBEDTLS_SOURCE:-$root/build/mbedtls-source}
command -v arm-none-eabi-gcc >/dev/null 2>&1 || {
    echo 'skipped: arm-none-eabi-gcc is not installed'
    exit 77
}
[ -d "$source" ] || {
    echo "skipped: no source of Mbed TLS in $source (.ci/mbedtls-source.sh fetches it)"
    exit 77
}
mkdir -p "$build"
build=$(cd "$build" && pwd)
cc='arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os'
# Objects that hold both machine code and what -flto wants: compiled once, linked both ways.
flags='-mcpu=cortex-m3 -mthumb -Os -ffreestanding -fno-tree-pre -fno-code-hoisting -fno-move-loop-invariants -flto -ffat-lto-objects'

# link NAME FLAG OBJECT…: the image, in the folder of its configuration.
link() {
    name=$1 lto=$2
    shift 2
    # shellcheck disable=SC2086 # words
    $cc $lto --specs=nano.specs -nostartfiles -Wl,--gc-sections -Wl,-e,image_main -Wl,--unresolved-symbols=ignore-all \
        -Wl,-Map,"$name.map" -o "$name.elf" arm_image.o mem.o "$@"
}
# measure CONFIGURATION: builds the library and links it.
measure() {
    config=$root/device-agent/config/$1.h
    named="-DPROV_CONFIG_FILE=\"$config\""
    [ "$1" != all ] || config='' named=''
    cmake -S "$root" -B "$build/$1" -G Ninja -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_BUILD_TYPE= "-DPROV_CONFIG=$config" \
        -DPROV_MBEDTLS_SOURCE="$source" -DCMAKE_TOOLCHAIN_FILE="$root/device-agent/cmake/cortex-m3.cmake" \
        -DCMAKE_C_FLAGS="$flags"
    cmake --build "$build/$1" --target prov_device -- -j 2
    cd "$build/$1"
    # What the library is made of; a folder that was built in before may hold more.
    ninja -t query lib/libprov-agent.a | awk '/\.obj$/ { print $1 }' >objects
    [ -s objects ]
    for part in arm_image arm_image_crypto; do
        # shellcheck disable=SC2086
        $cc -std=c11 -Wall -Wextra -Werror -ffunction-sections -fdata-sections $named \
            '-DMBEDTLS_CONFIG_FILE="prov_mbedtls_config.h"' -I"$root/libprov/crypto/mbedtls" -I"$source/include" \
            -I"$root/libprov/include" -I"$root/device-agent/include" -c "$rules/$part.c" -o "$part.o"
    done
    # shellcheck disable=SC2086
    $cc -std=c11 -Wall -Wextra -Werror -ffreestanding -fno-tree-loop-distribute-patterns -ffunction-sections \
        -c "$root/device-agent/port/libc/mem.c" -o mem.o
    # shellcheck disable=SC2046 # names of objects, of CMake's making
    {
        link plain -fno-lto arm_image_crypto.o $(cat objects)
        link lto -flto=2 arm_image_crypto.o $(cat objects)
        # What it takes of the backend is left undefined.
        link lto_device -flto=2 $(grep -vE '/prov_(crypto_)?mbedtls\.dir/' objects)
    }
    arm-none-eabi-nm -S -t d plain.elf | awk '$4 ~ /^image_(agent|workspace|store)$/ { print $4, $2 + 0 }' >ram
    arm-none-eabi-size plain.elf lto.elf lto_device.elf >sizes
}

for configuration in psk psk_rpk psk_rpk_cert all; do
    (measure $configuration) >"$build/log" 2>&1 || {
        tail -n 40 "$build/log"
        exit 1
    }
    ! grep -v 'not implemented and will always fail' "$build/log" | grep 'warning:' || exit 1
done

cd "$build"
# shellcheck disable=SC2016 # awk's own $
awk -F '\t' '
function hex(s,    i, v) { v = 0; s = tolower(substr(s, 3)); for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
function room_of(path) {
    if (path ~ /^arm_image_crypto/) return "instance"
    if (path ~ /^arm_image/) return "board"
    if (path ~ /^mem\.o/) return "libc, libgcc"
    if (path ~ /lib(c|g|m|gcc)(_nano)?\.a/) return "libc, libgcc"
    if (path !~ /\/prov_[a-z0-9_]+\.dir\//) return "other"
    sub(/\.dir\/.*/, "", path); sub(/.*\/prov_/, "", path)
    return path == "mbedtls" ? "Mbed TLS" : path
}
function row(name, values,    i, c) {
    printf "%-26s", name
    for (i = 1; i <= columns; i++) { c = order[i]; printf " %12s", (c in values) ? values[c] : "" }
    printf "\n"
}
function room_row(r,    i, v) { for (i = 1; i <= columns; i++) v[order[i]] = size[r, order[i]] + 0; row("  " r, v) }
FNR == 1 { part = FILENAME; sub(/.*\//, "", part); c = FILENAME; sub(/\/.*/, "", c) }
FNR == 1 && part == "plain.map" { order[++columns] = c; on = 0; held = "" }
part == "arm_sizes.tsv" { if ($0 !~ /^#/ && NF == 4) { limit[$1, $2] = $3; goal[$1, $2] = $4 == "-" ? "" : $4; limits++ }; next }
part == "sizes" { split($0, w, " "); if (w[6] ~ /^plain/) linked[c] = w[1] + w[2]; if (w[6] ~ /^lto\./) lto[c] = w[1] + w[2]; if (w[6] ~ /^lto_device/) lto_device[c] = w[1] + w[2]; next }
part == "ram" { split($0, w, " "); ram[w[1], c] = w[2]; next }
/^Linker script and memory map/ { on = 1 }
!on { next }
{
    line = $0
    if (line ~ /^ (\.[^ ]+|COMMON)$/) { held = line; next }
    if (held != "") { line = held line; held = "" }
    if (line !~ /^ (\.(text|rodata|data|bss|ARM\.ex)|COMMON)/) next
    if (split(line, w, " ") < 4 || w[3] == "0x0") next
    r = room_of(w[4])
    if (w[1] !~ /^(\.bss|COMMON)/) { size[r, c] += hex(w[3]); rooms[r] = 1 }
    if (r == "libc, libgcc" && w[1] ~ /^\.(text|rodata)/) {
        if (w[4] ~ /^mem\.o/) w[4] = substr(w[1], 7)
        sub(/.*\(_?(lib_a-)?/, "", w[4]); sub(/(-stub)?\.o\)$/, "", w[4]); pieces[c] = pieces[c] ", " w[4] " " hex(w[3])
    }
    if (w[1] ~ /^(\.bss|\.data|COMMON)/ && r !~ /board|instance/) variables[c] += hex(w[3])
}
END {
    n = split("core profile cose x509 dtls enroll enroll_client agent_core crypto_mbedtls", known, " ")
    for (i = 1; i <= columns; i++) {
        c = order[i]
        lto_device[c] -= size["board", c]
        size["board", c] += size["instance", c]
        total[c] = linked[c] - size["board", c]; lto[c] -= size["board", c]
        device[c] = total[c] - size["crypto_mbedtls", c] - size["Mbed TLS", c]
        agent[c] = ram["image_agent", c]; work[c] = ram["image_workspace", c]; store[c] = ram["image_store", c]
        vars[c] = variables[c] + 0
        memory[c] = agent[c] + work[c] + store[c] + vars[c]
        if (!agent[c] || !work[c] || !store[c] || lto_device[c] < 10000) { print c ": nothing was measured"; bad++ }
        used["total", c] = total[c]; used["total_lto", c] = lto[c]
        used["device", c] = device[c]; used["device_lto", c] = lto_device[c]; used["ram", c] = memory[c]
    }
    for (i = 1; i <= columns; i++) heads[order[i]] = order[i]
    row("octets on a Cortex-M3, -Os", heads)
    for (i = 1; i <= n; i++) { room_row(known[i]); delete rooms[known[i]] }
    room_row("Mbed TLS"); room_row("libc, libgcc"); room_row("other")
    delete rooms["Mbed TLS"]; delete rooms["libc, libgcc"]; delete rooms["other"]
    delete rooms["board"]; delete rooms["instance"]
    for (r in rooms) { print r ": a room that this table does not know"; bad++ }
    row("without cryptography", device)
    row("  the same with -flto", lto_device)
    row("with cryptography", total)
    row("  the same with -flto", lto)
    row("RAM: struct prov_agent", agent)
    row("  handshake workspace", work)
    row("  struct prov_store", store)
    row("  variables", vars)
    row("  in all", memory)
    kinds = split("total total_lto device device_lto ram", whats, " ")
    names["total"] = "with cryptography"; names["total_lto"] = "with it, -flto"
    names["device"] = "without cryptography"; names["device_lto"] = "without it, -flto"; names["ram"] = "RAM"
    for (k = 1; k <= kinds; k++) {
        for (i = 1; i <= columns; i++) { b[order[i]] = limit[whats[k], order[i]]; g[order[i]] = goal[whats[k], order[i]] }
        row("budget " names[whats[k]], b); row("  goal", g)
    }
    print "libc, libgcc of psk_rpk_cert: " substr(pieces["psk_rpk_cert"], 3)
    print "peers with cryptography: Mbed TLS 3.6 PSK 26152, PSK + X.509 58076; tinydtls PSK + RPK 37908;"
    print "  wolfSSL PSK 34992, PSK + X.509 74188, with RPK 86828"
    for (u in used) {
        split(u, p, SUBSEP)
        if (!(u in limit)) { print p[2] ": no budget " names[p[1]]; bad++ }
        else if (used[u] > limit[u]) { printf "%s: %d octets %s, over the budget of %d\n", p[2], used[u], names[p[1]], limit[u]; bad++ }
    }
    if (limits != kinds * columns) { print "a budget for what is not measured"; bad++ }
    exit bad != 0
}' "$rules/arm_sizes.tsv" psk/plain.map psk/sizes psk/ram psk_rpk/plain.map psk_rpk/sizes psk_rpk/ram \
    psk_rpk_cert/plain.map psk_rpk_cert/sizes psk_rpk_cert/ram all/plain.map all/sizes all/ram
