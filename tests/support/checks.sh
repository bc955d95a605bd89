# SPDX-License-Identifier: GPL-2.0-or-later
# For shell tests of the program: $cmodx is the program and $t a directory of the test's own.
passed=0
failed=0

ok() {
    passed=$((passed + 1))
}

bad() {
    echo "FAILED: $1"
    failed=$((failed + 1))
}

# expect STATUS NAME [ARGUMENT...]: runs cmodx; $t/out and $t/err keep what it printed
expect() {
    want=$1
    name=$2
    shift 2
    got=0
    "$cmodx" "$@" >"$t/out" 2>"$t/err" || got=$?
    if [ "$got" -eq "$want" ]; then
        ok
    else
        bad "$name: exit status $got, expected $want"
        sed 's/^/  /' "$t/err" | head -n 5
    fi
}

# holds WHAT_IF_NOT COMMAND...: about what $name says
holds() {
    what=$1
    shift
    if "$@"; then ok; else bad "$name: $what"; fi
}

out_has() { holds "stdout lacks '$1'" grep -q -e "$1" "$t/out"; }
err_has() { holds "stderr lacks '$1'" grep -q -e "$1" "$t/err"; }

summary() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
