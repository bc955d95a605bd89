#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# jobs.sh CMODX [SOURCE_ROOT]: with --jobs every command prints what it prints without, byte by byte, in every format; and ends soon
# when it is interrupted.
set -u
cmodx=$(realpath "$1")
cd "${2:-$(dirname "$0")/..}" || exit 1
root=$PWD
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
. tests/support/checks.sh
every=${CMODX_EVERY:-1}

# same NAME ARGUMENT...: the same status, output and errors with several jobs as with one, but for the command that some tell
same() {
    name=$1
    shift
    got=0 wanted=0
    "$cmodx" "$@" -j 1 >"$t/one" 2>"$t/one.err" || wanted=$?
    "$cmodx" "$@" -j 4 >"$t/four" 2>"$t/four.err" || got=$?
    sed -Ei 's, (<span[^>]*>)?-j(</span>)? [14]\b,,' "$t/one" "$t/four"
    holds "exit status $got instead of $wanted" [ "$got" -eq "$wanted" ]
    holds 'output differs' cmp "$t/one" "$t/four"
    holds 'errors differ' cmp "$t/one.err" "$t/four.err"
    holds 'no output' [ -s "$t/one" ]
}

# list N DIRECTORY...: every Nth scenario below, as a list for @
list() {
    n=$1
    shift
    find "$@" -name '*.yaml' -o -name '*.litmus' | LC_ALL=C sort | awk -v root="$root" "NR % $n == 0 { print root \"/\" \$0 }"
}
list "$every" scenarios/catalogue >"$t/catalogue"
list $((every > 1 ? 60 : 24)) scenarios/catalogue tests/scenarios >"$t/some"
list $((every * 4)) tests/litmus >"$t/litmus"

# ---- what is fine

same 'the catalogue' test @"$t/catalogue"
same 'other scenarios' test tests/scenarios/shapes tests/scenarios/services
same 'litmus tests' check --format herd --model rvwmo @"$t/litmus"
same 'litmus tests, as text' check @"$t/litmus"
same 'kinds' check --kinds tests/litmus/kinds/data --model rvwmo @"$t/litmus"
for format in text json junit tap sarif github markdown html; do
    same "test --format $format" test --format $format @"$t/some"
    same "check --format $format" check --format $format --model sc,rvwmo @"$t/some"
done
same 'check -v' check -v @"$t/some"
same 'check -q' check -q @"$t/some"
for format in text json markdown; do
    same "matrix --format $format" matrix --format $format @"$t/some"
    same "matrix --model --format $format" matrix --format $format --model sc,rvwmo --preempt none,full @"$t/some"
done

name='--report'
for jobs in 1 4; do
    reports=
    for kind in json junit tap sarif github markdown html; do
        reports="$reports --report $kind=$t/$kind"
    done
    "$cmodx" test $reports --jobs=$jobs @"$t/some" >"$t/text.$jobs" 2>&1
    for kind in json junit tap sarif github markdown html; do
        sed "s/--jobs=$jobs//" "$t/$kind" >"$t/$kind.$jobs"
    done
done
for kind in text json junit tap sarif github markdown html; do
    holds "$kind differs" cmp "$t/$kind.1" "$t/$kind.4"
    holds "$kind is empty" [ -s "$t/$kind.1" ]
done

# ---- what is not: errors, limits, verdicts that are not expected

mkdir "$t/mixed"
cp $(head -n 6 "$t/some") "$t/mixed"
cp tests/litmus/data/MP.litmus tests/litmus/data/SB.litmus "$t/mixed"
printf 'name: broken\n' >"$t/mixed/a-broken.yaml"
printf 'RISCV broken\n{ x y }\n' >"$t/mixed/broken.litmus"
printf 'name: broken\n' >"$t/mixed/zz-broken.yaml"
sed 's/verdict: *proved/verdict: refuted/' scenarios/catalogue/isa/aligned-word-any.yaml >"$t/mixed/wrong.yaml"
same 'broken files' test "$t/mixed"
holds 'the first error' grep -q 'a-broken.yaml:1' "$t/one.err"
same 'broken files, check' check "$t/mixed"
same 'broken files, matrix' matrix "$t/mixed"
same 'broken files, JSON' test --format json "$t/mixed"
same 'a limit' check --max-states 40 --checkpoint never "$t/mixed"
same 'the same scenario again and again' check $(for i in 1 2 3 4 5 6 7 8 9; do echo scenarios/catalogue/isa/aligned-word-any.yaml; done)
(
    CMODX_CROSS_PREFIX=/nonexistent/
    export CMODX_CROSS_PREFIX
    got=0
    "$cmodx" test -j 4 @"$t/some" >"$t/out" 2>"$t/err" || got=$?
    [ "$got" -eq 1 ] && [ "$(wc -l <"$t/err")" -eq 1 ]
)
name='no assembler'
holds 'said once' [ $? -eq 0 ]

# ---- values

for wrong in -1 257 x '' 99999999999; do
    expect 1 "--jobs '$wrong'" check --jobs "$wrong" scenarios/catalogue/isa/aligned-word-any.yaml
done
expect 0 'as many as processors' check --jobs 0 scenarios/catalogue/isa/aligned-word-any.yaml --model sc
expect 0 'more than there are rows' check -j 32 scenarios/catalogue/isa/aligned-word-any.yaml --model sc

# ---- Ctrl-C

cat >"$t/endless.yaml" <<'END'
cmodx: 1
name: test/endless
title: a counter that grows
asm: |
  .option norvc
  count:  addi a0, a0, 1
          j count
harts:
  CPU0: {run: count}
  CPU1: {run: count}
END
for i in 1 2 3 4 5 6 7 8; do
    sed "s,test/endless,test/endless-$i," "$t/endless.yaml" >"$t/endless-$i.yaml"
    printf 'expect: [{model: sc, verdict: proved}, {model: rvwmo, verdict: proved}]\n' >>"$t/endless-$i.yaml"
done
cd "$t" || exit 1
for signal in INT TERM; do
    for command in 'check --model sc' 'check --model rvwmo' test matrix 'test --format json'; do
        name="$command, SIG$signal"
        got=0
        start=$(date +%s)
        timeout --preserve-status -k 60 -s $signal 2 "$cmodx" $command -j 4 endless-?.yaml >out 2>err || got=$?
        holds "exit status $got" [ $got -eq 130 ]
        holds 'it took long' [ $(($(date +%s) - start)) -lt $((every > 1 ? 50 : 20)) ]
        holds "something on stderr: $(head -n 3 err)" [ ! -s err ]
        holds 'something was left behind' [ -z "$(find . -name '*.part')" ]
    done
done
sed 's/^title/titel/' endless.yaml >broken.yaml
name='interrupted, and a bad scenario'
got=0
timeout --preserve-status -k 60 -s INT 2 "$cmodx" check --model sc broken.yaml endless.yaml >out 2>err || got=$?
holds "exit status $got" [ $got -eq 2 ]
name='interrupted, in JSON'
got=0
timeout --preserve-status -k 60 -s INT 2 "$cmodx" check --model sc --format json --checkpoint a.ckpt endless.yaml >out 2>err || got=$?
holds "exit status $got" [ $got -eq 130 ]
holds 'no reason' grep -q '"reason-code" : "interrupted"' out
holds 'no way to go on' grep -q '"resume" : "cmodx check endless.yaml --resume a.ckpt"' out
if [ -e /dev/full ]; then
    name='a full disk ends what is decided ahead'
    got=0
    sed 's,test/endless,test/short,; s/CPU0: .run: count./CPU0: {run: ready}/; s/  CPU1:.*//; s/^  count:/  ready: ret\n  count:/' endless.yaml >short.yaml
    timeout -k 60 30 "$cmodx" check -j 3 --model sc short.yaml endless-1.yaml endless-2.yaml >/dev/full 2>err || got=$?
    holds "exit status $got" [ $got -eq 1 ]
fi
name='checkpoints of rows decided ahead'
rm -f ./*.ckpt
timeout --preserve-status -k 60 -s INT 3 "$cmodx" check --model sc -j 3 --checkpoint-every 0.2 endless-?.yaml >out 2>err
holds 'fewer than two checkpoints' [ "$(find . -name '*.ckpt' | wc -l)" -ge 2 ]
for file in *.ckpt; do
    holds "$file is not named once" [ "$(cat out err | grep -c "continue: cmodx check endless-[1-8].yaml --resume $file\$")" -eq 1 ]
done
holds "something else on stderr: $(head -n 3 err)" [ -z "$(grep -v '^cmodx: endless-[1-8].yaml \[sc\] was interrupted too; continue: ' err)" ]
cd "$root" || exit 1

summary
