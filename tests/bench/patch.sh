#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# patch.sh CMODX: the benchmark family patch-N-K-R, as real instructions.
# N executors call a site of two instructions K times: auipc, then nop or jalr; a call is 7 instructions on either path.
# A patcher stores jalr and nop in turn, R times each. Closed forms, which the run must meet:
#   states = (7K+1)^N + 2R (8K+1)^N        interleavings = (7KN+2R)! / ((7K)!^N (2R)!)
# Prints states, states per second, bytes per state, and how often the emulator was entered; with spin installed, the
# same figures of `spin -DNOREDUCE` on the same graph, in the same run. Compare ratios; the machine may be busy.
set -eu
cmodx=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

scenario() { # N K R
    cat <<END
cmodx: 1
name: bench/patch-$1-$2-$3
title: patch-$1-$2-$3 safe
asm: |
  .option norvc
  loop:   auipc   t0, 0
  site:   nop
          nop
  join:   nop
          nop
          addi    s0, s0, -1
          bnez    s0, loop
  done:   unimp
  detour: j       join
  patcher:
          .rept   $3
          sw      a0, 0(a2)
          sw      a1, 0(a2)
          .endr
  pdone:  unimp
patches:
  enable:
    at: site
    asm: |
      .option norvc
      jalr    zero, 32(t0)            # to detour
harts:
  CPU: {run: loop, until: done, copies: $1, regs: {s0: $2}}
  P: {run: patcher, until: pdone, regs: {a0: 0x02028067, a1: 0x00000013, a2: site}}
unchecked: [old-or-new]
END
}

now() { date +%s%N; }

run() { # N K R
    scenario "$1" "$2" "$3" >"$dir/patch.yaml"
    begin=$(now)
    "$cmodx" check -v --model sc "$dir/patch.yaml" >"$dir/out"
    end=$(now)
    awk -v n="$1" -v k="$2" -v r="$3" -v ns=$((end - begin)) '
        /every ordering explored/ { gsub(",", "", $4); states = $4 }
        /instructions emulated/ { steps = $1 }
        / MiB held/ { for (i = 1; i <= NF; i++) if ($(i + 1) == "MiB") mib = $i }
        END {
            expected = (7 * k + 1) ^ n + 2 * r * (8 * k + 1) ^ n
            printf "patch-%d-%d-%d  cmodx  %10d states %7.2f s  %6.2f M/s  %5.1f B/state  %s emulated\n", n, k, r,
                   states, ns / 1e9, states / ns * 1e3, mib * 1048576 / states, steps
            if (states != expected) {
                printf "expected %d states\n", expected
                exit 1
            }
        }' "$dir/out"
}

# The same graph for spin; without statement merging, so that it has the same states.
spin_run() { # N K R
    command -v spin >/dev/null || return 0
    (
        cd "$dir"
        cat >patch.pml <<'END'
byte site = 0;
active [N] proctype executor()
{ byte seen, k;
l0: k = k;
    seen = site;
    d_step { assert(seen < 2); seen = 0 };
    k = k; k = k; k = k;
    if
    :: d_step { k < K-1; k = k + 1 }; goto l0
    :: d_step { k == K-1; k = K }
    fi;
end: false
}
active proctype patcher()
{ byte r;
l0: site = 1;
    if
    :: d_step { r < R-1; site = 0; r = r + 1 }; goto l0
    :: d_step { r == R-1; site = 0; r = R }
    fi;
end: false
}
END
        spin -a -o3 "-DN=$1" "-DK=$2" "-DR=$3" patch.pml >/dev/null && cc -O2 -DNOREDUCE -DSAFETY -DMEMLIM=8000 -o pan pan.c
        begin=$(now)
        ./pan -m100000 -w24 >out
        end=$(now)
        awk -v n="$1" -v k="$2" -v r="$3" -v ns=$((end - begin)) '
            /states, stored/ { states = $1 }
            /actual memory usage for states/ { mib = $1 }
            END { printf "patch-%d-%d-%d  spin   %10d states %7.2f s  %6.2f M/s  %5.1f B/state\n", n, k, r, states, ns / 1e9,
                         states / ns * 1e3, mib * 1048576 / states }' out
    )
}

for family in '2 3 4' '3 3 4' '4 3 4' '5 2 2'; do
    # shellcheck disable=SC2086
    run $family
    # shellcheck disable=SC2086
    spin_run $family
done
