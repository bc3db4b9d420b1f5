#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# prov check device and prov check prepare; prov-agent held to the rules over real sockets.

load helper

setup() { bare; }

teardown() {
    ends ${JUDGE:-} ${AGENT:-}
}

prepare() { # KIND
    prov check prepare $DEVICE --kind "$1" --server $SERVER --address 127.0.0.1:5684 --folder t
}

# The judge in the background ($JUDGE), on a free port of the loopback, which is in $ADDRESS.
judge() { # OPTION…
    "$PROV" check device --listen 127.0.0.1:0 "$@" >findings 2>errors 3>&- &
    JUDGE=$!
    until_seen 'listening at' errors
    ADDRESS=$(sed -n 's/.*listening at //p' errors)
}

# Its end: $status.
judged() {
    status=0
    wait "$JUDGE" || status=$?
    cat errors
}

# Judges prov-agent, which connects again and again until the judge is done.
judge_agent() { # OPTION…
    "$PROV_AGENT" install --store store t/device.bundle >/dev/null
    judge --bundle t/device.bundle --timeout 240 --json "$@"
    while kill -0 "$JUDGE" 2>/dev/null; do
        "$PROV_AGENT" enroll --store store --address "$ADDRESS" --timer-initial 1000 >/dev/null 2>&1 3>&- &
        AGENT=$!
        while kill -0 "$JUDGE" 2>/dev/null && kill -0 "$AGENT" 2>/dev/null; do sleep 0.02; done
        ends "$AGENT"
    done
    judged
    grep '"verdict":"fail"' findings || true
}

@test "prepare asks for a kind, a server and a folder" {
    run --separate-stderr prov check prepare $DEVICE --kind psk --server $SERVER
    [ "$status" -eq 2 ]
    [[ $stderr == *"--folder"* ]]
    run --separate-stderr prov check prepare $DEVICE --kind dsa --server $SERVER --folder t
    [ "$status" -eq 2 ]
    [ ! -e t ]
}

@test "prepare overwrites nothing" {
    prepare psk
    run --separate-stderr prov check prepare $DEVICE --kind psk --server $SERVER --folder t
    [ "$status" -eq 4 ]
}

@test "prepare makes files that only their owner can read" {
    prepare rpk
    [ -z "$(find t -type f ! -perm 600)" ]
    openssl pkey -in t/device.key -noout
    cmp <(openssl pkey -in t/device.key -pubout) t/device.pub
    cmp <(openssl pkey -in t/authority.key -pubout) t/server.pub
}

@test "prepare makes a certificate that its throw-away root vouches for" {
    prepare cert
    openssl verify -CAfile t/root.pem t/device.pem
}

@test "an authority that is not the bundle's is refused" {
    prepare cert
    mv t one
    prepare cert
    run --separate-stderr prov check device --listen 127.0.0.1:0 --bundle t/device.bundle \
        --authority one/authority.key --timeout 5
    [ "$status" -eq 4 ]
    [[ $stderr == *"authority"* ]]
}

@test "an authority that is no key is refused" {
    prepare cert
    run --separate-stderr prov check device --listen 127.0.0.1:0 --bundle t/device.bundle \
        --authority t/root.pem --timeout 5
    [ "$status" -ne 0 ]
    [[ $stderr == *"private key"* ]]
}

@test "a judge that nobody comes to ends in time" {
    run --separate-stderr prov check device --listen 127.0.0.1:0 --timeout 1
    [ "$status" -eq 9 ]
    [ -z "$output" ]
}

@test "a judge that others spoke to from hundreds of ports still hears who comes after them" {
    judge --timeout 8
    python3 - "${ADDRESS##*:}" "$JUDGE" <<'PY'
import os, socket, sys, time
port, judge = int(sys.argv[1]), int(sys.argv[2])
def client():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("127.0.0.1", port))
    return s
def say(s, octets):
    try:
        s.send(octets)
    except ConnectionRefusedError:
        pass
for i in range(300):  # a record of DTLS that means nothing
    say(client(), bytes.fromhex("14fefd0000000000000000000101"))
    time.sleep(0.002)  # the judge's socket holds less than all of them
s = client()
while os.path.exists(f"/proc/{judge}"):
    say(s, b"CoAP?")
    time.sleep(0.1)
PY
    judged
    [ "$status" -eq 9 ]
    grep -q "this is not DTLS" errors
}

@test "prov-agent keeps the rules with a PSK" {
    prepare psk
    judge_agent --fail-on should
    [ "$status" -eq 0 ]
    grep -q '"rule":"client.connects".*"verdict":"pass"' findings
}

@test "prov-agent keeps the rules with raw keys" {
    prepare rpk
    judge_agent --authority t/authority.key --fail-on should
    [ "$status" -eq 0 ]
    grep -q '"rule":"client.resumption".*"verdict":"pass"' findings
}

@test "prov-agent keeps the rules with certificates" {
    prepare cert
    judge_agent --authority t/authority.key --fail-on should
    [ "$status" -eq 0 ]
    grep -q '"rule":"client.name".*"verdict":"pass"' findings
}

# A client of another stack, which offers encrypt_then_mac: its rule says so, and the exit code.
judge_other() { # CLIENT…
    while kill -0 "$JUDGE" 2>/dev/null; do
        (sleep 0.5; echo hello; sleep 1) | timeout 3 "$@" >/dev/null 2>&1 3>&- || true
    done
    judged
    [ "$status" -eq 6 ]
    grep -q '"rule":"client.encrypt_then_mac".*"verdict":"fail"' findings
    grep -q '"rule":"client.version",.*"verdict":"pass"' findings
    grep -q '"rule":"client.connects".*"verdict":"pass"' findings
}

@test "another stack's client is judged with a PSK" {
    prepare psk
    judge --bundle t/device.bundle --timeout 20 --json
    judge_other openssl s_client -dtls1_2 -connect "$ADDRESS" -servername $SERVER \
        -psk_identity "$(cat t/psk-identity)" -psk "$(cat t/psk.hex)" -cipher PSK-AES128-CCM8:@SECLEVEL=0
}

@test "another stack's client is judged with certificates" {
    prepare cert
    judge --bundle t/device.bundle --authority t/authority.key --timeout 20 --json
    judge_other openssl s_client -dtls1_2 -connect "$ADDRESS" -servername $SERVER \
        -cert t/device.pem -key t/device.key -CAfile t/root.pem \
        -cipher ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0
}

@test "another stack's client is judged with raw keys" {
    command -v gnutls-cli >/dev/null || skip "gnutls-cli is not installed"
    prepare rpk
    judge --bundle t/device.bundle --authority t/authority.key --timeout 20 --json
    judge_other gnutls-cli --udp -p "${ADDRESS##*:}" 127.0.0.1 --insecure --rawpkkeyfile t/device.key \
        --rawpkfile t/device.pub --priority \
        "NORMAL:-VERS-ALL:+VERS-DTLS1.2:-CIPHER-ALL:+AES-128-CCM-8:-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-SECP256R1:-KX-ALL:+ECDHE-ECDSA:-CTYPE-ALL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"
}
