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

# image NAME CONFIGURATION OPTION TARGET
image() {
    mkdir -p "$build/$1"
    {
        cmake -S "$root" -B "$build/$1" -G Ninja -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_BUILD_TYPE= -DPROV_BOARD=mps2-an385 \
            "-DPROV_CONFIG=$2" "$3" -DPROV_MBEDTLS_SOURCE="$source" \
            -DCMAKE_TOOLCHAIN_FILE="$root/device-agent/cmake/cortex-m3.cmake" &&
            cmake --build "$build/$1" --target "$4" -- -j 2
    } >"$build/$1/log" 2>&1 || {
        tail -n 40 "$build/$1/log"
        exit 1
    }
    arm-none-eabi-size "$build/$1/bin/prov-board.elf" |
        awk -v name="$1" 'NR == 2 { printf "%-14s %9d %9d\n", name, $1 + $2, $3 }'
}

printf '%-14s %9s %9s\n' image code variables
for name in psk psk_rpk psk_rpk_cert; do
    image $name "$root/device-agent/config/$name.h" -DPROV_LTO=OFF all
done
image full '' -DPROV_LTO=OFF all
image lto "$root/device-agent/config/psk_rpk_cert.h" -DPROV_LTO=ON prov-board
echo 'code: .text and .data, with cryptography and the board; variables: with 8 KiB of stack; lto: psk_rpk_cert with -flto'
