#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A board whose flash is bad: each run ends with a result that has a name, and what was there before still works.
# usage: bad_flash.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE KIND STEP      (STEP 1: every operation; 3: every third; 0: none)
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
for flash in garbage noise; do board PROV_E_FULL $flash enroll; done # without a seed, and without room to begin with one
board PROV_E_NOT_FOUND blank enroll                                  # an empty store

# A store of another device, and one that a newer firmware has written, are left alone.
provision "$kind" raw
board PROV_OK "$kind" enroll eui64 "$(device_of "$kind")"
cp "$kind" before
board PROV_E_NAME "$kind" rotate eui64 00-1B-C5-FF-FE-09-09-09
cmp -s before "$kind" || complain 'the store of another device was written to'
# Its journal says a version that is not known yet: octet 2 of a record, and a CRC over 60 octets.
python3 -c '
import zlib
flash = bytearray(open("before", "rb").read())
at = [at for at in (12 * 4096, 13 * 4096) if flash[at:at + 2] == b"pv"][0]
flash[at + 2] += 1
flash[at + 60:at + 64] = zlib.crc32(flash[at:at + 60]).to_bytes(4, "little")
open("newer", "wb").write(flash)'
cp newer newer.before
cp "$kind.seed" newer.seed
board PROV_E_VERSION newer rotate
cmp -s newer newer.before || complain 'a newer store was written to'
after "$kind"

# What a store has rots: the journal, a slot and then the other one, all but the factory's area. What the server still takes is used.
for rotten in '12 2' '4 4' '4 4' '4 10'; do
    cp "$kind" rotten
    cp "$kind.seed" rotten.seed
    head -c $((${rotten#* } * 4096)) noise | dd of=rotten bs=4096 seek="${rotten% *}" conv=notrunc status=none
    board 'PROV_OK|PROV_E_NOT_FOUND|PROV_E_PEER_REFUSED' rotten rotate
    echo "noise in ${rotten#* } sectors from ${rotten% *} on: $(end)"
    [ "$(end)" != PROV_OK ] || cp rotten "$kind"
    after "$kind"
done

[ "$step" != 0 ] || {
    verdict
    exit
}

# --- one operation in a rotation -------------------------------------------------------------------------------------

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
