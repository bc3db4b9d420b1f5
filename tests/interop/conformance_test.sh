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
[ -s "$work/now" ] || {
    echo 'no column of prov was written'
    exit 1
}
if grep -F '**fail**' "$work/now"; then
    echo 'prov-agent breaks its own rules'
    exit 1
fi
diff "$work/then" "$work/now" || {
    echo 'CONFORMANCE.md is stale: run tests/interop/conformance.sh'
    exit 1
}
