#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() { bare; }

usage_error() { # WORDS COMMAND…
    local words=$1
    shift
    run --separate-stderr prov "$@"
    echo "status $status; stderr: $stderr"
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [[ $stderr == *"$words"* ]]
    [[ $stderr == *"prov: hint: "*--help* ]]
}

@test "no command, unknown nouns and unknown verbs are usage errors" {
    usage_error "what to do is missing"
    usage_error "unknown command: frobnicate" frobnicate
    usage_error "unknown verb: frobnicate" device frobnicate
    usage_error "a verb is missing after device" device
}

@test "options that are unknown, foreign, twice, or without a value are usage errors" {
    usage_error "unknown option --frobnicate" device list --frobnicate
    usage_error "unknown option -x" device list -x
    usage_error "does not take --org" device list --org X
    usage_error "given twice" device list --json --json
    usage_error "needs a value" device list --registry
    usage_error "needs a value" psk issue 0 --server --json
    usage_error "takes no value" device list --json=yes
    usage_error "a word too many" device list now
    usage_error "a word is missing" device show
    usage_error "does not take --dry-run" device list --dry-run
}

@test "there is no option that takes a secret" {
    for option in --psk --password --passphrase --secret --private-key --pin; do
        usage_error "unknown option" psk register 0 $option x
    done
}

@test "help at every level has a usage and an example" {
    succeeds --help
    [[ $output == *"usage:"*"example:"* ]]
    [[ $output == *"8 busy (try again)"* ]]
    for noun in init ca server device psk rpk cert credential bundle profile event serve; do
        succeeds $noun --help
        [[ $output == *"usage:"*"example:"*"prov $noun"* ]]
    done
    while read -r noun verb _; do
        succeeds "$noun" "$verb" --help
        [[ $output == *"usage: prov $noun $verb"*"options:"*"example:"* ]]
    done < <(prov --help | sed -n 's/^  prov \([a-z]* [a-z]*\) .*/\1/p' | grep -v '^\(init\|serve\) ')
}

@test "help needs no registry and version is one line" {
    succeeds credential list --help
    succeeds --version
    [[ $output =~ ^prov\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "an answer that can not be written is a failure" {
    [ -w /dev/full ] || skip "no /dev/full"
    run bash -c '"$PROV" --version >/dev/full'
    [ "$status" -eq 1 ]
    [[ $output == *"can't write to stdout"* ]]
}

@test "options may stand before and after, as two words or with =" {
    prov --registry=x.db init --country=DE --org "Test Works" >/dev/null
    [ -f x.db ]
    succeeds --json --registry x.db device list
    succeeds device list --registry=x.db -- 
}

@test "device, psk and credential commands that miss an option say which" {
    prov init --org T --country DE >/dev/null
    usage_error "--server is missing" psk issue $DEVICE
    usage_error "--server is missing" rpk issue $DEVICE
    usage_error "--reason is missing" credential revoke 0000
    usage_error "--out is missing" bundle export 0000
    usage_error "--format is missing" psk register $DEVICE --server $SERVER
    usage_error "--listen is missing" serve --server $SERVER
    usage_error "nothing to set" device set $DEVICE
    usage_error "--days is a number" cert issue $DEVICE --server $SERVER --days -1
    usage_error "--days is a number" cert issue $DEVICE --server $SERVER --days 1e3
    usage_error "--use is bootstrap or operational" psk issue $DEVICE --server $SERVER --use both
    usage_error "--kind is" credential list --kind rsa
    usage_error "--state is" credential list --state expired
    usage_error "--mtu" serve --server $SERVER --listen 127.0.0.1:0 --mtu 100
    usage_error "--heartbeat" serve --server $SERVER --listen 127.0.0.1:0 --heartbeat 0
    usage_error "--heartbeat" serve --server $SERVER --listen 127.0.0.1:0 --heartbeat 3601
}

@test "a table on a terminal has short ids that commands take" {
    needs script
    factory
    id=$(prov psk issue $DEVICE --server $SERVER 2>/dev/null)
    script -qec "'$PROV' credential list --kind psk" /dev/null >shown
    grep -q "^${id:0:18}  psk   bootstrap" shown
    [ "$(prov credential show "${id:0:18}" --json | field id)" = "$id" ]
    prov credential list --kind psk | grep -q "^$id  psk"
}

@test "a missing word is told with what belongs there" {
    usage_error "prov bundle inspect FILE" bundle inspect
    usage_error "prov device show EUI64" device show
}
