#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# rules.sh [DIRECTORY]: the sources below it keep the house's direction (directions.txt),
# change files through one door only (door.txt), and ask boot loaders by their seam. Each line against a rule is named.
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
exit $failed
