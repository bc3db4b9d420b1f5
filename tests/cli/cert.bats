#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

setup() {
    needs openssl
    factory
    device_key key.pem
}

csr() { # SUBJECT [openssl req arguments…]
    openssl req -new -key "${KEY:-key.pem}" -subj "$1" -out csr.pem "${@:2}"
}

issue() {
    echo cert issue $DEVICE --server $SERVER --csr "${1:-csr.pem}"
}

@test "a CSR with a bad signature is refused" {
    csr /CN=$DEVICE -outform DER
    python3 -c '
d = bytearray(open("csr.pem", "rb").read()); d[-1] ^= 1; open("bad.der", "wb").write(d)'
    refuses 6 "" $(issue bad.der)
}

@test "row17 and row18: CSRs with RSA, P-224 and P-384 keys are refused" {
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other.pem 2>/dev/null
    KEY=other.pem csr /CN=$DEVICE
    refuses 6 "" $(issue)
    for curve in secp224r1 P-384; do
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$curve -out other.pem
        KEY=other.pem csr /CN=$DEVICE
        refuses 6 "" $(issue)
    done
}

@test "row21: a CSR signed with SHA-1 is refused" {
    csr /CN=$DEVICE -sha1
    refuses 6 "" $(issue)
}

@test "row36: a CSR for a CA is refused" {
    csr /CN=$DEVICE -addext basicConstraints=critical,CA:TRUE
    refuses 6 "CA" $(issue)
    csr /CN=$DEVICE -addext keyUsage=critical,keyCertSign
    refuses 6 "CA" $(issue)
}

@test "row25: a CSR for another's EUI-64 is refused" {
    csr /CN=$OTHER_DEVICE
    refuses 6 "" $(issue)
}

@test "row25: an EUI-64 in lower case or with colons in the CN is refused" {
    csr /CN=00-12-4b-00-14-d5-2a-7f
    refuses 6 "" $(issue)
    csr /CN=00:12:4B:00:14:D5:2A:7F
    refuses 6 "" $(issue)
}

@test "row25: a dNSName in a device's CSR is refused" {
    csr /CN=$DEVICE -addext subjectAltName=DNS:$SERVER
    refuses 6 "" $(issue)
}

@test "row59: a CSR whose key another device has is refused" {
    csr /CN=$OTHER_DEVICE
    prov cert issue $OTHER_DEVICE --server $SERVER --csr csr.pem
    csr /CN=$DEVICE
    refuses 4 "" $(issue)
}

@test "a CSR that is cut, longer, empty or no CSR is refused" {
    csr /CN=$DEVICE -outform DER
    head -c 100 csr.pem >cut.der
    printf x | cat csr.pem - >long.der
    : >empty
    for file in cut.der long.der empty key.pem; do
        before=$(snapshot)
        run --separate-stderr prov $(issue $file)
        echo "$file: $status $stderr"
        [ "$status" -eq 10 ] || [ "$status" -eq 6 ]
        [ "$(snapshot)" = "$before" ]
    done
    refuses 3 none $(issue none)
}

@test "row30: operational without expiry is exit 6" {
    refuses 6 "without expiry" cert issue $DEVICE --server $SERVER --use operational --no-expiry
    refuses 6 "without expiry" cert issue $SERVER --no-expiry
    refuses 2 "no expiry" cert issue $DEVICE --server $SERVER --days 3 --no-expiry
}

@test "a CSR for a server is refused: its key is made here" {
    csr /CN=x
    refuses 6 "made here" cert issue $SERVER --csr csr.pem
}

@test "row30: bootstrap lives for ever, operational 90 days, --days as said" {
    id=$(prov cert issue $DEVICE --server $SERVER)
    prov credential show "$id" --json | field chain >chain.pem
    openssl x509 -in chain.pem -noout -enddate | grep -q 'Dec 31 23:59:59 9999'
    id=$(prov cert issue $DEVICE --server $SERVER --use operational)
    prov credential show "$id" --json | field chain >chain.pem
    openssl x509 -in chain.pem -noout -checkend $((90 * 86400 - 600))
    never openssl x509 -in chain.pem -noout -checkend $((90 * 86400 + 1))
    id=$(prov cert issue $OTHER_DEVICE --server $SERVER --days 7)
    prov credential show "$id" --json | field chain >chain.pem
    openssl x509 -in chain.pem -noout -checkend $((7 * 86400 - 600))
    never openssl x509 -in chain.pem -noout -checkend $((7 * 86400 + 1))
}

@test "a certificate by CSR verifies and has the device's key" {
    csr /CN=$DEVICE
    id=$(prov $(issue))
    prov credential show "$id" --json >shown
    [ "$(field secret <shown)" = "on the device alone" ]
    field chain <shown >chain.pem
    prov ca show root >root.pem
    prov ca show issuing >issuing.pem
    openssl verify -CAfile root.pem -untrusted issuing.pem chain.pem
    openssl x509 -in chain.pem -noout -pubkey | cmp - <(openssl pkey -in key.pem -pubout)
    [ "$(openssl x509 -in chain.pem -noout -subject -nameopt RFC2253)" = "subject=CN=$DEVICE" ]
    [ "$(grep -c BEGIN chain.pem)" -eq 2 ] # the root is not in it
}

@test "row33: serials are positive, of 8 to 20 octets, and differ" {
    for device in $DEVICE $OTHER_DEVICE; do
        id=$(prov cert issue $device --server $SERVER)
        prov credential show "$id" --json | field chain | openssl x509 -noout -serial
    done >serials
    [ "$(sort -u serials | wc -l)" -eq 2 ]
    while IFS== read -r _ serial; do
        [ ${#serial} -ge 16 ]
        [ ${#serial} -le 40 ]
    done <serials
}

@test "a server's next certificate verifies for the same name" {
    id=$(prov cert issue $SERVER --days 30)
    prov credential show "$id" --json | field chain >chain.pem
    prov ca show root >root.pem
    prov ca show issuing >issuing.pem
    openssl verify -CAfile root.pem -untrusted issuing.pem -purpose sslserver \
        -verify_hostname $SERVER chain.pem
}

@test "row37: an unknown profile of certificates is refused with the names of those there are" {
    for profile in tls13-iot rfc5280 RFC7925 ""; do
        refuses 2 "--profile is rfc7925 or tls13-iot-23, not \"$profile\"" \
            cert issue $DEVICE --server $SERVER --profile "$profile"
    done
    refuses 2 "--profile" psk issue $DEVICE --server $SERVER --profile rfc7925
}

strict() { # ID: what openssl's strict check says of the credential's certificate
    prov credential show "$1" --json | field chain >chain.pem
    prov ca show root >root.pem
    prov ca show issuing >issuing.pem
    openssl verify -x509_strict -CAfile root.pem -untrusted issuing.pem chain.pem 2>&1
}

@test "H30: --profile tls13-iot-23 passes the strict check, rfc7925 lacks the key identifier alone" {
    csr /CN=$DEVICE
    [ "$(strict "$(prov $(issue) --profile tls13-iot-23)")" = "chain.pem: OK" ]
    never grep -q Identifier < <(openssl x509 -in chain.pem -noout -ext subjectKeyIdentifier)
    diff <(openssl x509 -in chain.pem -noout -ext authorityKeyIdentifier | grep -o '[0-9A-F:]\{59\}') \
        <(openssl x509 -in issuing.pem -noout -ext subjectKeyIdentifier | grep -o '[0-9A-F:]\{59\}')
    [ "$(strict "$(prov cert issue $SERVER --profile=tls13-iot-23)")" = "chain.pem: OK" ]
    for option in "" "--profile rfc7925"; do
        run strict "$(prov cert issue $OTHER_DEVICE --server $SERVER --use operational $option)"
        [ "$status" -ne 0 ]
        [ "$(grep -o 'error [0-9]* at' <<<"$output")" = "error 85 at" ]
        id=$(prov credential list --device $OTHER_DEVICE --kind cert --state active --json | field id)
        prov credential revoke "$id" --reason "the next one"
    done
}

@test "row25: --eui-form is cn or san, for devices" {
    refuses 2 '--eui-form is cn or san, not "CN"' cert issue $DEVICE --server $SERVER --eui-form CN
    refuses 2 "--eui-form and --role are for devices" cert issue $SERVER --eui-form san
    refuses 2 '--role is client or server, not "root"' cert issue $DEVICE --server $SERVER --role root
    refuses 6 "for the role of a server" cert issue $DEVICE --server $SERVER --role server --use bootstrap
}

@test "row25: --eui-form san is a MACAddress, of 6 octets for a device with an EUI-48" {
    id=$(prov cert issue $DEVICE --server $SERVER --eui-form san)
    prov credential show "$id" --json >shown
    [ "$(field eui_form <shown)" = san ]
    field chain <shown >chain.pem
    [[ $(openssl asn1parse -in chain.pem) == *3018A01606082B0601050507080CA00A040800124B0014D52A7F* ]]
    prov device add 00:1b:c5:00:00:01 --from-eui48 >/dev/null
    id=$(prov cert issue 00:1b:c5:00:00:01 --from-eui48 --server $SERVER --eui-form san --profile tls13-iot-23)
    prov credential show "$id" --json | field chain >chain.pem
    [[ $(openssl asn1parse -in chain.pem) == *3016A01406082B0601050507080CA0080406001BC5000001* ]]
    [ "$(openssl x509 -in chain.pem -noout -subject -nameopt RFC2253)" = \
        "subject=serialNumber=00-1B-C5-FF-FE-00-00-01" ]
    id=$(prov cert issue $OTHER_DEVICE --server $SERVER)
    [ "$(prov credential show "$id" --json | field eui_form)" = cn ]
}

@test "row3: --role server makes a constrained server's certificate" {
    id=$(prov cert issue $DEVICE --server $SERVER --role server)
    prov credential show "$id" --json >shown
    [ "$(field role <shown)" = server ]
    [ "$(field use <shown)" = operational ]
    field chain <shown >chain.pem
    prov ca show root >root.pem
    prov ca show issuing >issuing.pem
    openssl verify -CAfile root.pem -untrusted issuing.pem -purpose sslserver chain.pem
    never openssl verify -CAfile root.pem -untrusted issuing.pem -purpose sslclient chain.pem
}

@test "a CSR comes from stdin too" {
    csr /CN=$DEVICE
    succeeds cert issue $DEVICE --server $SERVER --csr - <csr.pem
}

@test "refusals of a request or of a public key name the file" {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out secret.pem 2>/dev/null
    python3 -c '
b = b""
while len(b) < 4000:
    n = len(b)
    b = (bytes([0x30, n]) if n < 128 else bytes([0x30, 0x81, n]) if n < 256
         else bytes([0x30, 0x82]) + n.to_bytes(2, "big")) + b
open("nested.der", "wb").write(b)
open("nested1k.der", "wb").write(b[-1000:])'
    for f in secret.pem nested.der nested1k.der; do
        refuses 10 "$f" cert issue $DEVICE --server $SERVER --csr $f
    done
    refuses 10 secret.pem rpk register $DEVICE --server $SERVER --public secret.pem
    refuses 10 nested1k.der rpk register $DEVICE --server $SERVER --public nested1k.der
    refuses 6 /dev/zero cert issue $DEVICE --server $SERVER --csr /dev/zero
    [[ $stderr != *"$(sed -n 2p secret.pem)"* ]]
}
