#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What cannot be printed is an error in every command, and lands in no other file.

load helper
load grub

setup() {
	make_grub_machine
}

# fails_with SENTENCE REDIRECTION ARGUMENTS...
fails_with() {
	local arguments
	for arguments in "${@:3}"; do
		run -2 --separate-stderr bash -c "'$top/vfio-early' --root '$root' $arguments $2"
		output=$stderr
		assert_contains "vfio-early: standard output cannot be written: $1"
		assert_equal 1 "$(grep -c 'standard output' <<<"$stderr")"
	done
}

@test "a full standard output is an error, whatever was to be printed" {
	fails_with 'No space left on device' '>/dev/full' list status 'enable 01:00 --yes' \
		disable 'cmdline 01:00' 'cmdline --explain 01:00' 'diagnose --only ENV-ROOT' log help \
		'help enable' 'list --help' version --help
	fails_with 'No space left on device' '>/dev/full' '--json list' '--json status' \
		'--json enable 01:00' '--json disable' '--json cmdline 01:00' '--json log' \
		'--json diagnose --only ENV-ROOT' '--json diagnose --list-checks'
}

@test "a closed standard output is an error, too, and no other file gets what was meant for it" {
	fails_with 'Bad file descriptor' '>&-' list '--json enable 01:00' disable
	grep -q '^vfio_early=0' <(grubenv)
	run ! grep -rE 'Nothing to do|Done:|switch off' "$root"/{boot,etc,run}
	tool enable 01:00 --yes
	grep -q '^vfio_early=1' <(grubenv)
}

@test "with all three closed a command does its work" {
	local status=0
	bash -c "'$top/vfio-early' --root '$root' enable 01:00 --yes <&- >&- 2>&-" || status=$?
	assert_equal 2 "$status"
	grep -q '^vfio_early=1' <(grubenv)
	assert_equal 'devices = 1234:1111@00:02.0/00' "$(grep ^devices "$root/etc/vfio-early.conf")"
}
