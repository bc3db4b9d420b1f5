#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whether conformance.sh runs, and whether what CONFORMANCE.md says of prov is still so: the script is run with prov alone, and
# rule by rule its column must be the file's.
# usage: conformance_test.sh BIN-FOLDER PEERS-FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
PROV_CONFORMANCE_SECONDS=100 "$here/conformance.sh" "$1" "$2" "$work/now.md" prov || status=$?
[ "$status" = 0 ] || exit "$status"

columns() { # FILE: "rule verdict" of the columns of prov's client, one line a rule and a column
    awk -F ' *[|] *' '
        /^## / { client = /Clients/ }
        client && $2 == "rule" { for (i = 4; i < NF; i++) name[i] = $i; next }
        client && $2 ~ /^client[.]/ { for (i = 4; i < NF; i++) if (name[i] ~ /^prov /) print $2, name[i], $i }
    ' "$1" | LC_ALL=C sort
}
columns "$work/now.md" >"$work/now"
columns "$here/CONFORMANCE.md" >"$work/then"
for run in "then" now; do
    awk '{ print $1 "/" $3 " " $4 }' "$work/$run" | LC_ALL=C sort >"$work/$run.keyed"
done
cut -d ' ' -f 1 "$work/now.keyed" >"$work/now.keys"
[ -s "$work/now" ] || {
    echo 'no column of prov was written'
    exit 1
}
if grep -F '**fail**' "$work/now"; then
    echo 'prov-agent breaks its own rules'
    exit 1
fi
# What was not tested in one of the two runs (a slow machine) says nothing.
LC_ALL=C join -j 1 -o 1.2,2.2,1.1 "$work/then.keyed" "$work/now.keyed" |
    awk '$1 != $2 && $1 != "?" && $2 != "?" { print $3 ": " $1 " there, " $2 " now"; bad = 1 } END { exit bad }' || {
    echo 'CONFORMANCE.md is stale: run tests/interop/conformance.sh'
    exit 1
}
cut -d ' ' -f 1 "$work/then.keyed" | diff - "$work/now.keys" || {
    echo 'CONFORMANCE.md is stale, it has other rules: run tests/interop/conformance.sh'
    exit 1
}
