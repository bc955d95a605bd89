#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# golden.sh CMODX [SOURCE_ROOT]: the report of every scenario of the catalogue is the recorded one. To record, and then to
# review with `git diff tests/golden`:
#   GOLDEN_UPDATE=1 tests/golden.sh build/sim/cmodx
set -eu
cmodx=$(realpath "$1")
cd "${2:-$(dirname "$0")/..}"
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
passed=0
failed=0

# The report, with what went to stderr and the exit status.
report() {
    status=0
    "$cmodx" check "$1" >"$actual" 2>&1 || status=$?
    echo "exit status $status" >>"$actual"
}

for file in $(find scenarios/catalogue -name '*.yaml' | LC_ALL=C sort | awk "NR % ${CMODX_EVERY:-1} == 0"); do
    expected=tests/golden/${file#scenarios/catalogue/}
    expected=${expected%.yaml}.expected
    report "$file"
    if [ "${GOLDEN_UPDATE:-}" ]; then
        mkdir -p "$(dirname "$expected")"
        cp "$actual" "$expected"
    fi
    if [ -e "$expected" ] && diff -u "$expected" "$actual"; then
        passed=$((passed + 1))
    else
        [ -e "$expected" ] || echo "$expected: not recorded"
        failed=$((failed + 1))
    fi
done

for expected in $(find tests/golden -name '*.expected' | LC_ALL=C sort); do
    file=scenarios/catalogue/${expected#tests/golden/}
    [ -e "${file%.expected}.yaml" ] && continue
    if [ "${GOLDEN_UPDATE:-}" ]; then
        rm "$expected"
    else
        echo "$expected: no such scenario"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
