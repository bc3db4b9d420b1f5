#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() { factory; }

teardown() {
    ends ${SERVE:-}
}

fails() { # CODE WORDS COMMAND…
    local code=$1 words=$2
    shift 2
    run --separate-stderr timeout 60 "$PROV" "$@"
    echo "status $status, expected $code; $stderr"
    [ "$status" -eq "$code" ]
    [[ $stderr == *"$words"* ]]
}

@test "an unknown server, a bad address and one in use are refused" {
    fails 3 nowhere.example.com serve --server nowhere.example.com --listen 127.0.0.1:0
    fails 2 "127.0.0.1" serve --server $SERVER --listen 127.0.0.1
    fails 2 "" serve --server $SERVER --listen 127.0.0.1:99999
    serve
    fails 9 "$ADDRESS" serve --server $SERVER --listen "$ADDRESS"
}

@test "no core dump is left and no other user can look in" {
    [ -r /proc/self/limits ] || skip "no /proc"
    serve
    grep -q '^Max core file size *0 *0 ' "/proc/$SERVE/limits"
    if [ "$(id -u)" -ne 0 ]; then [ "$(stat -c %u "/proc/$SERVE/mem")" -eq 0 ]; fi
}

@test "SIGTERM and SIGINT drain and end with 0" {
    for signal in TERM INT; do
        serve
        kill -$signal "$SERVE"
        wait "$SERVE"
    done
}

@test "devices are added and credentials issued while it serves" {
    serve
    succeeds device add 00-12-4B-00-00-00-00-01
    succeeds psk issue 00-12-4B-00-00-00-00-01 --server $SERVER
    kill -0 "$SERVE"
}

@test "row43: several names are served, each of them once and known" {
    fails 3 nowhere.example.com serve --server $SERVER --server nowhere.example.com --listen 127.0.0.1:0
    fails 2 "given twice" serve --server $SERVER --server $SERVER --listen 127.0.0.1:0
    fails 2 "given twice" psk issue 00-12-4B-00-00-00-00-01 --server $SERVER --server other.example.com
    succeeds server add other.example.com
    serve --server other.example.com
    grep -q "server=$SERVER server=other.example.com" serve.log
    succeeds serve --help
    [[ $output == *"--no-resumption"* ]]
}

@test "places to fetch certificates from are folders, and addresses are numbers" {
    for folder in certs.example.com/c/ ftp://certs.example.com/c/ http://certs.example.com/c http://me@certs.example.com/ \
        http://certs.example.com/../; do
        fails 2 "$folder" serve --server $SERVER --listen 127.0.0.1:0 --fetch-certificates "$folder"
    done
    fails 2 "loopback" serve --server $SERVER --listen 127.0.0.1:0 --fetch-certificates http://h/ --fetch-address loopback
    fails 2 "--fetch-certificates" serve --server $SERVER --listen 127.0.0.1:0 --fetch-address 127.0.0.1
    serve --fetch-certificates http://certs.example.com/c/ --fetch-certificates https://[2001:db8::1]:8443/ \
        --fetch-address 127.0.0.1 --fetch-address ::1
    kill -TERM "$SERVE"
    wait "$SERVE"
}
