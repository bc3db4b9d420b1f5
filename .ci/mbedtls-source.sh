#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mbedtls-source.sh FOLDER: puts the source of Mbed TLS 3.6 (long-term support) into FOLDER, unless it is there already.
#
# It is the distribution's source package, fetched and verified by the ordinary client from the archive that this
# machine uses, of the suite that carries 3.6. Lists, cache and state of apt are private: the machine's own stay as they are.
set -eu

version=3.6
suite=trixie

[ $# -eq 1 ] || {
    sed -n '3s/^# //p' "$0" >&2
    exit 2
}
case $1 in
/*) folder=$1 ;;
*) folder=$PWD/$1 ;;
esac
grep -qs "MBEDTLS_VERSION_STRING  *\"$version\." "$folder/include/mbedtls/build_info.h" && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"

# The first archive of packages that is not the security one, in either form of apt's lists.
archive=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\) .*/\2/p' | grep -v security | head -n 1)
[ -n "$archive" ] || {
    echo "mbedtls-source.sh: no archive in the machine's list of sources" >&2
    exit 1
}
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main" >"$work/sources.list"

private() {
    apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$work/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" \
        -o APT::Sandbox::User=root -o Acquire::Retries=5 "$@"
}
private update >/dev/null
(cd "$work/source" && private source --download-only mbedtls >/dev/null)

# Beside the folder and then in its place: one that was cut is not taken for whole.
rm -rf "$folder.new"
mkdir -p "$folder.new"
tar -xjf "$work"/source/mbedtls_*.orig.tar.bz2 -C "$folder.new" --strip-components=1
mv -T "$folder.new" "$folder"
