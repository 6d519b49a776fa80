#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A passthrough boot that was asked to stop before the system was up did not fail.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

@test "rescue mode confirms a passthrough boot" {
	lab_machine "$(lab_enabled_disk)"
	lab_boot --run '
		mkdir /etc/systemd/system/rescue.target.wants
		ln -s ../lab-agent.service /etc/systemd/system/rescue.target.wants/
		systemctl set-default rescue.target'
	lab_boot --run 'systemctl is-active rescue.target; grub-editenv - list'
	expect_first_card_passed_through
	expect_line output '^vfio_early_pending=0$'
	lab_boot
	expect_first_card_passed_through
}

@test "a passthrough boot that is powered off early, in good order, is passed over once" {
	lab_machine "$(lab_enabled_disk)"
	lab_boot --run '
		cat >/etc/systemd/system/early-end.service <<-END
			[Unit]
			ConditionKernelCommandLine=vfio_early
			Before=multi-user.target
			[Service]
			Type=oneshot
			ExecStart=/bin/sh -c "systemctl --no-block poweroff; sleep 60"
			[Install]
			WantedBy=multi-user.target
		END
		systemctl enable early-end.service'
	run lab_boot # powers itself off before it can leave anything behind
	lab_boot --run 'vfio-early status'
	expect_serial 'it was stopped before it had started up'
	expect_normal_drivers
	expect_line output 'was not confirmed: it was stopped before it had started up'
}
