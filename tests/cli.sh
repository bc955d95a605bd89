#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cli.sh CMODX [SOURCE_ROOT]: exit statuses, streams and options of every command; every counterexample replays.
set -u
cmodx=$(realpath "$1")
cd "${2:-$(dirname "$0")/..}" || exit 1
root=$PWD
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
unset NO_COLOR CMODX_CATALOGUE CMODX_CROSS_PREFIX CMODX_INCLUDE_PATH
. tests/support/checks.sh
no_out() { holds 'something on stdout' [ ! -s "$t/out" ]; }
no_err() { holds 'something on stderr' [ ! -s "$t/err" ]; }
same() { holds 'output differs' cmp -s "$1" "$2"; }
lines() { holds "not $1 lines" [ "$(wc -l <"$t/out")" -eq "$1" ]; }

# ---- scenarios of this test

# scenario FILE STORES [EXPECT]: a function, its site, and how the patcher changes it
scenario() {
    cat >"$t/$1" <<END
cmodx: 1
name: test/${1%.yaml}
title: of the command line
asm: |
  .option norvc
  caller: mv      s0, ra
          call    func
          jr      s0
          .balign 8
  func:   nop
          nop
          ret
patches:
  enable:
    at: func
    asm: |
      .option norvc
      $3
harts:
  CPU0: {run: caller}
  CPU1: {steps: [$2]}
$4
END
}
proved='- {model: sc, verdict: proved}'
refuted='- {model: sc, verdict: refuted, property: no-trap}'
scenario good.yaml 'store: enable' 'li a0, 7' "expect:
  $proved"
scenario bad.yaml 'store: enable' 'ebreak' "expect:
  $refuted"
scenario wrong.yaml 'store: enable' 'li a0, 7' "expect:
  - {model: sc, verdict: refuted}"
scenario none.yaml 'store: enable' 'li a0, 7' ''
sed 's/^title/titel/' "$t/good.yaml" >"$t/broken.yaml"
# Endless: the stored number grows.
sed -e 's/^  CPU0: .*/  CPU0: {run: count}/' -e 's/^harts:/x-note: endless\nharts:/' \
    -e 's/^  func: /  count:  addi a0, a0, 1\n          j count\n  func: /' "$t/good.yaml" >"$t/endless.yaml"
mkdir "$t/mixed" "$t/empty"
cp "$t/good.yaml" "$t/bad.yaml" "$t/mixed"

# ---- verdicts

expect 0 proved check "$t/good.yaml"
out_has 'PROVED: .*\[sc\]$'
no_err
expect 10 refuted check "$t/bad.yaml"
out_has 'bad.yaml:[0-9]*:[0-9]*: REFUTED: no-trap \[sc\]$'
no_err
expect 5 'few states' check --max-states 3 "$t/good.yaml"
out_has INCONCLUSIVE
out_has 'max-states 3'
no_err
expect 5 'little time' check --timeout 0.001 "$t/endless.yaml"
out_has 'stopped by --timeout 0.001'
expect 5 'little memory' check --max-memory 20 "$t/endless.yaml"
out_has 'max-memory'
expect 5 'few steps' check --max-steps 3 "$t/good.yaml"
out_has 'max-steps'
expect 2 'bad scenario' check "$t/broken.yaml"
err_has "broken.yaml:3:1: error: unknown key 'titel'; did you mean 'title'?"
err_has '^  \^'
no_out
expect 1 'no file' check "$t/nowhere.yaml"
err_has 'cmodx: cannot read'
no_out
expect 1 'a directory with nothing' check "$t/empty"
no_out
CMODX_CROSS_PREFIX=/nonexistent/
export CMODX_CROSS_PREFIX
expect 1 'no binutils' check "$t/good.yaml"
err_has '/nonexistent/as'
unset CMODX_CROSS_PREFIX

# ---- files that a scenario includes

mkdir "$t/parts" "$t/shared"
printf '\t.macro two\n\tnop\n\tnop\n\t.endm\n' >"$t/parts/two.s"
sed -e 's/^asm: /include: [two.s, trap.s]\nasm: /' -e 's/^  func:   nop/  func:   two/' "$t/good.yaml" >"$t/parts/good.yaml"
expect 0 include test "$t/parts/good.yaml"
cd "$t/parts" || exit 1
expect 0 'include, from its directory' test good.yaml
name='include, from stdin'
got=0
"$cmodx" test - <good.yaml >"$t/out" 2>"$t/err" || got=$?
holds 'exit status' [ $got -eq 0 ]
cd "$root" || exit 1
mv "$t/parts/two.s" "$t/shared"
expect 2 'nothing to include' lint "$t/parts/good.yaml"
err_has "parts/good.yaml:4:11: error: file 'two.s' is neither beside the scenario nor among the shared files"
CMODX_INCLUDE_PATH=$t/empty:$t/shared
export CMODX_INCLUDE_PATH
expect 0 'CMODX_INCLUDE_PATH' test "$t/parts/good.yaml"
unset CMODX_INCLUDE_PATH

# ---- scenarios with C in them

if command -v riscv64-linux-gnu-gcc >/dev/null; then
    cp "$root/tests/scenarios/c-message.c" "$root/tests/scenarios/c-message-no-fence-i.yaml" "$t/parts"
    expect 10 'C' check --model rvwmo "$t/parts/c-message-no-fence-i.yaml"
    line=$(grep -n 'WRITE_ONCE(\*where' "$t/parts/c-message.c" | cut -d: -f1)
    out_has "^ *c-message.c:$line\$"
    no_err
    echo 'int f(void) { return g(); }' >"$t/parts/bad.c"
    sed 's/c-message.c/bad.c/' "$t/parts/c-message-no-fence-i.yaml" >"$t/parts/bad.yaml"
    expect 2 'bad C' check "$t/parts/bad.yaml"
    err_has "parts/bad.c:1:22: error: implicit declaration of function 'g'"
    no_out
fi
mkdir "$t/binutils"
for tool in as ld; do
    ln -s "$(command -v riscv64-linux-gnu-$tool)" "$t/binutils/$tool"
done
CMODX_CROSS_PREFIX=$t/binutils/
export CMODX_CROSS_PREFIX
expect 0 'no compiler, and no C' check "$t/good.yaml"
expect 1 'no compiler' check "$root/tests/scenarios/c-message.yaml"
err_has 'binutils/gcc not found: install gcc-riscv64-linux-gnu'
no_out
unset CMODX_CROSS_PREFIX

# ---- several files: the worst wins

cd "$t" || exit 1
expect 10 'proved and refuted' check good.yaml bad.yaml
expect 10 'a directory' check mixed
expect 5 'proved and inconclusive' check --max-states 20000 good.yaml endless.yaml
expect 10 'inconclusive and refuted' check --max-states 20000 endless.yaml bad.yaml
expect 1 'refuted and unreadable' check bad.yaml nowhere.yaml
out_has REFUTED
expect 2 'unreadable and wrong' check nowhere.yaml broken.yaml good.yaml
out_has PROVED

# ---- test

expect 0 'all as expected' test good.yaml bad.yaml
out_has '^2 passed, 0 failed$'
no_err
expect 10 'not as expected' test good.yaml wrong.yaml
out_has 'wrong.yaml:[0-9]*:[0-9]*: FAIL \[sc\]: expected REFUTED, found PROVED$'
out_has '^1 passed, 1 failed$'
expect 0 'quiet test' test -q mixed
lines 1
expect 77 'nothing to test' test none.yaml
err_has 'nothing to test'
no_out
expect 77 'an empty directory' test empty
expect 2 'a broken file' test good.yaml broken.yaml
expect 1 'test with a model' test --model sc good.yaml
no_out

# ---- matrix

table() { # what a matrix is to be, without a legend
    cat >expected
    holds "not the table: $(cat out)" cmp -s out expected
}
expect 0 'a matrix' matrix -q mixed
no_err
table <<END
model           | sc
fetch atomicity | whole
preempt         | *
test/bad        | R
test/good       | P
END
cp out whole
expect 0 'with a legend' matrix mixed
out_has '^P proved, R refuted'
holds 'the same table' [ "$(head -n 5 out)" = "$(cat whole)" ]
expect 0 'its order is that of the arguments' matrix -q good.yaml bad.yaml
holds 'good first' [ "$(sed -n '4s/ .*//p;5s/ .*//p' out | tr '\n' ' ')" = 'test/good test/bad ' ]
mkdir -p mixed-more/deeper
cp mixed/good.yaml mixed-more/deeper
expect 0 'two directories' matrix -q mixed mixed-more
table <<END
mixed
=====
$(cat whole)

mixed-more/deeper
=================
$(sed /bad/d whole)
END
expect 0 'two directories as Markdown' matrix --format markdown mixed mixed-more
holds 'a heading for each' [ "$(sed -n 's/^## //p' out | tr '\n' ' ')" = 'mixed mixed-more/deeper ' ]
holds 'one legend' [ "$(grep -c inconclusive out)" -eq 1 ]
expect 10 'a verdict not expected' matrix wrong.yaml bad.yaml
out_has '^test/wrong  *| P!$'
out_has '^test/bad  *| R$'
out_has '^1 not as expected:$'
out_has 'wrong.yaml:[0-9]*:[0-9]*: FAIL \[sc\]: expected REFUTED, found PROVED$'
no_err
sed 's/property: no-trap/property: old-or-new/' bad.yaml >other.yaml
expect 10 'another property' matrix other.yaml
out_has '^test/bad  *| R!$'
out_has 'expected REFUTED (old-or-new), found REFUTED (no-trap)$'
expect 0 'a grid' matrix -q --model rvwmo,sc-stale --fetch-atomicity 2,4 --preempt full none.yaml bad.yaml
no_err
table <<END
model           | sc-stale | rvwmo
fetch atomicity | 4   2    | 4   2
preempt         | f   f    | f   f
test/none       | P   P    | P   P
test/bad        | R   R    | R   R
END
expect 10 'a grid that meets an expectation' matrix --model sc,rvwmo wrong.yaml
out_has '^test/wrong  *| P!  *| P$'
expect 0 'inconclusive' matrix -q --model sc,rvwmo --max-states 3 none.yaml
out_has '^test/none  *| ?  *| ?$'
expect 10 'inconclusive, not expected' matrix --max-states 3 good.yaml
out_has 'expected PROVED, found INCONCLUSIVE (.*max-states 3'
expect 0 'as Markdown' matrix --format markdown mixed -o matrix.md
no_out
holds 'how it was made' [ "$(sed -n 2p matrix.md)" = 'cmodx matrix --format markdown mixed -o matrix.md' ]
holds 'the table' grep -q '^| test/bad | \*\*REFUTED\*\* |$' matrix.md
expect 0 'as JSON' matrix --format=json mixed
python3 - <<'END' || bad 'as JSON: not what it should be'
import json
entries = json.load(open('out'))
keys = ('scenario file title model fetch-atomicity preempt auipc-jalr misaligned lr-sc sbi-order explorer verdict property reason '
        'expected expected-property as-expected').split()
assert [e['verdict'] for e in entries] == ['refuted', 'proved']
assert all(list(e) == keys and e['as-expected'] is True for e in entries), entries[0]
END
expect 1 'no such format' matrix --format yaml mixed
err_has "unknown value 'yaml' of --format; expected text|markdown|json"
no_out
expect 1 'no such model' matrix --model sc,nosuch mixed
err_has "unknown model 'nosuch'"
holds 'said once' [ "$(wc -l <err)" -eq 1 ]
no_out
expect 77 'no rows' matrix none.yaml
err_has 'nothing to run'
no_out
expect 77 'an empty directory' matrix empty
no_out
expect 77 'no scenario for a grid' matrix --model sc empty
no_out
expect 1 'no file' matrix nowhere.yaml
no_out
expect 2 'a broken file' matrix good.yaml broken.yaml
out_has '^test/good  *| P$'
err_has 'broken.yaml:3:1: error'
expect 0 'the same matrix' matrix -q mixed
same whole out

# ---- files and streams

expect 0 '--' check -- good.yaml
cp good.yaml ./-odd.yaml
expect 0 '-- and a dash' check -- -odd.yaml
expect 0 'a dash and a path' check ./-odd.yaml
got=0
name=stdin
"$cmodx" check - <bad.yaml >out 2>err || got=$?
holds 'exit status' [ $got -eq 10 ]
out_has '^<stdin>:[0-9]*:[0-9]*: REFUTED'
"$cmodx" check -- - <broken.yaml >out 2>err
err_has '^<stdin>:3:1: error:'
: >nothing
name='empty stdin'
"$cmodx" check - <nothing >out 2>err
holds 'exit status' [ $? -eq 2 ]
expect 10 'no -o' check bad.yaml
cp out plain
expect 10 '-o' check bad.yaml -o report
no_out
same plain report
expect 10 '--output=' check --output=report2 good.yaml bad.yaml
holds 'both reports' [ "$(grep -c -e PROVED -e REFUTED report2)" -eq 2 ]
expect 10 '-o -' check -o - bad.yaml
same plain out
expect 1 '-o into nowhere' check bad.yaml -o /nonexistent/report
no_out
expect 2 'and a bad scenario' check broken.yaml bad.yaml -o /nonexistent/report
err_has 'cannot write'
name='full disk'
if [ -e /dev/full ]; then
    got=0
    "$cmodx" check good.yaml >/dev/full 2>err || got=$?
    holds 'exit status' [ $got -eq 1 ]
    err_has 'cannot write'
    # A report that is larger than the stream's buffer fails while it is put there; what is printed as it goes, at the end.
    for command in 'test --format html good.yaml' 'list' 'step --model sc good.yaml' 'help' '--version' 'models'; do
        got=0
        name="full disk, $command"
        echo 1 | "$cmodx" $command >/dev/full 2>err || got=$?
        holds "exit status $got" [ $got -eq 1 ]
        holds "not said once: $(cat err)" [ "$(grep -c 'cannot write' err)" -eq 1 ]
    done
fi

# ---- what would overwrite something

cp good.yaml precious.yaml
ln -s precious.yaml link.yaml
for arguments in 'test precious.yaml -o precious.yaml' 'test . --report json=./precious.yaml' 'check link.yaml --report tap=precious.yaml' \
    'check precious.yaml --checkpoint link.yaml' 'lint precious.yaml -o link.yaml' 'matrix precious.yaml -o precious.yaml' \
    'replay precious.yaml -s sc@0:1 -o precious.yaml'; do
    expect 1 "$arguments" $arguments
    err_has 'is a scenario to be read: it is not overwritten'
    no_out
done
echo 'save link.yaml' >in
expect 0 'saving over the scenario' step --model sc precious.yaml <in
err_has 'it is not overwritten'
same good.yaml precious.yaml
expect 1 'two reports in one file' test good.yaml --report json=r --report tap="$t/r"
err_has "two files would be written to '$t/r'"
expect 1 '-o and a report' test good.yaml --report json=./r -o r
err_has "two files would be written to './r'"
holds 'a report' [ ! -e r ]
expect 0 'twice to a device' test good.yaml --report json=/dev/null --report tap=/dev/null -o /dev/null
expect 1 'a report to -' test good.yaml --report json=-
err_has 'format json is for standard output'
rm precious.yaml link.yaml

for command in check test lint list; do
    for more in '' '-o out2'; do
        got=0
        name="$command $more of a list from standard input"
        echo good.yaml | "$cmodx" $command @- $more >out 2>err || got=$?
        holds "exit status $got: $(cat err)" [ $got -eq 0 ]
        holds 'nothing of good.yaml' grep -q -s good out out2
        rm -f out2
    done
done

# ---- commands to be pasted

cp bad.yaml ./-dash.yaml
cp bad.yaml 'a b#c.yaml'
cp bad.yaml '<stdin>'
for file in ./-dash.yaml 'a b#c.yaml' './<stdin>' -; do
    for kind in text tap json; do
        "$cmodx" check --format $kind -- "${file#./}" <bad.yaml >out
        sed -n -e 's/^ Replay: *//p' -e 's/^  replay: "\(.*\)"$/\1/p' -e 's/^ *"replay" : "\(.*\)",*$/\1/p' out >command
        name="replay of $file in $kind"
        holds "not one command: $(cat command)" [ "$(wc -l <command)" -eq 1 ]
        got=0
        sh -c "$(sed "s,^cmodx,'$cmodx'," command)" <bad.yaml >out 2>err || got=$?
        holds "exit status $got: $(cat command err)" [ $got -eq 10 ]
    done
done
rm ./-dash.yaml 'a b#c.yaml' '<stdin>'
escape=$(printf 'a\033[31m.yaml')
cp bad.yaml "$escape"
expect 1 'control characters in a name' check "$escape"
err_has "cannot read 'a.033.31m.yaml': its name has a control character"
rm "$escape"
"$cmodx" check --format github - <bad.yaml >out
out_has '^::error title='
expect 1 'replay with a model' replay bad.yaml -s sc@0:1 --model sc
err_has 'the schedule says which options it is for'
expect 77 'reports of nothing' test none.yaml --format tap --report json=empty.json
out_has '^1..0'
holds 'no report' grep -q '"results" : \[' empty.json
rm empty.json

# ---- how much is said

expect 10 quiet check -q bad.yaml
lines 1
expect 0 'quiet proof' check -q good.yaml
lines 1
"$cmodx" check good.yaml >usual
expect 0 verbose check -v good.yaml
holds 'more lines' [ "$(wc -l <out)" -gt "$(wc -l <usual)" ]
expect 0 'verbose, any number of harts' check -v --model sc,rvwmo isa/aligned-word-any
out_has 'holds for: 2 harts and any number more like CPU, model'

escape=$(printf '\033')
expect 0 'colour' check --color=always good.yaml
out_has "$escape"
NO_COLOR=1 "$cmodx" check --color=always good.yaml >out
name='--color wins'
out_has "$escape"
for when in auto never; do
    expect 0 "colour $when" check --color $when good.yaml
    holds 'no escape' [ "$(grep -c "$escape" out)" -eq 0 ]
done
expect 1 'colour sometimes' check --color sometimes good.yaml
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
    name='on a terminal'
    script -qec "'$cmodx' check good.yaml" /dev/null >out
    out_has "$escape"
    NO_COLOR=1 script -qec "'$cmodx' check good.yaml" /dev/null >out
    holds 'NO_COLOR' [ "$(grep -c "$escape" out)" -eq 0 ]
    NO_COLOR= script -qec "'$cmodx' check good.yaml" /dev/null >out
    out_has "$escape"
fi

# ---- usage

expect 1 'no command'
expect 1 'unknown command' chekc good.yaml
err_has "unknown command 'chekc'; did you mean 'check'?"
expect 1 'unknown option' check --exploer timeline good.yaml
err_has 'Unknown option --exploer; did you mean --explorer?$'
expect 1 'an option of another command' lint --schedul=x good.yaml
err_has 'Unknown option --schedul=x; see `cmodx lint --help`$'
expect 1 'unknown model' check --model rvwm good.yaml
err_has "unknown model 'rvwm'; did you mean 'rvwmo'? .cmodx models. lists them"
expect 0 'help of a command' help lint
cp "$t/out" "$t/help"
expect 0 'help of a command, the other way' lint --help
same "$t/help" "$t/out"
sed 's/^harts:/properties:\n  - {exists: "CPU2:a0 = 1"}\n&/' good.yaml >nohart.yaml
expect 2 'a hart that is not there' lint nohart.yaml
err_has "nohart.yaml:20:15: error: unknown hart 'CPU2'; did you mean 'CPU0'?$"
sed 's/^harts:/properties:\n  - {each-call: "a0 = funcc", of: CPU}\n&/' good.yaml >nohart.yaml
expect 2 'a hart that is not there' lint nohart.yaml
err_has "nohart.yaml:20:[0-9]*: error: unknown hart 'CPU'; did you mean 'CPU0'?$"
sed -i 's/of: CPU}/of: CPU0}/' nohart.yaml
expect 2 'a symbol that is not there' lint nohart.yaml
err_has "nohart.yaml:20:23: error: unknown symbol 'funcc'; did you mean 'func'?$"
no_out
expect 1 'nothing like a command' xyzzyxyzzy
no_out
expect 0 '--version' --version
out_has '^cmodx [0-9]'
expect 0 '--help' --help
for command in $("$cmodx" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    out_has "^  $command "
    for option in --help -h; do
        expect 0 "$command $option" "$command" $option
        out_has Usage
        no_err
        cp out help
        expect 0 '--help' --help
    done
done
for command in check test matrix replay lint; do
    expect 1 "$command without a file" $command
    no_out
    expect 1 "$command with an unknown option" $command --frobnicate good.yaml
    no_out
done
for option in --model=nosuch --fetch-atomicity=3 --preempt=maybe --auipc-jalr=x --misaligned=x --lr-sc=x --sbi-order=x --explorer=x \
    --timeout=soon --timeout=-1 --max-states=-1 --max-states=many --max-steps=99999999999; do
    expect 1 "check $option" check $option good.yaml
    no_out
    err_has .
done
expect 10 'options last' check bad.yaml --model sc,sc-stale -q
lines 2
expect 10 'lists of options' check bad.yaml --model sc -m rvwmo,sc --fetch-atomicity 4,2 --preempt none -q
lines 4
out_has 'REFUTED: no-trap \[sc, fetch-atomicity=4, preempt=none\]$'
out_has 'REFUTED: no-trap \[rvwmo, fetch-atomicity=2, preempt=none\]$'
expect 10 'lists for the rows' check good.yaml bad.yaml --fetch-atomicity 2,4 -q
lines 4
expect 1 'a list with a hole' check bad.yaml --fetch-atomicity 4,,2
no_out

# ---- explorers

expect 0 'timelines' check --explorer timeline good.yaml
out_has 'orders of stores'
expect 10 'timelines, refuted' check --explorer timeline --model sc,rvwmo bad.yaml
out_has 'REFUTED: no-trap \[rvwmo, ziccif'
expect 1 'interleavings of RVWMO' check --explorer interleaving --model rvwmo good.yaml
err_has 'the interleaving explorer .* rvwmo'
no_out
expect 5 'timelines, few states' check --model rvwmo --max-states 3 good.yaml
out_has 'max-states 3'
expect 5 'timelines, few steps' check --model rvwmo --max-steps 3 good.yaml
out_has 'max-steps 3'
expect 5 'timelines, little time' check --model rvwmo --timeout 0.5 endless.yaml
out_has 'stopped by --timeout 0.5'
sed 's/CPU0: {run: caller}/CPU0: {run: caller, copies: any}/' good.yaml >any.yaml
expect 0 'any number of harts' check --model sc,rvwmo any.yaml
out_has 'for any number of harts like CPU0'
sed -e 's/^  func: /  count: amoadd.w a1, a1, (s1)\n          ret\n  func: /' -e 's/run: caller}/run: count, copies: any, regs: {s1: cell}}/' \
    -e 's/^patches:/    .data\n  cell: .word 0\npatches:/' good.yaml >shared.yaml
expect 5 'any number of harts that store' check --model rvwmo shared.yaml
out_has 'but not for any number of CPU0'

# ---- litmus tests

cp "$root/docs/MP.litmus" mp.litmus
sed 's/ MP+fence.w.w+poaqp/ SB+skipped/; s/^ *fence w,w .*;$/ sfence.vma | ;/' mp.litmus >skipped.litmus
sed 's/^exists/exists (/' mp.litmus >broken.litmus
expect 0 litmus check mp.litmus
out_has 'mp.litmus:[0-9]*:[0-9]*: .*not reachable'
expect 0 'herd' check --format herd mp.litmus
out_has '^Observation MP+fence.w.w+poaqp Never 0 3$'
echo 'MP+fence.w.w+poaqp Forbid' >kinds
expect 0 'kinds' check --kinds kinds mp.litmus
echo 'MP+fence.w.w+poaqp Allow' >kinds
expect 10 'other kinds' check --kinds kinds mp.litmus
echo mp.litmus >files
expect 0 'a list of files' check @files
expect 5 'a skipped test' check mp.litmus skipped.litmus
err_has 'skipped.litmus:[0-9]*:[0-9]*: skipped: '
err_has '1 of 2 files skipped'
expect 2 'a broken test' check mp.litmus broken.litmus
err_has 'broken.litmus:[0-9]*:[0-9]*: error: '
out_has 'not reachable'
expect 0 'litmus and scenario' check mp.litmus good.yaml
expect 0 'no litmus tests in a matrix' matrix mp.litmus good.yaml
out_has '^test/good  *| P$'
err_has '1 litmus test left out'

# ---- lint, list, models

expect 0 lint lint good.yaml none.yaml
out_has 'good.yaml: ok'
expect 2 'lint a broken file' lint good.yaml broken.yaml
out_has 'good.yaml: ok'
err_has 'broken.yaml:3:1: error'
cp good.yaml vacuous.yaml
sed -i -e 's/store: enable/fence-i/' -e 's/^harts:/marks: [done, far]\nproperties:\n  - {after: done, only-new: enable}\nharts:/' \
    -e 's/^expect:.*//' -e '/verdict/d' vacuous.yaml
expect 0 'lint of what comes to nothing' lint vacuous.yaml
out_has 'vacuous.yaml: ok'
err_has "^vacuous.yaml:14:3: warning: no step stores patch 'enable', and no code stores anything"
err_has "^vacuous.yaml:19:9: warning: no step passes mark 'done', and no code makes an ecall"
err_has "^vacuous.yaml:19:15: warning: no step passes mark 'far', and no code makes an ecall"
err_has "^vacuous.yaml:21:13: warning: nobody passes mark 'done', so this holds whatever happens"
holds 'other warnings' [ "$(grep -c ': warning: ' "$t/err")" -eq 4 ]
expect 0 'only lint warns' check -m sc vacuous.yaml
no_err
# Code that stores, or makes ecalls, could store to the site and pass the mark. So could steps of its own.
sed 's/^          ret/          sw a0, 0(sp)\n&/' vacuous.yaml >stores.yaml
expect 0 'code that stores' lint stores.yaml
holds 'the patch is warned of' [ "$(grep -c ': warning: no step stores' "$t/err")" -eq 0 ]
holds 'no marks' [ "$(grep -c ': warning: ' "$t/err")" -eq 3 ]
sed 's/^          ret/          ecall\n&/' vacuous.yaml >calls.yaml
expect 0 'code that makes ecalls' lint calls.yaml
holds 'marks are warned of' [ "$(grep -c ': warning: ' "$t/err")" -eq 1 ]
sed 's/fence-i/{asm: nop}/' vacuous.yaml >steps.yaml
expect 0 'asm among the steps' lint steps.yaml
no_err
sed 's/fence-i/{store-data: {at: func+4, value: 1, width: 4}}/' vacuous.yaml >near.yaml
expect 0 'data beside the site' lint near.yaml
err_has 'no step stores'
sed 's/fence-i/{store-data: {at: func, value: 0x13, width: 4}}/' vacuous.yaml >data.yaml
expect 0 'data in the place of the patch' lint data.yaml
holds 'the patch is warned of' [ "$(grep -c ': warning: no step stores' "$t/err")" -eq 0 ]
sed 's/fence-i/{stop-machine: [{store: enable}, {mark: done}, {mark: far}]}/' vacuous.yaml >nested.yaml
expect 0 'steps within stop_machine' lint nested.yaml
no_err
sed 's/^      .option norvc/      .option rvc/' none.yaml >short.yaml
expect 0 'a patch that is too short' lint short.yaml
err_has "^short.yaml:14:3: warning: patch 'enable' ends within an instruction of the code, of which the rest stays behind"
sed 's/li a0, 7/j . + 8/' short.yaml >jump.yaml
expect 0 'a short patch that jumps' lint jump.yaml
no_err
sed 's/li a0, 7/.2byte 0xffff/' short.yaml >data.yaml
expect 0 'a short patch of data' lint data.yaml
no_err
sed 's/store: enable/lock: text_mutx, store: enable, unlock: text_mutex/' none.yaml >locks.yaml
expect 0 'a lock that is not held' lint locks.yaml
err_has "^locks.yaml:21:58: warning: this hart does not hold lock 'text_mutex' here, but lock 'text_mutx'"
sed 's/store: enable/unlock: a/' none.yaml >locks.yaml
expect 0 'a lock that nobody holds' lint locks.yaml
err_has "warning: this hart does not hold lock 'a' here$"
sed 's/store: enable/asm: nop, unlock: a/' none.yaml >locks.yaml
expect 0 'a lock that code may have taken' lint locks.yaml
no_err
cd "$root" || exit 1
expect 0 'lint of the catalogue' lint scenarios/catalogue
no_err
cd "$t" || exit 1
expect 0 models models
out_has '^sc '
cd "$root" || exit 1
expect 0 list list
holds 'one line each' [ "$(wc -l <"$t/out")" -eq "$(find scenarios/catalogue -name '*.yaml' | wc -l)" ]
cp "$t/out" "$t/names"
cd "$t" || exit 1
mkdir -p scenarios/catalogue
expect 0 'list elsewhere' list
same "$t/names" "$t/out"
expect 0 'a name of the catalogue' lint isa/writers-fence-i
out_has '^/.*/catalogue/isa/writers-fence-i.yaml: ok'
expect 0 'a directory of the catalogue' lint isa
holds 'not all of it' [ "$(grep -c ': ok: ' "$t/out")" -eq "$(find "$root/scenarios/catalogue/isa" -name '*.yaml' | wc -l)" ]
expect 0 'a name of the catalogue to replay' replay isa/writers-fence-i -s sc@0:1
mkdir isa
expect 0 'what is there comes first' lint isa
no_out
rmdir isa
expect 1 'no such name' lint isa/nowhere
err_has "cannot read 'isa/nowhere': No such file or directory$"
expect 1 'a name that is nearly there' lint isa/writers-fence
err_has "did you mean 'isa/writers-fence-i'?$"
expect 1 'a file that is nearly there' check godo.yaml
err_has "did you mean 'good.yaml'?$"
CMODX_CATALOGUE=$t/mixed
export CMODX_CATALOGUE
expect 0 'another catalogue' lint good
out_has 'mixed/good.yaml: ok'
unset CMODX_CATALOGUE

# ---- replay

schedule=$("$cmodx" check bad.yaml | sed -n 's/.*--schedule //p')
expect 10 replay replay bad.yaml --schedule "$schedule"
out_has 'violates no-trap'
no_err
expect 10 'replay -s' replay -s "$schedule" bad.yaml
expect 0 'replay of a start' replay bad.yaml --schedule sc@0:1
for wrong in '' @ sc sc, nosuch@0:1 sc,nosuch@0:1 sc,preempt=x@0:1 @0:1 sc@7:1 sc@0:x sc@0 sc@0:0 sc@0:99999 \
    sc@0:1,,1:1 'sc@0:1 ' sc@0:99999999999999999999 sc@-1:1; do
    expect 2 "schedule '$wrong'" replay bad.yaml --schedule "$wrong"
    err_has '^cmodx: .*s'
    no_out
done
expect 1 'replay of two files' replay bad.yaml good.yaml --schedule "$schedule"
expect 1 'replay without a schedule' replay bad.yaml

# ---- Ctrl-C

# A shell starts background jobs with SIGINT ignored, so the signal comes from timeout.
name='Ctrl-C'
got=0
timeout --preserve-status -s INT 2 "$cmodx" check endless.yaml >out 2>err || got=$?
holds "exit status $got" [ $got -eq 130 ]
out_has 'INCONCLUSIVE: .*\[sc\]'
out_has interrupted
out_has '[0-9] states'
got=0
timeout --preserve-status -s INT 2 "$cmodx" test endless.yaml >out 2>err || got=$?
holds "exit status of test: $got" [ $got -eq 130 ]
got=0
timeout --preserve-status -s INT 2 "$cmodx" matrix --model sc good.yaml endless.yaml >out 2>err || got=$?
holds "exit status of matrix: $got" [ $got -eq 130 ]
no_out

# ---- same input, same bytes

name='same bytes'
"$cmodx" check good.yaml bad.yaml none.yaml >first 2>&1
"$cmodx" check good.yaml bad.yaml none.yaml >second 2>&1
same first second
env -i PATH="$PATH" Z=1 A=2 LC_ALL=C TZ=Asia/Tokyo "$cmodx" check good.yaml bad.yaml none.yaml >second 2>&1
same first second
env LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 COLUMNS=20 TMPDIR="$t" "$cmodx" check good.yaml bad.yaml none.yaml >second 2>&1
same first second
name='nothing is left in the temporary directory'
mkdir tmp
TMPDIR=$t/tmp "$cmodx" check good.yaml broken.yaml >/dev/null 2>&1
holds 'it is empty' rmdir tmp

# ---- the catalogue: widths, and the first and the last counterexample of every scenario again

cd "$root" || exit 1
for file in $(find scenarios/catalogue -name '*.yaml' | LC_ALL=C sort | awk "NR % ${CMODX_EVERY:-1} == 0"); do
    "$cmodx" check --timeout 120 "$file" >"$t/report" 2>"$t/err"
    name=$file
    no_err
    wide=$(grep -v -e '^ Replay:' -e "^$file:" "$t/report" | awk 'length > 80' | head -n 1)
    holds "more than 80 columns: $wide" [ -z "$wide" ]
    holds 'not ASCII' [ "$(LC_ALL=C grep -c '[^ -~]' "$t/report")" -eq 0 ]
    sed -n -e 's/.*: REFUTED: \(.*\) \[.*/\1/p' -e 's/^ Replay:.*--schedule //p' "$t/report" |
        paste -d '|' - - | sed -n -e '1p' -e '1!{$p;}' >"$t/rows"
    while IFS='|' read -r property schedule; do
        expect 10 "$file: replay of $schedule" replay "$file" --schedule "$schedule"
        holds "violates $property" grep -qF "violates $property" "$t/out"
    done <"$t/rows"
done

summary
