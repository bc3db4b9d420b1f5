#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# second_decoder.sh PROGRAM: has PROGRAM write a sample of each message, and reads them with cbor2.
set -eu

here=$(dirname "$0")
python=/usr/bin/python3 # Debian's, which sees python3-cbor2; one found earlier in PATH may not
if ! "$python" -c 'import cbor2' 2>/dev/null; then
    echo "skipped: $python has no cbor2 (apt install python3-cbor2)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
"$1" "$folder"
"$python" "$here/second_decoder.py" "$folder"/*

# It can say no: the last octet of a digest turned.
head -c -1 "$folder/psk.bundle" >"$folder/altered"
printf '\001' >>"$folder/altered"
mv "$folder/altered" "$folder/psk.bundle"
if "$python" "$here/second_decoder.py" "$folder"/* 2>"$folder.log"; then
    echo "an altered bundle was accepted"
    exit 1
fi
if ! grep -q 'psk.bundle: the digest' "$folder.log"; then
    cat "$folder.log"
    exit 1
fi
