#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every rule of required.txt must be tested: have a line in coverage/*.tsv (rule, file, test) whose test is
# defined in that file, handed to the test runner, and built. A rule that is out of scope has "-" in place of the
# file, and the reason. Prints the gaps; fails if there are any.
# usage: coverage.sh [ROOT [REQUIRED COVERAGE-FOLDER]]
set -eu

root=${1:-.}
cd "$root"
required=${2:-tests/rules/required.txt}
folder=${3:-tests/rules/coverage}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/good"
: >"$work/bad"
: >"$work/out"

# A test in C: the function is defined in the file, and a list of cmocka tests beside it names it.
c_test_runs() {
    grep -qE "(^|[[:space:]])$2\(void \*\*" "$1" || { echo "no such function"; return; }
    grep -hE "(cmocka_unit_test[a-z_]*|TEST)\(" -A1 "$(dirname "$1")"/*.[ch] | grep -qwF "$2" ||
        echo "not in a list of cmocka tests"
}
script_test_runs() {
    grep -qwF -- "$2" "$1" || echo "no such test"
}
# The file is built or run by the CMakeLists.txt of its folder or of one above it.
is_registered() {
    dir=$(dirname "$1")
    while [ "$dir" != . ] && [ "$dir" != tests ]; do
        if [ -f "$dir/CMakeLists.txt" ] && grep -qF "$(basename "$1")" "$dir/CMakeLists.txt"; then
            return 0
        fi
        dir=$(dirname "$dir")
    done
    return 1
}
judge() { # FILE TEST-OR-REASON
    if [ "$1" = - ]; then
        [ "${#2}" -ge 30 ] || echo "no reason"
        return
    fi
    [ -f "$1" ] || { echo "no such file"; return; }
    is_registered "$1" || { echo "its file is in no CMakeLists.txt"; return; }
    case "$1" in
    *.c | *.h) c_test_runs "$1" "$2" ;;
    *) script_test_runs "$1" "$2" ;;
    esac
}

for list in "$folder"/*.tsv; do
    [ -f "$list" ] || continue
    while IFS='	' read -r rule file test rest; do
        case "$rule" in '' | '#'*) continue ;; esac
        if [ -n "${rest:-}" ] || [ -z "${test:-}" ]; then
            why='not three columns'
        else
            why=$(judge "$file" "$test")
        fi
        if [ -n "$why" ]; then
            echo "$list: $rule: $file: ${test:-?}: $why" >>"$work/bad"
        else
            echo "$rule" >>"$work/good"
            [ "$file" != - ] || echo "$rule: $test" >>"$work/out"
        fi
    done <"$list"
done

grep -v '^#' "$required" | tr ' ' '\n' | sed '/^$/d' | LC_ALL=C sort -u >"$work/required"
LC_ALL=C sort -u "$work/good" >"$work/covered"
LC_ALL=C comm -23 "$work/required" "$work/covered" >"$work/gaps"

echo "$(wc -l <"$work/good") tests name $(wc -l <"$work/covered") rules; $(wc -l <"$work/required") are required"
sed 's/^/out of scope: /' "$work/out"
status=0
if [ -s "$work/bad" ]; then
    echo "lines that point at no running test:"
    sed 's/^/  /' "$work/bad"
    status=1
fi
if [ -s "$work/gaps" ]; then
    echo "rules without a test: $(tr '\n' ' ' <"$work/gaps")"
    status=1
fi
[ -s "$work/required" ] || status=1
exit $status
