#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-format decides the layout. Its output differs between versions: 14 (Debian 12) is the judge.
# usage: format.sh [ROOT]
set -eu

cd "${1:-.}"
case "$(clang-format --version 2>/dev/null || true)" in
*'version 14.'*) ;;
*)
    echo 'skipped: clang-format 14 is not installed'
    exit 77
    ;;
esac
wrong=$(find libprov device-agent cli tests \( -name '*.c' -o -name '*.h' \) -type f -print0 |
    xargs -0 -r clang-format --dry-run 2>&1 | sed -n 's/^\([^ :]*\):[0-9].*/\1/p' | LC_ALL=C sort -u)
[ -z "$wrong" ] || {
    echo 'clang-format would change:'
    echo "$wrong" | sed 's/^/  /'
    exit 1
}
echo 'every file is as clang-format lays it out'
