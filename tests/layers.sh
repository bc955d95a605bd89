#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh [SOURCE_ROOT]: the directories are the architecture. Each room includes only rooms below it, a local include
# names its room ("room/file.h", in quotes), only sim/hart knows Unicorn, and every source file states its licence.
set -eu
cd "${1:-$(dirname "$0")/..}"
rooms='isa sim scenarios reports tests'
sources=$(find isa sim scenarios reports tests -name '*.[chS]' -o -name '*.s' | sort)
scripts=$(find isa sim scenarios reports tests -name '*.sh' -o -name '*.py' | sort)

# a room: the rooms below it that it may include
awk -v rooms="$rooms" '
BEGIN {
    below["sim/base"] = ""
    below["isa"] = "sim/base"
    below["sim/memory"] = "sim/base"
    below["sim/explore"] = "sim/base"
    below["sim/hart"] = "isa sim/memory sim/base"
    below["sim/machine"] = "sim/hart sim/memory isa sim/explore sim/base"
    below["scenarios"] = "sim/machine " below["sim/machine"]
    below["reports"] = "scenarios " below["scenarios"]
    below["sim"] = "reports " below["reports"]
    below["tests"] = "sim " below["sim"]
    below["scenarios/include"] = ""
    for (room in below)
        allowed[room, room]
    for (room in below)
        for (n = split(below[room], names, " "); n > 0; n--)
            allowed[room, names[n]]
}
function bad(message) {
    printf "%s:%d: %s\n", FILENAME, FNR, message
    failed = 1
}
function room_of(path) {
    if (path ~ /^scenarios\/(catalogue|include)\//) # code for the machine
        return "scenarios/include"
    sub(/\/[^\/]*$/, "", path)
    return path ~ /^tests(\/|$)/ ? "tests" : path
}
function is_file(path,    line, status) {
    status = (getline line < path)
    close(path)
    return status >= 0
}
FNR == 1 {
    room = room_of(FILENAME)
    if (!(room in below))
        bad("\"" room "\" is not a room of this table")
    if ($0 !~ /^(\/\* SPDX-License-Identifier: GPL-2.0-or-later \*\/|# SPDX-License-Identifier: GPL-2.0-or-later)$/)
        bad("the first line is not the SPDX line")
}
!/^[ \t]*#[ \t]*include/ { next }
{
    header = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", header)
    is_local = header ~ /^"/
    sub(/^["<]/, "", header)
    sub(/[">].*$/, "", header)
    first = header
    sub(/\/.*/, "", first)
}
is_local && (header !~ /\// || !is_file(header)) { bad("\"" header "\" does not name a file with its room") }
is_local && !((room, room_of(header)) in allowed) { bad(room " may not include \"" header "\"") }
!is_local && index(" " rooms " ", " " first " ") { bad("<" header "> is one of ours: write it in quotes") }
!is_local && first == "unicorn" && room != "sim/hart" { bad("only sim/hart may include <" header ">") }
END { exit failed }
' $sources || failed=1

for script in $scripts; do
    head -n 2 "$script" | grep -q '^# SPDX-License-Identifier: GPL-2.0-or-later$' || {
        echo "$script:1: no SPDX line among the first two"
        failed=1
    }
done
exit "${failed:-0}"
