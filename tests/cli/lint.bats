#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# prov check of files: our own are clean, other people's are judged rule by rule.
load helper

setup() { bare; }

# fails FILE-KIND RULES FILE…: exit 6, and these rules fail and no other
fails() {
    local kind=$1 rules=$2
    shift 2
    run --separate-stderr prov check "$kind" "$@" --fail-on may --json
    echo "status $status; stderr: $stderr"
    [ "$status" -eq 6 ]
    found=$(python3 -c '
import json, sys
for line in sys.stdin:
    f = json.loads(line)
    if f.get("verdict") == "fail":
        print(f["rule"])' <<<"$output" | sort | tr '\n' ' ')
    echo "found: $found"
    [ "$found" = "$rules " ]
}

# clean FILE-KIND FILE…: nothing fails, not even a SHOULD
clean() {
    succeeds check "$@" --fail-on may
    [[ $output != *FAIL* ]]
}

openssl_cert() { # SUBJECT EXTENSION…: a self-signed one with a key on P-256, cert.pem
    local subject=$1 extension args=()
    shift
    for extension in "$@"; do
        args+=(-addext "$extension")
    done
    cat >none.cnf <<<$'[req]\ndistinguished_name=dn\n[dn]'
    openssl req -x509 -config none.cnf "${key[@]}" -nodes -keyout key.pem -out cert.pem -days 90 \
        -subj "$subject" "${hash[@]}" "${args[@]}" 2>/dev/null
}
key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
hash=(-sha256)
KU=keyUsage=critical,digitalSignature

@test "a file that is not there, or of nothing, is an error; what is no certificate is a finding" {
    run --separate-stderr prov check cert nowhere.pem
    [ "$status" -ne 0 ]
    [ -z "$output" ]
    echo hello >hello
    fails cert cert.der hello
    run --separate-stderr prov check cert hello --profile rfc9999
    [ "$status" -eq 2 ]
}

@test "row17: RSA is judged, not only refused" {
    key=(-newkey rsa:2048)
    openssl_cert / "subjectAltName=critical,DNS:a.example.com" $KU extendedKeyUsage=serverAuth \
        basicConstraints=critical,CA:FALSE
    # openssl writes what we would not: a key identifier and basicConstraints
    run --separate-stderr prov check cert cert.pem --json
    [ "$status" -eq 6 ]
    [[ $output == *'"rule":"cert.key"'*rsaEncryption* ]]
    [[ $output == *sha256WithRSAEncryption* ]]
}

@test "row21: SHA-1 and SHA-384" {
    hash=(-sha384)
    openssl_cert /CN=$DEVICE $KU extendedKeyUsage=clientAuth
    run prov check cert cert.pem
    [[ $output == *"FAIL  MUST    cert.signature.sha256"* ]]
    hash=(-sha1)
    openssl_cert /CN=$DEVICE $KU extendedKeyUsage=clientAuth
    run prov check cert cert.pem
    [[ $output == *"FAIL  MUST    cert.signature "* ]]
    [[ $output == *ecdsa-with-SHA1* ]]
}

@test "row18: P-384 is for the newer profile alone" {
    key=(-newkey ec -pkeyopt ec_paramgen_curve:P-384)
    openssl_cert /CN=$DEVICE $KU extendedKeyUsage=clientAuth
    run prov check cert cert.pem
    [[ $output == *"FAIL  MUST    cert.key.curve"* ]]
    run prov check cert cert.pem --profile tls13-iot-23
    [[ $output != *"FAIL  MUST    cert.key.curve"* ]]
}

@test "row24: wildcards, several names, addresses, a DNS name in the CN" {
    openssl_cert /CN=a.example.com "subjectAltName=DNS:*.example.com,DNS:b.example.com,IP:192.0.2.1" \
        $KU extendedKeyUsage=serverAuth
    run prov check cert cert.pem
    [ "$status" -eq 6 ]
    for rule in cert.name.cn cert.name.wildcard cert.name.single; do
        [[ $output == *"FAIL  MUST    $rule "* ]]
    done
    [[ $output == *"FAIL  SHOULD  cert.name.ip "* ]]
    [[ $output == *"RFC 7925"* ]]
}

@test "PEM and DER are judged alike, and --fail-on decides" {
    openssl_cert /CN=$DEVICE $KU extendedKeyUsage=clientAuth
    openssl x509 -in cert.pem -outform DER -out cert.der
    # as openssl writes it: CA:TRUE by default, with key identifiers, and without keyCertSign
    prov check cert cert.pem --fail-on never >pem
    prov check cert cert.der --fail-on never >der
    cmp pem der
}

@test "a request by openssl is clean, and one with a server's name is not" {
    device_key key.pem
    openssl req -new -key key.pem -subj /CN=$DEVICE -out good.csr
    clean csr good.csr
    openssl req -new -key key.pem -subj /CN=a.example.com -out bad.csr
    fails csr csr.name.server bad.csr
}

@test "raw keys by openssl: P-256 is clean, RSA, a private key and a certificate are not" {
    device_key key.pem
    openssl pkey -in key.pem -pubout -out key.pub
    clean rpk key.pub
    fails rpk rpk.private key.pem
    openssl genrsa -out rsa.pem 2048 2>/dev/null
    openssl pkey -in rsa.pem -pubout -out rsa.pub
    fails rpk rpk.key rsa.pub
    openssl_cert /CN=$DEVICE $KU
    fails rpk rpk.form cert.pem
    echo 'ni:///sha-256-64;UyaQV-Ev4rc' >short
    fails rpk rpk.name.length short
}

@test "what prov makes passes its own check, by both profiles" {
    factory
    prov ca show root >root.pem
    prov ca show issuing >issuing.pem
    clean cert root.pem
    clean cert issuing.pem
    for profile in rfc7925 tls13-iot-23; do
        for how in "$DEVICE --server $SERVER" "$DEVICE --server $SERVER --use operational" \
            "$OTHER_DEVICE --server $SERVER --eui-form san" "$SERVER" \
            "$OTHER_DEVICE --server $SERVER --role server"; do
            id=$(prov cert issue $how --profile $profile)
            prov credential show "$id" --json | field chain >chain.pem
            clean chain chain.pem root.pem --profile $profile
            prov credential revoke "$id" --reason "the next one" >/dev/null 2>&1
        done
    done
    for kind in psk rpk cert; do
        id=$(prov $kind issue $DEVICE --server $SERVER 2>/dev/null)
        prov bundle export "$id" --out $kind.bundle >/dev/null
        clean bundle $kind.bundle
        prov credential show "$id" --json >shown
        if [ $kind = rpk ]; then
            field public_key <shown >key.pub
            clean rpk key.pub
            field nih <shown >name
            clean rpk name
        fi
    done
}
