#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packages.sh MODE: the Debian packages that ./demo and ./check need, by name, and their installation.
# The one list: each mode adds to the one before it. `packages.sh MODE --list` only prints the names.
set -eu

build='gcc libc6-dev cmake ninja-build pkg-config libssl-dev libcbor-dev libsqlite3-dev libcurl4-openssl-dev'
quick='libcmocka-dev openssl python3 python3-cbor2 python3-yaml python3-kconfiglib bats valgrind'
peers='gnutls-bin libgnutls28-dev libcoap3-bin libmbedtls-dev libwolfssl-dev iproute2'
tools='qemu-system-arm bzip2 debian-archive-keyring shellcheck clang-format clang libclang-rt-dev gcc-arm-none-eabi libnewlib-arm-none-eabi'

case "${1:-}" in
demo) wanted=$build ;;
quick) wanted="$build $quick" ;;
check) wanted="$build $quick $peers $tools" ;;
bench) wanted="$build libcmocka-dev gcc-arm-none-eabi libnewlib-arm-none-eabi" ;;
long) wanted="$build libcmocka-dev libgnutls28-dev python3 $tools" ;;
*)
    echo "usage: packages.sh demo|quick|check|bench|long [--list]" >&2
    exit 2
    ;;
esac

if [ "${2:-}" = --list ]; then
    echo "$wanted"
    exit 0
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not a Debian system: install what these packages hold, then see whether it builds:" >&2
    echo "  $wanted" >&2
    exit 0
fi

missing=''
for package in $wanted; do
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$state" = 'install ok installed' ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
missing=${missing# }

if [ "$(id -u)" = 0 ]; then
    as_root='env'
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root='sudo -n env'
else
    echo "Packages are missing, and neither root nor sudo without a password is at hand. Run this as root:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends $missing" >&2
    exit 1
fi

echo "Installing: $missing"
# shellcheck disable=SC2086 # words are meant
$as_root DEBIAN_FRONTEND=noninteractive apt-get update -q -o Acquire::Retries=5 >/dev/null
# shellcheck disable=SC2086
$as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -q -o Acquire::Retries=5 --no-install-recommends $missing >/dev/null
