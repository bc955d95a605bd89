#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# catalogue.sh [SOURCE_ROOT]: README.md of the catalogue names every scenario, every file that it names is there, and each
# scenario says what one looks for: its own name, a title of its own, about, source, tags that README.md explains, and rows
# for sc, rvwmo and ziccid.
set -eu
cd "${1:-$(dirname "$0")/..}/scenarios/catalogue"
files=$(find . -name '*.yaml' | sed 's,^\./,,' | LC_ALL=C sort)
[ "$files" ] || { echo 'no scenarios'; exit 1; }

LC_ALL=C awk '
function bad(file, message) {
    printf "scenarios/catalogue/%s: %s\n", file, message
    failed = 1
}
function value(line) {
    sub(/^[a-z]+:[ ]*/, "", line)
    if (line ~ /^".*"$/)
        line = substr(line, 2, length(line) - 2)
    return line
}
# Of the scenario whose last line was read.
function finish(    i, n, names) {
    if (file == "")
        return
    n = split("title about source tags expect", names, " ")
    for (i = 1; i <= n; i++)
        if (!(names[i] in keys))
            bad(file, "no " names[i])
    n = split("sc rvwmo ziccid", names, " ")
    for (i = 1; i <= n; i++)
        if (!(names[i] in models))
            bad(file, "no row for " names[i])
    if (!(file in indexed))
        bad(file, "README.md does not name it")
}
/\t/ { bad(FILENAME ":" FNR, "a tab") }

# ---- README.md comes first
FILENAME == "README.md" {
    rest = $0
    while (match(rest, /(^|[^a-z0-9\/.-])[a-z][a-z0-9-]*\/[A-Za-z0-9._-]+\.yaml/)) {
        name = substr(rest, RSTART, RLENGTH)
        sub(/^[^a-z]/, "", name)
        indexed[name] = FNR
        rest = substr(rest, RSTART + RLENGTH)
    }
    if (match($0, /^\| `[A-Z-]+` \|/))
        explained[substr($0, 4, RLENGTH - 6)] = 1
    next
}

# ---- scenarios
FNR == 1 {
    finish()
    file = FILENAME
    exists[file] = 1
    key = ""
    split("", keys)
    split("", models)
}
/^[a-z]+:/ {
    key = $0
    sub(/:.*/, "", key)
    keys[key] = 1
}
/^name:/ && value($0) ".yaml" != file { bad(file ":" FNR, "the name is not " substr(file, 1, length(file) - 5)) }
/^title:/ {
    title = value($0)
    if (title ~ /^[|>]?[0-9+-]*$/)
        bad(file ":" FNR, "the title is not in its line")
    else if (title in titles)
        bad(file ":" FNR, "the title is that of " titles[title])
    titles[title] = file
}
key == "title" && !/^title:/ && !/^#/ && NF { bad(file ":" FNR, "the title has more than one line") }
/^tags:/ {
    tags = value($0)
    gsub(/[][,]/, " ", tags)
    n = split(tags, list, " ")
    for (i = 1; i <= n; i++)
        if (!(list[i] in explained))
            bad(file ":" FNR, "README.md does not explain " list[i])
}
key == "expect" && /model:/ {
    row = $0
    sub(/.*model:[ ]*/, "", row)
    sub(row ~ /^\[/ ? /\].*/ : /[,}].*/, "", row)
    gsub(/[][,]/, " ", row)
    n = split(row, list, " ")
    for (i = 1; i <= n; i++)
        models[list[i]] = 1
}
END {
    finish()
    for (name in indexed)
        if (!(name in exists))
            bad("README.md:" indexed[name], name " is not there")
    exit failed
}' README.md $files
