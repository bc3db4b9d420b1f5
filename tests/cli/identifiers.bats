#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() { factory; }

@test "row25: malformed EUI-64s are refused" {
    for bad in "" 00-12-4B-00-14-D5-2A 00-12-4B-00-14-D5-2A-7F-01 00:12-4B:00-14-D5-2A-7F \
        0012:4b00:14d5:2a7f 00124B0014D52A7 0x00124B0014D52A7F 00-12-4B-00-14-D5-2A-7G \
        " 00124B0014D52A7F" 00124B0014D52A7F0; do
        refuses 2 "" device add "$bad"
        refuses 2 "" psk issue "$bad" --server $SERVER
    done
}

@test "row25: multicast, all-zero and all-one EUI-64s are refused" {
    refuses 2 "" device add 01-12-4B-00-14-D5-2A-7F
    refuses 2 "" device add 00-00-00-00-00-00-00-00
    refuses 2 "" device add FF-FF-FF-FF-FF-FF-FF-FF
    refuses 2 "" device add 010000000001 --from-eui48
}

@test "a duplicate EUI-64 is exit 4, in whatever form" {
    refuses 4 $DEVICE device add 00:12:4b:00:14:d5:2a:7f
    refuses 4 $DEVICE device add 00124b0014d52a7f
}

@test "an EUI-48 without --from-eui48 is refused with a hint" {
    refuses 2 "--from-eui48" device add 24:0A:C4:D6:D5:A7
}

@test "row24: wildcards, IP addresses and bad labels are no FQDN" {
    for bad in '*.example.com' 192.0.2.1 '[2001:db8::1]' 2001:db8::1 localhost -a.example.com \
        a-.example.com a..example.com under_score.example.com "" . \
        "$(printf 'x%.0s' {1..64}).example.com" 'a b.example.com'; do
        refuses 2 "" server add "$bad"
    done
}

@test "a duplicate server is exit 4, in whatever case" {
    refuses 4 $SERVER server add ENROLL.Example.COM
}

@test "addresses that are not HOST:PORT are refused" {
    for bad in host host: :5684 host:0 host:65536 host:x 2001:db8::1:5684 '[::1]' 'ho st:1'; do
        refuses 2 "HOST:PORT" server add new.example.com --address "$bad"
        refuses 2 "HOST:PORT" server set $SERVER --address "$bad"
    done
}

@test "unknown devices and servers are exit 3" {
    refuses 3 "" device show 00-12-4B-00-00-00-00-01
    refuses 3 "" device set 00-12-4B-00-00-00-00-01 --label x
    refuses 3 "" device retire 00-12-4B-00-00-00-00-01
    refuses 3 "" psk issue 00-12-4B-00-00-00-00-01 --server $SERVER
    refuses 3 "" psk issue $DEVICE --server nowhere.example.com
    refuses 3 "" server show nowhere.example.com
    refuses 3 "" server set nowhere.example.com --address a:1
    refuses 3 "" rpk issue nowhere.example.com
}

@test "labels with control characters or of 129 octets are refused" {
    refuses 6 "" device add 00-12-4B-00-00-00-00-01 --label "$(printf 'x%.0s' {1..129})"
    run --separate-stderr prov device add 00-12-4B-00-00-00-00-01 --label $'a\tb'
    [ "$status" -ne 0 ]
}

@test "every form of an EUI-64 is printed in the canonical one" {
    succeeds device add 00:12:4b:00:00:00:00:01
    [ "$output" = 00-12-4B-00-00-00-00-01 ]
    succeeds device add 00124B0000000002
    [ "$output" = 00-12-4B-00-00-00-00-02 ]
    succeeds device add 24:0a:c4:d6:d5:a7 --from-eui48 --json
    [ "$output" = '{"schema":1,"device":"24-0A-C4-FF-FE-D6-D5-A7"}' ]
    [ "$(prov device show 24:0a:c4:d6:d5:a7 --from-eui48 --json | field from_eui48)" = True ]
}

@test "a locally administered EUI-64 is added with a warning" {
    succeeds device add 02-12-4B-00-00-00-00-01
    [[ $stderr == *"prov: warning: "*"locally administered"* ]]
}

@test "a dry run prints the same and changes nothing" {
    before=$(snapshot)
    succeeds device add 00-12-4B-00-00-00-00-01 --dry-run
    [ "$output" = 00-12-4B-00-00-00-00-01 ]
    succeeds server add new.example.com --dry-run --json
    [ "$output" = '{"schema":1,"dry_run":true,"server":"new.example.com"}' ]
    succeeds device retire $DEVICE --dry-run
    [ "$(snapshot)" = "$before" ]
    refuses 4 "" device add $DEVICE --dry-run
}

@test "a retired device gets no more credentials" {
    prov psk issue $DEVICE --server $SERVER 2>/dev/null
    prov device retire $DEVICE
    [ "$(prov credential list --device $DEVICE --state retired --json | wc -l)" -eq 1 ]
    refuses 4 "" rpk issue $DEVICE --server $SERVER
}

@test "row24: the server's certificate has the FQDN as its one dNSName and no CN" {
    needs openssl
    prov server show $SERVER --json | python3 -c '
import json, sys
for c in json.load(sys.stdin)["credentials"]:
    if c["kind"] == "cert": print(c["chain"])' >chain.pem
    openssl x509 -in chain.pem -noout -ext subjectAltName | grep -q "DNS:$SERVER"
    [ "$(openssl x509 -in chain.pem -noout -ext subjectAltName | grep -c DNS:)" -eq 1 ]
    never grep -q CN < <(openssl x509 -in chain.pem -noout -subject)
}
