#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secrets steer no branch and no address of this project's own code: memcheck, with secrets marked undefined, has
# nothing to say of any handshake, and does of each variant that leaks on purpose.
# What it does not show: libcrypto's own insides; what the CPU makes of the instructions; instructions whose time
# depends on their operands; code as another compiler, or another level of optimization, would make it.
# usage: run.sh FOLDER-OF-PROGRAMS
set -u

folder=$1
command -v valgrind >/dev/null 2>&1 || {
    echo 'skipped: no valgrind'
    exit 77
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

# 0: nothing to say; 99: memcheck said something; others: the program itself
run() {
    program=$1
    shift
    valgrind -q --error-exitcode=99 --leak-check=no --num-callers=20 "$folder/$program" "$@" >"$log" 2>&1
}
silent() {
    run "$@" && return
    echo "$*: memcheck speaks:"
    sed 's/^/  /' "$log" | head -n 60
    failed=$((failed + 1))
}
loud() {
    wanted=$1
    shift
    run "$@"
    got=$?
    [ "$got" = "$wanted" ] && return
    echo "$*: ended with $got instead of $wanted: a leak is not seen"
    sed 's/^/  /' "$log" | head -n 20
    failed=$((failed + 1))
}

for kind in psk psk-fs rpk cert psk-wrong psk-unknown psk-fs-wrong psk-fs-unknown \
    psk-resumed rpk-resumed cert-ticket; do
    silent secrets "$kind"
done
silent secrets_registry
for leak in compare branch address; do
    loud 99 secrets psk-fs "$leak"
    loud 99 secrets rpk "$leak"
done
loud 4 secrets psk clear
[ "$failed" = 0 ] && echo 'twelve runs without a word, seven leaks seen'
