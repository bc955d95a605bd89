#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# checkpoint.sh CMODX [SOURCE_ROOT]: --checkpoint and --resume, --progress: what is refused, what is said, what is left behind.
set -u
cmodx=$(realpath "$1")
cd "${2:-$(dirname "$0")/..}" || exit 1
root=$PWD
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
. tests/support/checks.sh
catalogue=$root/scenarios/catalogue
cd "$t" || exit 1
no_out() { holds "something on stdout: $(head -n 2 out)" [ ! -s out ]; }
no_err() { holds "something on stderr: $(head -n 2 err)" [ ! -s err ]; }
gone() { holds "$1 is there" [ ! -e "$1" ]; }
there() { holds "$1 is not there" [ -f "$1" ]; }
nothing_left() { holds "left behind: $(ls *.ckpt *.part 2>/dev/null)" [ -z "$(ls *.ckpt *.part 2>/dev/null)" ]; }

cp "$catalogue/linux/ftrace-fixed-auipc.yaml" fixed.yaml
cp "$catalogue/isa/aligned-word-any.yaml" other.yaml
cp "$root/tests/litmus/data/MP.litmus" mp.litmus
"$cmodx" check --model sc fixed.yaml >fixed.out
"$cmodx" check --model rvwmo fixed.yaml >fixed.rvwmo

# keep FILE [ARGUMENT...]: a search that is cut short, in FILE
keep() {
    file=$1
    shift
    expect 5 "cut short into $file" check --model sc --max-states 1000 --checkpoint "$file" fixed.yaml "$@"
    there "$file"
    gone "$file.part"
}

# ---- the usual way

keep a.ckpt
out_has "^  continue: cmodx check fixed.yaml --resume a.ckpt\$"
no_err
cp a.ckpt kept
expect 0 'resumed' check --resume a.ckpt fixed.yaml
holds 'the same report' cmp -s fixed.out out
no_err
gone a.ckpt
cp kept a.ckpt
expect 5 'cut short again' check --resume a.ckpt --max-states 2000 fixed.yaml
out_has 'continue: .* --resume a.ckpt$'
expect 0 'and resumed' check --resume a.ckpt fixed.yaml
holds 'the same report' cmp -s fixed.out out
gone a.ckpt
cp kept a.ckpt
expect 5 'from one file to another' check --resume a.ckpt --checkpoint b.ckpt --max-states 2000 fixed.yaml
out_has 'continue: .* --resume b.ckpt$'
holds 'the first stays as it was' cmp -s kept a.ckpt
expect 0 'keeping nothing' check --resume b.ckpt --checkpoint never fixed.yaml
there b.ckpt
rm -f a.ckpt b.ckpt
expect 0 'a search that comes to its end' check --model sc --checkpoint a.ckpt --checkpoint-every 0.001 fixed.yaml
holds 'the same report' cmp -s fixed.out out
nothing_left
expect 10 'a violation' check --model sc --fetch-atomicity 2 --checkpoint a.ckpt --checkpoint-every 0.001 other.yaml
nothing_left
expect 5 'timelines' check --model rvwmo --max-states 300 --checkpoint a.ckpt fixed.yaml
out_has 'continue: .* --resume a.ckpt$'
expect 0 'timelines resumed' check --resume a.ckpt fixed.yaml
holds 'the same report' cmp -s fixed.rvwmo out
nothing_left
expect 5 'a litmus test' check --model rvwmo --max-states 2 --checkpoint a.ckpt mp.litmus
expect 0 'a litmus test resumed' check --resume a.ckpt mp.litmus
"$cmodx" check --model rvwmo mp.litmus >mp.out
holds 'the same report' cmp -s mp.out out
nothing_left
name='a strange name'
keep "it's a \"file\".ckpt"
sh -c "$(sed -n "s,^  continue: cmodx,'$cmodx',p" out)" >again 2>&1
holds 'what it says to go on does' cmp -s fixed.out again
nothing_left

# ---- by itself: nothing of a short search, and a name that says what of

expect 5 'a short search' check --model sc --max-states 1000 fixed.yaml
holds 'no word of it' [ "$(grep -c continue out)" -eq 0 ]
nothing_left
expect 5 'auto' check --model sc,rvwmo --preempt none --max-states 100 --checkpoint auto --checkpoint-every 0.000001 fixed.yaml
sc=$(echo fixed-sc-preempt-none-????????.ckpt)
rvwmo=$(echo fixed-rvwmo-ziccif-preempt-none-????????.ckpt)
there "$sc"
there "$rvwmo"
out_has "--resume $sc\$"
expect 0 'one of the two' check --resume "$sc" fixed.yaml
gone "$sc"
there "$rvwmo"
rm -f ./*.ckpt
for command in test matrix; do
    expect 10 "$command keeps nothing" $command --max-states 10 fixed.yaml
    nothing_left
    expect 1 "$command --checkpoint" $command --checkpoint a.ckpt fixed.yaml
    no_out
    expect 1 "$command --resume" $command --resume kept fixed.yaml
    no_out
done

# ---- what may be another one, and what may not

sed -e 's/^name: .*/name: another/' -e 's/^title: .*/title: of another\n# a comment/' fixed.yaml >named.yaml
cp kept a.ckpt
expect 0 'another name, a comment' check --resume a.ckpt named.yaml
sed 's/^[^ ]*named.yaml/fixed.yaml/' out >named.out
holds 'the same report' cmp -s fixed.out named.out
nothing_left
sed 's/addi    a0, a0, 1/addi    a0, a0, 2/' fixed.yaml >changed.yaml
holds 'nothing changed' [ "$(cmp -s fixed.yaml changed.yaml; echo $?)" -eq 1 ]
expect 1 'a scenario that has changed' check --resume kept changed.yaml
err_has '^cmodx: kept is a checkpoint of fixed.yaml: changed.yaml is another scenario, or has changed since$'
no_out
expect 1 'another scenario' check --resume kept other.yaml
err_has 'other.yaml is another scenario'
no_out
expect 1 'two scenarios' check --resume kept fixed.yaml other.yaml
err_has '--resume goes on with one search: it takes one scenario file'
no_out
expect 1 'a directory of several' check --resume kept "$catalogue/isa"
no_out
expect 1 'no scenario' check --resume kept
for option in '--model sc' '--preempt none' '--explorer timeline' '--fetch-atomicity 4'; do
    expect 1 "--resume with $option" check --resume kept $option fixed.yaml
    err_has '--resume goes on with the model and options that the search was begun with'
    no_out
done
expect 1 '--graph' check --graph dot --resume kept fixed.yaml
no_out
holds 'the file is as it was' [ -f kept ]

# ---- files that are none

expect 1 'no such file' check --resume nowhere.ckpt fixed.yaml
err_has '^cmodx: cannot read nowhere.ckpt: No such file or directory$'
mkdir directory
expect 1 'a directory' check --resume directory fixed.yaml
err_has 'directory'
expect 1 'a scenario' check --resume fixed.yaml fixed.yaml
err_has 'fixed.yaml is no checkpoint of this program on this kind of machine'
: >empty
expect 1 'an empty file' check --resume empty fixed.yaml
err_has 'empty is no checkpoint'
head -c 5000 /dev/urandom >garbage
expect 1 'garbage' check --resume garbage fixed.yaml
err_has 'garbage is no checkpoint'
size=$(wc -c <kept)
for n in 1 8 16 100 $((size / 2)) $((size - 8)) $((size - 1)); do
    head -c "$n" kept >cut
    expect 1 "the first $n bytes" check --resume cut fixed.yaml
    err_has 'cut is '
    no_out
    there cut
done
for at in 8 40 $((size / 3)) $((size - 9)) $((size - 1)); do
    python3 -c 'import sys; at, data = int(sys.argv[1]), bytearray(open("kept", "rb").read()); data[at] ^= 4; open("cut", "wb").write(data)' "$at"
    expect 1 "byte $at changed" check --resume cut fixed.yaml
    err_has 'cut is damaged: its checksum does not match what is in it'
    no_out
done

# ---- where nothing can be written

expect 5 'no such directory' check --model sc --max-states 1000 --checkpoint nowhere/a.ckpt fixed.yaml
err_has '^cmodx: warning: cannot write nowhere/a.ckpt.part: No such file or directory; the search cannot be gone on with$'
holds 'no word of it' [ "$(grep -c continue out)" -eq 0 ]
expect 0 'no such directory, and an end' check --model sc --checkpoint nowhere/a.ckpt --checkpoint-every 0.000001 fixed.yaml
holds 'said once' [ "$(wc -l <err)" -eq 1 ]
holds 'the same report' cmp -s fixed.out out
rmdir directory
nothing_left
mkfifo pipe
mkdir directory
echo precious >notes.txt
for file in pipe directory notes.txt; do
    expect 1 "$file in the way" check --model sc --checkpoint $file --checkpoint-every 0.000001 fixed.yaml
    err_has "^cmodx: $file is no checkpoint: it is not overwritten\$"
    no_out
done
holds 'they are there' [ -p pipe -a -d directory -a "$(cat notes.txt)" = precious ]
rm -r pipe directory notes.txt
nothing_left

# ---- what is read is not overwritten

expect 5 'one to go on from' check --model sc --max-states 1000 --checkpoint a.ckpt fixed.yaml
cp a.ckpt a.copy
for more in '-o a.ckpt' '--report json=./a.ckpt'; do
    expect 1 "$more" check --resume a.ckpt --max-states 1200 $more fixed.yaml
    err_has 'is a file to be read: it is not overwritten'
done
holds 'it is as it was' cmp -s a.ckpt a.copy
echo fixed.yaml >list
expect 1 'a list' check --model sc @list -o list
expect 5 'and where the search is kept' check --resume a.ckpt --checkpoint a.ckpt --max-states 1200 fixed.yaml
holds 'it is another one' [ "$(cmp -s a.ckpt a.copy; echo $?)" -eq 1 ]
rm -f a.ckpt a.copy list

# ---- --max-steps looks less far: what has been kept by orders of stores stays as it was

expect 5 'orders of stores' check --model rvwmo --max-states 300 --checkpoint a.ckpt fixed.yaml
cp a.ckpt a.copy
expect 5 'not so far' check --resume a.ckpt --max-steps 3 --checkpoint-every 0.000001 fixed.yaml
out_has 'continue: .* --resume a.ckpt$'
holds 'it is as it was' cmp -s a.ckpt a.copy
expect 0 'all of it' check --resume a.ckpt fixed.yaml
gone a.ckpt
rm -f a.copy

# ---- names: of searches that differ in anything they differ

mkdir p
cp fixed.yaml p/q.yaml
cp fixed.yaml p-q.yaml
expect 5 'names alike' check --model sc --preempt none --max-states 20 --checkpoint-every 0.000001 p/q.yaml p-q.yaml
holds 'two files' [ "$(ls p-q-*.ckpt | wc -l)" -eq 2 ]
for file in p-q-*.ckpt; do
    scenario=$(sed -n "s/.*continue: cmodx check \(.*\) --resume $file\$/\1/p" out)
    cp out names
    expect 0 "$file" check --resume "$file" "$scenario"
    cp names out
done
rm -rf p p-q.yaml names
nothing_left
expect 1 'one file for two rows' check --model sc,rvwmo --checkpoint a.ckpt fixed.yaml
err_has '--checkpoint FILE keeps one search'
expect 1 'one file for two scenarios' check --model sc --checkpoint a.ckpt fixed.yaml other.yaml
err_has '--checkpoint FILE keeps one search'
no_out
nothing_left

# ---- values

for wrong in '' 0 -1 x 10x 1e99 nan '5 m'; do
    expect 1 "--checkpoint-every '$wrong'" check --model sc --checkpoint-every "$wrong" fixed.yaml
    err_has '--checkpoint-every takes a time such as 60, 90s, 5m or 1h'
    no_out
done
for right in 60 90s 5m 1h 0.5; do
    expect 0 "--checkpoint-every $right" check --model sc --checkpoint-every $right fixed.yaml
done
for wrong in '' sometimes Always; do
    expect 1 "--progress '$wrong'" check --model sc --progress "$wrong" fixed.yaml
    err_has '--progress takes auto, always or never'
    no_out
done

# ---- signals

# Endless: the stored number grows.
cat >endless.yaml <<'END'
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
for signal in INT TERM; do
    name="SIG$signal"
    got=0
    timeout --preserve-status -s $signal 2 "$cmodx" check --model sc --checkpoint a.ckpt endless.yaml >out 2>err || got=$?
    holds "exit status $got" [ $got -eq 130 ]
    out_has 'interrupted'
    out_has 'continue: .* --resume a.ckpt$'
    no_err
    there a.ckpt
    states=$(sed -n 's/.*explored: \([0-9,]*\) states.*/\1/p' out | tr -d ,)
    expect 5 "SIG$signal, resumed" check --resume a.ckpt --max-states $((states + 1000)) endless.yaml
    more=$(sed -n 's/.*explored: \([0-9,]*\) states.*/\1/p' out | tr -d ,)
    holds "from $states states to $more" [ "$more" -gt "$states" ]
    rm -f a.ckpt
done
name='SIGKILL'
{ timeout -s KILL 3 "$cmodx" check --model sc --checkpoint a.ckpt --checkpoint-every 0.2 endless.yaml; } >out 2>err
there a.ckpt
expect 5 'after SIGKILL' check --resume a.ckpt --max-states 1 endless.yaml
rm -f ./*.ckpt ./*.part

# ---- begun again by mistake

cp "$root/tests/resume/orders.yaml" .
expect 5 'for long' check --model rvwmo --max-states 60000 --checkpoint-every 0.000001 orders.yaml
file=$(echo orders-*.ckpt)
there "$file"
cp "$file" kept
expect 5 'for less long' check --model rvwmo --max-states 100 --checkpoint-every 0.000001 orders.yaml
err_has "^cmodx: note: [0-9]* seconds of this search have been kept; continue: cmodx check orders.yaml --resume $file\$"
holds 'it stays' cmp -s "$file" kept
expect 5 'never' check --model rvwmo --max-states 100 --checkpoint never orders.yaml
no_err
expect 5 'another search' check --model rvwmo --preempt none --max-states 100 --checkpoint-every 0.000001 orders.yaml
no_err
rm -f ./*.ckpt kept

# ---- litmus tests: final states that are still missing when a violation has been found

cp "$root"/tests/resume/early.litmus .
expect 10 'the whole of it' check --checkpoint never early.litmus
cp out early.out
expect 10 'a violation, and a limit' check --max-states 21 --checkpoint a.ckpt early.litmus
out_has 'REFUTED: ~exists'
out_has 'stopped by --max-states 21'
out_has ' explored: 2 orders of stores'
out_has '1 final state found, 1 as in the condition'
out_has 'continue: cmodx check early.litmus --resume a.ckpt$'
expect 10 'and the rest' check --resume a.ckpt early.litmus
holds 'the same in the end' cmp -s out early.out
expect 10 'in the format of herd' check --max-states 21 --format herd early.litmus
out_has '^Loop Undef$'
out_has '^Observation EARLY Undef 1 0$'
err_has 'INCONCLUSIVE: stopped by --max-states 21'
expect 10 'interleavings' check --model sc --max-states 14 "$root/tests/resume/final.litmus"
out_has 'REFUTED: ~exists'
out_has 'stopped by --max-states 14'
expect 5 'begun for herd' check --format herd --max-states 10 --checkpoint a.ckpt "$root/tests/resume/message.litmus"
expect 0 'resumed for people' check --resume a.ckpt "$root/tests/resume/message.litmus"
out_has 'This execution gets there'
nothing_left

# ---- progress

name='always, in a pipe'
timeout --preserve-status -s INT 3 "$cmodx" check --model sc --checkpoint never --progress always endless.yaml >out 2>err
err_has '^[0-9,]* states, [0-9.]* M/s, .*, [0-9,]* waiting, depth [0-9]*, [0-9,]* MiB$'
holds 'no escapes' [ "$(LC_ALL=C grep -c '[^ -~]' err)" -eq 0 ]
holds 'one line in the first minute' [ "$(wc -l <err)" -eq 1 ]
for how in '--progress never' '--progress auto' ''; do
    name="in a pipe: $how"
    timeout --preserve-status -s INT 2 "$cmodx" check --model sc --checkpoint never $how endless.yaml >out 2>err
    no_err
done
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
    clear=$(printf '\033')'\[K'
    return=$(printf '\r')
    for how in '' '--progress auto' '--progress always' '--progress always -q'; do
        name="on a terminal: $how"
        script -qec "stty cols 200; timeout -s INT 2 '$cmodx' check --model sc --checkpoint never $how endless.yaml -o report" /dev/null >out
        out_has "${return}[0-9,]* states, .*MiB$clear"
        holds 'the line is taken away' grep -q "MiB$clear$return$clear" out
        rm -f report
    done
    for how in '--progress never' -q '-j 2'; do
        name="on a terminal: $how"
        script -qec "stty cols 200; timeout -s INT 2 '$cmodx' check --model sc --checkpoint never $how endless.yaml -o report" /dev/null >out
        holds 'a line' [ "$(grep -c states, out)" -eq 0 ]
    done
fi

summary
