#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# prov check: what it is given, what it answers, and targets over real sockets.
load helper

setup() { bare; }

teardown() {
    ends ${TARGET:-} ${SERVE:-}
}

fails() { # CODE WORDS COMMAND…
    local code=$1 words=$2
    shift 2
    run --separate-stderr timeout 240 "$PROV" "$@"
    echo "status $status, expected $code; $stderr; ${output:0:600}"
    [ "$status" -eq "$code" ]
    [[ $stderr == *"$words"* ]]
}

# A UDP socket that answers each datagram with what the Python expression makes of it: a list of octets.
target() { # EXPRESSION
    rm -f port # of a target before
    python3 - "$1" >port 3>&- <<'PY' &
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    d, a = s.recvfrom(65536)
    for out in eval(sys.argv[1]):
        s.sendto(out, a)
PY
    TARGET=$!
    until_seen '^[0-9]' port
    ADDRESS=127.0.0.1:$(cat port)
}

@test "groups, any and broadcast addresses are refused before anything is sent" {
    for host in 224.0.1.187 255.255.255.255 0.0.0.0 '[ff02::fd]' '[::]' '[::ffff:224.0.0.1]'; do
        fails 6 "neither a group" check endpoint "coaps://$host:5684"
    done
    fails 6 "neither a group" check device --listen 224.0.1.187:5684
}

@test "what is not the address of one server is refused" {
    for uri in 127.0.0.1:5684 coap://127.0.0.1 coaps:// coaps://127.0.0.1:99999 coaps://127.0.0.1/x \
        coaps://a@b http://127.0.0.1; do
        fails 2 "" check endpoint "$uri"
    done
    fails 2 "a word is missing" check endpoint
    fails 2 "a verb is missing" check
    fails 2 "--fail-on" check endpoint coaps://127.0.0.1:1 --fail-on perhaps
    fails 2 "both mean stdout" check endpoint coaps://127.0.0.1:1 --json --junit -
}

@test "a bundle that is none and a report that is there already are refused" {
    echo nonsense >not.bundle
    fails 10 "not.bundle" check endpoint coaps://127.0.0.1:1 --bundle not.bundle
    : >there.xml
    fails 4 "there.xml" check endpoint coaps://127.0.0.1:1 --junit there.xml
}

@test "a port where nobody is ends with 9, without findings" {
    fails 9 "nobody is there" check endpoint coaps://127.0.0.1:9 --wait 200
    [ -z "$output" ]
}

@test "a target that says nothing ends with 9" {
    target '[]'
    fails 9 "no answer" check endpoint "coaps://$ADDRESS" --wait 50
    [ -z "$output" ]
}

@test "TLS, CoAP without DTLS and text are told by their octets" {
    target '[bytes.fromhex("15030100020246")]'
    fails 9 "this is not DTLS" check endpoint "coaps://$ADDRESS"
    [[ $output == *"looks like TLS: 15030100020246"* ]]
    ends "$TARGET"
    target '[bytes([0x70, 0]) + d[2:4]]'
    fails 9 "this is not DTLS" check endpoint "coaps://$ADDRESS"
    [[ $output == *"looks like CoAP without DTLS"* ]]
}

@test "a target that closes at once, one that floods and one that answers forever are judged" {
    target '[bytes.fromhex("15fefd0000000000000000000201") + b"\0"]'
    fails 6 "failed" check endpoint "coaps://$ADDRESS"
    ends "$TARGET"
    target '[bytes.fromhex("15fefd0000000000000000000201") + b"\0"] * 3000'
    fails 6 "failed" check endpoint "coaps://$ADDRESS"
    ends "$TARGET"
    target '[d]' # each probe waits to its end, and the first one for the target
    fails 6 "failed" check endpoint "coaps://$ADDRESS" --wait 300
}

@test "a run ends when its time is over" {
    target '[d]' # the first probe takes two waits; the second one is in the midst of its first then
    fails 9 "time was over" check endpoint "coaps://$ADDRESS" --wait 3000 --timeout 8
    [[ $output == *"the run's time was over"* ]]
}

@test "--fail-on decides between 0 and 6" {
    target '[bytes.fromhex("15fefd0000000000000000000201") + b"\0"]'
    succeeds check endpoint "coaps://$ADDRESS" --fail-on never
    fails 6 "failed" check endpoint "coaps://$ADDRESS" --fail-on must
}

@test "reports: JSON has one finding a line, JUnit a test case for each" {
    target '[bytes.fromhex("15fefd0000000000000000000201") + b"\0"]'
    prov check endpoint "coaps://$ADDRESS" --fail-on never --json >findings.json
    prov check endpoint "coaps://$ADDRESS" --fail-on never --junit report.xml >/dev/null
    python3 - <<'PY'
import json, xml.etree.ElementTree as xml
findings = [json.loads(line) for line in open("findings.json")]
assert len(findings) > 100
for f in findings:
    assert f["schema"] == 1 and f["level"] in ("MUST", "SHOULD", "MAY") and f["remedy"] and f["evidence"]
    assert f["verdict"] in ("pass", "fail", "not applicable", "not tested")
suite = xml.parse("report.xml").getroot()
cases = suite.findall("testcase")
assert [c.get("name") for c in cases] == [f["rule"] for f in findings]
failed = [c.get("name") for c in cases if c.find("failure") is not None]
assert failed == [f["rule"] for f in findings if f["verdict"] == "fail"] and failed
assert int(suite.get("failures")) == len(failed)
PY
}

@test "--list has every rule, with where it stands and what to do" {
    succeeds check --list --json
    python3 -c '
import json, sys
rules = [json.loads(line) for line in sys.stdin]
assert len(rules) == len({r["rule"] for r in rules}) > 100
assert all(r["document"] and r["section"] and r["row"] and r["title"] and r["remedy"] for r in rules)
' <<<"$output"
    succeeds check --list
    [[ $output == RULE*LEVEL*SUBJECTS*WHERE*TITLE* ]]
    [[ $output == *"RFC 7925, appendix B"*"prov, schemas/bundle.cddl"* ]]
    # The columns stand one below another, whatever the length of a rule's name.
    [ "$(awk 'NR > 1 { print match($0, " (MUST|SHOULD|MAY) ") }' <<<"$output" | sort -u | wc -l)" -eq 1 ]
}

@test "prov serve passes, for each kind of bundle" {
    factory
    for kind in psk rpk cert; do
        prov bundle export "$(prov $kind issue $DEVICE --server $SERVER 2>/dev/null)" --out $kind.bundle
    done
    serve
    local judges=()
    for kind in psk rpk cert; do # side by side: most of it is to wait for what must not come
        "$PROV" check endpoint "coaps://$ADDRESS" --bundle $kind.bundle --fail-on should >$kind 2>&1 3>&- &
        judges+=($!)
    done
    for judge in "${judges[@]}"; do wait "$judge" || status=$?; done
    grep -A3 FAIL psk rpk cert || true
    tail -n 3 psk rpk cert
    [ "${status:-0}" -eq 0 ]
    for kind in psk rpk cert; do grep -q "failed: 0 MUST, 0 SHOULD" $kind; done
    kill -0 "$SERVE"
}
