#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The device's library alone, as a firmware project gets it: built for a Cortex-M3 in one configuration, installed into a
# folder of its own, and device/main.c linked against that by find_package; then against its source. What lies there is the library, prov/agent.h
# and what that includes, and nothing of the hosts'.
# usage: cross.sh [ROOT]
set -eu

root=$(cd "${1:-.}" && pwd)
source=${PROV_MBEDTLS_SOURCE:-$root/build/mbedtls-source}
command -v arm-none-eabi-gcc >/dev/null 2>&1 || {
    echo 'skipped: arm-none-eabi-gcc is not installed'
    exit 77
}
[ -d "$source" ] || {
    echo "skipped: no source of Mbed TLS in $source (.ci/mbedtls-source.sh fetches it)"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
toolchain=-DCMAKE_TOOLCHAIN_FILE=$root/device-agent/cmake/cortex-m3.cmake

cmake -S "$root" -B "$work/build" -G Ninja -DPROV_HOST=OFF -DPROV_TESTS=OFF -DCMAKE_BUILD_TYPE= "$toolchain" \
    -DPROV_CONFIG=device-agent/config/psk_rpk.h -DPROV_MBEDTLS_SOURCE="$source"
cmake --build "$work/build" -- -j 2
cmake --install "$work/build" --prefix "$work/installed"

# Each header that is there is included by prov/agent.h, and each that it includes is there.
cd "$work/installed"
find . -name '*.h' | sed 's|.*/prov/|prov/|' | grep -v '^prov/agent_config\.h$' | LC_ALL=C sort >"$work/there"
arm-none-eabi-gcc -std=c11 -DPROV_CONFIG_FILE='"prov/agent_config.h"' -Iinclude -MM -x c include/prov/agent.h |
    tr ' ' '\n' | sed -n 's|.*include/\(prov/.*\.h\)$|\1|p' | grep -v '^prov/agent_config\.h$' | LC_ALL=C sort -u >"$work/included"
diff "$work/there" "$work/included"
[ -f lib/libprov-agent.a ]
[ ! -e lib/libprov.a ]

cmake -S "$root/tests/consumer/device" -B "$work/device" -G Ninja "$toolchain" -DCMAKE_PREFIX_PATH="$work/installed" \
    -DCMAKE_FIND_ROOT_PATH="$work/installed"
cmake --build "$work/device"
arm-none-eabi-nm "$work/device/device" | grep -q ' T prov_agent_begin$'
# The same by add_subdirectory.
cmake -S "$root/tests/consumer/device" -B "$work/subdirectory" -G Ninja "$toolchain" -DPROV_SOURCE="$root" \
    -DPROV_CONFIG="$root/device-agent/config/psk_rpk.h" -DPROV_MBEDTLS_SOURCE="$source"
cmake --build "$work/subdirectory" -- -j 2
find "$work/subdirectory" -name device -type f | grep -q .

# The consumer sees the configuration that the library was built with.
grep -q PROV_CONFIG_FILE "$work/device/build.ninja"
grep -q 'PROV_WITH_CERT *0' include/prov/agent_config.h
