#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A board does a device's whole job in QEMU against a real `prov serve`: for each kind of an image it is provisioned,
# enrolls, rotates, is reset and rotates again. After each, registry and flash say the same.
# usage: kinds.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE raw|ihex|bundle KIND…
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
form=$2
shift 2

# row KIND OPERATION: what the last run cost.
row() {
    printf '%-5s %-7s %9s %9s %9s %7s %6s %6s %6s %6s\n' "$1" "$2" "$(said uart_sent)" "$(said uart_received)" \
        "$(said flash_operations)" "$(said flash_erases)" "$(said stack)" "$(said arena)" "$(said steps)" "$(said wakes)"
}

printf '%-13s %9s %9s %9s %7s %6s %6s %6s %6s\n' "$image" sent received 'flash op.' erases stack arena steps wakes
for kind in "$@"; do
    provision "$kind" "$form"
    [ "$form" != bundle ] || board PROV_OK "$kind" install
    board PROV_OK "$kind" enroll
    same "$kind"
    row "$kind" enroll
    after "$kind"
    row "$kind" rotate
    after "$kind"
done
echo "octets of RAM outside the arena: agent $(said ram_agent), workspace of a handshake $(said ram_workspace), store $(said ram_store)"
verdict
