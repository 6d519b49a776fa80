#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A sample of tests/torture, which has every point.
# shellcheck disable=SC2034 # the helpers use it

load helper
load grub
load torture

setup() {
	make_grub_machine
	points=0
}

@test "enable that is killed, alone or with all that it started, or fails, is done or not done" {
	command=(enable 01:00)
	torture 11
	torture 101 -a
	torture 29 -e ENOSPC
	[ "$points" -ge 8 ]
}

@test "disable and rollback that are killed are done or not done" {
	tool enable 01:00
	command=(disable)
	torture 9
	command=(rollback)
	torture 13
	[ "$points" -ge 8 ]
}
