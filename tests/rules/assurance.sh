#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The table of attacks in SECURITY.md: every row names tests that exist and run, or says why it cannot apply.
# usage: assurance.sh [ROOT]
set -eu

rules=$(cd "$(dirname "$0")" && pwd)
cd "${1:-.}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/lists"

awk -F '|' -v lists="$work/lists/security.tsv" -v required="$work/required" '
/^## / { on = ($0 ~ /^## What is known to break/) }
on && /^\|/ && !/^\|---/ && !/^\| attack / {
    row = "attack" ++rows
    print row >required
    if (NF != 5) { printf "%s: not three columns: %s\n", row, $0; bad++ }
    rest = $4
    found = 0
    while (match(rest, /`[^`]*`/)) {
        token = substr(rest, RSTART + 1, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        split(token, part, ":")
        printf "%s\ttests/%s\t%s\n", row, part[1], part[2] >lists
        found++
    }
    if (!found && $3 ~ /^ cannot apply/) printf "%s\t-\t%s\n", row, $3 >lists
    else if (!found) { printf "%s: no test:%s\n", row, $2; bad++ }
}
END { if (rows < 40) { print "the table is too short: " rows " rows"; bad++ } exit bad > 0 }' SECURITY.md

"$rules/coverage.sh" . "$work/required" "$work/lists"
