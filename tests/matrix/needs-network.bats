#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A root over iSCSI: the network card is needed before it.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../lab/roots.bash

setup_file() {
	lab_machine "$(lab_disk bookworm initramfs-tools-and-roots)" \
		"-netdev user,id=net -device virtio-net-pci,addr=09.0,netdev=net,romfile="
	lab_target 1600M 33260
	lab_boot --timeout 900 --run "$move_root"'
		printf "[Match]\nDriver=virtio_net\n[Network]\nDHCP=yes\n" >/etc/systemd/network/lab.network
		systemctl start systemd-networkd
		modprobe iscsi_tcp
		target="iqn.2000-01.lab:root"
		timeout 60 sh -c "until iscsistart -i $target.machine -t $target -g 1 -a 10.0.2.2 -p 33260; do sleep 2; done"
		udevadm settle
		rm /etc/systemd/network/lab.network
		move_root /dev/sda /dev/sda \
			"iscsi_initiator=$target.machine iscsi_target_name=$target iscsi_target_ip=10.0.2.2 iscsi_target_port=33260"'
	lab_boot --run 'if vfio-early enable 00:09.0 >refused 2>&1; then echo "it did not fail" >>refused; fi
		findmnt -n -o SOURCE /
		vfio-early cmdline 00:09.0 >words 2>&1 || :
		vfio-early enable 01:00'
	lab_keep before
}

teardown_file() {
	kill -KILL "$(cat "$BATS_FILE_TMPDIR/target.pid")"
}

@test "the network card of a root over iSCSI is refused" {
	expect_line before/output '^/dev/sda$'
	expect_no_line before/refused 'it did not fail'
	expect_line before/refused 'refused: 00:09.0 .* its network interface'
	expect_line before/words 'its network interface'
}

@test "with the card's word typed at the prompt all the same there is no root, and the guard brings the machine back" {
	lab_boot --timeout 600 "edit:Debian GNU/Linux, GPU for virtual machines (vfio-early)" "add:vfio_early=00:09.0" boot \
		"unplug:Gave up waiting for root"
	expect_serial 'vfio-early: 0000:00:09.* taken for vfio-pci'
	lab_boot --run 'vfio-early status || :'
	expect_normal_drivers
	expect_drivers 0000:00:09.0=virtio-pci
	expect_line output 'did not come up'
}
