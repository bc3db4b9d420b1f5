#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The C in device-agent/README.md compiles, in every configuration.
# usage: readme.sh [ROOT]
set -eu

root=$(cd "${1:-.}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^```c$/ { on = 1; next } /^```/ { on = 0 } on' "$root/device-agent/README.md" >"$work/readme.c"
[ -s "$work/readme.c" ] || {
    echo 'no C in device-agent/README.md'
    exit 1
}
for config in "$root/libprov/include/prov/config.h" "$root"/device-agent/config/*.h; do
    "${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "-DPROV_CONFIG_FILE=\"$config\"" \
        -I"$root/libprov/include" -I"$root/device-agent/include" "$work/readme.c"
done
