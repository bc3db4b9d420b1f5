#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() { bare; }

teardown() {
    ends ${HOLDER:-}
}

fails() { # CODE WORDS COMMAND…
    local code=$1 words=$2
    shift 2
    run --separate-stderr prov "$@"
    echo "status $status, expected $code; stderr: $stderr"
    [ "$status" -eq "$code" ]
    [[ $stderr == *"$words"* ]]
}

make() { prov init --org "Test Works" --country DE >/dev/null; }

@test "a missing registry is exit 3 with a hint" {
    fails 3 "prov: hint: prov init" device list
    [ ! -e r.db ]
}

@test "row38: init without organisation or with a country of three letters is refused" {
    fails 2 "--org is missing" init --country DE
    fails 2 "--country is missing" init --org X
    fails 6 "two letters" init --org X --country DEU
    fails 6 "two letters" init --org X --country 1A
    fails 6 "--org" init --org "" --country DE
    fails 6 "--org" init --org "$(printf 'x%.0s' {1..65})" --country DE
    fails 6 "control character" init --org $'a\nb' --country DE
    [ "$(ls)" = home ]
}

@test "a second init is exit 4 and changes nothing" {
    make
    before=$(sha256sum r.db r.key)
    fails 4 "exists" init --org Other --country FR
    [ "$(sha256sum r.db r.key)" = "$before" ]
    rm r.db
    fails 4 "an init that was cut, remove it" init --org Other --country FR
    [ ! -e r.db ]
}

# What is left of a registry whose run of init was cut after so many of its two CAs.
cut_after() {
    make
    /usr/bin/python3 -c "
import sqlite3
db = sqlite3.connect('r.db')
db.execute('DELETE FROM ca WHERE level > $1')
db.commit()"
}

@test "an init that was cut is not gone on with for another organisation" {
    cut_after 1
    fails 4 "exists" init --org Other --country DE
    fails 4 "exists" init --org "Test Works" --country FR
}

@test "an init that was cut is gone on with" {
    cut_after 1
    root=$(prov ca list)
    prov init --org "Test Works" --country DE --dry-run
    [ "$(prov ca list)" = "$root" ]
    prov init --org "Test Works" --country DE
    [[ $(prov ca list) == "$root"*issuing* ]]
    fails 4 "exists" init --org "Test Works" --country DE
    prov server add $SERVER
}

@test "an init that was cut before its first CA is gone on with" {
    cut_after 0
    prov init --org "Test Works" --country DE
    prov server add $SERVER
}

@test "folders on the way to the registry are private" {
    unset PROV_REGISTRY
    (umask 0 && prov init --org X --country DE >/dev/null)
    [ "$(stat -c %a home/.local home/.local/state home/.local/state/prov | sort -u)" = 700 ]
    [ "$(stat -c %a home/.local/state/prov/registry.db home/.local/state/prov/registry.key | sort -u)" = 600 ]
}

@test "a dry init writes nothing" {
    succeeds init --org X --country DE --dry-run
    [ "$(ls)" = home ]
}

@test "a key file with loose permissions is exit 7" {
    make
    chmod 0640 r.key
    fails 7 "can be used by others" device list
    chmod 0600 r.key
    succeeds device list
}

@test "the wrong key file is exit 10, none is told by its name" {
    make
    prov init --org Other --country FR --registry other.db >/dev/null
    fails 10 "not the key file" device list --key other.key
    run --separate-stderr prov device list --key none.key
    [ "$status" -ne 0 ]
    [[ $stderr == *none.key* ]]
}

@test "garbage, a cut file and another program's database are exit 10" {
    make
    cp r.db good.db
    head -c 5000 /dev/zero >r.db
    fails 10 r.db device list
    head -c 3000 good.db >r.db
    fails 10 r.db device list
    rm r.db
    python3 -c 'import sqlite3; c = sqlite3.connect("r.db"); c.execute("create table t (a)"); c.commit()'
    fails 10 r.db device list
}

@test "a newer schema is exit 10 and is left as it is" {
    make
    python3 -c 'import sqlite3; c = sqlite3.connect("r.db"); c.execute("pragma user_version = 99"); c.commit()'
    before=$(sha256sum r.db)
    fails 10 newer device list
    [ "$(sha256sum r.db)" = "$before" ]
}

@test "a locked registry is exit 8" {
    make
    python3 -c '
import sqlite3, sys, time
c = sqlite3.connect("r.db", isolation_level=None)
c.execute("begin immediate")
print("locked", flush=True)
time.sleep(600)' >lock 3>&- &
    HOLDER=$!
    until_seen locked lock
    fails 8 "" device add $DEVICE
    ends $HOLDER
    succeeds device add $DEVICE
}

@test "a full disk is exit 1 and nothing is half done" {
    make
    before=$(prov event list --json)
    printf 'eui64,label\n' >many.csv
    for i in $(seq 10 99); do echo "00-12-4B-00-00-00-00-$i,$(printf 'x%.0s' {1..120})" >>many.csv; done
    run bash -c "trap '' XFSZ; ulimit -f 4; \"\$PROV\" device add --csv many.csv"
    echo "$output"
    [ "$status" -eq 1 ]
    succeeds event list --json
    # What is in is whole: each device has its event.
    devices=$(prov device list --json | wc -l)
    events=$(prov event list --json | grep -c '"device.add"' || true)
    [ "$devices" -eq "$events" ]
}

@test "a registry that may only be read is exit 7 for what writes" {
    make
    [ "$(id -u)" -eq 0 ] || skip "needs root to become another user"
    needs setpriv
    program=$WORK/prov
    cp "$PROV" "$program"
    mkdir ro
    mv r.db r.key ro/
    chown -R 65534 ro
    chmod 0500 ro
    chmod 0400 ro/r.db ro/r.key
    chmod 0755 "$program" "$WORK"
    for folder in "$BATS_RUN_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")" "$BATS_TEST_TMPDIR"; do
        chmod a+x "$folder"
    done
    run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$program" device add $DEVICE --registry "$WORK/ro/r.db"
    echo "$status $stderr"
    [ "$status" -eq 7 ]
    for dry in "" --dry-run; do
        run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
            "$program" init --org T --country DE --registry "$WORK/ro/a/b/new.db" $dry
        echo "$status $stderr"
        [ "$status" -eq 7 ]
        [[ $stderr == *"$WORK/ro"* ]]
    done
    [ ! -e ro/a ]
}

@test "files are 0600, also under a loose umask" {
    (umask 000 && make)
    [ "$(stat -c %a r.db r.key | sort -u)" = 600 ]
}

@test "the option wins over PROV_REGISTRY, that over XDG_STATE_HOME, that over HOME" {
    prov init --org A --country DE --registry a.db >/dev/null
    prov init --org B --country DE >/dev/null
    unset PROV_REGISTRY
    prov init --org D --country DE >/dev/null
    [ -f "$HOME/.local/state/prov/registry.db" ]
    [ "$(stat -c %a "$HOME/.local/state/prov")" = 700 ]
    export XDG_STATE_HOME=$WORK/state
    prov init --org C --country DE >/dev/null
    [ -f state/prov/registry.db ]
    [ -f state/prov/registry.key ]
    org() { prov event list --json "$@" | head -n 1 | field subject; }
    [ "$(org)" = C ]
    export PROV_REGISTRY=r.db
    [ "$(org)" = B ]
    [ "$(org --registry a.db)" = A ]
}

@test "ca show gives a chain that openssl verifies" {
    needs openssl
    make
    prov ca show root >root.pem
    prov ca show issuing >issuing.pem
    openssl verify -CAfile root.pem issuing.pem
    [ "$(prov ca list --json | wc -l)" -eq 2 ]
    prov ca show root --json | field certificate | openssl x509 -noout
}

@test "a new key file is not made over anything, nor without an old one that fits" {
    make
    before=$(sha256sum r.db r.key)
    fails 2 "--out is missing" registry rekey
    fails 2 "--out is a file here" registry rekey --out -
    fails 4 "r.key" registry rekey --out r.key
    fails 3 "none/new.key" registry rekey --out none/new.key
    prov init --org Other --country DE --registry other.db >/dev/null
    fails 10 "other.key" registry rekey --out new.key --key other.key
    [ ! -e new.key ]
    [ "$(sha256sum r.db r.key)" = "$before" ]
}

@test "a dry rekey makes no file and the registry is opened as before" {
    make
    succeeds registry rekey --out new.key --dry-run --json
    [ "$(printf %s "$output" | field dry_run)" = True ]
    [ ! -e new.key ]
    succeeds device list
}

@test "after a rekey the new key file alone opens the registry, and an old copy is opened by the old one" {
    make
    prov server add $SERVER >/dev/null
    prov device add $DEVICE >/dev/null
    id=$(prov psk issue $DEVICE --server $SERVER 2>/dev/null)
    prov bundle export "$id" --out before
    cp r.db old.db
    succeeds registry rekey --out new.key --json
    [ "$(printf %s "$output" | field key)" = new.key ]
    [[ $stderr == *"opens this registry no more"* ]]
    [ "$(stat -c %a new.key)" = 600 ]
    fails 10 "is not the key file" bundle export "$id" --out b
    prov bundle export "$id" --out after --key new.key
    cmp before after
    prov event list --key new.key --json | tail -n 1 | field verb | grep -qx registry.rewrap
    prov bundle export "$id" --out old --registry old.db --key r.key
    cmp before old
    mv new.key r.key
    succeeds device list
}
