#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A device that sends addresses in place of its certificates, and a server that fetches them (RFC 6066, section
# 5; profile.md, row 40; H38): prov-agent and prov serve, with a web server of the loopback between them.
load helper

setup() {
    factory
    python3 -u -m http.server --bind 127.0.0.1 --directory . 0 >web.port 2>/dev/null 3>&- &
    WEB=$!
    until_seen port web.port
    PREFIX=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' web.port)/c/
    mkdir c
    ID=$(prov cert issue $DEVICE --server $SERVER)
    prov bundle export "$ID" --out b --certificate-url "$PREFIX" --publish c
    "$PROV_AGENT" install b --store flash >/dev/null
}

teardown() {
    ends ${SERVE:-} ${WEB:-} ${TLS:-}
}

fetching() {
    serve --fetch-certificates "$PREFIX" --fetch-address 127.0.0.1
}

enroll() {
    run --separate-stderr "$PROV_AGENT" enroll --store flash --address "$ADDRESS" --tries 1
    echo "status $status; $stderr; $(cat serve.log)"
}

@test "H38: without the address's permission the loopback is not connected to" {
    serve --fetch-certificates "$PREFIX"
    enroll
    [ "$status" -ne 0 ]
    grep -q 'event=fetch .*not public' serve.log
    [[ $stderr == *certificate_unobtainable* ]]
}

@test "H38: what is not listed is not fetched" {
    serve --fetch-certificates "${PREFIX}d/" --fetch-address 127.0.0.1
    enroll
    [ "$status" -ne 0 ]
    grep -q 'event=fetch .*not a listed place' serve.log
}

@test "H38: a host that nobody vouches for is not believed, whatever it has" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout w.key -out w.crt -days 1 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    openssl s_server -accept 127.0.0.1:0 -key w.key -cert w.crt -WWW >tls.port 2>&1 3>&- &
    TLS=$!
    until_seen ACCEPT tls.port
    PREFIX=https://$(sed -n 's/.*ACCEPT \(127[^ ]*\).*/\1/p' tls.port)/c/
    rm flash b
    prov bundle export "$ID" --out b --certificate-url "$PREFIX" --publish c
    "$PROV_AGENT" install b --store flash >/dev/null
    fetching
    enroll
    [ "$status" -ne 0 ]
    [[ $stderr == *certificate_unobtainable* ]]
    grep -q 'event=fetch .*SSL' serve.log
}

@test "row40: another certificate at the address is bad_certificate_hash_value" {
    fetching
    for file in c/*; do printf x >>"$file"; done
    enroll
    [ "$status" -ne 0 ]
    [[ $stderr == *bad_certificate_hash_value* ]]
}

@test "row40: none at the address is certificate_unobtainable" {
    fetching
    rm c/*
    enroll
    [ "$status" -ne 0 ]
    [[ $stderr == *certificate_unobtainable* ]]
    grep -q 'event=fetch .*not there' serve.log
}

@test "row40: a server that was not told to fetch takes the certificates themselves" {
    serve
    enroll
    [ "$status" -eq 0 ]
    never grep -q event=fetch serve.log
}

@test "row40: a device enrolls by the addresses of its certificates" {
    fetching
    enroll
    [ "$status" -eq 0 ]
    grep -q "event=fetch result=ok .*certificates=2 url=$PREFIX" serve.log
    grep -q 'event=handshake result=ok .*kind=cert' serve.log
}
