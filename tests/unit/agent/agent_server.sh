#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prov-agent against servers that are away, silent, talking garbage or somebody else: each is told by place and
# exit code, nothing in the store changes but its log, and the right server still enrolls the device afterwards.
# usage: agent_server.sh PROV PROV-AGENT
set -eu

prov=$1
agent=$2
work=$(mktemp -d)
pids=''
cleanup() {
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
cd "$work"
failed=0
name=coaps.example.org
psk=00-12-4B-00-14-B5-D9-01
rpk=00-12-4B-00-14-B5-D9-02
cert=00-12-4B-00-14-B5-D9-03

wait_for() { # FILE PATTERN
    tries=1200
    until grep -q -- "$2" "$1" 2>/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || {
            echo "FAILED: no \"$2\" in $1"
            exit 1
        }
        sleep 0.05
    done
}
factory() { # FOLDER: a registry with the server and a device of each kind; bundles beside it
    mkdir "$1"
    export PROV_REGISTRY="$work/$1/registry.db"
    "$prov" init --org "$1" --country DE >/dev/null
    "$prov" server add $name >/dev/null
    for device in $psk $rpk $cert; do
        "$prov" device add "$device" >/dev/null
    done
    for kind in psk rpk cert; do
        eval "device=\$$kind"
        id=$("$prov" $kind issue "$device" --server $name 2>/dev/null)
        "$prov" bundle export "$id" --out "$1/$kind.bundle" >/dev/null
    done
    "$prov" serve --server $name --listen 127.0.0.1:0 2>"$1/serve.log" &
    pids="$pids $!"
    wait_for "$1/serve.log" event=listening
}
address_of() { # FOLDER
    sed -n 's/.*event=listening.* address=\([^ ]*\).*/\1/p' "$1/serve.log"
}
answering() { # MODE [HOST PORT]: a peer that is no server; its port is in MODE.port, or in MODE-HOST.port
    /usr/bin/python3 - "$1" "${2:-127.0.0.1}" "${3:-0}" >"$1${2:+-$2}.port" <<'PYTHON' &
import os, socket, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind((sys.argv[2], int(sys.argv[3])))
print(peer.getsockname()[1], flush=True)
while True:
    got, who = peer.recvfrom(2048)
    if sys.argv[1] == "garbage":  # noise, half a record, its own octets
        for reply in (os.urandom(200), got[:20], got, b"\x16\xfe\xfd" + bytes(8) + b"\x00\x04\x02\x00\x00\xff"):
            peer.sendto(reply, who)
    elif sys.argv[1] == "alert":  # anybody's word
        peer.sendto(b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28", who)
PYTHON
    pids="$pids $!"
    wait_for "$1${2:+-$2}.port" '[0-9]'
}
state() { # FLASH: what the device holds
    "$agent" status --json --store "$1" | tr ",{" "\n" | grep -E '"(place|psk_identity|ni|state|unfinished)"'
}
expect() { # CODE KIND WORDS ADDRESS
    status=0
    timer=2000
    case "$3" in *'does not answer') timer=50 ;; esac
    state "$2" >before
    "$agent" enroll --store "$2" --address "$4" --timer-initial $timer --tries 1 >out 2>err </dev/null || status=$?
    state "$2" >after
    if [ "$status" != "$1" ] || ! grep -qE -- "^prov-agent: error: .*$3" err || [ -s out ]; then
        echo "FAILED: $2 at $4: exit $status, not $1 with '$3'"
        cat err
        failed=1
    fi
    cmp -s before after || {
        echo "FAILED: $2 at $4: the store holds something else"
        failed=1
    }
}

factory right
factory wrong
for kind in psk rpk cert; do
    "$agent" install right/$kind.bundle --store $kind >/dev/null
done
answering silent
answering garbage
answering alert
own=127.$(($$ / 65536 % 255 + 1)).$(($$ / 256 % 256)).$(($$ % 256)) # nobody else's: its port is not free to choose
answering alert "$own" 5684

expect 9 psk "$name.*alert handshake_failure" "$own" # row 4: the port of coaps, unless it is said
for kind in psk rpk cert; do
    expect 9 $kind "$name does not answer" 127.0.0.1:1
    expect 9 $kind "$name does not answer" "127.0.0.1:$(cat silent.port)"
    expect 9 $kind "$name.*broke the protocol" "127.0.0.1:$(cat garbage.port)"
    expect 9 $kind "$name.*alert handshake_failure" "127.0.0.1:$(cat alert.port)"
    expect 6 $kind 'group address' 224.0.1.187:5684 # row 2
done
expect 9 psk "$name.*alert decrypt_error" "$(address_of wrong)"
expect 6 rpk "$name: the server's key is not one that is pinned" "$(address_of wrong)" # row 15
expect 6 cert "$name: no path to a trust anchor" "$(address_of wrong)"
grep -q 'event=handshake result=ok' wrong/serve.log && {
    echo 'FAILED: somebody else had a session'
    failed=1
}

export PROV_REGISTRY="$work/right/registry.db"
for kind in psk rpk cert; do
    # a dry run says what would be done, sends nothing and leaves the store as it is
    before=$(cksum <$kind)
    "$agent" enroll --store $kind --address 127.0.0.1:9 --dry-run --json >out 2>err || failed=1
    grep -q '"dry_run":true' out && [ "$(cksum <$kind)" = "$before" ] || {
        echo "FAILED: $kind: a dry run of enroll"
        cat out err
        failed=1
    }
    "$agent" enroll --store $kind --address "$(address_of right)" >out 2>err || {
        echo "FAILED: $kind does not enroll afterwards"
        cat err
        failed=1
    }
done

# row 25: a device that is named by MACAddress enrolls and renews with that name
san=00:1b:c5:00:00:01
"$prov" device add $san --from-eui48 >/dev/null
id=$("$prov" cert issue $san --from-eui48 --server $name --eui-form san 2>/dev/null)
"$prov" bundle export "$id" --out san.bundle >/dev/null
"$agent" install san.bundle --store san >/dev/null
for verb in enroll rotate; do
    "$agent" $verb --store san --address "$(address_of right)" >out 2>err || {
        echo "FAILED: $verb of a device named by MACAddress"
        cat err
        failed=1
    }
done
"$prov" credential list --device 00-1B-C5-FF-FE-00-00-01 --json >list
[ "$(grep -c '"state":"active"' list)" = 2 ] && [ "$(grep -c . list)" = 3 ] || {
    echo 'FAILED: credentials after a renewal by MACAddress'
    cat list
    failed=1
}
for id in $(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' list); do
    "$prov" credential show "$id" | grep -q 'eui_form: *san' || {
        echo "FAILED: $id is not named by MACAddress"
        failed=1
    }
done

# the second connection with a credential is abbreviated, and the server's chain comes as its fingerprint
for kind in rpk cert; do
    "$agent" rotate --store $kind --address "$(address_of right)" --json >out 2>err || failed=1
    grep -q '"abbreviated":true' out || {
        echo "FAILED: $kind: the second connection is not abbreviated"
        cat out err
        failed=1
    }
    "$agent" rotate --store $kind --address "$(address_of right)" --no-resumption --json >out 2>err || failed=1
    grep -q '"abbreviated":false' out || failed=1
done
grep -q '"cached_chains":2' out || {
    echo 'FAILED: the chain was not cached'
    cat out err
    failed=1
}
# what it cost: in JSON always, for people when they ask
grep -qE '"wakes":[1-9].*"phases":\[.*"phase":"handshake","steps":[1-9]' out || {
    echo 'FAILED: wakes, phases and their steps in JSON'
    cat out err
    failed=1
}
"$agent" rotate --store psk --address "$(address_of right)" --stats >out 2>err || failed=1
grep -q 'longest_ms' out || {
    echo 'FAILED: --stats'
    cat out err
    failed=1
}
"$agent" rotate --store psk --address "$(address_of right)" >out 2>err || failed=1
! grep -q 'longest_ms' out || failed=1
"$agent" rotate --store cert --address "$(address_of right)" --discover $name --max-fragment 512 --mtu 300 --alpn \
    >out 2>err || {
    echo 'FAILED: a rotation with everything in the hello'
    cat out err
    failed=1
}
words() { # CODE WORDS COMMAND…
    code=$1
    what=$2
    shift 2
    status=0
    "$agent" "$@" >out 2>err || status=$?
    if [ "$status" != "$code" ] || ! grep -qF -- "$what" err; then
        echo "FAILED: prov-agent $*: exit $status, not $code with '$what'"
        cat err
        failed=1
    fi
}
words 6 'not the subject' rotate --store cert --address "$(address_of right)" --server-eui64 $psk
words 6 'for certificates' rotate --store psk --address "$(address_of right)" --discover $name

# deny-lists: another factory's is refused, ours refuses the server that it denies, an older one is refused
"$prov" denylist export --out first.denylist >/dev/null
PROV_REGISTRY="$work/wrong/registry.db" "$prov" denylist export --out theirs.denylist >/dev/null
for id in $("$prov" credential list --server $name --json |
    /usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if not row["device"]: print(row["id"])'); do
    "$prov" credential revoke "$id" --reason "key lost" >/dev/null
done
"$prov" denylist export --servers --out second.denylist >/dev/null
for kind in psk rpk cert; do
    words 6 'not signed by a signer' denylist theirs.denylist --store $kind
    "$agent" denylist second.denylist --store $kind --json >out
    grep -q '"version":2' out || failed=1
    words 4 'older (version 1)' denylist first.denylist --store $kind
    "$agent" status --json --store $kind | grep -q '"deny_list":2' || failed=1
done
words 6 'handshake' rotate --store rpk --address "$(address_of right)"
words 6 'certificate_revoked' rotate --store cert --address "$(address_of right)"
"$agent" log --store cert | grep -q 'denied' || failed=1

[ "$(grep -c 'event=handshake result=ok' right/serve.log)" -ge 6 ] || {
    echo 'FAILED: the right server saw no handshakes'
    failed=1
}

[ $failed = 0 ] && echo 'prov-agent: as said'
exit $failed
