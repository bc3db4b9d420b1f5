#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one bats file. Where bats is not installed the test counts as skipped.
# usage: PROV=PROGRAM run.sh FILE
command -v bats >/dev/null || { echo "bats is not installed: apt-get install bats"; exit 77; }
export PROV
exec bats "$(dirname "$0")/$1"
