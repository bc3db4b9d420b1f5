#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() {
    factory
}

revoke_one() {
    prov credential revoke "$(prov "$1" issue $DEVICE --server $SERVER)" --reason test
}

@test "H41: another registry's list, an altered one and a longer one are refused" {
    prov denylist export --out ours
    PROV_REGISTRY=$WORK/other.db prov init --org Other --country DE >/dev/null
    PROV_REGISTRY=$WORK/other.db prov denylist export --out theirs
    refuses 6 "not signed by the signer of this registry: theirs" denylist verify theirs
    printf '\001' | cat ours - >longer
    refuses 10 "longer" denylist verify longer
    refuses 10 "longer" denylist show longer
    head -c 30 ours >cut
    refuses 10 "" denylist show cut
    head -c 4001 /dev/zero >large
    refuses 6 "longer than 4000" denylist show large
    refuses 3 "missing" denylist show missing
}

@test "a list is not written over another file, nor twice to stdout" {
    echo here >there
    refuses 4 "there" denylist export --out there
    refuses 2 "stdout" denylist export --out - --json
    refuses 2 "--out" denylist export
    refuses 4 "has a signer" denylist init
}

@test "row26: what is revoked is on it, and its version only rises" {
    revoke_one cert
    revoke_one rpk
    revoke_one psk
    succeeds denylist export --out one --json
    [ "$(echo "$output" | field version)" = 1 ]
    [ "$(echo "$output" | field certificates)" = 1 ]
    [ "$(echo "$output" | field keys)" = 1 ]
    succeeds denylist verify one --json
    [ "$(echo "$output" | field newest)" = True ]
    succeeds denylist export --out servers --servers --json
    [ "$(echo "$output" | field version)" = 2 ]
    [ "$(echo "$output" | field certificates)" = 0 ]
    succeeds denylist verify one --json
    [ "$(echo "$output" | field newest)" = False ]
    succeeds denylist show one --json
    serial=$(echo "$output" | python3 -c 'import json, sys; print(json.load(sys.stdin)["certificates"][0]["serial"])')
    [ ${#serial} -ge 30 ]
    [ "$(prov event list --json | grep -c '"deny.list"')" = 2 ]
}

@test "a dry run signs and counts nothing" {
    revoke_one cert
    before=$(snapshot)
    succeeds denylist export --out one --dry-run
    [ ! -e one ]
    [ "$(snapshot)" = "$before" ]
    prov denylist export --out - >two
    succeeds denylist signer --json
    [ "$(echo "$output" | field version)" = 1 ]
}

@test "a raw key that a certificate still shows is left out, and that is said" {
    id=$(prov credential list --server $SERVER --kind rpk --json | field id)
    prov rpk issue $SERVER >/dev/null
    prov credential revoke "$id" --reason "rolled over"
    succeeds denylist export --out one --json
    [ "$(echo "$output" | field left_out)" = 1 ]
    [[ $stderr == *"left out"* ]]
}

@test "bundles name the signer" {
    id=$(prov psk issue $DEVICE --server $SERVER)
    prov bundle export "$id" --out b
    signer=$(prov denylist signer --json | field ni)
    succeeds bundle inspect b --json
    [ "$(echo "$output" | field deny_signer)" = "$signer" ]
}
