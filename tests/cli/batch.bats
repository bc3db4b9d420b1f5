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
