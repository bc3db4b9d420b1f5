#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() { factory; }

@test "a CSV without a header, with an unknown, doubled or missing column is refused whole" {
    : >f.csv
    refuses 2 "no header" device add --csv f.csv
    printf 'eui64,colour\n00-12-4B-00-00-00-00-01,red\n' >f.csv
    refuses 2 'unknown column "colour"' device add --csv f.csv
    printf 'eui64,eui64\n' >f.csv
    refuses 2 "twice" device add --csv f.csv
    printf 'label,group\n' >f.csv
    refuses 2 "no column eui64" device add --csv f.csv
    refuses 3 "none.csv" device add --csv none.csv
    printf 'eui64\n' >f.csv
    refuses 2 "--csv has" device add $DEVICE --csv f.csv
    refuses 2 "--csv has" device add --csv f.csv --label x
    refuses 2 "missing" device add
}

@test "rows that fail are told by line and field, the others are in, exit 5" {
    cat >f.csv <<C
eui64,label,group
00-12-4B-00-00-00-00-01,one,lot
01-12-4B-00-00-00-00-02,multicast,lot
$DEVICE,again,lot
00-12-4B-00-00-00-00-03
00-12-4B-00-00-00-00-04,$(printf 'x%.0s' {1..129}),lot
00-12-4B-00-00-00-00-05,"not closed,lot
00-12-4B-00-00-00-00-06,six,lot
C
    run --separate-stderr prov device add --csv f.csv
    echo "$status; $stderr"
    [ "$status" -eq 5 ]
    [ "$output" = $'00-12-4B-00-00-00-00-01\n00-12-4B-00-00-00-00-06' ]
    [[ $stderr == *"f.csv:3: eui64: "* ]]
    [[ $stderr == *"f.csv:4: eui64: "*$DEVICE* ]]
    [[ $stderr == *"f.csv:5: 1 fields"* ]]
    [[ $stderr == *"f.csv:6: label: "* ]]
    [[ $stderr == *"f.csv:7: a quoted field"* ]]
    [[ $stderr == *"5 of 7 rows failed"* ]]
    [ "$(prov device list --group lot --json | wc -l)" -eq 2 ]
}

@test "with --json each row is one object" {
    printf 'eui64\n00-12-4B-00-00-00-00-01\nbad\n' >f.csv
    run --separate-stderr prov device add --csv f.csv --json
    [ "$status" -eq 5 ]
    python3 -c '
import json, sys
a, b = map(json.loads, sys.argv[1].splitlines())
assert a == {"schema": 1, "line": 2, "ok": True, "device": "00-12-4B-00-00-00-00-01"}
assert (b["line"], b["ok"], b["field"], b["code"]) == (3, False, "eui64", 2)' "$output"
}

@test "columns by name in any order, quotes, CRLF, a byte order mark, stdin" {
    printf '\xef\xbb\xbflabel,eui64\r\n"a, ""b""",00:12:4b:00:00:00:00:01\r\n\r\n,00124B0000000002\r\n' |
        prov device add --csv -
    [ "$(prov device show 00124B0000000001 --json | field label)" = 'a, "b"' ]
    [ "$(prov device show 00124B0000000002 --json | field label)" = "" ]
}

@test "a dry batch tells the same and adds nothing" {
    printf 'eui64\n00-12-4B-00-00-00-00-01\n' >f.csv
    before=$(snapshot)
    succeeds device add --csv f.csv --dry-run
    [ "$output" = 00-12-4B-00-00-00-00-01 ]
    [ "$(snapshot)" = "$before" ]
}

@test "EUI-48s in a CSV with --from-eui48" {
    printf 'eui64\n240AC4D6D5A7\n' >f.csv
    succeeds device add --csv f.csv --from-eui48
    [ "$output" = 24-0A-C4-FF-FE-D6-D5-A7 ]
}

@test "a NUL octet costs its own row and no other" {
    printf 'eui64\n00124B0000000001\0x\n00124B0000000002\n00124B0000000003' >f.csv
    run --separate-stderr prov device add --csv f.csv
    [ "$status" -eq 5 ]
    [[ $stderr == *"f.csv:2: a NUL octet in the line"* ]]
    [ "$output" = $'00-12-4B-00-00-00-00-02\n00-12-4B-00-00-00-00-03' ]
}

@test "what never ends is not read without end" {
    for f in /dev/zero <(yes x | tr -d '\n'); do
        run --separate-stderr timeout 60 "$PROV" device add --csv "$f"
        [ "$status" -eq 2 ]
        [[ $stderr == *"no end of the line"* ]]
        [[ $stderr == *"prov: hint: "*eui64,label,group* ]]
    done
}

@test "control characters and broken UTF-8 are told with their column and do not reach the terminal" {
    printf 'eui64,label,group\n00124B0000000001,a\xc2\x9b1m,\n00124B0000000002,,\xff\n\e[1m\xff,,\n' >f.csv
    for json in "" --json; do
        run --separate-stderr prov device add --csv f.csv $json
        [ "$status" -eq 5 ]
        [[ $stderr == *"f.csv:2: label: not UTF-8"* ]]
        [[ $stderr == *"f.csv:3: group: not UTF-8"* ]]
        [[ $stderr == *"f.csv:4: eui64: "*'"?[1m?"'* ]]
        LC_ALL=C never grep -q $'\xc2\x9b\|\xff\|\e' <<<"$output$stderr"
    done
    printf '%s\n' "$output" | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert [r["field"] for r in rows] == ["label", "group", "eui64"]'
}

@test "a label that turns the direction of writing is not acted out" {
    prov device add $(printf '00124B0000000001') --label $'\xe2\x80\xaeabc'
    succeeds device list
    [[ $output == *"?abc"* && $output != *$'\xe2\x80\xae'* ]]
    succeeds device show 00124B0000000001 --json
    [[ $output == *'"\u202eabc"'* ]]
}

@test "columns stand below each other with labels beyond ASCII" {
    prov device add 00124B0000000001 --group Zähler --label x
    prov device add 00124B0000000002 --group Zahler --label x
    prov device list | python3 -c '
import sys
rows = [line.decode() for line in sys.stdin.buffer if line.endswith(b"x\n")]
assert len(rows) == 2 and rows[0].index("x\n") == rows[1].index("x\n"), rows'
}

@test "killed in the middle: what was told is in, the registry is whole, the rest can follow" {
    { echo eui64; printf '00124B00%08X\n' $(seq 60000); } >f.csv
    "$PROV" device add --csv f.csv >told 2>errors 3>&- &
    pid=$!
    until [ "$(wc -l <told)" -ge 20 ]; do sleep 0.02; done
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 143 ]
    prov device list --json >in
    while read -r eui64; do grep -q "$eui64" in; done < <(head -n 20 told; tail -n 1 told)
    [ "$(wc -l <in)" -ge $(($(wc -l <told) + 2)) ]
    [ "$(wc -l <in)" -le $(($(wc -l <told) + 3)) ] # the two of the factory, and one on its way
    [ "$(python3 -c 'import sqlite3; print(sqlite3.connect("r.db").execute("pragma integrity_check").fetchone()[0])')" = ok ]
    head -n 40 f.csv >rest.csv
    run --separate-stderr prov device add --csv rest.csv
    [ "$status" -eq 5 ] || [ "$status" -eq 0 ]
}

@test "progress is told on a terminal when the rows go elsewhere" {
    needs script
    { echo eui64; printf '00124B00%08X\n' $(seq 120); } >f.csv
    script -qec "'$PROV' device add --csv f.csv >rows" /dev/null >shown
    grep -q '120 rows' shown
    [ "$(wc -l <rows)" -eq 120 ]
}

@test "rows that can not be told are a failure" {
    [ -w /dev/full ] || skip "no /dev/full"
    { echo eui64; printf '00124B00%08X\n' $(seq 50); } >f.csv
    run bash -c '"$PROV" device add --csv f.csv >/dev/full'
    [ "$status" -eq 1 ]
    [[ $output == *"can't write to stdout"* ]]
    [ "$(prov device list --json | wc -l)" -eq 3 ] # and it stops
}
