# SPDX-License-Identifier: Apache-2.0
# A factory in the test's own folder, and what the tests ask of every refusal: its exit code, its words,
# and that nothing changed.
bats_require_minimum_version 1.5.0

SERVER=enroll.example.com
OTHER_SERVER=data.example.com
DEVICE=00-12-4B-00-14-D5-2A-7F
OTHER_DEVICE=F4-CE-36-CB-82-A2-A7-66

prov() {
    "${PROV:?the program under test}" "$@"
}

# Folder, paths, environment; no registry yet.
bare() {
    WORK=$BATS_TEST_TMPDIR/work # bats keeps files of its own beside it
    export HOME=$WORK/home PROV_REGISTRY=$WORK/r.db
    unset XDG_STATE_HOME
    mkdir -p "$HOME"
    cd "$WORK" || return 1
}

factory() {
    bare
    prov init --org "Test Works" --country DE >/dev/null
    prov server add $SERVER --address 127.0.0.1:5684 >/dev/null
    prov server add $OTHER_SERVER >/dev/null
    prov device add $DEVICE >/dev/null
    prov device add $OTHER_DEVICE >/dev/null
}

# The registry to the last octet, and which files there are.
snapshot() {
    sha256sum r.db r.key
    ls
}

# Everything that the registry tells.
listings() {
    for noun in ca server device credential event; do
        prov "$noun" list --json
    done
}

# refuses CODE WORDS COMMAND…: exits with the code, says the words on stderr, changes nothing.
refuses() {
    local code=$1 words=$2 before
    shift 2
    before=$(snapshot)
    run --separate-stderr prov "$@"
    echo "status $status, expected $code; stderr: $stderr; stdout: $output"
    [ "$status" -eq "$code" ]
    [ -z "$output" ]
    [[ $stderr == *"prov: error: "* ]]
    [[ $stderr == *"$words"* ]]
    [ "$(snapshot)" = "$before" ]
}

# succeeds COMMAND…: stdout in $output, stderr in $stderr.
succeeds() {
    run --separate-stderr prov "$@"
    echo "status $status; stderr: $stderr; stdout: $output"
    [ "$status" -eq 0 ]
}

# field NAME: a member of the JSON object on stdin.
field() {
    python3 -c 'import json, sys; v = json.load(sys.stdin)[sys.argv[1]]; print(v)' "$1"
}

# until_seen PATTERN FILE: waits for the whole line, as long as a slow machine may take.
until_seen() {
    local end=$((SECONDS + 90)) line
    while [ $SECONDS -lt $end ]; do
        while IFS= read -r line; do
            if [[ $line =~ $1 ]]; then return 0; fi
        done < <(cat "$2" 2>/dev/null)
        sleep 0.05
    done
    return 1
}

# serve OPTION…: prov serve in the background ($SERVE) on a free port of the loopback, which is in $ADDRESS.
serve() {
    rm -f serve.log # of a server before
    "$PROV" serve --server $SERVER --listen 127.0.0.1:0 "$@" 2>serve.log 3>&- &
    SERVE=$!
    until_seen event=listening serve.log
    ADDRESS=$(sed -n 's/.*event=listening address=\([^ ]*\).*/\1/p' serve.log)
}

# ends PID…: those that are set, and their end is waited for.
ends() {
    local pid
    for pid in "$@"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

# never COMMAND…: fails if the command succeeds. A "!" before it is overheard by the shell, but for a test's last line.
never() {
    ! "$@"
}

needs() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}

device_key() { # FILE
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null
}
