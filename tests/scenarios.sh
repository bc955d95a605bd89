#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# scenarios.sh CMODX DIRECTORY: every row of every scenario has the verdict expected. Without the compiler for RISC-V those
# that are made of C are left out.
set -eu
cmodx=$(realpath "$1")
command -v "${CMODX_CROSS_PREFIX:-riscv64-linux-gnu-}gcc" >/dev/null && exec "$cmodx" test -q "$2"
echo 'no compiler: scenarios with `sources` are left out'
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "$(realpath "$2")" -name '*.yaml' -exec grep -L '^sources:' {} + | LC_ALL=C sort >"$list"
"$cmodx" test -q @"$list"
