#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The rule scripts can fail: each is shown a small tree with one thing wrong, and the same tree without.
# usage: selftest.sh [ROOT]
set -eu

root=$(cd "${1:-.}" && pwd)
rules=$root/tests/rules
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

must() { # pass|fail NAME COMMAND…
    wanted=$1
    name=$2
    shift 2
    if "$@" >"$tree.log" 2>&1; then got=pass; else got=fail; fi
    [ "$got" = "$wanted" ] || {
        echo "$name: should $wanted:"
        sed 's/^/  /' "$tree.log"
        failed=$((failed + 1))
    }
    rm -f "$tree.log"
}
fresh() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/libprov/include/prov" "$tree/libprov/dtls" "$tree/libprov/core" "$tree/cli" \
        "$tree/device-agent/include/prov" "$tree/tests/unit/x" "$tree/tests/rules/coverage"
    licence='/* SPDX-License-Identifier: Apache-2.0 */'
    printf '%s\n#include <stdint.h>\n' "$licence" >"$tree/libprov/include/prov/bytes.h"
    printf '%s\n#include <stdint.h>\n' "$licence" >"$tree/device-agent/include/prov/port.h"
    printf '%s\n#include "prov/bytes.h"\nint f(void)\n{\n    return 1;\n}\n' "$licence" >"$tree/libprov/dtls/a.c"
}
includes() { "$rules/includes.sh" "$tree" "$rules/rooms.tsv"; }
banned() { "$rules/banned.sh" "$tree" "$rules/banned.tsv"; }
coverage() { "$rules/coverage.sh" "$tree" "$tree/required.txt" "$tree/tests/rules/coverage"; }
add() { printf '%s\n' "$2" >>"$tree/$1"; }

fresh
must pass 'includes, clean' includes
must pass 'banned, clean' banned
must pass 'headers, clean' "$rules/headers.sh" "$tree"
must pass 'lengths, clean' "$rules/lengths.sh" "$tree"
for line in '#include "prov/registry.h"' '#include <openssl/evp.h>' '#include <sqlite3.h>' \
    '#include <sys/socket.h>' '#include <stdlib.h>' '#include "../core/secret.h"' '# include  <cbor.h>'; do
    fresh
    add libprov/dtls/a.c "$line"
    must fail "includes, $line" includes
done
for line in 'int g(void) { return strcpy(a, b) != 0; }' 'void *p = malloc(3);' 'int t = time(0);' \
    'void h(void) { printf("x"); }' '/* TO''DO */' '/* /ro''ot/x */' '/* enro''lment */'; do
    fresh
    add libprov/dtls/a.c "$line"
    must fail "banned, $line" banned
done
fresh
echo 'int no_licence;' >"$tree/libprov/dtls/b.c"
must fail 'banned, no licence' banned
fresh
add libprov/include/prov/bytes.h 'size_t not_declared(void);'
must fail 'headers, not alone' "$rules/headers.sh" "$tree"
fresh
{
    printf 'int long_one(void)\n{\n'
    yes '    f();' | head -n 90
    printf '}\n'
} >>"$tree/libprov/dtls/a.c"
must fail 'lengths, long function' "$rules/lengths.sh" "$tree"

covered() { # what a covered rule looks like
    fresh
    echo 'row1 H2' >"$tree/required.txt"
    printf 'row1\ttests/unit/x/t.c\trow1_a\nH2\ttests/unit/x/t.c\th2_b\n' >"$tree/tests/rules/coverage/x.tsv"
    printf 'static void row1_a(void **state)\nstatic void h2_b(void **state)\n  cmocka_unit_test(row1_a),\n  cmocka_unit_test(h2_b),\n' \
        >"$tree/tests/unit/x/t.c"
    echo 'prov_test(x SOURCES t.c)' >"$tree/tests/unit/x/CMakeLists.txt"
}
covered
must pass 'coverage, clean' coverage
sed -i '/H2/d' "$tree/tests/rules/coverage/x.tsv"
must fail 'coverage, a gap' coverage
covered
sed -i '/cmocka_unit_test(h2_b)/d' "$tree/tests/unit/x/t.c"
must fail 'coverage, a test that never runs' coverage
covered
sed -i 's/static void h2_b/static void h2_c/' "$tree/tests/unit/x/t.c"
must fail 'coverage, a test that is not there' coverage
covered
: >"$tree/tests/unit/x/CMakeLists.txt"
must fail 'coverage, a file that is not built' coverage
covered
printf 'row1\ttests/unit/x/t.c\trow1_a\nH2\t-\tno\n' >"$tree/tests/rules/coverage/x.tsv"
must fail 'coverage, out of scope without a reason' coverage
printf 'row1\ttests/unit/x/t.c\trow1_a\nH2\t-\tno multicast is sent: the standard has no group keys\n' \
    >"$tree/tests/rules/coverage/x.tsv"
must pass 'coverage, out of scope with a reason' coverage
attacks() { # NAME-OF-TEST: a table of 40 rows, the last of which names it
    covered
    {
        echo '## What is known to break it'
        echo '| attack | here | test |'
        echo '|---|---|---|'
        seq 39 | sed 's/.*/| & | refused | `unit\/x\/t.c:row1_a` |/'
        echo "| last | $1 |"
    } >"$tree/SECURITY.md"
}
assurance() { "$rules/assurance.sh" "$tree"; }
# shellcheck disable=SC2016 # backquotes of Markdown
attacks 'refused | `unit/x/t.c:h2_b`'
must pass 'assurance, clean' assurance
# shellcheck disable=SC2016
attacks 'refused | `unit/x/t.c:h2_c`'
must fail 'assurance, a test that is not there' assurance
attacks 'refused | none'
must fail 'assurance, no test' assurance
attacks 'cannot apply: there is nothing of the kind here | none'
must pass 'assurance, a reason' assurance
[ "$failed" = 0 ] && echo 'every rule script fails when it should, and only then'
