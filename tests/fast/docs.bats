#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is written for people: that it is there, is whole, and is true of the programs.

load helper

documents=(README.md CONTRIBUTING.md docs/architecture.md)

# What stands between backquotes or behind a link's bracket, a line each.
# shellcheck disable=SC2016 # backquotes
quoted_in() { # DOCUMENT
	grep -oE '`[^`]+`|\]\([^)]+\)' "$top/$1" | sed -E 's/^(`|\]\()//; s/[`)]$//'
}

# Of those, what names a file or directory of this project: it lies at the top, or has a slash
# and is neither a path of a machine, nor a selector, nor has a blank or a placeholder in it.
paths_in() { # DOCUMENT
	local path
	quoted_in "$1" | grep -vE '[ $<>*{}=]|[A-Z]{2,}\.[a-z]|^[#/]|^https?:|^[0-9a-f]+:' | while read -r path; do
		[[ $path != */* && ! -e $top/$path ]] || echo "$path"
	done
}

@test "every path that the documents name is there" {
	local document path missing=0 seen=0
	for document in "${documents[@]}"; do
		while read -r path; do
			seen=$((seen + 1))
			# A document names its neighbours from where it lies.
			[ -e "$top/$path" ] || [ -e "$top/$(dirname "$document")/$path" ] || {
				echo "$document: $path is not there"
				missing=1
			}
		done < <(paths_in "$document")
	done
	[ "$seen" -gt 80 ]
	[ "$missing" -eq 0 ]
}

# The rows of the first table below a heading, each cell without its backquotes.
table_of() { # DOCUMENT HEADING
	awk -v heading="$2" '/^#/ {on = $0 == heading} on && /^\|/' "$top/$1" |
		sed -e 1,2d -e 's/`//g' -e 's/^| *//' -e 's/ *| */|/g'
}

@test "the table of rooms has each room once, with the directions that lint holds" {
	local room may expected=
	while IFS='|' read -r room may; do
		# A room may have its line before it has a file.
		[ ! -d "$top/$room" ] || expected+="$room|$may"$'\n'
	done < <(sed -n '/^#/d; s/: */|/p' "$top/tests/directions.txt")
	assert_equal "${expected%$'\n'}" \
		"$(table_of docs/architecture.md '## Rooms' | awk -F'|' '{print $1 "|" $3}')"
}

@test "each variable of the Makefile that names a directory is in the table of the README" {
	local name
	for name in $(grep -oE '^[A-Z]*(DIR|PREFIX)\> \?=' "$top/Makefile" | tr -d '?= '); do
		table_of README.md '## Building and installing' | grep -q "^\(.*, \)*$name|" || {
			echo "$name is not there"
			return 1
		}
	done
}

# The manual pages.

# The part of vfio-early(8) on a command, as words.
part_on() { # COMMAND
	awk -v command="$1" '/^\.S[SH] / {name = $2; gsub(/"/, "", name); on = name == command} on' \
		"$top/docs/man/vfio-early.8.in" | sed 's/\\-/-/g'
}

# Options in a text, each on a line.
options_in() {
	grep -oE '(^|[^[:alnum:]_-])--?[a-z][a-z-]*' | grep -oE -- '--?[a-z-]+' | sort -u
}

@test "every command of the help, and every option of its help, has its place in the manual, and no other" {
	local command options
	for command in $("$top/vfio-early" help | awk '/^  [a-z]/ {print $1}'); do
		assert_equal "$("$top/vfio-early" help "$command" | sed -n '1s/^Usage: vfio-early \[--json\] \[--root DIR\] //p')" \
			"$(part_on "$command" | sed -n '1{s/^\.SS "\{0,1\}//; s/"$//; p;}')"
		options=$("$top/vfio-early" help "$command" | sed 1d | grep -E '^  +(-|[A-Z]+ )' | sed 's/  [^ -].*//' | options_in)
		assert_equal "$options" "$(part_on "$command" | grep -E '^\.BI? ?R? ?-' | options_in)"
	done
	# Those of every command.
	options=$("$top/vfio-early" help | options_in)
	output=$(part_on OPTIONS)
	for command in $options --dry-run --yes --version; do
		assert_contains "$command"
	done
}

@test "every option of the early program is in its manual" {
	local options
	run -2 "$top/vfio-early-hook" --help
	options=$(sed 1d <<<"$output" | grep -oE '^  -[a-z]' | tr -d ' ')
	assert_equal "$(printf -- '-%s\n' d i n r)" "$(sort <<<"$options")"
	assert_equal "$options" "$(sed 's/\\-/-/g' "$top/docs/man/vfio-early-hook.8.in" |
		grep -A1 '^\.TP' | grep -oE '^\.BI? -[a-z]' | grep -oE -- '-[a-z]')"
}

@test "the manual pages are clean, and each says where it is to be found" {
	local page
	for page in "$top"/docs/man/*.in; do
		run -0 mandoc -T lint -W warning "$page"
		assert_equal '' "$output"
		page=${page##*/}
		page=${page%.in}
		run -0 mandoc -T ascii "$top/docs/man/$page.in"
		[[ ${output,,} == "${page%.*}(${page##*.})"* ]]
	done
}

@test "the manual's examples of commands and flags are right" {
	local line
	make_machine
	mkdir -p "$root/run"
	make_kernel 6.1.0-1-amd64
	make_grub
	put /etc/vfio-early.conf < <(sed -n '/^\.nf/,/^\.fi/p' "$top/docs/man/vfio-early.conf.5.in" |
		grep -v '^\.' | sed 's/\\-/-/g')
	run -0 --separate-stderr tool list
	assert_equal '' "$stderr"
	while read -r line; do
		run tool cmdline --explain "$line"
		assert_lacks 'neither'
		assert_lacks 'not allowed'
		[ "$status" -le 1 ]
	done < <(grep -oE '^\.B vfio_early=.*' "$top/docs/man/vfio-early.7.in" | sed 's/^\.B //')
	rm "$root/etc/vfio-early.conf"
	put /etc/pve/qemu-server/100.conf <<<'hostpci0: 01:00'
	while read -r line; do
		# shellcheck disable=SC2086 # words
		run tool ${line#vfio-early }
		[ "$status" -ne 2 ]
	done < <(sed -n '/^\.nf/,/^\.fi/p' "$top/docs/man/vfio-early.8.in" | grep -v '^\.' | sed 's/\\-/-/g')
}

# The keys of JSON.

# The keys in a part of docs/json.md: what its lists hold without further keys is the list's.
documented_keys() { # HEADING
	table_of docs/json.md "## $1" | cut -d'|' -f1 | tr -d ' ' | tr , '\n' | sed 's/\[\]$//' | sort -u
}

# The keys of the documents on standard input: "devices[].address", and no key of a key.
keys_in() {
	jq -r 'paths | map(if type == "number" then "[]" else . end) | join(".")' |
		sed -e 's/\.\[\]/[]/g' -e 's/\[\]$//' | sort -u
}

# A key that has keys below it may be documented by them alone.
keys_are_documented() { # HEADING, with documents on standard input
	local key missing=0 documented given
	documented=$(documented_keys "$1")
	given=$(keys_in)
	for key in $given; do
		grep -qxF -e "$key" <<<"$documented" || grep -qF -e "$key." -e "${key}[]." <<<"$documented" || {
			echo "$1: $key is not documented"
			missing=1
		}
	done
	for key in $documented; do
		grep -qxF -e "$key" <<<"$given" || {
			echo "$1: no document has $key"
			missing=1
		}
	done
	[ "$missing" -eq 0 ]
}

# A machine with something to tell for every key.
make_telling_machine() {
	make_machine
	mkdir -p "$root/run"
	make_kernel 6.1.0-1-amd64
	make_grub "vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt"
	make_grubenv vfio_early=1
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	boot_with 'vfio_early=01:00,zz'
}

@test "every key of the journal is documented, and no other" {
	make_telling_machine
	tool disable
	tool --json log | jq '.commands[].changes[].after = null' | keys_are_documented log
}

@test "every key of list, status, cmdline, enable, disable and confirm is documented, and no other" {
	make_telling_machine
	tool --json list | keys_are_documented list
	{ tool --json status || :; } | keys_are_documented status
	tool --json cmdline 01:00 2>&- | keys_are_documented cmdline
	{ tool --json cmdline --explain vfio_early=01:00,zz || :; } | keys_are_documented 'cmdline --explain'
	for command in 'enable --dry-run 02:00' 'disable --dry-run' 'confirm --dry-run'; do
		# shellcheck disable=SC2086 # words
		{ tool --json $command 2>&- || :; } | keys_are_documented enable
	done
}

@test "every key of diagnose is documented, and no other" {
	local case
	echo '[    0.000000] DMAR: IOMMU disabled' >"$BATS_TEST_TMPDIR/log"
	tool --json diagnose --list-checks | keys_are_documented 'diagnose --list-checks'
	tool --json diagnose --list-signatures | keys_are_documented 'diagnose --list-signatures'
	for case in case-901-on-vfio case-wrapped-log case-dead-device case-healthy-vm; do
		rm -rf "$root"
		unpack "$case"
		# shellcheck disable=SC2046 # words
		tool --json diagnose $(fixture_says "$case" args) || [ $? -eq 1 ]
		tool --json diagnose --dmesg "$BATS_TEST_TMPDIR/log" || [ $? -eq 1 ]
	done | keys_are_documented diagnose
}
