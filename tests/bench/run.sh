#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the benchmarks of a build folder one after the other, writes the table and prints it. Fails if a target is
# missed: a server's PSK handshakes at least 3 times and X.509 ones at least twice libssl's, RPK ones at 85 % of the floor,
# no more octets on the wire than libssl's, and with cached_info 35 % fewer from the server to the client; 2 KiB for a live
# session beside what libcrypto takes.
# usage: run.sh BUILD-FOLDER TABLE.tsv
set -eu

build=$1
table=$2
printf 'name\tours\tbaseline\tunit\tratio\n' >"$table"
for name in handshake certificates resumed sessions issue alike; do
    "$build/tests/bench/bench_$name" >>"$table"
done
# (e) The size table: what a device's half takes on a Cortex-M3, against its budgets.
"$(dirname "$0")/../rules/arm_link.sh" "$build/arm" >"$build/sizes" || {
    cat "$build/sizes" >&2
    grep -q '^skipped' "$build/sizes" || exit 1
}
awk '$1 != "room" && NF >= 6 && $2 > 0 {
    printf "size %s, code and constants / budget\t%d\t%d\toctets\t%.3f\n", $1, $2, $3, $2 / $3
    printf "size %s, largest frame / budget\t%d\t%d\toctets\t%.3f\n", $1, $4, $5, $4 / $5
}' "$build/sizes" >>"$table"

awk -F '\t' '
NR == 1 { printf "%-52s %12s %12s %8s  %s\n", $1, $2, $3, $5, $4; next }
{ printf "%-52s %12s %12s %8s  %s\n", $1, $2, $3, $5, $4 }' "$table"
echo "written to $table"
awk -F '\t' '
function verdict(what, met) { print (met ? "met     " : "MISSED  ") what; seen++; missed += !met }
$1 == "handshake psk / libssl" { verdict($1 ": " $5 ", at least 3", $5 >= 3) }
$1 == "handshake rpk / floor" { verdict($1 ": " $5 ", at least 0.85", $5 >= 0.85) }
$1 == "handshake cert / libssl" { verdict($1 ": " $5 ", at least 2", $5 >= 2) }
$1 ~ /^wire .* to / && $3 + 0 > 0 { verdict($1 ": " $2 " octets, at most " $3, $2 <= $3) }
$1 == "octets cert, cached_info, server to client / libssl" {
    verdict($1 ": " $5 ", at most 0.65", $5 <= 0.65)
}
$1 == "memory of a session, ours / target" { verdict($1 ": " $2 " octets, at most " $3, $2 <= $3) }
END { exit seen < 9 || missed > 0 }' "$table"
