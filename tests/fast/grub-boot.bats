#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What GRUB does at power-on with our section of grub.cfg: GRUB itself, as a program.

load helper
load grub

setup() {
	make_grub_machine
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	update_grub
	make_emulator
}

ours="Booting \`Debian GNU/Linux, GPU for virtual machines (vfio-early)'"
normal="Booting \`Debian GNU/Linux'"

boots_ours() {
	power_on
	assert_contains "$ours"
	assert_contains 'vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'
	assert_contains 'BOOT: /boot/vmlinuz-6.1.0-50-amd64 '
}

boots_normal() {
	power_on
	assert_contains "$normal"
	assert_contains 'BOOT: /boot/vmlinuz-6.1.0-50-amd64 '
	assert_lacks 1234:1111
}

variables_are() { # ENABLED ONCE PENDING FAILED
	assert_equal "vfio_early=$1 vfio_early_once=$2 vfio_early_pending=$3 vfio_early_failed=$4" \
		"$(grubenv | grep ^vfio_early | paste -sd ' ')"
}

@test "never enabled: the normal entry, and nothing is written" {
	boots_normal
	assert_equal '' "$(grubenv)"
}

@test "enabled: the passthrough entry, marked as pending" {
	tool enable 01:00
	boots_ours
	variables_are 1 0 1 0
}

@test "a passthrough boot that was confirmed is repeated" {
	tool enable 01:00
	boots_ours
	tool confirm
	variables_are 1 0 0 0
	boots_ours
}

@test "a passthrough boot that was not confirmed is followed by normal ones, until enable" {
	tool enable 01:00
	boots_ours
	boots_normal
	assert_contains 'vfio-early: the last boot with the GPU for virtual machines did not come up.'
	variables_are 1 0 0 1
	tool confirm
	boots_normal
	assert_lacks 'did not come up'
	variables_are 1 0 0 1
	tool enable 01:00
	variables_are 1 0 0 0
	boots_ours
}

@test "a passthrough boot that was stopped in good order is followed by one normal boot" {
	tool enable 01:00
	boots_ours
	tool confirm --stopped
	variables_are 1 0 2 0
	boots_normal
	assert_contains 'was not confirmed:'
	assert_contains 'it was stopped before it had started up. This one boot is a normal one.'
	assert_lacks 'did not come up'
	variables_are 1 0 3 0
	boots_ours
	variables_are 1 0 1 0
	tool confirm
	tool confirm --stopped # as at every shutdown
	variables_are 1 0 0 0
	boots_ours
}

@test "where grub-reboot chose our entry after one that was not confirmed, GRUB calls no boot normal that is not" {
	local mark chosen
	tool enable 01:00
	for mark in 1 2; do
		for chosen in vfio-early gnulinux-simple-2d1a1f4a-0815-4711-8888-444455556666; do
			grub-editenv "$root/boot/grub/grubenv" set \
				vfio_early_failed=0 "vfio_early_pending=$mark" "next_entry=$chosen"
			power_on
			[[ $chosen != vfio-early ]] || assert_contains "$ours"
			[[ $chosen == vfio-early ]] || assert_contains "$normal"
			assert_contains 'This boot is as grub-reboot chose it.'
			assert_lacks 'a normal boot'
			assert_lacks 'a normal one'
		done
	done
}

@test "enabled once: one passthrough boot, then normal ones" {
	tool enable 01:00 --once
	boots_ours
	variables_are 0 0 1 0
	tool confirm
	boots_normal
	variables_are 0 0 0 0
}

@test "enabled once and not confirmed: not tried again" {
	tool enable 01:00 --once
	boots_ours
	boots_normal
	variables_are 0 0 0 1
	boots_normal
}

@test "disabled: the normal entry" {
	tool enable 01:00
	tool disable
	boots_normal
	variables_are 0 0 0 0
}

@test "what grub-reboot chose for one boot comes first, and --once waits for the next" {
	tool enable 01:00 --once
	grub-editenv "$root/boot/grub/grubenv" set next_entry=gnulinux-simple-2d1a1f4a-0815-4711-8888-444455556666
	boots_normal
	variables_are 0 1 0 0
	boots_ours
}

@test "grub-reboot can choose the entry of an older kernel, which is marked, too" {
	grub-editenv "$root/boot/grub/grubenv" set \
		'next_entry=vfio-early-kernels>vfio-early-6.1.0-9-amd64-advanced-2d1a1f4a-0815-4711-8888-444455556666'
	power_on
	assert_contains 'BOOT: /boot/vmlinuz-6.1.0-9-amd64 '
	assert_contains 'vfio_early=1234:1111@00:02.0/00'
	assert_contains 'Debian GNU/Linux, with Linux 6.1.0-9-amd64, GPU for virtual machines (vfio-early)'
	assert_equal 'vfio_early_pending=1' "$(grubenv | grep ^vfio_early)"
}

@test "the entry that GRUB saved as the default is neither taken nor overwritten" {
	sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=saved\nGRUB_SAVEDEFAULT=true/' "$root/etc/default/grub"
	update_grub
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set saved_entry=gnulinux-simple-2d1a1f4a-0815-4711-8888-444455556666
	boots_ours
	assert_equal saved_entry=gnulinux-simple-2d1a1f4a-0815-4711-8888-444455556666 "$(grubenv | grep saved)"
}

@test "our entry as GRUB_DEFAULT does not get around the guard" {
	sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=vfio-early/' "$root/etc/default/grub"
	update_grub
	boots_ours
	boots_normal
	assert_contains 'did not come up'
}

@test "the entry of an older kernel as GRUB_DEFAULT does not get around the guard, by id or by title" {
	local id=vfio-early-6.1.0-9-amd64-advanced-2d1a1f4a-0815-4711-8888-444455556666
	local default
	for default in "vfio-early-kernels>$id" 'Debian GNU/Linux, GPU for virtual machines (vfio-early)'; do
		sed -i "s|^GRUB_DEFAULT=.*|GRUB_DEFAULT='$default'|" "$root/etc/default/grub"
		make_grubenv
		update_grub
		power_on
		assert_contains 'vfio_early=1234:1111@00:02.0/00'
		assert_equal vfio_early_pending=1 "$(grubenv)"
		boots_normal
		assert_contains 'did not come up'
		boots_normal
	done
}

@test "a kernel that GRUB cannot load: the first entry is taken" {
	tool enable 01:00
	sed -i '/45_vfio_early/,${ s,linux\t,not_a_kernel ,; /initrd\t/d }' "$root/boot/grub/grub.cfg"
	power_on
	assert_contains "Falling back to \`Debian GNU/Linux'"
	assert_contains 'BOOT: /boot/vmlinuz-6.1.0-50-amd64 root=/dev/vda1 ro console=ttyS0 quiet'
	assert_lacks 1234:1111
}

@test "a grubenv that others have filled does not keep GRUB from its marks" {
	local number=0
	tool enable 01:00
	while grub-editenv "$root/boot/grub/grubenv" set "filler$((++number))=0" 2>/dev/null; do :; done
	boots_ours
	variables_are 1 0 1 0
	boots_normal
	variables_are 1 0 0 1
}

@test "where GRUB cannot write, it is not asked to: no mark, no guard" {
	probe_says lvm ext2
	tool enable 01:00
	boots_ours
	variables_are 1 0 0 0
	boots_ours
}
