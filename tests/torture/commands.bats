#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command that writes, cut off or failed at each system call that changes a file; of those of
# all the programs that it runs, VFIO_EARLY_TORTURE_STEP says each how manieth.
# shellcheck disable=SC2034 # the helpers use it

load ../fast/helper
load ../fast/grub
load ../fast/torture

every=${VFIO_EARLY_TORTURE_STEP:-5}

setup() {
	make_grub_machine
	points=0
}

teardown() {
	echo "# $points points" >&3
}

# The command in $command, in every way.
in_every_way() {
	local error
	torture 1
	torture "$every" -a
	for error in ENOSPC EIO EROFS ENOMEM; do
		torture 1 -e "$error"
	done
}

@test "enable" {
	command=(enable 01:00)
	in_every_way
}

@test "enable of another card, where one is on" {
	tool enable 01:00
	command=(enable 02:00)
	in_every_way
}

@test "disable" {
	tool enable 01:00
	command=(disable)
	in_every_way
}

@test "rollback" {
	tool enable 01:00
	tool enable 02:00
	command=(rollback)
	in_every_way
}
