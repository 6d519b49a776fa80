#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# rules.sh [DIRECTORY]: the sources below it keep the house's direction (directions.txt),
# change files through one door only (door.txt), ask boot loaders by their seam, print what is
# fit for a terminal, do not lean on each other, and have names and headers of their own
# (names.awk). Each line against a rule is named.
set -eu
tables=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$tables/..}"
failed=0

sources() { # ROOM...
	find "$@" -name '*.[ch]' | LC_ALL=C sort
}

# FILE:LINE:TEXT of every include, for those whose room is not in the table's line.
# shellcheck disable=SC2016 # awk's own
against_direction='
BEGIN {
	while ((getline line < table) > 0)
		if (line !~ /^#/ && (colon = index(line, ":")) > 0)
			may[substr(line, 1, colon - 1)] = " cmdline" substr(line, colon + 1) " "
}
{
	room = $1; sub(/\/[^\/]*$/, "", room)
	match($0, /"[^"]+"/); to = substr($0, RSTART + 1, RLENGTH - 2); sub(/\/[^\/]*$/, "", to)
	if (to != room && may[room] !~ /\*/ && index(may[room], " " to " ") == 0) {
		print $0 ": " room "/ may not include " to "/"; bad = 1
	}
}
END { exit bad }'

sources cmdline hook tools | xargs grep -nE '^#include "' /dev/null |
	awk -F: -v table="$tables/directions.txt" "$against_direction" || {
	echo "an include against the house's direction: tests/directions.txt" >&2
	failed=1
}

patterns=$(sed -n 's/^only	//p' "$tables/door.txt")
exceptions=$(sed -n 's/^may	\([^	]*\)	.*/\1/p' "$tables/door.txt")
if sources tools | grep -v '^tools/system/' | grep -vxF "$exceptions" |
	xargs grep -nE "$patterns" /dev/null; then
	echo "a file is changed outside tools/system: tests/door.txt" >&2
	failed=1
fi

# grub-entries is what GRUB's own script calls.
if sources tools | grep -vE '^tools/boot/grub/|^tools/commands/grub-entries\.c$' |
	xargs grep -nE '\<(grub|grubenv)_|GRUBENV_|"tools/boot/grub/' /dev/null; then
	echo "GRUB is known outside tools/boot/grub: ask tools/boot/boot-loader.h" >&2
	failed=1
fi

# Names and files may hold what moves a terminal's cursor.
if sources tools/commands | xargs grep -nE '(^|[^a-z_])printf\(' /dev/null; then
	echo "a command prints what a terminal may obey: print_plain()" >&2
	failed=1
fi

sources cmdline hook tools | xargs awk -f "$tables/names.awk" || {
	echo "a name or a header is not its source's own: tests/names.awk" >&2
	failed=1
}

# Sources that need each other are one source: FILE:LINE:TEXT of every include as three words,
# of what tsort finds in a circle.
includes=$(mktemp)
trap 'rm -f "$includes"' EXIT
sources cmdline hook tools | xargs grep -nE '^#include "' /dev/null |
	sed -E 's/^(([^:]*)\.[ch]:.*"(.*)\.h".*)$/\2 \3 \1/' | awk '$1 != $2' >"$includes"
circle=$(cut -d ' ' -f 1,2 "$includes" | tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^:-].*\/[^ ]*\)$/\1/p')
if [ -n "$circle" ]; then
	awk -v circle="$circle" '
		BEGIN { split(circle, names, "\n"); for (i in names) is[names[i]] = 1 }
		is[$1] && is[$2] { sub(/^[^ ]+ [^ ]+ /, ""); print }' "$includes"
	echo "sources include each other in a circle" >&2
	failed=1
fi
exit $failed
