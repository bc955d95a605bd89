#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docs.sh CMODX [SOURCE_ROOT]: what the documents show is true. Every ```yaml block that starts with `cmodx: 1` passes
# `cmodx test`; every command (`$ ...`) of a ```console block prints what the block shows. A line `...` stands for any
# lines.
set -u
cmodx=$(realpath "$1")
cd "${2:-$(dirname "$0")/..}" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$cmodx" "$work/bin/cmodx"
PATH=$work/bin:$PATH
passed=0
failed=0

ok() {
    passed=$((passed + 1))
}

bad() {
    echo "FAILED: $1"
    failed=$((failed + 1))
}

# split LANGUAGE FILE: each block into $work/block-LINE
split() {
    awk -v language="$1" -v work="$work" '
    !inside && $0 ~ "^```" language "[ \t]*$" { inside = 1; name = work "/block-" NR; printf "" >name; next }
    inside && /^```/ { inside = 0; close(name); next }
    inside { print >name }' "$2"
}

blocks() {
    find "$work" -name 'block-*' | sort -t- -k2 -V
}

check_yaml() {
    rm -f "$work"/block-*
    split yaml "$1"
    for block in $(blocks); do
        [ "$(head -n 1 "$block" | cut -c1-8)" = 'cmodx: 1' ] || continue
        if cmodx test --timeout 60 - <"$block" >"$work/out" 2>&1; then
            ok
        else
            bad "$1:${block##*-}: scenario"
            sed 's/^/  /' "$work/out"
        fi
    done
}

# matches SHOWN ACTUAL: equal, but for lines `...` of SHOWN
matches() {
    awk '
    function match_from(s, a) {
        for (; s <= n_shown; s++) {
            if (shown[s] == "...") {
                for (; a <= n_actual + 1; a++)
                    if (match_from(s + 1, a))
                        return 1
                return 0
            }
            if (a > n_actual || shown[s] != actual[a])
                return 0
            a++
        }
        return a == n_actual + 1
    }
    FILENAME == ARGV[1] { shown[++n_shown] = $0; next }
    { actual[++n_actual] = $0 }
    END { exit !match_from(1, 1) }' "$1" "$2"
}

check_command() {
    sh -c "$2" >"$work/actual" 2>&1 </dev/null
    if matches "$work/shown" "$work/actual"; then
        ok
    else
        bad "$1: $2"
        diff -u "$work/shown" "$work/actual" | sed 's/^/  /'
    fi
}

check_console() {
    rm -f "$work"/block-*
    split console "$1"
    for block in $(blocks); do
        command=
        : >"$work/shown"
        while IFS= read -r line || [ "$line" ]; do
            case $line in
            '$ '*)
                [ -z "$command" ] || check_command "$1:${block##*-}" "$command"
                command=${line#??}
                : >"$work/shown"
                ;;
            *) printf '%s\n' "$line" >>"$work/shown" ;;
            esac
        done <"$block"
        [ -z "$command" ] || check_command "$1:${block##*-}" "$command"
    done
}

for file in README.md docs/*.md; do
    [ -e "$file" ] || continue
    check_yaml "$file"
    check_console "$file"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
