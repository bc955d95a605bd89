#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# step.sh CMODX [SOURCE_ROOT]: sessions of `cmodx step` are the recorded ones; exit statuses, streams, mistakes. A session is
# tests/step/NAME.in, whose first line holds the arguments. To record, and then to review with `git diff tests/step`:
#   GOLDEN_UPDATE=1 tests/step.sh build/sim/cmodx
set -u
cmodx=$(realpath "$1")
cd "${2:-$(dirname "$0")/..}" || exit 1
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
unset CMODX_CATALOGUE
. tests/support/checks.sh

# ---- recorded sessions

for input in tests/step/*.in; do
    expected=${input%.in}.expected
    status=0
    # shellcheck disable=SC2046
    tail -n +2 "$input" | "$cmodx" step $(head -n 1 "$input") >"$t/actual" 2>&1 || status=$?
    echo "exit status $status" >>"$t/actual"
    [ -z "${GOLDEN_UPDATE:-}" ] || cp "$t/actual" "$expected"
    if diff -u "$expected" "$t/actual"; then ok; else bad "$input"; fi
done

# ---- statuses and streams

pair=scenarios/catalogue/linux/ftrace-pair-stop-machine.yaml

# session STATUS NAME ARGUMENTS COMMANDS
session() {
    printf '%b' "$4" >"$t/in"
    # shellcheck disable=SC2086
    expect "$1" "$2" step $3 <"$t/in"
}
no_err() { holds 'something on stderr' [ ! -s "$t/err" ]; }
last_is() { holds "the last line is not '$1'" [ "$(tail -n 1 "$t/out")" = "$1" ]; }

one="$pair --model sc --preempt full"
session 0 'end of input' "$one" ''
no_err
last_is '   2  stop_machine() asked for            00000073'
session 0 'quit' "$one" 'quit\nstep\n'
no_err
last_is '> quit'
session 0 'a last line without an end' "$one" 'step\nundo'
no_err
session 10 'the counterexample' "$one --counterexample" ''
out_has 'WILD JUMP'
last_is 'violates no-trap; `undo` steps back'
session 0 'back from it' "$one -c" 'undo\n'
session 0 'its beginning' "$one -c --at 0" 'schedule\nredo 99\nundo 99\n'
out_has '^sc,preempt=full@$'
out_has 'WILD JUMP'
session 10 'its end again' "$one -c --at 0" 'goto 14\n'
session 10 'a schedule' "$pair --schedule sc,preempt=full@0:4,1:1,0/1,1:6,0:2" 'schedule\n'
last_is 'sc,preempt=full@0:4,1:1,0/1,1:6,0:2'
session 0 'undone steps are forgotten' "$one" 'step\nstep\nundo\nstep CPU1\nundo 2\nredo 9\nschedule\n'
last_is 'sc,preempt=full@0:1,1:1'
session 0 'the same step again keeps what comes behind it' "$one" 'step\nstep\nundo 2\nstep\nredo\nschedule\n'
last_is 'sc,preempt=full@0:2'
session 0 'saved' "$one" "step\nnext CPU1\nsave $t/saved\nundo 2\nload $t/saved\nschedule\n"
last_is 'sc,preempt=full@0:1,1:1'
holds 'another file' [ "$(cat "$t/saved")" = 'sc,preempt=full@0:1,1:1' ]
session 0 'beginnings of names' "$one" 'ste\nn\nru CPU1\ninf br\nunset\n'
err_has "^there is no command 'unset'"
session 0 'an empty line' "$one" 'step\n\n\nundo 2\n\nschedule\n'
last_is 'sc,preempt=full@'
session 0 'help' "$one" 'help\nhelp sh\n'
no_err
out_has 'unambiguous'
session 0 'a run that never ends' 'scenarios/catalogue/linux/ftrace-fixed-auipc-any.yaml --model sc --preempt full' 'run\n'
out_has '^stopped after 10000 steps$\|nobody can go on'
session 0 'litmus' 'docs/MP.litmus' 'run\n'
out_has 'nobody can go on'

# ---- mistakes in commands: the session goes on, unless --strict

# mistake COMMAND MESSAGE
mistake() {
    session 0 "$1" "$one" "step\n$1\nschedule\n"
    err_has "$2"
    last_is 'sc,preempt=full@0:1'
    session 1 "$1, strictly" "$one --strict" "step\n$1\nschedule\n"
    err_has "$2"
}
mistake 0 '^the choices are 1 to 2$'
mistake 3 '^the choices are 1 to 2$'
mistake '1 1' '^usage: NUMBER$'
mistake 99999999999 'no number from 0'
mistake re "^there is no command\|^'re' may be\|nothing to redo"
mistake nonsense "^there is no command 'nonsense'; see .help.$"
mistake 'step CPU7' "^there is no hart 'CPU7'; known: CPU0, CPU1$"
mistake 'step CPU0 CPU1' '^usage: step \[HART\]$'
mistake 'run CPU0 till violation' '^usage: run'
mistake 'undo x' "^'x' is no number"
mistake redo '^there is nothing to redo$'
mistake 'goto 7' '^there are only 1 steps$'
mistake goto '^usage: goto STEP$'
mistake break '^usage: break'
mistake 'break at nowhere' "^there is no label 'nowhere'$"
mistake 'break at func+x' 'is no offset'
mistake 'delete 3' '^there is no breakpoint 3$'
mistake info '^usage: info breaks$'
mistake show '^usage: show'
mistake 'show mem' '^usage: show mem'
mistake 'show mem 0x10' '^there is no memory at 0x10$'
mistake 'list nowhere' "^there is no label 'nowhere'$"
mistake 'save /nowhere/x' 'nowhere'
mistake "load $t/nothing" 'nothing'
mistake 'load sc,preempt=full@0:99' 'CPU0'
mistake 'load sc,preempt=full@7:1' 'column 1'
mistake 'load rvwmo,preempt=full@' '^the schedule is for \[rvwmo'
mistake 'help me' "^there is no command 'me'"

# ---- mistakes on the command line

session 1 'several rows' "$pair" ''
err_has 'step goes through one row'
err_has '^  sc, preempt=full'
session 1 'no file' '' ''
session 1 'two files' "$pair $pair" ''
session 1 'a schedule and a model' "$one --schedule sc@" ''
session 1 'a schedule and a counterexample' "$pair -c --schedule sc@" ''
session 1 'stdin' '-' ''
session 1 'output' "$one -o $t/x" ''
session 1 'no counterexample' "$pair --model sc --preempt none -c" ''
err_has 'is PROVED'
session 1 'too far' "$one --at 1" ''
session 2 'a bad schedule' "$pair --schedule sc@0" ''
session 2 'a schedule too long' "$pair --schedule sc,preempt=full@0:99" ''
session 5 'a limit' "scenarios/catalogue/jit/openjdk-entry-barrier.yaml --model rvwmo --preempt full --max-states 3" ''
summary
