#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails when a room includes what it may not: another room's header above or beside it, or a vendor's
# header, which lies in the system's include path where the linker alone would not notice.
# usage: includes.sh [ROOT [TABLE]]
set -eu

root=${1:-.}
table=${2:-$root/tests/rules/rooms.tsv}
cd "$root"

find libprov device-agent cli \( -name '*.c' -o -name '*.h' \) -type f | LC_ALL=C sort |
    xargs grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' |
    awk -v table="$table" '
function fail(where, text) { printf "%s: %s\n", where, text; bad++ }
# The room that a path or a header belongs to: the longest entry that fits.
function room_of(path,    e, best, len) {
    best = ""; len = -1
    for (e in entry)
        if ((path == e || index(path, e "/") == 1) && length(e) > len) { best = entry[e]; len = length(e) }
    return best
}
function listed(list, word,    n, parts, i) {
    n = split(list, parts, " ")
    for (i = 1; i <= n; i++) if (parts[i] == word) return 1
    return 0
}
function vendor_ok(list, header,    n, parts, i) {
    n = split(list, parts, " ")
    for (i = 1; i <= n; i++)
        if (header == parts[i] || (parts[i] ~ /\/$/ && index(header, parts[i]) == 1)) return 1
    return 0
}
# The room of a private header, looked for from the folder of the includer upwards.
function owner_of_private(dir, header) {
    do {
        if (system("test -f \"" dir "/" header "\"") == 0) return room_of(dir "/" header)
    } while (sub(/\/[^\/]*$/, "", dir))
    return ""
}
BEGIN {
    FS = "\t"
    while ((getline line < table) > 0) {
        if (line ~ /^#/ || line == "") continue
        n = split(line, f, "\t")
        if (n != 4) { fail(table, "not four columns: " line); continue }
        k = split(f[2], places, " ")
        for (i = 1; i <= k; i++) entry[places[i]] = f[1]
        may[f[1]] = f[3]; vendor[f[1]] = f[4]; rooms++
    }
    if (rooms == 0) { fail(table, "no rooms"); exit 1 }
    k = split("assert.h ctype.h errno.h inttypes.h limits.h locale.h stdarg.h stdbool.h stddef.h " \
              "stdint.h stdio.h stdlib.h string.h strings.h time.h", s, " ")
    for (i = 1; i <= k; i++) standard[s[i]] = 1
    # A room without a heap, I/O and clock has no use for these.
    k = split("stdio.h stdlib.h time.h errno.h locale.h", s, " ")
    for (i = 1; i <= k; i++) hosted[s[i]] = 1
    k = split("core profile cose x509 dtls enroll enroll_client agent crypto", s, " ")
    for (i = 1; i <= k; i++) bare[s[i]] = 1
}
{
    split($0, part, ":")
    path = part[1]; where = path ":" part[2]
    header = $0; sub(/^[^<"]*[<"]/, "", header); sub(/[>"].*$/, "", header)
    public = path; sub(/^.*include\/prov\//, "prov/", public)
    room = public ~ /^prov\// ? room_of(public) : room_of(path)
    files++
    if (room == "") { fail(where, "belongs to no room of " table); next }
    if (header ~ /^prov\//) {
        owner = room_of(header)
        if (owner == "") fail(where, header " belongs to no room")
        else if (owner != room && owner != "core" && !listed(may[room], owner) && !listed(may[room], "@" header))
            fail(where, room " may not include " header " (" owner ")")
    } else if (header in standard) {
        if ((room in bare) && (header in hosted)) fail(where, room " has no heap, I/O or clock: " header)
    } else if ($0 ~ /include[ \t]*"/) {
        dir = path; sub(/\/[^\/]*$/, "", dir)
        if (header ~ /^\.\.\// || header ~ /^(libprov|cli|device-agent|tests)\//)
            fail(where, "reaches into another folder: " header)
        else {
            owner = owner_of_private(dir, header)
            if (owner == "") { if (!vendor_ok(vendor[room], header)) fail(where, "no such file: " header) }
            else if (owner != room && !listed(may[room], owner))
                fail(where, room " may not include " header " (" owner ")")
        }
    } else if (!vendor_ok(vendor[room], header))
        fail(where, room " may not include <" header ">")
}
END {
    if (files == 0) { print "no include was looked at"; exit 1 }
    if (bad) { printf "%d of %d includes are against tests/rules/rooms.tsv\n", bad, files; exit 1 }
    printf "%d includes in %d rooms: as the table says\n", files, rooms
}'
