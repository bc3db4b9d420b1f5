#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A board whose flash is bad: each run ends with a result that has a name, and what was there before still works.
# usage: bad_flash.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE KIND STEP      (STEP 1: every operation; 3: every third)
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
kind=$2
step=$3

# --- what is on it ---------------------------------------------------------------------------------------------------

head -c 73728 /dev/zero | tr '\0' '\252' >garbage
head -c 73728 /dev/urandom >noise
erased 73728 >blank
for flash in garbage noise blank; do echo "$flash" | sha256sum | head -c 32 >$flash.seed; done
for flash in garbage noise blank; do board PROV_E_NOT_FOUND $flash enroll; done # an empty store

provision "$kind" raw
# --- one operation in a rotation -------------------------------------------------------------------------------------

board PROV_OK "$kind" enroll
same "$kind"
board PROV_OK "$kind" rotate
last=$(said flash_operations)
reads=$(said flash_reads)
same "$kind"
echo "faults of flash in a rotation of $last programs and erases, and then a rotation without:"
# faults NAME OPERATION…: the fault hits each of the operations, in a run of its own.
faults() {
    name=$1
    shift
    : >ends
    for at in "$@"; do
        board 'PROV_OK|PROV_E_IO' "$kind" rotate "$name" "$at"
        end >>ends
        after "$kind"
    done
    echo "  $name: $# runs end with $(sort ends | uniq -c | awk '{ printf "%s%s %d", s, $2, $1; s = ", " }')"
}
# shellcheck disable=SC2046 # numbers
{
    faults fails $(seq 1 "$step" "$last")
    faults half $(seq 1 "$step" "$last")
    faults flips $(seq 1 "$step" "$last")
    faults dead 1 5 $((last / 2)) "$last"
    faults unread $(seq 1 $((reads * step / 12)) "$reads")
}
verdict
