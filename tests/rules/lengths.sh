#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lengths of files and functions, by the layout that clang-format gives them: a function opens with { in
# the first column and ends with } there. Prints a report; fails above the hard bounds.
# usage: lengths.sh [ROOT]
set -eu

cd "${1:-.}"
# shellcheck disable=SC2016 # awk's own $
find libprov device-agent cli tests -name '*.c' -type f | LC_ALL=C sort | xargs -r awk '
function end_file() {
    if (file != "") {
        files++
        if (last > 600) { printf "%s: %d lines\n", file, last; if (last > (product ? 600 : 1000)) bad++ }
    }
}
FNR == 1 { end_file(); file = FILENAME; product = file !~ /^tests\// }
{ last = FNR }
/^[a-z].*\(/ && !/;$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
/^\{/ { from = FNR }
/^\}/ && from {
    len = FNR - from - 1; from = 0; if (!product) next
    functions++; if (len > 15) over15++
    if (len > 45) { over45++; printf "%s: %s has %d lines\n", file, name, len; if (len > 80) bad++ }
}
END {
    end_file()
    if (!functions) { print "no function was found"; exit 1 }
    printf "%d files; %d functions of the product, %d over 15 lines, %d over 45\n", files, functions, over15, over45
    if (bad) { printf "%d over the hard bounds (600 lines a file, 1000 a test, 80 a function)\n", bad; exit 1 }
}'
