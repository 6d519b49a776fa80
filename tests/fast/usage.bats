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
	run -2 tool help lst
	assert_contains "no command 'lst'; 'vfio-early help' lists them"
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
		case $command in help | version) continue ;; esac
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
