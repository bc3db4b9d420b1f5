#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys and certificates for the interoperation tests, made by openssl: a root, an issuing CA, a server by
# dNSName, a client by EUI-64, and a stranger's root with a client of its own.
# usage: make-keys.sh FOLDER
set -eu
cd "$1"

cat >ext.cnf <<'EXT'
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = critical, DNS:coaps.example.org
[client]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
[req]
distinguished_name = dn
[dn]
EXT

key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
    openssl pkey -in "$1.key" -pubout -out "$1.pub"
}
request() { # NAME SUBJECT
    key "$1"
    openssl req -new -config ext.cnf -key "$1.key" -subj "$2" -out "$1.csr"
}
sign() { # NAME ISSUER EXTENSIONS
    openssl x509 -req -sha256 -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 30 \
        -extfile ext.cnf -extensions "$3" -out "$1.pem" 2>/dev/null
}
root() { # NAME
    request "$1" "/C=DE/O=Interop/CN=$1"
    openssl x509 -req -sha256 -in "$1.csr" -signkey "$1.key" -days 30 -extfile ext.cnf -extensions ca \
        -out "$1.pem" 2>/dev/null
}

root root
root stranger-root
request issuing '/C=DE/O=Interop/CN=Issuing'
sign issuing root ca
request server /
sign server issuing server
request client /CN=02-00-5E-FF-FE-10-00-01
sign client issuing client
request stranger /CN=02-00-5E-FF-FE-10-00-02
sign stranger stranger-root client
cat server.pem issuing.pem >server.chain
cat client.pem issuing.pem >client.chain
cp stranger.pem stranger.chain
