#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The power is cut in every program and erase of an operation, once each; then the board is reset and rotates.
# usage: cuts.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE OPERATIONS KIND…       (OPERATIONS: rotate, or "enroll rotate")
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
operations=$2
shift 2
# cuts KIND OPERATION: a rotation goes on from where the one before has left it; each enroll has a device of its own.
cuts() {
    cut=0
    status=$power
    while [ "$cut" -lt 400 ]; do
        flash=$1
        if [ "$2" = enroll ]; then
            flash=$1-$((cut + 1))
            provision "$flash" raw
        fi
        board "PROV_OK|$power" "$flash" "$2" cut $((cut + 1))
        [ "$status" = $power ] || break
        cut=$((cut + 1))
        board PROV_OK "$flash" "$2" # after the reset
        same "$flash"
    done
    [ "$status" = 0 ] || complain "$2 of $1, cut at operation $((cut + 1)), ends with $status"
    [ "$cut" -gt 10 ] || complain "only $cut operations of $2 were cut"
    echo "$1 $2: the power was cut in each of $cut flash operations"
}

for kind in "$@"; do
    provision "$kind" raw
    board PROV_OK "$kind" enroll
    same "$kind"
    for operation in $operations; do cuts "$kind" "$operation"; done
done
verdict
