#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How many instructions the steps of an operation take. QEMU has no cycles to count: these are instructions of a
# Cortex-M3, one as good as the other, and no clock speed makes a time of them.
# usage: instructions.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE KIND…
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
shift
program='prov-board-traced.elf'
clock='-icount shift=0' # one instruction is one nanosecond

thousands() {
    awk -v name="$1" '$1 == name { sum += $4 } END { printf "%d", sum / 1000 }' board.log
}
row() {
    printf '%-5s %-7s %9s %9s %6s %9d  %s, %s %s\n' "$1" "$2" "$(thousands phase)" "$(thousands primitive)" \
        "$(said steps)" "$(awk '$1 == "longest_step" { printf "%d", $3 / 1000 }' board.log)" \
        "$(said longest_step)" "$(said longest_in_it)" "$(awk '$1 == "longest_in_it" { printf "%d", $3 / 1000 }' board.log)"
}

echo 'instructions, not cycles (QEMU counts none), in thousands:'
printf '%-13s %9s %9s %6s %9s  %s\n' "$image" all 'in crypto' steps 'longest' 'step, and what is longest in it'
for kind in "$@"; do
    provision "$kind" raw
    for operation in enroll rotate; do
        board PROV_OK "$kind" "$operation"
        same "$kind"
        row "$kind" "$operation"
    done
    awk '$1 == "phase" { printf "%s%s %d in %d", s, $2, $4 / 1000, $3; s = ", " } END { print " steps" }' board.log |
        sed "s/^/  $kind rotate by phase: /"
    grep '^primitive' board.log >>primitives
done
echo '  one call on average, of all rotations:'
awk '{ calls[$2] += $3; all[$2] += $4 } END { for (p in calls) printf "    %-12s %9d in %4d calls\n", p, all[p] / calls[p] / 1000, calls[p] }' primitives | sort -k2nr
verdict
