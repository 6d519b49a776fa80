#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel log: /dev/kmsg's records, saved logs, and the messages that are known.

load helper

setup() {
	unpack vm-host
}

# A complete log of /dev/kmsg with these lines as records 1, 2, ...
log() { # TEXT...
	local number=1 text
	{
		echo '5,0,0,-;Linux version 6.8.12-4-pve'
		for text; do
			printf '6,%d,%d,-;%s\n' "$number" $((number * 1000)) "$text"
			number=$((number + 1))
		done
	} | put /dev/kmsg
}

# The ids of the messages found in the log, sorted.
found() { # ARGUMENT...
	tool --json diagnose --only LOG-SIGNATURES "$@" | jq -r '
		[.checks[] | (.signature // empty), (select(.status == "pass" or .status == "unknown")
			.evidence[].value | capture("^(?<id>S[0-9]+[a-z]?): ").id)]
		| unique | join(" ")'
}

@test "every message that is known is recognised, and as nothing else" {
	local id text wrong=0 want
	while IFS=$'\t' read -r id text; do
		log "$text"
		[ "$(found)" = "$id" ] || {
			printf '%s: found %s in: %s\n' "$id" "$(found)" "$text"
			wrong=1
		}
	done <"$fixtures/signatures.tsv"
	[ "$wrong" -eq 0 ]
	want=$(cut -f 1 "$fixtures/signatures.tsv" | sort -u)
	assert_equal "$want" "$(tool --json diagnose --list-signatures | jq -r '.signatures[].id' | sort -u)"
}

@test "each spelling in the table has a sample" {
	local texts
	texts=$(tool --json diagnose --list-signatures | jq '[.signatures[].said[]] | length')
	# a spelling may be a piece of another one's message
	[ "$(wc -l <"$fixtures/signatures.tsv")" -gt $((texts - 12)) ]
}

@test "what only sounds like a known message is none" {
	log 'pcieport 0000:00:01.0: AER: enabled with IRQ 24' 'pci 0000:01:00.0: BAR 1 [mem 0x4000000000-0x400fffffff 64bit pref]: assigned' \
		'vfio-pci 0000:01:00.0: resetting' 'vfio-pci 0000:01:00.0: not ready 1023ms after FLR; waiting'
	assert_equal '' "$(found)"
}

@test "a message is graded by what the card is for" {
	log 'NVRM: GPU 0000:01:00.0 is already bound to vfio-pci.'
	run tool diagnose --only LOG-SIGNATURES --vm 100
	assert_contains 'pass    LOG-SIGNATURES: 1 known messages'
	run tool diagnose --only LOG-SIGNATURES --want host 01:00
	assert_contains 'warn    LOG-SIGNATURES 0000:01:00.0: S49'
	assert_contains 'DRV-OTHER-CLAIMS'
}

@test "a message never fails by itself: the exit status is 0" {
	log 'vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up'
	run -0 tool diagnose --only LOG-SIGNATURES
	assert_contains 'S40'
	run -1 tool diagnose --only LOG-SIGNATURES --strict
}

@test "repeated messages are one line, with the first and the last record" {
	log 'pcieport 0000:00:01.0: AER: Corrected error message received from 0000:01:00.0' x \
		'pcieport 0000:00:01.0: AER: Corrected error message received from 0000:01:00.0'
	run tool diagnose --only LOG-SIGNATURES
	assert_contains 'S47, 2 times'
	assert_contains '/dev/kmsg:1 ='
	assert_contains '/dev/kmsg:3 ='
}

@test "the device comes from the record's fields, not from its words" {
	printf '%s\n' '5,0,0,-;Linux version 6.8' "3,1,5,-,caller=T1;BAR 1: can't reserve, vfio-pci x: BAR 1: can't reserve" \
		' SUBSYSTEM=pci' ' DEVICE=+pci:0000:02:00.0' | put /dev/kmsg
	assert_equal '' "$(found)"
	sed -i 's/0000:02:00.0/0000:01:00.0/' "$root/dev/kmsg"
	assert_equal 'S37' "$(found)"
}

@test "a log without its beginning makes every answer unknown that needs a message's absence" {
	log 'x'
	sed -i 1d "$root/dev/kmsg"
	run -0 tool diagnose --only LOG-SIGNATURES,ENV-LOG-COMPLETE
	assert_contains 'unknown ENV-LOG-COMPLETE'
	assert_contains 'unknown LOG-SIGNATURES'
	assert_contains '0 pass'
}

@test "a log of several boots speaks of the last one only" {
	{
		echo '[    0.000000] Linux version 6.8'
		echo '[    1.000000] vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up'
		echo '[    0.000000] Linux version 6.8'
		echo '[    1.000000] DMAR: IOMMU enabled'
	} >"$BATS_TEST_TMPDIR/saved"
	assert_equal 'S01' "$(found --dmesg "$BATS_TEST_TMPDIR/saved")"
}

@test "a saved log is read in every form that dmesg and journalctl have" {
	local form
	for form in \
		'[    5.123456] %s' \
		'<4>[    5.123456] %s' \
		'kern  :warn  : [    5.123456] %s' \
		'kern  :warn  : [Sat Nov 21 08:49:38 2026] %s' \
		'[Sat Nov 21 08:49:38 2026] %s' \
		'[    5.123456] [T1234] %s' \
		'2026-11-21T08:49:38,123456+00:00 %s' \
		'Nov 21 08:49:38 tower7 kernel: %s' \
		'[    5.123456] tower7 kernel: %s' \
		'%s'; do
		# shellcheck disable=SC2059 # that is what it is for
		printf "$form\n" 'Linux version 6.8.12' 'vfio-pci 0000:01:00.0: not ready 1ms after FLR; giving up' \
			>"$BATS_TEST_TMPDIR/saved"
		run tool diagnose --only LOG-SIGNATURES,ENV-LOG-COMPLETE --dmesg "$BATS_TEST_TMPDIR/saved"
		assert_contains 'pass    ENV-LOG-COMPLETE'
		assert_contains 'LOG-SIGNATURES 0000:01:00.0: S40'
		assert_contains "= vfio-pci 0000:01:00.0: not ready" || return 1
	done
}

@test "dmesg's further lines of a message belong to it" {
	cat >"$BATS_TEST_TMPDIR/saved" <<-'END'
		[    0.000000] Linux version 6.8
		[    5.123456] NVRM: The NVIDIA GPU 0000:01:00.0
		               NVRM: (PCI ID: 10de:2d04) installed in this system has
		               NVRM: fallen off the bus and is not responding to commands.
	END
	assert_equal 'S58' "$(found --dmesg "$BATS_TEST_TMPDIR/saved")"
}

@test "bytes that are no text do no harm" {
	printf '5,0,0,-;Linux version 6.8\n4,1,5,-;\xff\xfe\\x00\\xff vfio-pci 0000:01:00.0: BAR 1: can'"'"'t reserve [mem]\n\n;;;\n4,2\n' |
		put /dev/kmsg
	run -0 tool --json diagnose --only LOG-SIGNATURES
	assert_contains '"S37"'
	jq . >/dev/null <<<"$output"
}

@test "a log file that is not there is an error of whoever named it" {
	run -2 tool diagnose --only LOG-SIGNATURES --dmesg "$BATS_TEST_TMPDIR/none"
	assert_contains "$BATS_TEST_TMPDIR/none cannot be read: No such file or directory"
}

@test "a log is read from a pipe, too, as from dmesg itself" {
	local log=$'[    0.000000] Linux version 6.8\n[    1.000000] vfio-pci 0000:01:00.0: BAR 1: can\'t reserve [mem]'
	run -0 tool --json diagnose --only LOG-SIGNATURES --dmesg /dev/stdin < <(sleep 0.3; echo "$log")
	assert_contains '"S37"'
	run -0 tool --json diagnose --only LOG-SIGNATURES --dmesg <(echo "$log")
	assert_contains '"S37"'
	run -0 tool --json diagnose --only LOG-SIGNATURES --dmesg /dev/stdin <<<"$log"
	assert_contains '"S37"'
}
