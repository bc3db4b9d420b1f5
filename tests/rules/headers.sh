#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone, included twice, without a warning. The version header is made by
# CMake: GENERATED is the folder that holds it.
# usage: headers.sh [ROOT [GENERATED]]
set -eu

root=${1:-.}
generated=${2:-$root/build/include}
failed=0
count=0
for header in "$root"/libprov/include/prov/*.h "$root"/device-agent/include/prov/*.h; do
    name=prov/$(basename "$header")
    count=$((count + 1))
    printf '#include <%s>\n#include <%s>\nextern int not_empty;\n' "$name" "$name" |
        "${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c \
            -I"$root/libprov/include" -I"$root/device-agent/include" -I"$generated" - || {
        echo "$name does not compile alone"
        failed=$((failed + 1))
    }
done
echo "$count headers compiled alone, $failed failed"
[ "$count" -gt 0 ] && [ "$failed" = 0 ]
