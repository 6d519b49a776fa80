#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What stands in front of the commands, and the help.

load helper

@test "no command is wrong usage, and shows what there is" {
	run -2 --separate-stderr tool
	assert_equal '' "$output"
	output=$stderr
	assert_contains 'Usage: vfio-early [--json] [--root DIR] COMMAND [ARGUMENT...]'
	assert_contains $'\n  list '
}

@test "an unknown command, an unknown option and a missing argument are wrong usage" {
	run -2 tool lst
	assert_contains "no command 'lst'"
	run -2 tool --jsn list
	assert_contains "Try 'vfio-early help'"
	run -2 "$top/vfio-early" --root
	assert_contains "Try 'vfio-early help'"
	run -2 tool help xyzzy
	assert_contains "no command 'xyzzy'; 'vfio-early help' lists them"
}

@test "help lists the commands in the order in which a user meets them" {
	run -0 tool help
	assert_equal 'list status enable disable cmdline diagnose' \
		"$(awk '/^  [a-z]/ {print $1}' <<<"$output" | head -6 | paste -sd' ')"
	assert_equal "$output" "$("$top/vfio-early" --help)"
	assert_equal "$output" "$("$top/vfio-early" -h)"
}

@test "every command has a help of its own" {
	local command
	for command in $("$top/vfio-early" help | awk '/^  [a-z]/ {print $1}'); do
		run -0 tool help "$command"
		assert_contains "Usage: vfio-early [--json] [--root DIR] $command"
	done
}

@test "version" {
	run -0 tool version
	[[ $output =~ ^vfio-early\ [0-9]+\.[0-9]+\.[0-9]+ ]]
	assert_equal "$output" "$("$top/vfio-early" --version)"
}

@test "a root that is not there has no PCI bus" {
	run -2 "$top/vfio-early" --root /nonexistent list
	assert_contains '/nonexistent/sys/bus/pci is not there'
}

@test "a mistyped command is told the nearest one, for help as well" {
	local typed
	for typed in enabel:enable dsable:disable lst:list staus:status diagnsoe:diagnose hepl:help; do
		run -2 tool "${typed%:*}"
		assert_equal "vfio-early: no command '${typed%:*}': did you mean '${typed#*:}'?" "$output"
		run -2 tool help "${typed%:*}"
		assert_equal "vfio-early: no command '${typed%:*}': did you mean '${typed#*:}'?" "$output"
	done
	# Nothing is made up for what is like no command.
	run -2 tool xyzzy
	assert_equal "vfio-early: no command 'xyzzy'; 'vfio-early help' lists them" "$output"
}

@test "help about help" {
	run -0 tool help help
	assert_contains 'Usage: vfio-early [--json] [--root DIR] help [COMMAND]'
	assert_equal "$output" "$(tool help --help)"
	assert_equal "$(tool help list)" "$(tool help --json list)"
	assert_equal "$(tool help)" "$(tool help --json)"
}

@test "--help and -h are taken anywhere on the line of every command" {
	local command expected
	for command in $("$top/vfio-early" help | awk '/^  [a-z]/ {print $1}') grub-entries; do
		expected=$(tool help "$command")
		assert_equal "$expected" "$(tool "$command" --help)"
		assert_equal "$expected" "$(tool "$command" something -h)"
	done
	# What stands behind an option is not one.
	run -2 tool diagnose --output
	assert_contains "option '--output' requires an argument"
	run -2 tool diagnose --domain --help --format x
	assert_contains "--format is text, markdown, json or prom, not 'x'"
	# What stands behind -- is a word.
	run -2 tool status -- --help
	assert_contains "status: unexpected '--help'"
}

@test "--json is taken anywhere on the line of every command" {
	make_machine
	make_kernel 6.1.0-9-amd64
	make_grub
	mkdir -p "$root/run"
	local line
	for line in 'list' 'list -a' 'cmdline 01:00' 'cmdline --explain 01:00' 'diagnose --list-checks' \
		'disable --dry-run' 'confirm'; do
		# shellcheck disable=SC2086 # words
		assert_equal "$(tool --json $line)" "$(tool $line --json)"
		# shellcheck disable=SC2086
		tool $line --json | jq -e . >/dev/null
	done
	assert_equal "$(tool --json status || :)" "$(tool status --json || :)"
	assert_equal "$(tool --json cmdline 01:00)" "$(tool cmdline --json 01:00)"
}

@test "those that change the system know --dry-run and --yes, the others do not" {
	local command
	make_machine
	make_kernel 6.1.0-9-amd64
	make_grub
	make_grubenv vfio_early=1 vfio_early_pending=1
	run -0 tool disable --yes --dry-run
	assert_contains 'Would be done:'
	run -0 tool confirm --yes --dry-run
	assert_contains $'Would be done:\n  tell GRUB that this boot came up'
	grep -q vfio_early_pending=1 "$root/boot/grub/grubenv"
	run -1 tool enable --yes --dry-run 7f:00
	assert_contains "no device fits '7f:00'"
	for command in list status cmdline diagnose capture; do
		run -2 tool "$command" --dry-run
		assert_contains "$command: unrecognized option '--dry-run'"
		assert_contains "try 'vfio-early help $command'"
	done
}

@test "only root changes the system" {
	local command
	[ "$(id -u)" -eq 0 ]
	cp "$top/vfio-early" "$BATS_TEST_TMPDIR/"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	for command in enable disable confirm; do
		run -2 setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/vfio-early" "$command" --dry-run
		assert_equal "vfio-early: $command changes the system: run it as root" "$output"
	done
}
