# shellcheck shell=sh disable=SC2034 # what only others use
# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share: a `prov serve`, boards in QEMU, and the comparison of registry and flash. It is
# read (.) by a script that was called with: PROV PROV-AGENT SLIP-UDP IMAGES, and then its own.
set -eu

prov=$1
agent=$2
relay=$3
images=$4
shift 4
root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in arm-none-eabi-gcc qemu-system-arm; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "skipped: $tool is not installed"
        exit 77
    }
done
[ -e "$images/full/bin/prov-board.elf" ] || {
    echo 'skipped: there are no images (images.sh says why)'
    exit 77
}
image=full # the one that `board` starts

# --- the server ------------------------------------------------------------------------------------------------------

work=$(mktemp -d)
server=''
helper=''
qemu=''
finish() {
    [ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true
    [ -z "$helper" ] || kill "$helper" 2>/dev/null || true
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$work"
umask 077
PROV_REGISTRY=$work/registry.db
export PROV_REGISTRY
"$prov" init --org 'Board works' --country DE >made
"$prov" server add coaps.example.org --address 127.0.0.1:5684 >/dev/null
"$prov" cert issue coaps.example.org >/dev/null
"$prov" rpk issue coaps.example.org >/dev/null
"$prov" serve --server coaps.example.org --listen 127.0.0.1:0 >serve.log 2>&1 &
server=$!
port=''
for _ in $(seq 1200); do
    port=$(sed -n 's/.*address=127\.0\.0\.1:\([0-9]*\).*/\1/p' serve.log | head -n 1)
    [ -z "$port" ] || break
    sleep 0.05
done
[ -n "$port" ] || {
    cat serve.log
    exit 1
}

# --- boards ----------------------------------------------------------------------------------------------------------

failed=0
runs=0
bites=0    # ends by the watchdog
seed=''    # a file of entropy; else FLASH.seed
trouble='' # of the relay
# Options of QEMU about time. With -icount the processor's time is its instructions, here 62 million a second, however
# busy the machine that it runs on; while it sleeps, time is the machine's.
clock='-icount shift=4'
limit=200  # seconds that a run may take
complain() {
    failed=$((failed + 1))
    echo "FAILED: $*"
    tail -n 12 board.log
    tail -n 3 serve.log
    [ "$failed" -lt 5 ] || exit 1
}

power=75 # how a run ends: device-agent/port/mps2-an385/hardware.h
watchdog=76
stack=78

# board_start FLASH WORDS…: the image starts, in QEMU with a limit ($qemu; its own number is in qemu.pid).
board_start() {
    flash=$1
    shift
    words=''
    for word in "$@"; do words="$words,arg=$word"; done
    rm -f uart qemu.pid
    # shellcheck disable=SC2086 # words
    "$relay" "$work/uart" "$port" $trouble &
    helper=$!
    # shellcheck disable=SC2086
    timeout -s KILL "$limit" qemu-system-arm -M mps2-an385 -display none -monitor none -no-reboot -pidfile qemu.pid $clock \
        -chardev socket,id=line,path=uart,server=on -serial chardev:line \
        -semihosting-config "enable=on,target=native,arg=board,arg=$flash,arg=${seed:-$flash.seed}$words" \
        -kernel "$images/$image/bin/${program:-prov-board.elf}" >board.log 2>&1 &
    qemu=$!
    runs=$((runs + 1))
}
# Its end: $status.
board_end() {
    status=0
    wait "$qemu" 2>/dev/null || status=$?
    qemu=''
    kill "$helper" 2>/dev/null || true
    wait "$helper" 2>/dev/null || true
    helper=''
    [ "$status" != $watchdog ] || bites=$((bites + 1))
}
# board ENDS FLASH WORDS…: one run from reset to its end, which must be one of ENDS, separated by |.
board() {
    expected=$1
    shift
    board_start "$@"
    board_end
    case "|$expected|" in
    *"|$(end)|"*) ;;
    *) complain "$*: ends with $(end), not $expected" ;;
    esac
}
# How the last run ended: PROV_OK, what it said by its name in prov/result.h, or how it was ended: a number of
# hardware.h, or 137 after $limit seconds. What it said and what it ended with must agree.
end() {
    if [ "$status" = 0 ]; then
        echo PROV_OK
    elif [ -n "$(said failed)" ] && [ "$status" = $(($(said failed) / 16)) ]; then
        sed -n "s/^ *\(PROV_E_[A-Z0-9_]*\) = $(printf '0x%02x' "$(said failed)"),.*/\1/p" "$root/libprov/include/prov/result.h"
    else
        echo "$status"
    fi
}
# What the last run printed beside a name; which events it told.
said() {
    awk -v name="$1" '$1 == name { print $2 }' board.log
}
told() {
    grep -q "^# $1 " board.log
}

# --- flash and registry ----------------------------------------------------------------------------------------------

# A flash is named for its kind, or KIND-NUMBER where there are several.
device_of() {
    number=0
    case "$1" in *-*) number=${1#*-} ;; esac
    case "$1" in
    psk*) printf '00-1B-C5-FF-FE-01-%02X-%02X\n' $((number / 256)) $((number % 256)) ;;
    rpk*) printf '00-1B-C5-FF-FE-02-%02X-%02X\n' $((number / 256)) $((number % 256)) ;;
    cert*) printf '00-1B-C5-FF-FE-03-%02X-%02X\n' $((number / 256)) $((number % 256)) ;;
    esac
}
# provision FLASH raw | ihex | bundle: a flash and a seed of its own: an image of the store as prov makes it, or a bundle
# that the image takes in when it starts.
provision() {
    device=$(device_of "$1")
    "$prov" device add "$device" >/dev/null
    "$prov" "${1%%-*}" issue "$device" --server coaps.example.org >"$1.id" 2>/dev/null
    id=$(head -n 1 "$1.id")
    "$prov" bundle export "$id" --out "$1.bundle" >/dev/null
    case "$2" in
    raw) "$prov" bundle export "$id" --format raw --out "$1" >/dev/null ;;
    ihex)
        "$prov" bundle export "$id" --format ihex --at 0x10000 --out "$1.hex" >/dev/null
        arm-none-eabi-objcopy -I ihex -O binary --gap-fill 0xff --pad-to 0x20000 "$1.hex" "$1"
        ;;
    bundle)
        erased 65536 >"$1"
        cat "$1.bundle" >>"$1"
        ;;
    esac
    erased $((73728 - $(wc -c <"$1"))) >>"$1"
    echo "$1" | sha256sum | head -c 32 >"$1.seed"
    [ -e header ] || { # of a file that prov-agent takes for a flash
        "$agent" install "$1.bundle" --store store >/dev/null
        head -c 4096 store >header
    }
}
erased() {
    head -c "$1" /dev/zero | tr '\0' '\377'
}

# The public name of a credential in what prov and prov-agent say about it.
name_in() {
    sed -n "s/.*$1[^}]*\"\(ni\|psk_identity\)\":\"\([^\"]*\)\".*/\2/p"
}
# same FLASH: registry and flash say the same: one operational credential that is active, the current one, and
# nothing is unfinished.
same() {
    device=$(device_of "$1")
    "$prov" credential list --device "$device" | awk '$3 == "operational" && ($4 == "active" || $4 == "pending")' >operational
    cat header >store
    head -c 65536 "$1" >>store
    "$agent" status --json --store store >status.json
    there=$(awk 'NR == 1 { print $1 }' operational | xargs -r "$prov" credential show --json | name_in '"id":')
    here=$(name_in '"place":"current"' <status.json)
    [ "$(wc -l <operational)" = 1 ] && grep -q ' active ' operational && grep -q '"unfinished":false' status.json &&
        [ -n "$here" ] && [ "$here" = "$there" ] || {
        complain "$1: registry ($there) and flash ($here) differ"
        cat operational status.json
    }
}
# after FLASH: what came before has cost nothing: the next rotation works.
after() {
    board PROV_OK "$1" rotate
    same "$1"
}

verdict() {
    echo "$runs runs, $bites of them ended by the watchdog${1:+ ($1)}"
    [ "$bites" = "${2:-0}" ] || complain 'the watchdog has bitten'
    [ "$failed" = 0 ]
}
