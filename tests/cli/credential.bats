#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() {
    factory
    ID=$(prov psk issue $DEVICE --server $SERVER 2>/dev/null)
}

@test "ids that are unknown, too short, ambiguous or no ids are refused" {
    refuses 3 "" credential show ffffffff-ffff-7fff-bfff-ffffffffffff
    refuses 4 "several" credential show "${ID:0:4}"
    [[ $stderr == *"prov: hint: prov credential list"* ]]
    refuses 2 "" credential show "${ID:0:3}"
    refuses 2 "" credential show xyz1
}

@test "revoking without a reason, twice, or of a retired one is refused" {
    refuses 2 "--reason" credential revoke "$ID"
    refuses 2 "--reason" credential revoke "$ID" --reason ""
    refuses 2 "--reason" credential revoke "$ID" --reason "$(printf 'x%.0s' {1..257})"
    prov credential revoke "$ID" --reason lost
    refuses 4 "revoked" credential revoke "$ID" --reason again
}

@test "secrets are in no listing, no show and no event" {
    prov rpk issue $DEVICE --server $SERVER
    prov bundle export "$ID" --out b
    python3 - <<'P' >secret
d = open("b", "rb").read()
# COSE_Key {1: 4, 2: kid of 16, -1: k of 16}; a shorter pattern turns up in the public key of the signer now and then
i = d.index(b"\xa3\x01\x04\x02\x50") + 5 + 16
assert d[i:i + 2] == b"\x20\x50"
print(d[i + 2:i + 18].hex())
P
    secret=$(cat secret)
    [ ${#secret} -eq 32 ]
    {
        listings
        prov credential show "$ID"
        prov credential show "$ID" --json
        prov bundle inspect b 2>&1
        prov bundle inspect b --json 2>&1
        prov event list
    } >all
    never grep -qi "$secret" all
    never grep -q PRIVATE all
    # nor in the database: it is sealed
    python3 -c 'import sys; assert bytes.fromhex(sys.argv[1]) not in open("r.db", "rb").read()' "$secret"
}

@test "revoke keeps the reason and writes an event" {
    succeeds credential revoke "$ID" --reason "lost in the field" --json
    [ "$(echo "$output" | field id)" = "$ID" ]
    prov credential show "$ID" --json >shown
    [ "$(field state <shown)" = revoked ]
    [ "$(field reason <shown)" = "lost in the field" ]
    prov event list --json | tail -n 1 | grep -q '"credential.revoke".*lost in the field'
}

@test "a dry revocation changes nothing" {
    before=$(snapshot)
    succeeds credential revoke "$ID" --reason x --dry-run
    [ "$(snapshot)" = "$before" ]
}

@test "a unique prefix is enough" {
    other=$(prov rpk issue $DEVICE --server $SERVER)
    i=4
    while [ "${ID:0:i}" = "${other:0:i}" ] || prov credential list --json |
        grep -c "\"id\":\"${ID:0:i}" | grep -qv '^1$'; do i=$((i + 1)); done
    [ "$(prov credential show "${ID:0:i}" --json | field id)" = "$ID" ]
}

@test "filters by device, server, kind and state" {
    prov rpk issue $DEVICE --server $OTHER_SERVER
    count() { prov credential list --json "$@" | wc -l; }
    [ "$(count --device $DEVICE)" -eq 2 ]
    [ "$(count --device $OTHER_DEVICE)" -eq 0 ]
    [ "$(count --device $DEVICE --kind psk)" -eq 1 ]
    [ "$(count --server $OTHER_SERVER)" -eq 3 ] # its own two, and the device's
    [ "$(count --state revoked)" -eq 0 ]
}

@test "every line of --json is one object with schema 1" {
    for noun in ca server device credential event; do
        prov $noun list --json | python3 -c '
import json, sys
lines = sys.stdin.read().splitlines()
assert lines
for line in lines: assert json.loads(line)["schema"] == 1'
    done
}

@test "row62: each change has one event with writer and sequence" {
    prov event list --json | python3 -c '
import json, sys
events = [json.loads(line) for line in sys.stdin]
assert [e["sequence"] for e in events] == list(range(1, len(events) + 1))
assert {e["writer"] for e in events} == {"cli"}'
    last=$(prov event list --json | tail -n 1 | field event)
    [ -z "$(prov event list --json --after "$last")" ]
}

@test "approving one more enrollment is kept with the device" {
    prov device set $DEVICE --approve-enroll
    [ "$(prov device show $DEVICE --json | field approved)" = True ]
}

@test "a warning says when a server has no key left" {
    own=$(prov credential list --server $SERVER --kind rpk --json | head -n 1 | field id)
    next=$(prov rpk issue $SERVER)
    succeeds credential revoke "$own" --reason rotation
    [ -z "$stderr" ]
    succeeds credential revoke "$next" --reason rotation
    [[ $stderr == *"prov: warning: server $SERVER has no active rpk left"* ]]
}

@test "a second operational credential of a device at a server is refused" {
    prov psk issue $OTHER_DEVICE --server $SERVER --use operational 2>/dev/null
    for kind in psk rpk cert; do
        refuses 4 "" $kind issue $OTHER_DEVICE --server $SERVER --use operational
    done
}

@test "control characters from a file do not reach the terminal" {
    printf 'eui64\n\e[31mx\n' >f.csv
    run --separate-stderr prov device add --csv f.csv
    [[ $stderr != *$'\e'* ]]
}
