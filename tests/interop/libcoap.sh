#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# libcoap's coap-client against prov serve: what must be refused, then discovery over PSK and EST over
# X.509 (RFC 9148). Keys are made here and enter by CSR, so no secret leaves the registry.
# usage: libcoap.sh PROV STACK      STACK: openssl gnutls
#
# The server's name has nine letters on purpose: libcoap 4.3.1's client puts the host into server_name only
# when it is three or nine letters long, and says "localhost" otherwise.
set -eu

prov=$1
stack=$2
client=coap-client-$stack
name=e.example
for tool in "$client" openssl; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "skipped: $tool is not installed"
        exit 77
    }
done

# The name is looked up in /etc/hosts: a namespace of one's own has one's own.
if [ -z "${PROV_INTEROP_NET:-}" ]; then
    for flags in -mn -rmn; do
        if unshare $flags ip link set lo up 2>/dev/null; then
            PROV_INTEROP_NET=own exec unshare $flags "$0" "$@"
        fi
    done
    echo 'skipped: no mount and network namespace can be made here'
    exit 77
fi
ip link set lo up

work=$(mktemp -d)
server=''
# shellcheck disable=SC2317 # the trap calls it
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
cd "$work"
printf '127.0.0.1 localhost %s\n' "$name" >hosts
mount --bind hosts /etc/hosts

export PROV_REGISTRY="$work/registry.db"
failed=0
port=5684
psk_device=00-1B-C5-FF-FE-00-00-01
cert_device=00-1B-C5-FF-FE-00-00-02

pem() { awk '/BEGIN CERT/{p=1} p{print} /END CERT/{p=0}'; }
log() { # PATTERN [COUNT]: within a minute the server's log has that many such lines
    tries=1200
    until [ "$(grep -cE -- "$1" serve.log)" -ge "${2:-1}" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}
verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        echo "ok   $1"
    else
        echo "FAIL $1"
        failed=1
    fi
}
get() { # PATH ARGUMENT…: the payload goes to the file out
    path=$1
    shift
    rm -f out
    timeout 20 "$client" -v 3 -B 8 -m get -o out "$@" "coaps://$name:$port$path" >client.log 2>&1 || true
}

post() { # PATH FILE ARGUMENT…: over the device's certificate; the code of a refusal is in client.log
    path=$1
    body=$2
    shift 2
    rm -f out
    timeout 20 "$client" -v 3 -B 8 -m post -f "$body" -o out -c device.pem -j device.key -R anchors.pem "$@" \
        "coaps://$name:$port$path" >client.log 2>&1 || true
}
refused() { # NAME CODE
    grep -q "$2" client.log && [ ! -s out ] && s=0 || s=1
    verdict "$1" "$s"
}

# An identity and a key that a command line can carry: no NUL, but no text either.
printf 'dev-1' >identity
printf '\201\202\203\204\205\206\207\210\211\212\213\214\215\216\217\220' >key
chmod 600 key
openssl ecparam -name prime256v1 -genkey -noout -out device.key 2>/dev/null
openssl req -new -sha256 -key device.key -subj "/CN=$cert_device" -out device.csr
openssl ecparam -name prime256v1 -genkey -noout -out stranger.key 2>/dev/null
openssl req -new -sha256 -key stranger.key -subj "/CN=$cert_device" -out stranger.csr
echo 'keyUsage=critical,digitalSignature' >extensions
openssl x509 -req -sha256 -in stranger.csr -signkey stranger.key -extfile extensions -days 2 -out stranger.pem 2>/dev/null

request() { # FILE CN [ARGUMENT…]: a CSR in DER for a new key, or for one given by -key
    file=$1
    cn=$2
    shift 2
    [ $# -gt 0 ] || {
        openssl ecparam -name prime256v1 -genkey -noout -out new.key 2>/dev/null
        set -- -key new.key
    }
    openssl req -new -sha256 -subj "/CN=$cn" -outform DER -out "$file" "$@" 2>/dev/null
}
request good.csr "$cert_device"
request foreign.csr "$psk_device"
openssl genrsa -out rsa.key 2048 2>/dev/null
request rsa.csr "$cert_device" -key rsa.key
openssl ecparam -name secp224r1 -genkey -noout -out p224.key 2>/dev/null
request p224.csr "$cert_device" -key p224.key
cat >challenge.cnf <<CONFIG
[req]
distinguished_name = name
attributes = attributes
prompt = no
[name]
CN = $cert_device
[attributes]
challengePassword = AAAAAAAAAAAAAAAA
CONFIG
openssl req -new -sha256 -key new.key -config challenge.cnf -outform DER -out challenge.csr
{ cat good.csr && printf 'x'; } >trailing.csr
# The last octet belongs to the signature: another one than it was.
{ head -c -1 good.csr && tail -c 1 good.csr | LC_ALL=C tr '\000-\377' '\001-\377\000'; } >forged.csr
head -c 102400 /dev/zero >large

"$prov" init --org Interop --country DE >/dev/null
"$prov" server add "$name" >/dev/null
"$prov" device add "$psk_device" >/dev/null
"$prov" device add "$cert_device" >/dev/null
psk=$("$prov" psk register "$psk_device" --server "$name" --identity-file identity --key-file key --format raw 2>/dev/null)
cert=$("$prov" cert issue "$cert_device" --server "$name" --csr device.csr)
"$prov" credential show "$cert" | pem >device.pem
"$prov" ca show root | pem >root.pem
"$prov" ca show issuing | pem >issuing.pem
# The OpenSSL client sends of its chain what it finds among its anchors.
cat root.pem issuing.pem >anchors.pem

: >serve.log
"$prov" serve --server "$name" --listen "127.0.0.1:$port" 2>serve.log &
server=$!
log 'event=listening' || {
    cat serve.log
    exit 1
}

# Negative first.
get /.well-known/core -u dev-1 -k 0123456789abcdef
log 'event=handshake result=failed .*alert_sent=decrypt_error' && [ ! -s out ] && s=0 || s=1
verdict "psk: a wrong key is refused with decrypt_error" "$s"

get /.well-known/core -u nobody -k "$(cat key)"
log 'alert_sent=decrypt_error' 2 && [ ! -s out ] && s=0 || s=1
verdict "psk: an unknown identity is refused in the same way" "$s"

get /.well-known/est/crts -c stranger.pem -j stranger.key -R anchors.pem
log 'event=handshake result=failed .*alert_sent=unknown_ca' && [ ! -s out ] && s=0 || s=1
verdict "cert: a stranger's certificate is refused" "$s"

get /.well-known/est/crts -u dev-1 -k "$(cat key)"
log 'event=refusal .*resource=/.well-known/est/crts code=4.03 .*kind=psk' && s=0 || s=1
verdict "psk: EST is for certificates, 4.03" "$s"

get /.well-known/est/nothing -u dev-1 -k "$(cat key)"
grep -q '4.04' client.log && s=0 || s=1
verdict "psk: an unknown path is 4.04" "$s"

post /.well-known/est/sen good.csr -t 0
refused "est: Content-Format 0 is 4.15" 4.15
post /.well-known/est/sen good.csr -t 286 -A 62
refused "est: Accept 62 is 4.06" 4.06
post /.well-known/est/crts good.csr -t 286
refused "est: POST to crts is 4.05" 4.05
post /.well-known/est/sen forged.csr -t 286
refused "est: a bad signature is 4.00" 4.00
post /.well-known/est/sen trailing.csr -t 286
refused "est: an octet after the CSR is 4.00" 4.00
post /.well-known/est/sen rsa.csr -t 286
refused "est: an RSA key is refused" '4.0[03]'
post /.well-known/est/sen p224.csr -t 286
refused "est: a P-224 key is refused" '4.0[03]'
post /.well-known/est/sen foreign.csr -t 286
refused "est: another device's name is 4.03" 4.03
post /.well-known/est/sen challenge.csr -t 286
refused "est: a challengePassword of no session is refused" '4.0[03]'
post /.well-known/est/sen large -t 286 -b 512
refused "est: 100 KiB are 4.13" 4.13
post /.well-known/est/sren good.csr -t 286
refused "est: sren with a bootstrap certificate is 4.03" 4.03
[ "$("$prov" credential list --device "$cert_device" --json | wc -l)" -eq 1 ] && s=0 || s=1
verdict "est: nothing of that was recorded" "$s"

# Positive.
get /.well-known/core -u dev-1 -k "$(cat key)"
grep -q '</.well-known/est/sren>;rt="ace.est.sren";ct="281 287"' out 2>/dev/null && s=0 || s=1
verdict "psk: discovery" "$s"

get '/.well-known/core?rt=ace.est.c*' -u dev-1 -k "$(cat key)"
[ "$(cat out 2>/dev/null)" = '</.well-known/est/crts>;rt="ace.est.crts";ct="281"' ] && s=0 || s=1
verdict "psk: discovery with a filter" "$s"

get /.well-known/est/crts -c device.pem -j device.key -R anchors.pem
openssl pkcs7 -inform DER -in out -print_certs -out crts.pem 2>/dev/null &&
    openssl verify -CAfile root.pem issuing.pem >/dev/null 2>&1 &&
    [ "$(grep -c 'BEGIN CERT' crts.pem)" -eq 2 ] && s=0 || s=1
verdict "cert: crts has the root and the issuing CA" "$s"

rm -f crts.pem
get /.well-known/est/crts -b 64 -c device.pem -j device.key -R anchors.pem
openssl pkcs7 -inform DER -in out -print_certs -out crts.pem 2>/dev/null &&
    [ "$(grep -c 'BEGIN CERT' crts.pem)" -eq 2 ] && s=0 || s=1
verdict "cert: crts in blocks of 64" "$s"

post /.well-known/est/sen good.csr -t 286
openssl pkcs7 -inform DER -in out -print_certs 2>/dev/null | pem >enrolled.pem
openssl verify -CAfile root.pem -untrusted issuing.pem enrolled.pem >/dev/null 2>&1 && s=0 || s=1
verdict "est: sen gives a certificate that openssl verifies" "$s"

post /.well-known/est/sen good.csr -t 286 -A 287
openssl x509 -in enrolled.pem -outform DER -out enrolled.der 2>/dev/null
cmp -s out enrolled.der && s=0 || s=1
verdict "est: asked again, Accept 287: the same certificate, by itself" "$s"

pending=$("$prov" credential list --device "$cert_device" --state pending --json | wc -l)
[ "$pending" -eq 1 ] && s=0 || s=1
verdict "est: there is one pending certificate" "$s"

"$prov" credential revoke "$psk" --reason "interop" >/dev/null
rm -f out
get /.well-known/core -u dev-1 -k "$(cat key)"
log 'alert_sent=decrypt_error' 3 && [ ! -s out ] && s=0 || s=1
verdict "psk: a revoked one is refused like an unknown one" "$s"

kill -TERM "$server"
wait "$server" && s=0 || s=$?
server=''
verdict "SIGTERM ends the server with 0" "$s"
if [ "$failed" -ne 0 ]; then
    echo '--- the server said at the end:'
    tail -n 20 serve.log
    echo '--- the last client said:'
    cat client.log
fi
exit "$failed"
