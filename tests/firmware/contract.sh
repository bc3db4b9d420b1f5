#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The board keeps what every port owes the agent (device-agent/port/contract), and one with a bad flash is found out.
# usage: contract.sh PROV PROV-AGENT SLIP-UDP IMAGES
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

program='prov-board-contract.elf'
echo flash | sha256sum | head -c 32 >flash.seed
for fault in 'half 40' 'flips 40' 'fails 40' 'dead 40'; do
    erased 73728 >flash
    # shellcheck disable=SC2086 # words
    board PROV_E_PARTIAL flash contract $fault
    echo "flash, $fault: $(awk '$1 == "broken" { printf "%s%s", s, $2; s = ", " }' board.log)"
done
erased 73728 >flash
board PROV_OK flash contract
echo "the board: $(grep -c '^kept' board.log) cases kept, $(grep -c '^skipped' board.log) skipped, stack $(said stack)"
[ "$(grep -c '^kept' board.log)" -ge 10 ] || complain 'too few cases'
verdict
