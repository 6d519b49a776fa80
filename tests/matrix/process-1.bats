#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program as process 1 under Debian's kernel, in front of an image that has an init and nothing else.

load ../lab/lab.bash

setup_file() {
	local tree=$BATS_FILE_TMPDIR/tree
	cd "$BATS_FILE_TMPDIR" || return
	tar -xf "$("$LAB/tree.sh" bookworm initramfs-tools)" --wildcards './boot/vmlinuz-*'
	mkdir -p "$tree/dev"
	mknod "$tree/dev/console" c 5 1
	cp "$REPO/vfio-early-hook" "$tree/vfio-early-init"
	cp "$REPO/build/tests/console-init" "$tree/init"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >image
}

# Boots the machine until it switches itself off, as $output: starts WORD...
starts() {
	run timeout 400 qemu-system-x86_64 -nodefaults -display none -no-reboot -m 256 -machine q35 -accel tcg \
		-device intel-iommu -device qemu-xhci,addr=05.0 -serial stdio -kernel "$BATS_FILE_TMPDIR"/boot/vmlinuz-* \
		-initrd "$BATS_FILE_TMPDIR/image" -append "console=ttyS0 panic=-1 rdinit=/vfio-early-init intel_iommu=on $*"
	echo "$output" | tail -n 20
	[ "$status" -eq 0 ]
}

@test "the device is held, and the image's init runs as the kernel would have started it" {
	starts vfio_early=1b36:000d@00:05.0 single -- last
	[[ $output == *'vfio-early: 0000:00:05: .0 1b36:000d held for vfio-pci'* ]]
	[[ $output == *'init: process 1, nothing mounted [/init] [single] [last] override vfio-pci'* ]]
}

@test "with a flag of nonsense nothing is held, and the image's init runs all the same" {
	starts "vfio_early=,,@/:::,99:99.9 vfio_early=$(printf 'x%.0s' {1..1500})"
	[[ $output == *'init: process 1, nothing mounted [/init] override (null)'* ]]
}
