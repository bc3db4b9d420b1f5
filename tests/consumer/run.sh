#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a folder of its own and builds consumer.c against libprov and device/main.c against
# libprov-agent, by find_package and by pkg-config, then runs them. A request for another major version must be refused.
# usage: run.sh BUILD-FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/installed"
for program in prov prov-agent; do
    [ -x "$work/installed/bin/$program" ] || {
        echo "$program was not installed"
        exit 1
    }
done

cmake -S "$here" -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$work/installed"
cmake --build "$work/cmake"
"$work/cmake/consumer"

libdir=$(dirname "$(find "$work/installed" -name prov.pc)")
# The file says where it will be installed in the end: here it lies elsewhere.
export PKG_CONFIG_PATH="$libdir"
prefix="--define-variable=prefix=$work/installed"
# shellcheck disable=SC2046 # words are meant
"${CC:-cc}" -std=c11 $(pkg-config "$prefix" --cflags prov) -o "$work/consumer" "$here/consumer.c" \
    $(pkg-config "$prefix" --libs prov)
"$work/consumer"

cmake -S "$here/device" -B "$work/device" -G Ninja -DCMAKE_PREFIX_PATH="$work/installed"
cmake --build "$work/device"
"$work/device/device"
prefix="--define-variable=prefix=$work/installed"
# shellcheck disable=SC2046
"${CC:-cc}" -std=c11 $(pkg-config "$prefix" --cflags prov-agent) -o "$work/main" "$here/device/main.c" "$here/device/crypto_host.c" \
    $(pkg-config "$prefix" --libs prov-agent)
"$work/main"

sed 's/find_package(prov 0.1/find_package(prov 1.0/' "$here/CMakeLists.txt" >"$work/CMakeLists.txt"
cp "$here/consumer.c" "$work/"
if cmake -S "$work" -B "$work/wrong" -G Ninja -DCMAKE_PREFIX_PATH="$work/installed" >/dev/null 2>&1; then
    echo 'another major version was accepted'
    exit 1
fi
