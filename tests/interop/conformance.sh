#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Holds the stacks that can be had here to the rules of prov check, as servers and as clients, and writes
# CONFORMANCE.md. Needs a network namespace of its own: some servers listen on every address.
# usage: conformance.sh BIN-FOLDER PEERS-FOLDER OUT [STACK…]     e.g. conformance.sh build/bin build/tests out.md
# Only the stacks that are named are run, if any are.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
peers=$(cd "$2" && pwd)
out=$3
wanted=${4:-}

if [ -z "${PROV_INTEROP_NET:-}" ]; then
    for flags in -n -rn; do
        if unshare $flags ip link set lo up 2>/dev/null; then
            PROV_INTEROP_NET=own exec unshare $flags "$0" "$@"
        fi
    done
    echo 'skipped: no network namespace can be made here'
    exit 77
fi
ip link set lo up

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/runs"
prov=$bin/prov
agent=$bin/prov-agent
device=00-12-4B-00-14-D5-2A-7F
name=test.example.com
seconds=${PROV_CONFORMANCE_SECONDS:-60}
prio=NORMAL:-VERS-ALL:+VERS-DTLS1.2:-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-SECP256R1:-CIPHER-ALL:+AES-128-CCM-8

# --- credentials: what the device has, and a server's certificate under the same root -----------------

ready() { # KIND PORT: a folder of its own, which is then the current one
    "$prov" check prepare $device --kind "$1" --server $name --address "127.0.0.1:$2" \
        --folder "$work/$role.$stack.$1" >/dev/null
    cd "$work/$role.$stack.$1"
    case $1 in
    psk)
        id=$(cat psk-identity)
        key=$(cat psk.hex)
        echo "$id:$key" >psk.txt
        ;;
    rpk) cp authority.key server.key ;;
    cert)
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key 2>/dev/null
        printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n' >ext
        printf 'subjectAltName=critical,DNS:%s\n' $name >>ext
        openssl req -new -key server.key -subj / -out server.csr 2>/dev/null
        openssl x509 -req -in server.csr -CA root.pem -CAkey authority.key -CAcreateserial -days 2 \
            -extfile ext -out server.pem 2>/dev/null
        ;;
    esac
}

# --- runs ------------------------------------------------------------------------------------------

# A peer that ends is begun again until the judge is done; both are bounded.
again() { # JUDGE-PID COMMAND…
    judge=$1
    shift
    while kill -0 "$judge" 2>/dev/null; do
        ( (sleep 0.3 && echo hello && exec sleep 5) | timeout 8 "$@" >>peer.log 2>&1) &
        peer=$!
        while kill -0 "$judge" 2>/dev/null && kill -0 $peer 2>/dev/null; do sleep 0.05; done
        kill $peer 2>/dev/null || true
        sleep 0.05
    done
}
judge_server() { # COMMAND…
    "$@" >peer.log 2>&1 </dev/null &
    server=$!
    sleep 1
    "$prov" check endpoint "coaps://127.0.0.1:$port" --server $name --bundle device.bundle \
        --timeout "$seconds" --wait 500 --json >"$work/runs/server.$stack.$kind.json" 2>check.log || true
    kill $server 2>/dev/null || true
}
judge_client() { # COMMAND…
    authority=''
    [ "$kind" = psk ] || authority='--authority authority.key'
    # shellcheck disable=SC2086 # an option or none
    "$prov" check device --listen "127.0.0.1:$port" --bundle device.bundle $authority \
        --timeout "$seconds" --wait 1000 --json >"$work/runs/client.$stack.$kind.json" 2>check.log &
    judge=$!
    sleep 0.2
    again $judge "$@"
    wait "$judge" || true
}
run() { # ROLE STACK KIND FUNCTION: in the background, with a port of its own
    case " $wanted " in
    '  ' | *" $2 "*) ;;
    *) return 0 ;;
    esac
    port=$((port + 1))
    (
        role=$1 stack=$2 kind=$3
        trap - EXIT
        ready "$kind" "$port"
        "$4"
    ) &
    running="$running $!"
    # shellcheck disable=SC2086 # a list
    set -- $running
    if [ $# -ge 5 ]; then
        wait "$1" || true
        shift
        running="$*"
    fi
}
port=5700
running=''

# --- command lines -----------------------------------------------------------------------------------

ccm8='ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0'
# OpenSSL as a server of many clients is libcoap's: s_server serves one and ends, and what nobody answers is no finding. Its
# DTLS is at the port behind the one that it is given.
libcoap_cert_server() {
    port=$((port * 2))
    judge_server coap-server-openssl -A 127.0.0.1 -p $((port - 1)) -c server.pem -j server.key -C root.pem
}
gnutls_psk_server() {
    judge_server gnutls-serv --udp -p "$port" --echo --noticket --priority "$prio:-KX-ALL:+PSK" --pskpasswd psk.txt
}
gnutls_rpk_server() {
    judge_server gnutls-serv --udp -p "$port" --echo --noticket --rawpkkeyfile server.key --rawpkfile server.pub \
        --require-client-cert \
        --priority "$prio:-KX-ALL:+ECDHE-ECDSA:-CTYPE-ALL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"
}
gnutls_cert_server() {
    judge_server gnutls-serv --udp -p "$port" --echo --noticket --priority "$prio:-KX-ALL:+ECDHE-ECDSA" \
        --x509cafile root.pem --x509certfile server.pem --x509keyfile server.key --require-client-cert \
        --verify-client-cert
}
mbedtls_psk_server() {
    judge_server "$peers/mbedtls-peer" server --port "$port" --suite C0A8 --identity "$id" --psk "$key"
}
mbedtls_cert_server() {
    judge_server "$peers/mbedtls-peer" server --port "$port" --suite C0AE --key server.key --chain server.pem \
        --anchors root.pem
}
wolfssl_cert_server() {
    judge_server "$peers/wolfssl-peer" server --port "$port" --suite C0AE --key server.key --chain server.pem \
        --anchors root.pem
}
openssl_psk_client() {
    judge_client openssl s_client -dtls1_2 -connect "127.0.0.1:$port" -psk_identity "$id" -psk "$key" \
        -cipher PSK-AES128-CCM8:@SECLEVEL=0 -servername $name
}
openssl_cert_client() {
    judge_client openssl s_client -dtls1_2 -connect "127.0.0.1:$port" -cert device.pem -key device.key \
        -CAfile root.pem -verify 2 -verify_return_error -verify_hostname $name -servername $name -cipher "$ccm8"
}
gnutls_psk_client() {
    judge_client gnutls-cli --udp -p "$port" 127.0.0.1 --priority "$prio:-KX-ALL:+PSK" --pskusername "$id" \
        --pskkey "$key"
}
gnutls_cert_client() {
    judge_client gnutls-cli --udp -p "$port" 127.0.0.1 --priority "$prio:-KX-ALL:+ECDHE-ECDSA" \
        --x509cafile root.pem --x509certfile device.pem --x509keyfile device.key --verify-hostname $name \
        --sni-hostname $name
}
mbedtls_psk_client() {
    judge_client "$peers/mbedtls-peer" client --port "$port" --suite C0A8 --identity "$id" --psk "$key"
}
mbedtls_cert_client() {
    judge_client "$peers/mbedtls-peer" client --port "$port" --suite C0AE --key device.key --chain device.pem \
        --anchors root.pem --name $name
}
wolfssl_cert_client() {
    judge_client "$peers/wolfssl-peer" client --port "$port" --suite C0AE --key device.key --chain device.pem \
        --anchors root.pem --name $name
}
libcoap_cert_client() {
    judge_client coap-client-openssl -c device.pem -j device.key -C root.pem -B 3 "coaps://127.0.0.1:$port/"
}
# With a registry of its own, which made the bundle too.
prov_server() { # KIND OPTION…
    export PROV_REGISTRY="$PWD/r.db"
    kind_issued=$1
    shift
    "$prov" init --org Conformance --country DE >/dev/null
    "$prov" server add $name --address "127.0.0.1:$port" >/dev/null
    "$prov" device add $device >/dev/null
    issued=$("$prov" "$kind_issued" issue $device --server $name "$@")
    rm device.bundle
    "$prov" bundle export "$issued" --out device.bundle >/dev/null
    judge_server "$prov" serve --server $name --listen "127.0.0.1:$port"
}
prov_psk_server() { prov_server psk; }
prov_rpk_server() { prov_server rpk; }
prov_cert_server() { prov_server cert --no-expiry; }
agent_client() {
    "$agent" install --store store device.bundle >/dev/null
    judge_client "$agent" enroll --store store --timer-initial 1000
}

# --- all ---------------------------------------------------------------------------------------------

have() { command -v "$1" >/dev/null 2>&1; }
here_is() { # PROGRAM ROLE STACK KIND…: the runs of a stack that is there
    program=$1 role=$2 stack=$3
    shift 3
    have "$program" || return 0
    for kind in "$@"; do run "$role" "$stack" "$kind" "${stack}_${kind}_$role"; done
}
here_is coap-server-openssl server libcoap cert
here_is gnutls-serv server gnutls psk rpk cert
here_is "$peers/mbedtls-peer" server mbedtls psk cert
here_is "$peers/wolfssl-peer" server wolfssl cert
here_is "$prov" server prov psk rpk cert
here_is openssl client openssl psk cert
here_is gnutls-cli client gnutls psk cert
here_is "$peers/mbedtls-peer" client mbedtls psk cert
here_is "$peers/wolfssl-peer" client wolfssl cert
here_is coap-client-openssl client libcoap cert
for kind in psk rpk cert; do run client prov $kind agent_client; done
wait

{
    echo "* $("$prov" --version), prov-agent"
    echo "* $(openssl version)"
    ! have gnutls-cli || echo "* $(gnutls-cli --version | head -n 1)"
    [ ! -x "$peers/mbedtls-peer" ] || echo "* $("$peers/mbedtls-peer" version)"
    [ ! -x "$peers/wolfssl-peer" ] || echo "* $("$peers/wolfssl-peer" version)"
    ! have coap-client-openssl || echo "* libcoap $(coap-client-openssl -h 2>&1 | sed -n 's/^coap-client-openssl v\([0-9.]*\) .*/\1/p')"
} >"$work/versions"
/usr/bin/python3 "$here/conformance_table.py" "$work/runs" "$work/versions" >"$work/table.md"
if [ "$out" = - ]; then
    cat "$work/table.md"
else
    cp "$work/table.md" "$out"
fi
