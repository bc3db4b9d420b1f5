#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() { bare; }

says_why_not() { # CODE WORDS COMMAND…
    local code=$1 words=$2
    shift 2
    run --separate-stderr prov "$@"
    echo "status $status; stderr: $stderr"
    [ "$status" -eq "$code" ]
    [ -z "$output" ]
    [[ $stderr == *"$words"* ]]
}

@test "what is not there and what is not understood is refused" {
    says_why_not 3 'no profile "rfc9999"' profile show rfc9999
    [[ $stderr == *"prov: hint: prov profile list"* ]]
    says_why_not 2 "a word is missing" profile show
    says_why_not 2 '--kind is one of psk, psk-fs, rpk, cert, not "x509"' profile show rfc7925 --kind x509
    says_why_not 2 '--role is one of client, server, constrained-server, root' \
        profile show rfc7925 --role king
    says_why_not 3 'says nothing about this role and kind' profile show tls13-iot-23 --role client
    says_why_not 3 'says nothing about this role and kind' profile show rfc7925 --role root --kind psk
}

@test "the profiles are listed, without a registry" {
    succeeds profile list
    [[ $output == *rfc7925*"RFC 7925"*tls13-iot-23* ]]
    succeeds profile list --json
    [ "${#lines[@]}" -eq 2 ]
    [ "$(field name <<<"${lines[1]}")" = tls13-iot-23 ]
}

@test "row 8: a client's hello of each kind is shown octet for octet" {
    succeeds profile show rfc7925 --role client --kind psk
    [[ $output == *"client_hello:  0002c0a80100000900170000ff01000100"* ]]
    [[ $output == *"0xC0A8:      TLS_PSK_WITH_AES_128_CCM_8"* ]]
    succeeds profile show rfc7925 --role client --kind rpk
    [[ $output == *"00130002010200140002010"* ]]
}

@test "rows 23, 40 and 46: what must not be offered says so, with its section" {
    succeeds profile show rfc7925 --role client --kind cert
    [[ $output == *"truncated_hmac (4)"*"MUST NOT    [RFC 7925, section 13]"* ]]
    [[ $output == *"encrypt_then_mac (22)"*"MUST NOT    [RFC 7925, section 13]"* ]]
    [[ $output == *"session_ticket (35)"*"SHOULD NOT  unless the server is constrained: then MUST"* ]]
    [[ $output == *"initial retransmission timer"*9000* ]]
}

@test "certificates: each profile shows its rules, and --role chooses" {
    succeeds profile show tls13-iot-23
    [[ $output != *handshake* ]]
    [[ $output == *root*subordinate*idevid*ldevid*server*device-server* ]]
    succeeds profile show tls13-iot-23 --role ldevid
    [[ $output == *"authorityKeyIdentifier"*MUST*"17.4.2"* ]]
    [[ $output != *idevid* ]]
    succeeds profile show rfc7925 --role root
    [[ $output == *"basicConstraints"*MUST* ]]
    [[ $output != *psk* ]]
}

@test "--json is one object with all rows and their sources" {
    succeeds profile show rfc7925 --json
    python3 - "$output" <<'PY'
import json, sys
p = json.loads(sys.argv[1])
assert p["schema"] == 1 and p["name"] == "rfc7925"
ends = {(e["role"], e["kind"]): e for e in p["handshake"]}
assert len(ends) == 12
cached = {x["name"]: x for x in ends[("client", "cert")]["extensions"]}["cached_info"]
assert cached["implement"] == "MUST" and cached["source"] == "RFC 7925, section 4.4"
assert cached["row"] == "row31"
assert ends[("client", "psk")]["suites"][0]["id"] == "0xC0A8"
roles = {c["role"]: c for c in p["certificates"]}
aki = {e["element"]: e for e in roles["ldevid"]["elements"]}["authorityKeyIdentifier"]
assert aki["presence"] == "SHOULD NOT"
PY
}
