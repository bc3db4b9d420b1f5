#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the benchmarks of a build folder one after the other, writes the table and prints it.
# usage: run.sh BUILD-FOLDER TABLE.tsv
set -eu

build=$1
table=$2
printf 'name\tours\tbaseline\tunit\tratio\n' >"$table"
for name in handshake sessions issue alike; do
    "$build/tests/bench/bench_$name" >>"$table"
done
sizes=$(dirname "$0")/../rules/arm.sh
if [ -x "$sizes" ] && command -v arm-none-eabi-gcc >/dev/null 2>&1; then
    "$sizes" --table >>"$table"
fi

awk -F '\t' '
NR == 1 { printf "%-52s %12s %12s %8s  %s\n", $1, $2, $3, $5, $4; next }
{ printf "%-52s %12s %12s %8s  %s\n", $1, $2, $3, $5, $4 }' "$table"
echo "written to $table"
