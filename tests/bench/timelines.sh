#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# timelines.sh CMODX [LITMUS-DIRECTORY]: the timeline explorer on the family patch-N-K-R of patch.sh, next to the interleaving
# explorer where that is feasible; how the cost grows with the number of harts; executors that call for ever, and any
# number of them. With a directory, how many litmus tests a second. Compare ratios; the machine may be busy.
set -eu
cmodx=$1
litmus=${2:-}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

scenario() { # N K R CALLS
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
  CPU: {run: loop, until: done, copies: $1, calls: $4, regs: {s0: $2}}
  P: {run: patcher, until: pdone, regs: {a0: 0x02028067, a1: 0x00000013, a2: site}}
unchecked: [old-or-new]
END
}

# run N K R CALLS MODEL EXPLORER: the store orders of a patcher are the 2R + 1 beginnings of one sequence of stores.
run() {
    scenario "$1" "$2" "$3" "$4" >"$dir/patch.yaml"
    begin=$(date +%s%N)
    /usr/bin/env time -f 'KiB %M' "$cmodx" check -v --model "$5" --explorer "$6" "$dir/patch.yaml" >"$dir/out" 2>"$dir/time" ||
        "$cmodx" check -v --model "$5" --explorer "$6" "$dir/patch.yaml" >"$dir/out"
    end=$(date +%s%N)
    cat "$dir/time" >>"$dir/out"
    awk -v name="patch-$1-$2-$3" -v calls="$4" -v model="$5" -v how="$6" -v r="$3" -v ns=$((end - begin)) '
        /: PROVED: / { proved = 1 }
        / orders? of stores,/ { gsub(",", ""); orders = $4; getline; gsub(",", ""); states = $1 }
        /every ordering explored: .* states, / { gsub(",", ""); states = $4 }
        /^KiB / { kib = $2 }
        END {
            printf "%-13s %-7s %-5s %-12s %10d states  %s  %7.3f s  %s KiB\n", name, calls == 1 ? "once" : calls, model, how,
                   states, how == "timeline" ? sprintf("%3d orders", orders) : "          ", ns / 1e9, kib ? kib : "?"
            if (!proved || (how == "timeline" && orders != 2 * r + 1)) {
                print "expected PROVED, and " 2 * r + 1 " orders of stores"
                exit 1
            }
        }' "$dir/out"
}

for n in 1 2 3 4; do
    run $n 3 4 1 sc interleaving
    run $n 3 4 1 sc timeline
done
for n in 1 2 4 6 8 16 32 64; do
    run $n 3 4 1 rvwmo timeline
done
run 64 3 4 forever rvwmo timeline
run any 3 4 forever rvwmo timeline
run any 3 32 forever rvwmo timeline

if [ -n "$litmus" ]; then
    n=$(find "$litmus" -name '*.litmus' | wc -l)
    begin=$(date +%s%N)
    "$cmodx" lint "$litmus" >/dev/null 2>&1 || true
    middle=$(date +%s%N)
    "$cmodx" check --format herd --model data-only "$litmus" >/dev/null 2>&1 || true # a ~exists may be refuted
    end=$(date +%s%N)
    awk -v n="$n" -v load=$((middle - begin)) -v all=$((end - middle)) 'BEGIN {
        printf "%d litmus tests: %.2f s, of which %.2f s for parsing and assembling\n", n, all / 1e9, load / 1e9 }'
fi
