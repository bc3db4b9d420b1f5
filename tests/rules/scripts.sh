#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every shell script passes shellcheck without a warning (its remarks differ between versions).
# usage: scripts.sh [ROOT]
set -eu

cd "${1:-.}"
command -v shellcheck >/dev/null 2>&1 || {
    echo 'skipped: shellcheck is not installed'
    exit 77
}
{
    find demo check .ci/run -type f 2>/dev/null
    find .ci tests device-agent libprov -name '*.sh' -type f
} | LC_ALL=C sort -u | xargs -r shellcheck -x -S warning
