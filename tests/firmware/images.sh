#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the board's images: one for each configuration of device-agent/config, and one with everything.
# usage: images.sh BUILD-FOLDER
set -eu

build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
source=${PROV_MBEDTLS_SOURCE:-$root/build/mbedtls-source}
command -v arm-none-eabi-gcc >/dev/null 2>&1 || {
    echo 'skipped: arm-none-eabi-gcc is not installed'
    exit 77
}
[ -d "$source" ] || {
    echo "skipped: no source of Mbed TLS in $source (.ci/mbedtls-source.sh fetches it)"
    exit 77
}

printf '%-14s %9s %9s\n' image code variables
for name in psk psk_rpk psk_rpk_cert full; do
    config=$root/device-agent/config/$name.h
    [ -e "$config" ] || config=''
    mkdir -p "$build/$name"
    {
        cmake -S "$root" -B "$build/$name" -G Ninja -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_BUILD_TYPE= \
            -DPROV_BOARD=mps2-an385 -DPROV_CONFIG="$config" -DPROV_MBEDTLS_SOURCE="$source" \
            -DCMAKE_TOOLCHAIN_FILE="$root/device-agent/cmake/cortex-m3.cmake" &&
            cmake --build "$build/$name" -- -j 2
    } >"$build/$name/log" 2>&1 || {
        tail -n 40 "$build/$name/log"
        exit 1
    }
    arm-none-eabi-size "$build/$name/bin/prov-board.elf" |
        awk -v name="$name" 'NR == 2 { printf "%-14s %9d %9d\n", name, $1 + $2, $3 }'
done
echo 'code: .text and .data, with cryptography, the C library and the board; variables: with 8 KiB of stack'
