#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# An encrypted root, whose passphrase is asked for, and typed, before there is one. The only keyboard hangs on the first
# card's USB controller.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../lab/roots.bash

prompt="wait:Please unlock disk"

setup_file() {
	lab_machine "$(lab_disk bookworm initramfs-tools-and-roots)" "-machine i8042=off -device usb-kbd,bus=usb.0 \
		$(lab_drive root 1600M) -device virtio-blk-pci,addr=09.0,drive=root"
	lab_boot --timeout 900 --run "$move_root"'
		printf lab | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file - /dev/vdb
		printf lab | cryptsetup open --key-file - /dev/vdb root
		uuid=UUID=$(cryptsetup luksUUID /dev/vdb)
		move_root /dev/mapper/root /dev/mapper/root "cryptopts=target=root,source=$uuid"
		echo "root $uuid none luks,initramfs" >/media/etc/crypttab'
	lab_boot --run 'if vfio-early enable 01:00 >refused 2>&1; then echo "it did not fail" >>refused; fi
		vfio-early cmdline 01:00 >words 2>&1 || :
		vfio-early enable 01:00 --force' "$prompt" type:lab
	lab_keep before
}

@test "the only keyboard is not given away without --force where the boot asks for a passphrase" {
	expect_no_line before/refused 'it did not fail'
	for said in before/refused before/words before/output; do
		expect_line $said 'only keyboard hangs on it, and the boot asks for a passphrase'
	done
}

@test "with --force it is, and the passphrase can be typed on the serial console" {
	lab_boot --run 'findmnt -n -o SOURCE /; vfio-early enable 02:00' "$prompt" type:lab
	expect_first_card_passed_through
	expect_line output '^/dev/mapper/root$'
	expect_line system-state '^running$'
}

@test "with the keyboard's controller left alone, the passphrase can be typed on the keyboard" {
	lab_boot --run 'findmnt -n -o SOURCE /; vfio-early status' \
		"edit:Debian GNU/Linux, GPU for virtual machines (vfio-early)" "add:console=tty0" boot \
		"wait:device-mapper:" "keyboard:lab=EXT4-fs (dm-0)"
	expect_drivers 0000:01:00.0=bochs-drm 0000:01:00.2=xhci_hcd 0000:02:00.0=vfio-pci 0000:02:00.1=vfio-pci
	expect_line output '^/dev/mapper/root$'
	expect_line output '^This boot: passthrough'
}
