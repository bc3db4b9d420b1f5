#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A board with a bad line, clock, random source, stack or arena, or a program that hangs or gets nowhere: each run ends with a
# result that has a name, and what was there before still works.
# usage: bad.sh PROV PROV-AGENT SLIP-UDP IMAGES IMAGE
# shellcheck source=tests/firmware/board.sh
. "$(dirname "$0")/board.sh"

image=$1
for kind in psk rpk cert; do
    provision $kind raw
    board PROV_OK $kind enroll
    same $kind
done

# --- the line --------------------------------------------------------------------------------------------------------

# Before the keys are agreed anybody can spoil a handshake, and the line does: with any word of it, so that the board refuses
# what came (6, 10), or hears of it or nothing (9). Each time the next rotation, on a good line, finishes what there is.
good=0
clock='-icount shift=2' # seconds are as short as the speed makes them: a faster processor
for trouble in 'drop 10' 'double 3' 'spoil 10' 'noise 2000' 'drop 20 double 6 spoil 20 noise 6000'; do
    for kind in psk cert; do
        board_start $kind rotate speed 20
        board_end
        case "$status $(end)" in
        '0 PROV_OK') good=$((good + 1)) ;;
        '6 PROV_E_'* | '9 PROV_E_'* | '10 PROV_E_'*) ;;
        *) complain "$kind rotate on a bad line: ends with $status, $(end)" ;;
        esac
        echo "$kind rotate, one in N: $trouble: $(end), $(said uart_sent) + $(said uart_received) octets"
        bad=$trouble
        trouble=''
        after $kind
        trouble=$bad
    done
done
[ $good -ge 1 ] || complain 'no rotation on a bad line was done'
trouble='drop 1' # nobody is there; time passes as soon as the board sleeps
clock='-icount shift=0,sleep=off'
board PROV_E_TIMEOUT psk rotate speed 20
echo "psk rotate, nobody answers: $(said handshakes) handshakes, $(said uart_sent) octets"
trouble=''
clock='-icount shift=4'
after psk

# --- the clock -------------------------------------------------------------------------------------------------------

for kind in psk rpk cert; do
    board PROV_OK $kind rotate trust 0
    same $kind
    board PROV_OK $kind rotate trust 1 years -30 # the floor is the time then
    same $kind
done
board PROV_OK psk rotate trust 1 years 30 # nothing of it ends
same psk
board PROV_E_TIME cert rotate trust 2 years 30
after cert
board PROV_E_TIME cert rotate trust 2 years -30
after cert

# --- the random source -----------------------------------------------------------------------------------------------

seed=nothing
board PROV_E_RANDOM psk rotate
seed=''
after psk
board PROV_OK psk rotate random 1000000
last=$(said random_requests)
for at in $(seq 1 $((last - 1))); do
    board PROV_E_RANDOM psk rotate random "$at"
    after psk
done
echo "psk rotate, the random source fails at each of $last requests"

# --- memory ----------------------------------------------------------------------------------------------------------

for kind in psk cert; do
    board $stack $kind rotate stack 1024
    after $kind
    board PROV_E_MEMORY $kind rotate arena 4
    after $kind
done

# --- a hang, and steps without end -----------------------------------------------------------------------------------

clock='-icount shift=10' # a slow processor: the watchdog's time is soon over
board $watchdog psk hang
program='prov-board-restless.elf' # it feeds the watchdog at each step, but for the rule of job.c
board $watchdog psk rotate
program=''
clock='-icount shift=4'
after psk
verdict 'the one that hangs, and the one that gets nowhere' 2
