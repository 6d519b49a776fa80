#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# diagnose's page for people: short, as wide as the terminal, and harmless to it.
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

load helper

setup() {
	unpack vm-host
}

# What a terminal of this size shows. script needs a size to give to the program.
terminal() { # COLUMNS ARGUMENT...
	local columns=$1
	shift
	TERM=dumb script -qec "stty rows 24 cols $columns; '$top/vfio-early' --root '$root' $*" /dev/null | tr -d '\r'
}

# Lines, without those of commands, that are wider than this.
wider() { # COLUMNS
	grep -v '^ *# ' <<<"$output" | grep -E "^.{$(($1 + 1)),}" || true
}

@test "what is well is counted, and shown with --all or when its check is asked for" {
	run -0 tool diagnose
	assert_equal '0000:01:00.0 NVIDIA Corporation GB206 [GeForce RTX 5060 Ti] [10de:2d04]: for VM 100' "${lines[1]}"
	assert_equal 'Nothing stands between 0000:01:00.0 and VM 100.' "${lines[3]}"
	[ "${#lines[@]}" -eq 4 ]
	run -0 tool diagnose --all
	assert_contains 'pass    GROUP-VIABLE 0000:01:00.0'
	assert_contains 'skip    CT-SECTION'
	assert_contains 'info    DRV-BOUND 0000:00:02.0'
	run -0 tool diagnose --only GROUP-VIABLE
	assert_contains 'pass    GROUP-VIABLE 0000:01:00.0'
}

@test "one problem is on one screen of 24 lines by 80 columns, with its remedy" {
	local name file rows seen=0
	for file in "$fixtures"/{DEV,DRV,GROUP,IOMMU,VM}-*.fail.manifest; do
		name=${file##*/}
		rm -rf "$root"
		unpack "${name%.manifest}"
		# shellcheck disable=SC2046 # words
		COLUMNS=80 run tool diagnose $(fixture_says "${name%.manifest}" args)
		rows=$(grep -cE '^(FAIL|warn|unknown) ' <<<"$output") || true
		[ "$rows" -eq 1 ] || continue
		seen=$((seen + 1))
		assert_contains '        -> '
		[ "$(wc -l <<<"$output")" -le 24 ]
		assert_equal '' "$(wider 80)"
	done
	[ "$seen" -gt 10 ]
}

@test "the terminal's own width counts, COLUMNS before it, and a file gets whole lines" {
	local long='NVIDIA Corporation GB206 [GeForce RTX 5060 Ti] [10de:2d04]: for VM 100' columns
	rm -rf "$root"
	unpack MODE-CONFLICT.fail
	for columns in 60 100; do
		output=$(terminal "$columns" diagnose)
		assert_equal '' "$(wider "$columns")"
		# it is used, too
		[ -n "$(wider $((columns - 5)))" ]
		output=$(COLUMNS=$columns tool diagnose || true)
		assert_equal '' "$(wider "$columns")"
	done
	rm -rf "$root"
	unpack vm-host
	run -0 tool diagnose
	assert_contains "0000:01:00.0 $long"
	tool diagnose --output "$BATS_TEST_TMPDIR/report"
	COLUMNS=60 tool diagnose --output "$BATS_TEST_TMPDIR/narrow"
	cmp "$BATS_TEST_TMPDIR/report" "$BATS_TEST_TMPDIR/narrow"
}

@test "a card is one line: its name gives way, its address and its purpose do not" {
	COLUMNS=60 run -0 tool diagnose --want vm 01:00
	assert_equal '0000:01:00.0 GeForce RTX 5060 Ti: for VM 100, as asked' "${lines[0]}"
	COLUMNS=40 run -0 tool diagnose --want vm 01:00
	assert_equal '0000:01:00.0 GeForc...060 Ti: for VM 100' "${lines[0]}"
	COLUMNS=44 run -0 tool diagnose --want vm 01:00
	assert_equal '0000:01:00.0 GeForce RTX 5060 Ti: for VM 100' "${lines[0]}"
}

@test "a card's short name is what its maker calls it, with brackets or behind those of the maker" {
	sed -i 's/GB206 \[GeForce RTX 5060 Ti\]/Phoenix1 and a name that is too long for a line [AMD] Phoenix1/' "$root/usr/share/misc/pci.ids"
	COLUMNS=60 run -0 tool diagnose --want vm 01:00
	assert_equal '0000:01:00.0 Phoenix1: for VM 100, as asked' "${lines[0]}"
}

@test "remedies wrap at blanks, commands stay whole, evidence is cut in its middle" {
	rm -rf "$root"
	unpack DRV-OTHER-CLAIMS.fail
	tool --json diagnose --ct 901 >"$BATS_TEST_TMPDIR/json" || true
	COLUMNS=60 run tool diagnose --ct 901
	assert_equal '' "$(wider 60)"
	# every word of a remedy is there, in its order
	while IFS= read -r text; do
		[[ $(tr -s ' \n' '  ' <<<"$output") == *"$text"* ]]
	done < <(jq -r '.checks[] | select(.status == "fail").remedy.text' "$BATS_TEST_TMPDIR/json")
	while IFS= read -r command; do
		grep -qFx "           # $command" <<<"$output"
	done < <(jq -r '.checks[] | select(.status == "fail").remedy.commands[]' "$BATS_TEST_TMPDIR/json")
	grep -qE '^        /etc/modprobe.d/[a-z.]+:[0-9]+ = .+\.\.\..+' <<<"$output"
}

@test "what a remedy has in quotes is not broken: it is to be typed" {
	printf '%s\n' '5,0,0,-;Linux version 6.8' \
		'3,1,5,-;DMAR: intel_iommu_map: iommu width (39) is not sufficient for the mapped address (ffff00000000)' |
		put /dev/kmsg
	local columns
	for columns in 60 63 66 72 80; do
		COLUMNS=$columns run -0 tool diagnose
		assert_contains '"cpu: host,phys-bits=39"'
		assert_contains "\"<maxphysaddr mode='passthrough' limit='39'/>\""
		assert_equal '' "$(wider "$columns")"
	done
}

@test "commands and evidence that a row above has already are not said twice" {
	rm -rf "$root"
	unpack case-901-on-vfio
	run -1 tool diagnose --ct 901
	assert_contains '(the commands of DRV-BOUND)'
	assert_equal 2 "$(grep -c '# vfio-early disable' <<<"$output")"
	assert_lacks '/dev/nvidia0 = absent'
	run -1 tool diagnose --ct 901 --all
	assert_contains '/dev/nvidia0 = absent'
}

@test "control characters of files, names and records do not reach the terminal" {
	local bell=$'\a' escape=$'\033' csi=$'\302\233'
	sed -i "s/^hostpci0.*/&,x=${escape}[2J$bell${csi}5m/" "$root/etc/pve/qemu-server/100.conf"
	printf '%s\n' '5,0,0,-;Linux version 6.8' '4,1,5,-;vfio-pci 0000:01:00.0: BAR 1: can'"'"'t reserve \x1b[31m\x07 [mem]' |
		put /dev/kmsg
	sed -i "s/GB206/GB$escape]0;title${bell}206$csi/" "$root/usr/share/misc/pci.ids"
	for format in text markdown prom; do
		run tool diagnose --all --verbose --format "$format"
		assert_lacks "$bell"
		assert_lacks "$escape"
		assert_lacks "$csi"
		[ "$format" = prom ] || assert_contains 'GB\x1b]0;title\x07206\xc2\x9b'
	done
	run -2 tool diagnose "09:00${escape}[2J"
	assert_lacks "$escape"
}
