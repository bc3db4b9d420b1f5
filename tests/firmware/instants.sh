#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The board goes away at instants by chance (QEMU is killed), in enrolls and rotations of each kind; then it is reset and
# does it again. The instants come from a generator that starts with SEED.
# usage: instants.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE COUNT SEED
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
count=$2
seed_of_all=$3

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}
for kind in psk rpk cert; do
    provision $kind raw
    board PROV_OK $kind enroll
    started=$(now_ms)
    board PROV_OK $kind rotate
    echo $(($(now_ms) - started)) >$kind.ms
    same $kind
done

# Lines of a number, a kind, an operation and the share of its time that passes before the end.
awk -v seed="$seed_of_all" -v count="$count" 'BEGIN {
    srand(seed)
    split("psk rpk cert", kinds)
    for (i = 0; i < count; i++)
        print i + 1, kinds[1 + int(rand() * 3)], rand() < 0.25 ? "enroll" : "rotate", rand()
}' >instants
killed=0
while read -r number kind operation share; do
    flash=$kind
    if [ "$operation" = enroll ]; then
        flash=$kind-$number
        provision "$flash" raw
    fi
    board_start "$flash" "$operation"
    sleep "$(awk -v ms="$(cat $kind.ms)" -v share="$share" 'BEGIN { printf "%.3f", ms * share / 1000 }')"
    [ ! -s qemu.pid ] || kill -KILL "$(cat qemu.pid)" 2>/dev/null || true
    board_end
    case "$(end)" in
    137) killed=$((killed + 1)) ;;
    PROV_OK) ;;
    *) complain "$flash $operation: ends with $(end) before it was killed" ;;
    esac
    # An enroll that was done is not done again.
    if [ "$operation" = enroll ] && [ "$(end)" = PROV_OK ]; then operation=rotate; fi
    board PROV_OK "$flash" "$operation"
    same "$flash"
done <instants
echo "$count instants (seed $seed_of_all): the board was killed at $killed of them, and had ended before the others"
[ "$killed" -ge $((count / 3)) ] || complain "only $killed of $count were killed"
verdict
