#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The power is cut in every program and erase of an operation, once each; then the board is reset and rotates.
# usage: cuts.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE KIND…
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
shift
# cuts FLASH OPERATION: each time from where the operation before has left it, or, for an enroll, from the same flash.
cuts() {
    cut=0
    status=$power
    while [ "$cut" -lt 400 ]; do
        [ "$2" = rotate ] || cp "$1.new" "$1"
        board "PROV_OK|$power" "$1" "$2" cut $((cut + 1))
        [ "$status" = $power ] || break
        cut=$((cut + 1))
        board PROV_OK "$1" "$2"
        same "$1"
    done
    [ "$status" = 0 ] || complain "$2 of $1, cut at operation $((cut + 1)), ends with $status"
    [ "$cut" -gt 10 ] || complain "only $cut operations of $2 were cut"
    echo "$1 $2: the power was cut in each of $cut flash operations"
}

for kind in "$@"; do
    provision "$kind" raw
    cp "$kind" "$kind.new"
    board PROV_OK "$kind" enroll
    same "$kind"
    cuts "$kind" rotate
done
verdict
