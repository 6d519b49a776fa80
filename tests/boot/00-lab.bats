#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The laboratory itself, on plain Debian: if one of these fails, no other boot test means anything.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_plain_disk)"
	lab_boot --run 'cd /sys/bus/pci/devices; grep -H . */vendor */device */boot_vga >/mnt/out/ids
		lsinitramfs "/boot/initrd.img-$(uname -r)" >/mnt/out/image
		cmp /boot/grub/grub.cfg /root/grub.cfg.before'
}

@test "Debian boots from its own disk through GRUB" {
	expect_line command-line '^BOOT_IMAGE=/boot/vmlinuz-[^ ]* root=UUID='
	expect_line system-state '^running$'
}

@test "two cards and a boot display have the same ID" {
	for address in 0000:00:01.0 0000:01:00.0 0000:02:00.0; do
		expect_line ids "^$address/vendor:0x1234"
		expect_line ids "^$address/device:0x1111"
	done
	expect_line ids '^0000:00:01.0/boot_vga:1'
	expect_no_line ids '^0000:0[12]:00.*/boot_vga'
}

@test "the functions of a card share one IOMMU group, which nothing else is in" {
	first=$(guest_group_of 0000:01:00.0)
	second=$(guest_group_of 0000:02:00.0)
	[ "$(guest devices | awk -v g="$first" '$3 == g { printf "%s ", $1 }')" = "0000:01:00.0 0000:01:00.1 0000:01:00.2 " ]
	[ "$(guest devices | awk -v g="$second" '$3 == g { printf "%s ", $1 }')" = "0000:02:00.0 0000:02:00.1 " ]
}

@test "the rival drivers are in the image and take every device before the root filesystem is there" {
	expect_normal_drivers
	for module in bochs snd-hda-intel xhci-pci; do
		expect_line image "/$module.ko"
	done
	guest kernel-log | sed '/systemd\[1\]: systemd .* running in system mode/,$d' >"$BATS_TEST_TMPDIR/early"
	for line in 'for 0000:01:00.0 on minor' 'for 0000:02:00.0 on minor' 'snd_hda_intel 0000:01:00.1' \
		'snd_hda_intel 0000:02:00.1' 'xhci_hcd 0000:01:00.2'; do
		grep -q "$line" "$BATS_TEST_TMPDIR/early" || { echo "not early: $line"; return 1; }
	done
}

@test "a person at the GRUB prompt adds words to the command line and deletes others" {
	lab_boot "edit:Debian GNU/Linux" "add:lab_word=added" "delete:ro" boot
	expect_line command-line ' console=ttyS0 no_timer_check lab_word=added$'
	expect_no_line command-line ' ro '
}

@test "a person at the GRUB menu opens a submenu, and a machine without an IOMMU has no groups" {
	lab_boot --no-iommu "pick:Advanced options for Debian GNU/Linux" "edit" "add:lab_word=submenu" boot
	expect_line command-line ' lab_word=submenu$'
	expect_no_line devices ' [0-9]+$'
	expect_normal_drivers
}

@test "a machine that is unplugged in the kernel keeps what was written before and boots again" {
	lab_machine "$LAB_MACHINE/disk.qcow2"
	lab_boot --run 'echo kept >/root/note; sync'
	lab_boot "unplug:Linux version"
	lab_boot --run 'cat /root/note'
	expect_line output '^kept$'
}

@test "a card is plugged into a running machine, and its driver takes it" {
	lab_boot --run 'echo lab: plug >/dev/ttyS0
		timeout 60 sh -c "until [ -e /sys/bus/pci/devices/0000:03:00.0/driver ]; do sleep 1; done"
		readlink /sys/bus/pci/devices/0000:03:00.0/driver' \
		"wait:lab: plug" "monitor:device_add bochs-display,bus=port3"
	expect_line output '/bochs-drm$'
}
