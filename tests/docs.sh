#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docs.sh CMODX [SOURCE_ROOT]: what the documents show is true. Each document is worked through from top to bottom in a
# directory of its own, where the files of the sources are as well. Of the blocks in ``` fences,
#   ```console      every command (`$ ...`) prints what the block shows; a line `...` stands for any lines
#   ```yaml         passes `cmodx test`
#   ```KIND FILE    is that file of the sources (again with `...`); if there is none, the reader writes it: it is there from
#                   here on
#   ```diff         is applied by patch(1) to a file that the reader has written
#   ```text         is shown only
# and any other is a mistake. The scenarios of docs/examples have the verdicts that they expect.
set -u
cmodx=$(realpath "$1")
root=$(realpath "${2:-$(dirname "$0")/..}")
cd "$root" || exit 1
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

# split DOCUMENT: each block into $work/block-LINE, its kind first
split() {
    awk -v work="$work" '
    !inside && /^```/ { inside = 1; name = work "/block-" NR; print substr($0, 4) >name; next }
    inside && /^```$/ { inside = 0; close(name); next }
    inside { print >name }' "$1"
}

blocks() {
    find "$work" -name 'block-*' | sort -t- -k2 -V
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

# Each check_* is given the place, and the block in $work/body.

check_scenario() {
    if cmodx test --timeout 60 - <"$work/body" >"$work/out" 2>&1; then
        ok
    else
        bad "$1: scenario"
        sed 's/^/  /' "$work/out"
    fi
}

check_file() {
    if [ ! -e "$root/$2" ]; then
        case $2 in
        */*) bad "$1: there is no $2" ;;
        *) cp "$work/body" "$2" ;;
        esac
    elif matches "$work/body" "$root/$2"; then
        ok
    else
        bad "$1: $2"
        diff -u "$work/body" "$root/$2" | sed 's/^/  /'
    fi
}

check_diff() {
    if patch -p1 <"$work/body" >"$work/out" 2>&1; then
        ok
    else
        bad "$1: patch"
        sed 's/^/  /' "$work/out"
    fi
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
    command=
    : >"$work/shown"
    while IFS= read -r line || [ "$line" ]; do
        case $line in
        '$ '*)
            [ -z "$command" ] || check_command "$1" "$command"
            command=${line#??}
            : >"$work/shown"
            ;;
        *) printf '%s\n' "$line" >>"$work/shown" ;;
        esac
    done <"$work/body"
    [ -z "$command" ] || check_command "$1" "$command"
}

# indented DOCUMENT: the lines where a block without a fence begins; one in a list is not found.
indented() {
    awk '/^```/ { fenced = !fenced } !fenced && /^    / && before == "" { print FNR } { before = $0 }' "$1"
}

# The words of headings as GitHub makes anchors of them.
anchors() {
    awk '/^```/ { fenced = !fenced } !fenced && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" |
        sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'
}

# Links to files, and to headings of documents, lead somewhere.
check_links() {
    for link in $(grep -o '](\([^) ]*\))' "$1" | sed -e 's/^](//' -e 's/)$//' | grep -v '^[a-z]*:'); do
        target=$(dirname "$1")/${link%%#*}
        [ "${link%%#*}" ] || target=$1
        case $link in
        *#*) anchors "$target" | grep -qxF -e "${link#*#}" ;;
        *) [ -e "$target" ] ;;
        esac && ok || bad "$1: link to $link"
    done
}

check_document() {
    check_links "$1"
    for line in $(indented "$1"); do
        bad "$1:$line: a block without a fence; \`\`\`text if it is only shown"
    done
    rm -rf "$work"/block-* "$work/desk"
    mkdir "$work/desk"
    split "$1"
    cd "$work/desk" || exit 1
    ln -s "$root"/* .
    for block in $(blocks); do
        place=$1:${block##*-}
        kind=$(head -n 1 "$block")
        sed 1d "$block" >"$work/body"
        case $kind in
        console) check_console "$place" ;;
        yaml) check_scenario "$place" ;;
        diff) check_diff "$place" ;;
        text) ;;
        [a-z]*' '[!\ ]*) check_file "$place" "${kind#* }" ;;
        *) bad "$place: a block of kind '$kind'" ;;
        esac
    done
    cd "$root" || exit 1
}

for file in README.md docs/*.md; do
    if [ -e "$file" ]; then check_document "$file"; fi
done
if cmodx test -q --max-memory 200 docs/examples >"$work/out" 2>&1; then
    ok
else
    bad docs/examples
    sed 's/^/  /' "$work/out"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
