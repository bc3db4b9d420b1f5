#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Our DTLS engine against other stacks over UDP on the loopback, both directions: handshake, a line, and a line
# back; then what must fail. The command lines of the other stacks are the same in each case.
# usage: interop.sh DTLS-PEER GROUP [STACK-PEER]
#   GROUP: openssl_psk openssl_ecdhe_psk openssl_x509 gnutls_psk gnutls_ecdhe_psk gnutls_rpk gnutls_x509
#          openssl_records gnutls_records (max_fragment_length, ALPN, heartbeats),
#          openssl_resume gnutls_resume (sessions by their id),
#          and with STACK-PEER, the library as a program: mbedtls_psk mbedtls_ecdhe_psk mbedtls_x509
#          wolfssl_psk wolfssl_ecdhe_psk wolfssl_x509 mbedtls36_cid (connection ids)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
peer=$1
group=$2
stack=${3:-}
case "$group" in
gnutls_*) tool=gnutls-serv ;;
mbedtls_* | wolfssl_* | mbedtls36_*) tool=${group%%_*} ;;
*) tool=openssl ;;
esac
[ -x "$peer" ] || {
    echo "not a program: $peer" >&2
    exit 2
}
case "$tool" in
mbedtls | wolfssl | mbedtls36) have=$stack what="lib$tool-dev was not there when the tests were built" ;;
*) have=$tool what="$tool is not installed" ;;
esac
command -v "$have" >/dev/null 2>&1 || {
    echo "skipped: $what"
    exit 77
}

# gnutls-serv listens on every address: it belongs into a network namespace where there is nobody.
if [ -z "${PROV_INTEROP_NET:-}" ]; then
    for flags in -n -rn; do
        if unshare $flags ip link set lo up 2>/dev/null; then
            PROV_INTEROP_NET=own exec unshare $flags "$0" "$@"
        fi
    done
    export PROV_INTEROP_NET=shared
    [ "$tool" != gnutls-serv ] || {
        echo 'skipped: gnutls-serv needs a network namespace, and none can be made here'
        exit 77
    }
fi
[ "$PROV_INTEROP_NET" = shared ] || ip link set lo up

work=$(mktemp -d)
pids=''
cleanup() {
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
cd "$work"
"$here/make-keys.sh" "$work"

psk=8f1d3c5a7b9e0246d8ace13579bdf024
wrong=00000000000000000000000000000001
lines=1    # that their server sends
leaves=no  # their client goes when its line has come back
crashes=no # their client ends itself after the handshake: no line can be sent
failed=0
count=0
port=$((10000 + $$ % 1000 * 20)) # where all share one network, each run has twenty of its own

seen() { # FILE PATTERN SECONDS
    tries=$(($3 * 20))
    until grep -qE -- "$2" "$1" 2>/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}
begin() {
    name=$1
    port=$((port + 1))
    count=$((count + 1))
    rm -f ./*.log line
    mkfifo line
    pids=''
    why=''
}
finish() {
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    wait
    if [ -z "$why" ]; then
        echo "ok      $name"
        return
    fi
    failed=$((failed + 1))
    echo "FAILED  $name: $why"
    for log in ./*.log; do
        echo "        --- $log"
        tail -n 15 "$log" | tr -d '\000' | sed 's/^/        /'
    done
}
need() { # what must have been seen
    seen "$1" "$2" 30 || why="${why:-no \"$2\" in $1}"
}
# COMMAND… with the pipe `line` for its stdin, which stays open after what is said there.
with_line() { # LOG COMMAND…
    log=$1
    shift
    "$@" <line >"$log" 2>&1 &
    pids="$pids $!"
}
serve() { # COMMAND…: the other stack's server, with one line to send; ready when its port is bound
    (
        exec >line
        # s_server does not take a second session when its line comes late in the first one
        [ "$lines" = 2 ] || sleep 0.3
        echo "a line from $tool"
        [ "$lines" = 1 ] || {
            seen ours.log '^connected .* resumed yes' 60
            echo "a second line from $tool"
        }
        exec sleep 60
    ) &
    pids="$pids $!"
    with_line server.log "$@"
    hex=$(printf '%04X' "$port")
    tries=600
    until grep -q ":$hex " /proc/net/udp /proc/net/udp6; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || {
            why="$tool's server does not listen"
            return 0
        }
        sleep 0.05
    done
}
connect() { # COMMAND…: the other stack's client, with one line to send
    rm -f client.log # of one before
    (
        exec >line
        echo "a line from $tool"
        if [ "$leaves" = yes ]; then seen client.log "a line from $tool" 30; else exec sleep 30; fi
    ) &
    pids="$pids $!"
    with_line client.log timeout 30 "$@"
}
ours_serves() { # OPTION…
    "$peer" server --port "$port" --seconds 30 "$@" >ours.log 2>&1 &
    pids="$pids $!"
    seen ours.log '^listening' 30 || why='our server does not listen'
}
ours_connects() { # STATUS OPTION…: must end so
    status=0
    wanted=$1
    shift
    "$peer" client --port "$port" --seconds 30 "$@" >ours.log 2>&1 || status=$?
    [ "$status" = "$wanted" ] || why="${why:-ended with $status, not $wanted}"
}

# Good in both directions: GROUP's server, GROUP's client, our options, what we must report.
both_ways() { # SERVER-FUNCTION CLIENT-FUNCTION REPORT OUR-SERVER-OPTIONS OUR-CLIENT-OPTIONS
    begin "$group: our client, $tool's server"
    "$1"
    # shellcheck disable=SC2086 # lists of options
    ours_connects 0 $5
    need ours.log "^connected $3"
    need server.log 'a line from prov'
    finish

    begin "$group: $tool's client, our server"
    # shellcheck disable=SC2086
    ours_serves $4
    "$2"
    need ours.log "^connected $3"
    [ "$crashes" = yes ] || {
        need ours.log "data a line from $tool"
        need client.log "a line from $tool"
    }
    finish
}
refuses() { # NAME CLIENT-FUNCTION ALERT OUR-SERVER-OPTIONS: our server refuses their client
    begin "$group: our server refuses $1"
    # shellcheck disable=SC2086
    ours_serves $4
    "$2"
    need ours.log "^failed: .*alert sent $3,"
    ! grep -q '^connected' ours.log || why='it connected'
    finish
}
fails() { # NAME SERVER-FUNCTION STATUS ALERT OUR-CLIENT-OPTIONS: our client refuses, or is refused
    begin "$group: our client, $1"
    "$2"
    # shellcheck disable=SC2086
    ours_connects "$3" $5
    need ours.log "^failed: .*alert sent $4,"
    ! grep -q '^connected' ours.log || why='it connected'
    finish
}

# --- the other stacks' command lines ---------------------------------------------------------------

cipher=PSK-AES128-CCM8
key=$psk
who=client
ossl_server() {
    serve openssl s_server -dtls1_2 -listen -accept "127.0.0.1:$port" -no_ticket -no_renegotiation "$@"
}
ossl_client() {
    connect openssl s_client -dtls1_2 -connect "127.0.0.1:$port" -no_ticket "$@"
}
ossl_psk_server() { ossl_server -nocert -psk_identity dev1 -psk "$key" -cipher "$cipher:@SECLEVEL=0"; }
ossl_psk_client() { ossl_client -psk_identity dev1 -psk "$key" -cipher "$cipher:@SECLEVEL=0"; }
ossl_unknown_client() { ossl_client -psk_identity nobody -psk "$key" -cipher "$cipher:@SECLEVEL=0"; }
ossl_x509_server() {
    ossl_server "$@" -cert server.pem -cert_chain issuing.pem -key server.key -CAfile root.pem -Verify 2 \
        -verify_return_error -cipher ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0
}
ossl_x509_client() {
    ossl_client "$@" -cert "$who.pem" -cert_chain issuing.pem -key "$who.key" -CAfile root.pem -verify 2 \
        -verify_return_error -verify_hostname coaps.example.org -servername coaps.example.org \
        -cipher ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0
}
ossl_co_server() { ossl_x509_server -alpn co; }
ossl_small_client() { ossl_x509_client -alpn co -maxfraglen 512; }
ossl_h2_client() { ossl_x509_client -alpn h2; }
ossl_first_client() { ossl_client -psk_identity dev1 -psk "$key" -cipher "$cipher:@SECLEVEL=0" -sess_out session; }
ossl_second_client() { ossl_client -psk_identity dev1 -psk "$key" -cipher "$cipher:@SECLEVEL=0" -sess_in session; }
ossl_first_x509_client() { ossl_x509_client -sess_out session; }
ossl_second_x509_client() { ossl_x509_client -sess_in session; }
ossl_bare_client() {
    ossl_client -CAfile root.pem -servername coaps.example.org -cipher ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0
}

prio=NORMAL:-VERS-ALL:+VERS-DTLS1.2:-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-SECP256R1:-CIPHER-ALL
suite=+AES-128-CCM-8:-KX-ALL:+PSK
rawpk=+AES-128-CCM-8:-KX-ALL:+ECDHE-ECDSA:-CTYPE-ALL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK
x509=+AES-128-CCM-8:-KX-ALL:+ECDHE-ECDSA
gnutls_server() { # PRIORITY OPTION…
    priority=$1
    shift
    serve gnutls-serv --udp -p "$port" --echo --noticket --priority "$prio:$priority" "$@"
}
gnutls_client() { # PRIORITY OPTION…
    priority=$1
    shift
    connect gnutls-cli --udp -p "$port" 127.0.0.1 --priority "$prio:$priority" "$@"
}
gnutls_psk_server() {
    echo "dev1:$key" >psk.txt
    gnutls_server "$suite" --pskpasswd psk.txt
}
gnutls_psk_client() { gnutls_client "$suite" --pskusername dev1 --pskkey "$key"; }
gnutls_beat_server() {
    echo "dev1:$key" >psk.txt
    gnutls_server "$suite" --pskpasswd psk.txt --heartbeat --alpn co
}
gnutls_beat_client() {
    gnutls_client "$suite" --pskusername dev1 --pskkey "$key" --heartbeat --alpn co --recordsize 512
}
gnutls_resuming_client() { gnutls_client "$suite" --pskusername dev1 --pskkey "$key" --resume --noticket; }
gnutls_resuming_rpk_client() {
    gnutls_client "$rawpk" --rawpkkeyfile client.key --rawpkfile client.pub --insecure --resume --noticket
}
gnutls_unknown_client() { gnutls_client "$suite" --pskusername nobody --pskkey "$key"; }
gnutls_rpk_server() {
    gnutls_server "$rawpk" --rawpkkeyfile server.key --rawpkfile server.pub --require-client-cert
}
gnutls_rpk_client() {
    gnutls_client "$rawpk" --rawpkkeyfile "$who.key" --rawpkfile "$who.pub" --insecure
}
gnutls_x509_server() {
    gnutls_server "$x509" --x509cafile root.pem --x509certfile server.chain --x509keyfile server.key \
        --require-client-cert --verify-client-cert
}
gnutls_x509_client() {
    gnutls_client "$x509" --x509cafile root.pem --x509certfile "$who.chain" --x509keyfile "$who.key" \
        --verify-hostname coaps.example.org --sni-hostname coaps.example.org
}

# A library as a program (stack_peer.h). It listens on 127.0.0.1 alone.
stack_suite=C0A8
stack_server() { serve "$stack" server --port "$port" --suite "$stack_suite" "$@"; }
stack_client() { connect "$stack" client --port "$port" --suite "$stack_suite" "$@"; }
stack_psk_server() { stack_server --identity dev1 --psk "$key"; }
stack_psk_client() { stack_client --identity dev1 --psk "$key"; }
stack_unknown_client() { stack_client --identity nobody --psk "$key"; }
stack_x509_server() { stack_server --key server.key --chain server.chain --anchors root.pem; }
stack_x509_client() {
    stack_client --key "$who.key" --chain "$who.chain" --anchors root.pem --name coaps.example.org
}
stack_bare_client() { stack_client --anchors root.pem --name coaps.example.org; }

# --- groups ------------------------------------------------------------------------------------------

psk_cases() { # PREFIX SUITE
    ours="--suite $2 --identity dev1 --psk"
    both_ways "$1_psk_server" "$1_psk_client" '.*_PSK_WITH_.* psk binding yes' "$ours $psk" "$ours $psk"
    key=$wrong
    refuses 'a wrong key' "$1_psk_client" decrypt_error "$ours $psk"
    key=$psk
    refuses 'an unknown identity' "$1_unknown_client" decrypt_error "$ours $psk"
    fails 'a wrong key' "$1_psk_server" 9 none "$ours $wrong --seconds 3"
}
x509_cases() { # PREFIX
    ours='--suite C0AE --name coaps.example.org --anchors root.pem --key'
    both_ways "$1_x509_server" "$1_x509_client" 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 cert binding yes' \
        "$ours server.key --chain server.chain" "$ours client.key --chain client.chain"
    begin "$group: our client offers a fingerprint and an address, $tool knows neither"
    "$1_x509_server"
    # shellcheck disable=SC2086
    ours_connects 0 $ours client.key --chain client.chain --cached server.chain --url http://h/c.cer
    need ours.log '^connected TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 cert binding yes'
    finish
    who=stranger
    refuses 'a certificate of an unknown CA' "$1_x509_client" unknown_ca \
        "$ours server.key --chain server.chain"
    who=client
    other='--suite C0AE --anchors stranger-root.pem --name coaps.example.org --key'
    fails 'a server of an unknown CA' "$1_x509_server" 6 unknown_ca \
        "$other client.key --chain client.chain"
    fails 'a server of another name' "$1_x509_server" 6 '.*' \
        '--suite C0AE --anchors root.pem --name other.example.org --key client.key --chain client.chain'
    fails 'an own certificate of an unknown CA' "$1_x509_server" 9 none \
        "$ours stranger.key --chain stranger.chain --seconds 4"
}
rpk_cases() {
    both_ways gnutls_rpk_server gnutls_rpk_client 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 rpk binding yes' \
        '--suite C0AE --key server.key --public client.pub' \
        '--suite C0AE --key client.key --public server.pub'
    who=stranger
    refuses 'an unknown key' gnutls_rpk_client handshake_failure \
        '--suite C0AE --key server.key --public client.pub'
    fails 'a server with an unknown key' gnutls_rpk_server 6 handshake_failure \
        '--suite C0AE --key client.key --public stranger.pub'
}

# A Certificate in records of 512 octets, and CoAP by its name.
openssl_record_cases() {
    ours='--suite C0AE --name coaps.example.org --anchors root.pem --protocol co --key'
    both_ways ossl_co_server ossl_small_client '.* cert binding yes .* records 512' \
        "$ours server.key --chain server.chain" \
        "$ours client.key --chain client.chain --max-fragment 512"
    refuses 'another protocol' ossl_h2_client no_application_protocol \
        "$ours server.key --chain server.chain"
}
gnutls_record_cases() {
    ours="--suite C0A8 --identity dev1 --psk $psk --heartbeat yes --protocol co"
    begin "$group: $tool answers our client's heartbeat"
    gnutls_beat_server
    # shellcheck disable=SC2086 # a list of options
    ours_connects 0 $ours --max-fragment 512
    need ours.log '^connected .* records 512'
    need ours.log '^heartbeat answered'
    finish

    begin "$group: gnutls-cli answers our server's heartbeat"
    # shellcheck disable=SC2086
    ours_serves $ours
    gnutls_beat_client
    need ours.log '^connected .* records 512'
    need ours.log '^heartbeat answered'
    finish

    begin "$group: our client answers $tool's heartbeat"
    gnutls_beat_server
    # shellcheck disable=SC2086
    ours_connects 9 $ours --seconds 6 --line '**HEARTBEAT**' # it sends no line back
    need ours.log '^heartbeat echoed'
    need server.log 'heartbeat pong message was received'
    finish
}

# Two handshakes one after the other, the second one abbreviated.
resume_cases() { # SERVER-FUNCTION OUR-SERVER-OPTIONS OUR-CLIENT-OPTIONS CLIENT-FUNCTION…: each is run in turn
    server=$1 serves=$2 connects=$3
    shift 3
    lines=2
    leaves=yes
    begin "$group: our client resumes a session of $tool's server"
    "$server"
    # shellcheck disable=SC2086 # lists of options
    ours_connects 0 $connects --rounds 2
    need ours.log '^connected .* resumed no'
    need ours.log '^connected .* binding yes .* resumed yes'
    finish

    begin "$group: $tool's client resumes a session of our server"
    # shellcheck disable=SC2086
    ours_serves $serves --rounds 2
    for client in "$@"; do
        "$client"
        wait "${pids##* }" || true
    done
    need ours.log '^connected .* resumed no'
    need ours.log '^connected .* binding yes .* resumed yes'
    need ours.log "data a line from $tool"
    finish
}
openssl_resume_cases() {
    resume_cases ossl_psk_server "--suite C0A8 --identity dev1 --psk $psk" \
        "--suite C0A8 --identity dev1 --psk $psk" ossl_first_client ossl_second_client
    ours='--suite C0AE --name coaps.example.org --anchors root.pem --key'
    resume_cases ossl_x509_server "$ours server.key --chain server.chain" \
        "$ours client.key --chain client.chain" ossl_first_x509_client ossl_second_x509_client
}
gnutls_resume_cases() {
    resume_cases gnutls_psk_server "--suite C0A8 --identity dev1 --psk $psk" \
        "--suite C0A8 --identity dev1 --psk $psk" gnutls_resuming_client
    resume_cases gnutls_rpk_server '--suite C0AE --key server.key --public client.pub' \
        '--suite C0AE --key client.key --public server.pub' gnutls_resuming_rpk_client
}

case "$group" in
openssl_psk) psk_cases ossl C0A8 ;;
openssl_ecdhe_psk)
    cipher=ECDHE-PSK-CHACHA20-POLY1305
    psk_cases ossl CCAC
    ;;
openssl_x509)
    x509_cases ossl
    refuses 'a client without a certificate' ossl_bare_client handshake_failure \
        '--suite C0AE --name coaps.example.org --anchors root.pem --key server.key --chain server.chain'
    ;;
gnutls_psk) psk_cases gnutls C0A8 ;;
gnutls_ecdhe_psk)
    suite=+CHACHA20-POLY1305:-KX-ALL:+ECDHE-PSK
    # gnutls-cli 3.7.9 crashes when it describes such a session, with gnutls-serv too.
    crashes=yes
    psk_cases gnutls CCAC
    ;;
gnutls_rpk) rpk_cases ;;
gnutls_x509) x509_cases gnutls ;;
openssl_resume) openssl_resume_cases ;;
gnutls_resume) gnutls_resume_cases ;;
openssl_records) openssl_record_cases ;;
gnutls_records) gnutls_record_cases ;;
mbedtls_psk) psk_cases stack C0A8 ;;
mbedtls36_cid)
    ours="--suite C0A8 --identity dev1 --psk $psk --cid c1d2e3f405162738"
    both_ways stack_psk_server stack_psk_client '.* psk binding yes .* ids (0|8) 5' "$ours" "$ours"
    key=$wrong # theirs pads its Finished
    refuses 'a wrong key' stack_psk_client decrypt_error "$ours"
    ;;
wolfssl_psk)
    stack_suite=CCAB # Debian's build has PSK without ECDHE only with ChaCha20-Poly1305
    psk_cases stack CCAB
    ;;
mbedtls_ecdhe_psk | wolfssl_ecdhe_psk)
    stack_suite=CCAC
    psk_cases stack CCAC
    ;;
mbedtls_x509 | wolfssl_x509)
    stack_suite=C0AE
    x509_cases stack
    refuses 'a client without a certificate' stack_bare_client handshake_failure \
        '--suite C0AE --name coaps.example.org --anchors root.pem --key server.key --chain server.chain'
    ;;
*)
    echo "no such group: $group" >&2
    exit 2
    ;;
esac
echo "$count cases, $failed failed"
[ "$failed" = 0 ]
