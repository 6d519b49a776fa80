#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A virtual function of a drive, made by a unit when the system is up, and given away by itself.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

physical=0000:04:00.0
drive="-device pcie-root-port,id=port4,addr=09.0,chassis=4,slot=4 -device nvme-subsys,id=subsystem
	-device nvme,id=nvme,serial=lab,bus=port4,subsys=subsystem,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2
	-device nvme-ns,bus=nvme,drive=data"

setup_file() {
	lab_machine "$(lab_disk)" "$(lab_drive data 64M) $drive"
	lab_boot --run '
		cat >/etc/systemd/system/functions.service <<-END
			[Service]
			Type=oneshot
			ExecStartPre=/bin/sh -c "until [ -e /dev/nvme0n1 ]; do sleep 1; done"
			ExecStart=/bin/sh -c "echo 2 >/sys/bus/pci/devices/'$physical'/sriov_numvfs"
			[Install]
			WantedBy=multi-user.target
		END
		mkdir -p /etc/pve/qemu-server
		printf "%s\n" "hostpci0: 0000:04:00.1" "machine: q35" "memory: 256" >/etc/pve/qemu-server/100.conf
		systemctl enable --now functions.service
		udevadm settle
		if vfio-early enable 04:00.0 >refused 2>&1; then echo "it did not fail" >>refused; fi
		vfio-early enable 04:00.1'
	lab_keep before
	lab_boot --run 'head -c 1M /dev/nvme0n1 | wc -c
		vfio-early status || :; vfio-early diagnose --all --vm 100 || :'
}

@test "the physical function is refused while it has virtual ones" {
	expect_no_line before/refused 'it did not fail'
	expect_line before/refused '04:00.0 .*: virtual functions or mediated devices hang on it'
}

@test "a virtual function that appears late is with vfio-pci, and its physical one works on" {
	expect_drivers $physical=nvme 0000:04:00.1=vfio-pci
	[ "$(guest_driver_of 0000:04:00.2)" != vfio-pci ]
	expect_line record '^0000:04:00.1 1b36:0010 (taken|kept) .* after=vfio-pci '
	expect_line output '^1048576$'
}

@test "status and diagnose judge the virtual function by itself" {
	expect_line output '^  04:00.1  with vfio-pci, taken by the early program$'
	expect_line output "^  04:00.1  is given to vfio-pci, by the word '1b36:0010@00:09.0/00.1'$"
	expect_line output '^pass +DEV-ALIVE 0000:04:00.1: the card answers$'
	expect_line output '^pass +GROUP-VIABLE 0000:04:00.1: '
	expect_line output '^pass +DRV-BOUND 0000:04:00.1: the card is with vfio-pci, as VM 100 needs it$'
	expect_no_line output '^(FAIL|WARN).* 0000:04:00'
}
