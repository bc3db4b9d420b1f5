#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prov-agent by itself: what it refuses, with which exit code, and that a refusal changes nothing.
# usage: agent_cli.sh PROV-AGENT
set -eu

agent=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
id=00-12-4B-00-14-B5-D9-6F

# expect CODE WORDS-ON-STDERR COMMAND…; no words: nothing on stderr
expect() {
    code=$1
    words=$2
    shift 2
    status=0
    "$agent" "$@" >out 2>err </dev/null || status=$?
    said=yes
    if [ -n "$words" ]; then grep -qF -- "$words" err || said=no; elif [ -s err ]; then said=no; fi
    if [ "$status" != "$code" ] || [ $said = no ]; then
        echo "FAILED: prov-agent $*: exit $status, not $code with '$words'"
        cat err
        failed=1
    fi
}
check() { # WHAT COMMAND…
    what=$1
    shift
    "$@" >/dev/null 2>&1 || {
        echo "FAILED: $what"
        failed=1
    }
}

# usage
expect 0 '' --version
check 'the version, as prov says it' grep -q '^prov-agent [0-9]' out
expect 2 'does not take' status --version
expect 2 'does not take' status --store s --dry-run
expect 2 'no command'
expect 2 'unknown command' frobnicate --store s
expect 2 'needs --store' status
expect 2 'unknown option' status --store s --bogus
expect 2 'does not take' status --store s --kind psk
expect 2 'given twice' status --store s --store s
expect 2 'needs a value' status --store
expect 2 'takes no value' status --store s --json=yes
expect 2 'needs BUNDLE' install --store s
expect 2 'takes no' status extra --store s
expect 2 'needs --eui64' identity --store s
expect 2 'not a number' rotate --store s --timer-initial 9s
expect 2 'not a number' rotate --store s --mtu 100
expect 2 '--kind is' rotate --store s --kind rsa
expect 2 'not' rotate --store s --server 10.0.0.1
expect 2 '--max-fragment is' rotate --store s --max-fragment 513
expect 2 'not a number' rotate --store s --max-fragment 256
expect 2 'not a number' rotate --store s --max-chain 7
expect 2 'need --address' rotate --store s --discover a.example.com
expect 2 'need --address' rotate --store s --server-eui64 $id
expect 2 'not both' rotate --store s --discover a.example.com --server-eui64 $id --address 127.0.0.1
expect 2 'a group' rotate --store s --server-eui64 01-12-4B-00-14-B5-D9-6F --address 127.0.0.1
for bad in 01-12-4B-00-14-B5-D9-6F 00-00-00-00-00-00-00-00 00-12:4B-00-14-B5-D9-6F 0012; do
    expect 2 "$bad" identity --eui64 "$bad" --store s
done
check 'a refused command makes no store' test ! -e s

# missing, loose, corrupt, another version, in use
expect 3 'cannot open the store' status --store s
expect 3 'cannot open the store' rotate --store s
expect 3 'cannot open missing' install missing --store s
expect 3 'cannot open the store' identity --eui64 $id --store nowhere/s
expect 0 '' identity --eui64 $id --store s --dry-run
check 'a dry run makes no store' test ! -e s
printf 'not a bundle' >junk
expect 10 'refused at octet' install junk --store s2
expect 10 ': junk' install junk --store s2
expect 10 'refused at octet' install /dev/null --store s2 --dry-run
expect 0 '' identity --eui64 $id --store s
check 'mode 0600' test "$(stat -c %a s)" = 600
head -n 1 out | grep -q 'BEGIN PUBLIC KEY' || failed=1
cp out first
expect 0 '' identity --eui64 $id --store s
check 'the second time shows the same key' cmp out first
expect 4 'of device' identity --eui64 00-12-4B-00-14-B5-D9-70 --store s
expect 4 'of device' identity --eui64 00-12-4B-00-14-B5-D9-70 --store s --dry-run
expect 0 '' identity --eui64 $id --store s --dry-run
expect 0 '' identity --eui64 $id --store s --csr
check 'the request verifies' openssl req -in out -noout -verify
check 'its key is the one that was shown' sh -c 'openssl req -in out -noout -pubkey | cmp - first'
expect 0 '' identity --eui64 $id --store s --csr --json
check 'JSON' /usr/bin/python3 -c 'import json; d = json.load(open("out")); assert d["schema"] == 1 and "csr" in d'
expect 3 'no bootstrap credential' enroll --store s
expect 3 'no operational credential' rotate --store s
expect 0 '' status --store s --json
check 'JSON' /usr/bin/python3 -c 'import json; d = json.load(open("out")); assert d["eui64"].endswith("6F") and d["credentials"] == []'
expect 0 '' log --store s --json
cp s loose
chmod 640 loose
expect 7 'others can read' status --store loose
chmod 600 loose
head -c 20000 s >short
chmod 600 short
expect 10 'cut short' status --store short
printf 'x' | dd of=loose conv=notrunc 2>/dev/null
expect 10 'no magic' status --store loose
cp s newer
printf '\000\002' | dd of=newer bs=1 seek=8 conv=notrunc 2>/dev/null
expect 10 'another version' status --store newer
cp s before
flock s "$agent" status --store s >out 2>err && failed=1
grep -q 'another agent' err || failed=1
check 'nothing changed' cmp s before
expect 1 'Is a directory' status --store .
expect 1 'not a regular file' status --store /dev/null
mkfifo fifo
expect 1 'not a regular file' status --store fifo
ln -s s link
expect 0 '' status --store link
ln -s nothing dangling
expect 3 'cannot open the store' status --store dangling

# deny-lists: there is none yet that this store could take; agent_server.sh has one
expect 2 'needs FILE' denylist --store s
expect 3 'cannot open missing' denylist missing --store s
expect 3 'no bundle in s has named a signer' denylist junk --store s
head -c 4001 /dev/zero >large
expect 10 'longer than a deny-list may be' denylist large --store s

# help at every level, with an example
expect 0 '' --help
check 'example' grep -q example out
check 'exit codes' grep -q '10 integrity' out
for command in identity install enroll rotate denylist status log; do
    expect 0 '' $command --help
    check "example of $command" grep -q 'example' out
done

# power cuts while the first key is made: the key is there or it is not, and the second run has one
n=1
while [ $n -lt 40 ]; do
    rm -f cut
    status=0
    "$agent" identity --eui64 $id --store cut --cut-power-after $n >out 2>/dev/null || status=$?
    [ $status = 0 ] && break
    check 'killed, as if the power went' test $status = 137
    expect 0 '' identity --eui64 $id --store cut
    n=$((n + 1))
done
check 'power cuts were met' test $n -gt 5 -a $n -lt 40

[ $failed = 0 ] && echo 'prov-agent: as said'
exit $failed
