#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# install.sh MESON SOURCE_ROOT: installed and away from its sources, the program finds what belongs to it. Built from a
# copy of the sources with a prefix of its own, installed there, and to a staging directory (DESTDIR); then the copy and
# the build directory are removed.
set -u
meson=$1
cd "$2" || exit 1
t=$(realpath "$(mktemp -d)")
trap 'rm -rf "$t"' EXIT
unset CMODX_CATALOGUE CMODX_INCLUDE_PATH DESTDIR MESONARGS
. tests/support/checks.sh

mkdir "$t/source"
tar -c --exclude='./build*' --exclude=./.git --exclude=./tests/golden . | tar -x -C "$t/source" || exit 1
run() {
    "$@" >"$t/log" 2>&1 || {
        echo "FAILED: $*"
        tail -n 20 "$t/log"
        exit 1
    }
}
# No optimisation: this is not about speed.
run "$meson" setup "$t/build" "$t/source" --prefix "$t/prefix" -Dtests=disabled -Dfuzz=false --buildtype plain
run "$meson" compile -C "$t/build"
run "$meson" install -C "$t/build" --no-rebuild
run env DESTDIR="$t/stage" "$meson" install -C "$t/build" --no-rebuild
rm -rf "$t/source" "$t/build"
mkdir "$t/elsewhere"
cd "$t/elsewhere" || exit 1

cat >c.yaml <<'END'
cmodx: 1
name: test/c
title: the header for C and the shared assembly
include: [trap.s]
sources: [c.c]
asm: |
  handler: trap_skip 4
harts:
  CPU0: {run: f, trap-handler: handler}
END
cat >c.c <<'END'
#include <cmodx.h>
u64 x;
void f(void)
{
    WRITE_ONCE(x, 1);
    fence_i();
}
END

# all_found ROOT: the program at ROOT/bin, and what belongs to it
all_found() {
    name=$1
    cmodx=$1/bin/cmodx
    share=$1/share
    expect 0 "$name: list" list
    holds 'no catalogue' [ "$(wc -l <"$t/out")" -gt 100 ]
    expect 0 "$name: a name of the catalogue" check --model sc isa/writers-fence-i
    out_has "^$share/cmodx/catalogue/isa/writers-fence-i.yaml: PROVED"
    expect 0 "$name: a file of the catalogue" test "$share/cmodx/catalogue/linux/kprobe-slot-live.yaml"
    expect 0 "$name: assembly and macros" check -q --model sc --preempt none \
        "$share/cmodx/catalogue/linux/ftrace-stop-machine-waits.yaml"
    if command -v "${CMODX_CROSS_PREFIX:-riscv64-linux-gnu-}gcc" >/dev/null; then
        expect 0 "$name: C" lint c.yaml
    else
        expect 0 "$name: shared assembly" lint isa/writers-fence-i
    fi
    for file in cmodx/include/cmodx.h cmodx/include/trap.s cmodx/scenario.schema.json cmodx/github/cmodx-problem-matcher.json man/man1/cmodx.1 \
        man/man5/cmodx-scenario.5 man/man7/cmodx-litmus.7 bash-completion/completions/cmodx zsh/site-functions/_cmodx \
        fish/vendor_completions.d/cmodx.fish; do
        holds "no $file" [ -f "$share/$file" ]
    done
}

all_found "$t/prefix"
mv "$t/prefix" "$t/moved"
all_found "$t/moved"
rm -rf "$t/moved"
all_found "$t/stage$t/prefix"
stray=$(find "$t/stage" -type f ! -path "$t/stage$t/prefix/bin/cmodx" ! -path "$t/stage$t/prefix/share/*")
holds "files from nowhere: $stray" [ -z "$stray" ]
summary
