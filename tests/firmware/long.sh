#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What takes too long for every ./check: the power is cut in every program and erase of an enroll and a rotation of each
# kind; every fault of flash at every operation; 200 instants by chance.
# usage: long.sh PROV PROV-AGENT SLIP-UDP IMAGES [INSTANTS [SEED]]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
images=$4
instants=${5:-200}
seed=${6:-1}
set -- "$1" "$2" "$3" "$4"
"$here/images.sh" "$images"
"$here/cuts.sh" "$@" psk_rpk_cert 'enroll rotate' psk rpk cert
for kind in psk rpk cert; do "$here/bad_flash.sh" "$@" psk_rpk_cert $kind 1; done
"$here/instants.sh" "$@" psk_rpk_cert "$instants" "$seed"
