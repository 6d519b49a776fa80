# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced. What is expensive to make is made once: the name holds a hash of all that goes in, and a
# file appears under its name only when it is complete.
cache=${VFIO_EARLY_LAB_CACHE:-$(cd "$(dirname "$0")/.." && pwd)/.cache}

# cached NAME SUFFIX BUILD INPUT...: print the path of NAME-hash.SUFFIX; if it is not there, "BUILD PATH"
# makes it first. The directory of PATH is for BUILD to work in and is removed afterwards.
cached() {
	name=$1 suffix=$2 build=$3
	shift 3
	file=$cache/$name-$(printf '%s\n' "$@" | sha256sum | cut -c1-12).$suffix
	mkdir -p "$cache"
	(
		flock 9		# two test runs at once make it once
		[ ! -e "$file" ] || exit 0
		work=$(mktemp -d "$cache/building-XXXXXX")
		trap 'rm -rf "$work"' EXIT
		trap 'exit 1' INT TERM
		echo "lab: making ${file##*/}" >&2
		# Nothing of the caller's files is for those who build: mmdebstrap fails if its own come out above 9.
		"$build" "$work/result.$suffix" >&2 3>&- 4>&- 5>&- 9>&-
		mv "$work/result.$suffix" "$file"
		# Each is half a gigabyte: keep this one and the one before, and what was made from it.
		find "$cache" -name "$name-????????????.$suffix" -printf '%T@ %p\n' | sort -rn | tail -n +3 |
			while read -r _ old; do rm -f "${old%."$suffix"}"*; done
	) 9>"$cache/lock-$name"
	echo "$file"
}
