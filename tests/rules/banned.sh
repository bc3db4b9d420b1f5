#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Looks for what must not be in the sources (banned.tsv), in code, not in comments, and for files
# that do not begin with their licence.
# usage: banned.sh [ROOT [TABLE]]
set -eu

root=${1:-.}
cd "$root"
table=${2:-tests/rules/banned.tsv}
failed=0
rules=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources() {
    find "$@" -type f \( -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.sql' -o -name '*.cddl' \
        -o -name '*.cmake' -o -name CMakeLists.txt -o -name '*.py' -o -name '*.bats' -o -path '*/.ci/*' \
        -o -name demo -o -name check \) 2>/dev/null | LC_ALL=C sort
}
# A line that is a comment from its start: what it says is prose.
drop_comments() {
    grep -vE '^[^:]+:[0-9]+:[[:space:]]*(/\*|\*|//|#[^!i])' || true
}

while IFS='	' read -r folders pattern why; do
    case "$folders" in '' | '#'*) continue ;; esac
    rules=$((rules + 1))
    # shellcheck disable=SC2086 # a list of folders
    sources $folders | xargs -r grep -HnE -- "$pattern" | grep -v '^tests/rules/banned\.' >"$work/raw" || true
    case "$why" in
    *'path of one machine'* | *unfinished* | *'write enroll'*) cp "$work/raw" "$work/hits" ;;
    *) drop_comments <"$work/raw" >"$work/hits" ;;
    esac
    grep -v 'rules:allow' "$work/hits" >"$work/left" || true
    if [ -s "$work/left" ]; then
        echo "$why:"
        sed 's/^/  /' "$work/left"
        failed=$((failed + $(wc -l <"$work/left")))
    fi
done <"$table"

for file in $(sources libprov cli device-agent db schemas tests .ci demo check); do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
        echo "$file: does not begin with SPDX-License-Identifier: Apache-2.0"
        failed=$((failed + 1))
    }
done
echo "$rules rules, $failed hits"
[ "$rules" -gt 0 ] && [ "$failed" = 0 ]
