#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early status on this boot: its record against what is there now.

load helper
load status

@test "a flag on the command line and no record: the early program was not in the image" {
	boot_with "$words"
	status_is 1 'This boot: passthrough' 'the early program left no record'
	differences_are '!early-program-missing'
}

@test "a card that stayed with the host in this boot" {
	choose_card_1
	make_grubenv vfio_early=1
	boot_with "$words"
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=1234:1111@00:02.0/00
		start=1
		end=2
		0000:01:00.0 1234:1111 left before=- driver=vfio-pci after=- reason=it has no IOMMU group
		0000:01:00.1 8086:2668 left before=- after=- driver=vfio-pci reason=another function of this card stays with the host
	END
	status_is 1 '01:00.0  with bochs-drm, left to the host: it has no IOMMU group' \
		'  ! 01:00.0 stayed with the host in this boot: it has no IOMMU group'
	assert_lacks '! 01:00.1'
	differences_are '!not-taken reboot-takes'
}

@test "every outcome of the record is told" {
	boot_with "$words"
	pci_bind 0000:01:00.0 vfio-pci
	pci_bind 0000:01:00.1 vfio-pci
	pci_bind 0000:01:00.2 -
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=01:00,02:00
		start=1
		end=2
		0000:01:00.0 1234:1111 kept before=vfio-pci after=vfio-pci driver=vfio-pci
		0000:01:00.1 8086:2668 held before=- after=- start=1 end=2 driver=vfio-pci
		0000:02:00.0 1234:1111 restored before=bochs-drm after=bochs-drm driver=vfio-pci reason=vfio-pci did not bind it, error 22
		0000:02:00.1 8086:2668 failed before=snd_hda_intel after=- driver=vfio-pci reason=another function of this card could not be taken
	END
	status_is 1 '01:00.0  with vfio-pci, where the early program found it' \
		'01:00.1  with vfio-pci, held for vfio-pci by the early program' \
		'02:00.0  with bochs-drm, given back to the host: vfio-pci did not bind it, error 22' \
		'02:00.1  with snd_hda_intel, could not be taken nor given back' \
		'! 02:00.0 stayed with the host in this boot: vfio-pci did not bind it, error 22'
	differences_are '!not-taken reboot-returns'
}

@test "a driver that took a function after the boot" {
	choose_card_1
	make_grubenv vfio_early=1
	booted_with_card_1
	pci_bind 0000:01:00.1 snd_hda_intel
	pci_bind 0000:01:00.2 -
	status_is 1 '! 01:00.1 was given to vfio-pci in this boot, but is with snd_hda_intel now' \
		'! 01:00.2 was given to vfio-pci in this boot, but is with no driver now'
}

@test "a driver that the record spells with hyphens is the one that sysfs spells otherwise" {
	booted_with_card_1
	local function
	for function in 0 1 2; do
		pci_bind "0000:01:00.$function" mlx5_vfio_pci
	done
	sed -i 's/=vfio-pci/=mlx5-vfio-pci/g' "$root/run/vfio-early/boot"
	differences_are reboot-returns
	pci_bind 0000:01:00.1 mlx4_vfio_pci
	differences_are '!driver-changed reboot-returns'
}

@test "diagnose judges the record of a boot as status does" {
	early_ran() { json_of '[.checks[].status] | unique | join(" ")' diagnose --only EARLY-RAN; }
	booted_with_card_1
	assert_equal pass "$(early_ran)"
	local function
	for function in 0 1 2; do
		pci_bind "0000:01:00.$function" mlx5_vfio_pci
	done
	sed -i 's/=vfio-pci/=mlx5-vfio-pci/g' "$root/run/vfio-early/boot"
	assert_equal pass "$(early_ran)"
	sed -i '/:01:00.0/s/ taken.*/ left before=bochs-drm after=bochs-drm driver=mlx5-vfio-pci reason=it is the boot display, which is only taken by its address/' \
		"$root/run/vfio-early/boot"
	pci_bind 0000:01:00.0 bochs-drm
	differences_are 'not-taken reboot-returns'
	assert_equal info "$(early_ran)"
	rm "$root/sys/bus/pci/devices/0000:01:00.2"
	differences_are '!device-gone not-taken reboot-returns'
	assert_equal 'fail info' "$(early_ran)"
}

@test "a device that was there when the boot began and is gone" {
	booted_with_card_1
	rm "$root/sys/bus/pci/devices/0000:01:00.2"
	status_is 1 '! 0000:01:00.2 was there in this boot, and is gone now'
}

@test "words that were wrong in this boot" {
	boot_with vfio_early=05:00,zz
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=05:00,zz
		error="05:00": no such device
		error="zz": neither an address nor an ID
		start=1
		end=2
	END
	status_is 1 '! in this boot a word was wrong: "05:00": no such device' \
		'! in this boot a word was wrong: "zz": neither an address nor an ID'
	assert_equal '"05:00": no such device' "$(json_of '.now.errors[0]' status)"
}

@test "a record of a newer early program is read, one of another kind is not" {
	choose_card_1
	make_grubenv vfio_early=1
	booted_with_card_1
	sed -i -e 's/ driver=vfio-pci$/ colour=blue driver=vfio-pci/' -e '2i mood=fine' \
		"$root/run/vfio-early/boot"
	status_is 0 '01:00.2  with vfio-pci, taken by the early program'
	sed -i '1s/1/2/' "$root/run/vfio-early/boot"
	status_is 1 '/run/vfio-early/boot:1: not a record of this version'
	differences_are '!record-unreadable'
}

@test "a record that is damaged is an error with its line" {
	booted_with_card_1
	local line
	while IFS= read -r line; do
		printf 'vfio-early 1\nflag=01:00\n%s\n' "${line%% # *}" >"$root/run/vfio-early/boot"
		status_is 1 "/run/vfio-early/boot:3: ${line##* # }"
	done <<-'END'
		start=soon # not a number of microseconds
		end=-1 # not a number of microseconds
		nonsense # neither KEY=VALUE nor the address
		0000:01:00.0 # no ID behind the address
		0000:01:00.0 1234 # no ID behind the address
		0000:01:00.0 1234:1111 stolen before=- after=- driver=vfio-pci # no outcome behind the ID
		0000:01:00.0 1234:1111 taken before=- driver=vfio-pci # before=, after= or driver= is missing
		0000:01:00.0 1234:1111 taken before=- after # a word without '='
	END
	echo 'vfio-early 1' >"$root/run/vfio-early/boot"
	status_is 1 '/run/vfio-early/boot: the line flag= is missing'
	: >"$root/run/vfio-early/boot"
	status_is 1 '/run/vfio-early/boot:1: not a record'
}
