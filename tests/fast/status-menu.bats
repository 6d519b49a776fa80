#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early status on the boot menu: the guard, the entries, and what they will do.

load helper
load status

@test "the guard fell back to the normal entry" {
	choose_card_1
	make_grubenv vfio_early=1 vfio_early_failed=1
	status_is 1 'Next boot: normal, the last passthrough boot did not come up' \
		"! the last passthrough boot did not come up, so GRUB boots normally until 'vfio-early enable'"
	differences_are '!boot-failed'
	assert_equal true "$(json_of .next_boot.failed status)"
}

@test "a boot that is not confirmed makes the next one normal, if the guard is on" {
	choose_card_1
	make_grubenv vfio_early=1 vfio_early_pending=1
	booted_with_card_1
	status_is 1 'Next boot: normal, this passthrough boot is not confirmed yet' \
		'! a passthrough boot has begun that vfio-early-confirm.service has not confirmed'
	make_grub "$words" '# vfio-early: no guard: nothing would confirm a boot'
	make_grubenv vfio_early=1 vfio_early_pending=1
	status_is 0 "Next boot: passthrough, until 'vfio-early disable'" \
		'- the guard is off, and a passthrough boot that fails is tried again: nothing would confirm'
	differences_are guard-off
	assert_equal 'false nothing would confirm a boot' \
		"$(json_of '.next_boot | "\(.guard) \(.guard_reason)"' status)"
}

@test "enabled, and grub.cfg has no entry" {
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	make_grubenv vfio_early=1
	status_is 1 'Next boot: normal, grub.cfg has no entry of vfio-early' \
		"! passthrough is enabled, but grub.cfg has no entry for it"
	differences_are '!entry-missing'
}

@test "the entry of grub.cfg has other words than the choice" {
	choose_card_1
	make_grub 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt'
	status_is 0 "- the entries in grub.cfg have 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt', and the choice is '$words'"
	make_grubenv vfio_early=1
	status_is 1 '02:00.0  is given to vfio-pci'
	differences_are '!entry-differs reboot-takes'
	rm "$root/etc/vfio-early.conf"
	status_is 1 'and nothing is chosen'
}

@test "a kernel that is ready but has no entry" {
	choose_card_1
	make_kernel 6.1.0-2-amd64
	status_is 0 '6.1.0-2-amd64  ready'
	make_grubenv vfio_early=1
	status_is 1 '! kernel 6.1.0-2-amd64 is ready, but grub.cfg has no passthrough entry for it'
	differences_are '!kernel-without-entry reboot-takes'
}

@test "an entry that the user saved as default" {
	choose_card_1
	# shellcheck disable=SC2016 # a variable of GRUB
	sed -i '1i set default="${saved_entry}"' "$root/boot/grub/grub.cfg"
	make_grubenv saved_entry=vfio-early
	status_is 0 "Next boot: passthrough, the entry was saved as GRUB's default"
	make_grubenv saved_entry=gnulinux-simple-0815
	status_is 0 'Next boot: normal, passthrough is not enabled'
}

@test "an entry of ours as GRUB_DEFAULT, and the guard before it" {
	local default
	choose_card_1
	for default in vfio-early 'vfio-early-kernels>vfio-early-6.1.0-1-amd64'; do
		sed -i "1i set default=\"$default\"" "$root/boot/grub/grub.cfg"
		make_grubenv
		status_is 0 'Next boot: passthrough, as GRUB_DEFAULT says'
		make_grubenv vfio_early_failed=1
		status_is 1 'Next boot: normal, the last passthrough boot did not come up'
		sed -i 1d "$root/boot/grub/grub.cfg"
	done
}

@test "the entries of another version of vfio-early" {
	choose_card_1
	sed -i 's/form 2/form 1/' "$root/boot/grub/grub.cfg"
	status_is 0 'the entries in grub.cfg are those of another version of vfio-early'
	make_grubenv vfio_early=1
	status_is 1 'what it does is not known'
	differences_are '!entry-outdated'
}

@test "what the next boot cannot do is unhealthy" {
	choose_card_1
	make_grubenv vfio_early=1
	no_iommu
	status_is 1 '! in the next boot 01:00.0 stays with the host: it has no IOMMU group'
	rm "$root"/sys/bus/pci/devices/0000:01:00.*
	status_is 1 "! '1234:1111@00:02.0/00': there is no device at this place" \
		'nothing that is here'
	differences_are '!next-word-wrong'
	make_grubenv
	status_is 0 "- '1234:1111@00:02.0/00': there is no device at this place"
	differences_are choice-wrong
}

@test "an entry whose words GRUB does not pass to the kernel is not healthy, whatever its comment says" {
	choose_card_1
	make_grub "$words" '# vfio-early: no guard: nothing would confirm a boot'
	make_grubenv vfio_early=1
	sed -i 's/ro quiet vfio_early=/ro quiet #vfio_early=/' "$root/boot/grub/grub.cfg"
	run -1 tool status
	assert_contains "the entries in grub.cfg have 'root=UUID=0815 ro quiet', and the choice is '$words'"
}
