#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

GOOD_ID=9f00a1b2c3d4e5f60718293a4b5c6d7e
GOOD_KEY=80aa01bb02cc03dd04ee05ff06110722

setup() {
    factory
    umask 077
    echo $GOOD_ID >id
    echo $GOOD_KEY >key
}

register() {
    echo psk register $DEVICE --server $SERVER --identity-file id --key-file key --format "${1:-hex}"
}

@test "row12: identities of 0 and of 129 octets are refused" {
    : >id
    refuses 6 "identity" $(register)
    printf '9f%.0s' {1..129} >id
    refuses 6 "identity" $(register)
}

@test "row12: keys of 15 and of 65 octets are refused" {
    printf '8e%s' "$(printf '9f%.0s' {1..14})" >key
    refuses 6 "key of 15 octets" $(register)
    printf '8e%s' "$(printf '9f%.0s' {1..64})" >key
    refuses 6 "key of 65 octets" $(register)
}

@test "row12: an identity with the device's id is refused in every form" {
    for text in $DEVICE 00:12:4b:00:14:d5:2a:7f 00124b0014d52a7f; do
        printf 'x%s' "$text" >id
        head -c 32 /dev/urandom >key
        refuses 6 "EUI-64" $(register raw)
    done
    echo 00124b0014d52a7f >id
    echo $GOOD_KEY >key
    refuses 6 "EUI-64" $(register)
}

@test "row12: a password, and hex text given as raw, are no keys" {
    printf 'id' >id
    printf 'correct horse battery staple' >key
    refuses 6 "printable text" $(register raw)
    printf '%s' $GOOD_KEY >key
    refuses 6 "printable text" $(register raw)
}

@test "the wrong encoding is refused and the prefix 0x is never guessed" {
    for bad in 0x$GOOD_KEY ${GOOD_KEY}f "$GOOD_KEY " 'zz' $'80aa\n\n'; do
        printf '%s' "$bad" >key
        refuses 2 "--key-file: not hex" $(register)
    done
    printf 'gKoBuwLMA90E7gX/BhEHIg=' >key
    refuses 2 "not base64" $(register base64)
    refuses 2 "--format is hex, base64 or raw" $(register text)
}

@test "a file that is missing is exit 3, one that is too long exit 6" {
    rm key
    refuses 3 key $(register)
    head -c 5000 /dev/zero >key
    refuses 6 longer $(register)
}

@test "no message has the secret" {
    printf '%s0' $GOOD_KEY >key
    run prov $(register)
    [[ $output != *80aa01bb* ]]
}

@test "row60: the same PSK for a second server is refused" {
    prov $(register) 2>/dev/null
    echo 9fff >id
    refuses 4 "" psk register $DEVICE --server $OTHER_SERVER --identity-file id --key-file key --format hex
}

@test "row12: an identity of another device is refused" {
    prov $(register) 2>/dev/null
    echo 11aa01bb02cc03dd04ee05ff06110722 >key
    refuses 4 "" psk register $OTHER_DEVICE --server $SERVER --identity-file id --key-file key --format hex
}

@test "a second bootstrap PSK for the same device and server is exit 4" {
    prov psk issue $DEVICE --server $SERVER 2>/dev/null
    refuses 4 "" psk issue $DEVICE --server $SERVER
}

@test "row11: a PSK comes with the warning no forward secrecy" {
    succeeds psk issue $DEVICE --server $SERVER
    [[ $stderr == *"prov: warning: no forward secrecy"*0xC0A8* ]]
}

@test "issue prints the id alone, with --json as schema 1" {
    succeeds psk issue $DEVICE --server $SERVER
    [[ $output =~ ^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$ ]]
    succeeds psk issue $OTHER_DEVICE --server $SERVER --json
    [[ $output =~ ^\{\"schema\":1,\"id\":\"[0-9a-f-]{36}\"\}$ ]]
}

@test "a dry issue leaves nothing" {
    before=$(snapshot)
    succeeds psk issue $DEVICE --server $SERVER --dry-run --json
    [ "$(echo "$output" | field dry_run)" = True ]
    [ "$(snapshot)" = "$before" ]
}

@test "row12: identities are 16 random octets" {
    id=$(prov psk issue $DEVICE --server $SERVER 2>/dev/null)
    [ "$(prov credential show "$id" --json | field psk_identity | tr -d '\n' | wc -c)" -eq 32 ]
}

@test "register takes hex, base64 and raw, and stdin" {
    id=$(prov $(register) 2>/dev/null)
    [ "$(prov credential show "$id" --json | field psk_identity)" = $GOOD_ID ]
    echo nwAB >id
    echo gKoBuwLMA90E7gX/BhEHIw== >key
    prov psk register $OTHER_DEVICE --server $SERVER --identity-file id --key-file key --format base64
    printf 'a\0b' >id
    head -c 64 /dev/urandom | prov psk register $OTHER_DEVICE --server $OTHER_SERVER \
        --identity-file id --key-file - --format raw
}

@test "a key file that others can read brings a warning" {
    chmod 0644 key
    succeeds $(register)
    [[ $stderr == *"others can read the key file"* ]]
}

@test "identity and key can not both be stdin, and line ends may be CRLF" {
    refuses 2 "both be stdin" psk register $OTHER_DEVICE --server $SERVER --identity-file - --key-file - --format hex
    printf '000102030405060708090a0b0c0d0e0f\r\n' >i
    printf 'f00102030405060708090a0b0c0d0e0f\r\n' >k
    prov psk register $OTHER_DEVICE --server $SERVER --identity-file i --key-file k --format hex
}
