#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# matrix.sh CMODX [SOURCE_ROOT]: docs/matrix.md is what the command in it prints; and a verdict that is said to hold for
# either value of `preempt` is found with both. To make docs/matrix.md again:
#   cmodx matrix --format markdown scenarios/catalogue -o docs/matrix.md
set -eu
cmodx=$(realpath "$1")
if [ "${CMODX_EVERY:-1}" -gt 1 ]; then
    echo 'skipped: the whole catalogue three times takes too long here'
    exit 77
fi
cd "${2:-$(dirname "$0")/..}"
root=$PWD
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/docs"
ln -s "$root/scenarios" "$t/scenarios"
cd "$t"
passed=0
failed=0

command='matrix --format markdown scenarios/catalogue -o docs/matrix.md'
"$cmodx" $command || echo "cmodx $command: exit status $?"
if diff -u "$root/docs/matrix.md" docs/matrix.md; then
    passed=$((passed + 1))
else
    echo "docs/matrix.md is not up to date. To make it again, and then to review with \`git diff\`:"
    echo "  $cmodx $command"
    failed=$((failed + 1))
fi

"$cmodx" matrix --format json scenarios/catalogue -o rows.json
"$cmodx" matrix --format json --preempt none,full scenarios/catalogue -o both.json || [ $? -eq 10 ]
if python3 - <<'END'; then
import json

def key(entry, preempt):
    options = ('file', 'model', 'fetch-atomicity', 'auipc-jalr', 'misaligned', 'lr-sc', 'sbi-order', 'explorer')
    return (preempt,) + tuple(entry[name] for name in options)

both = {key(entry, entry['preempt']): entry for entry in json.load(open('both.json'))}
rows = [entry for entry in json.load(open('rows.json')) if entry['preempt'] == 'either']
wrong = 0
for row in rows:
    for preempt in ('none', 'full'):
        other = both[key(row, preempt)]
        if any(row[name] != other[name] for name in ('verdict', 'property', 'reason')):
            print(f'with preempt={preempt} it is {other["verdict"]}: {row}')
            wrong += 1
print(f'{len(rows)} verdicts for either value of preempt, {wrong} wrong')
assert rows and not wrong
END
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
