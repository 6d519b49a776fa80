#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program and the drivers: which of them let go, and which VFIO driver takes the card.

load helper
load hook

setup() {
	hook_machine
}

@test "a display driver that is there already is never unbound" {
	pci_bind 0000:01:00.0 bochs-drm
	plan_is 01:00 '01:00.0 leave 01:00.1 leave 01:00.2 leave'
	assert_contains 'its driver bochs-drm is not known to let go'
}

@test "a display driver that was faster than the override is not unbound either" {
	mkdir -p "$root/sys/bus/pci/drivers/"{bochs-drm,xhci_hcd}
	: >"$root/sys/bus/pci/drivers/bochs-drm/unbind"
	: >"$root/sys/bus/pci/drivers/xhci_hcd/unbind"
	echo bochs-drm >"$root/sys/bus/pci/devices/0000:01:00.0/faster"
	echo xhci_hcd >"$root/sys/bus/pci/devices/0000:01:00.2/faster"
	hook 01:00.0
	[ "$status" -eq 1 ]
	assert_equal '' "$(cat "$root/sys/bus/pci/drivers/bochs-drm/unbind")"
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 restored before=- after=bochs-drm'
	record_has 'reason=its driver bochs-drm is not known to let go'
	log_has 'given back to the host: .0: its driver bochs-drm is not known to let go'
	# One that lets go in good order is.
	rm -r "$root/sys/bus/pci/drivers/vfio-pci"
	hook 01:00.2
	assert_equal 0000:01:00.2 "$(cat "$root/sys/bus/pci/drivers/xhci_hcd/unbind")"
}

@test "drivers that let go in good order are unbound" {
	local driver
	for driver in xhci_hcd snd_hda_intel nvme ahci ehci-pci; do
		pci_bind 0000:01:00.2 "$driver"
		plan_is 01:00.2 '01:00.2 take'
	done
	pci_bind 0000:01:00.2 amdgpu
	plan_is 01:00.2 '01:00.2 leave'
}

@test "a disk in use is not taken away from its driver" {
	rm -f "$root/dev/nvme0n1"
	plan_is 03:00.0 '03:00.0 leave'
	assert_contains 'in use by the disk nvme0n1'
	: >"$root/dev/nvme0n1"
	plan_is 03:00.0 '03:00.0 take'
}

@test "what vfio-pci holds already is kept" {
	mkdir -p "$root/sys/bus/pci/drivers/vfio-pci"
	pci_bind 0000:01:00.0 vfio-pci
	plan_is 01:00.0 '01:00.0 keep'
	hook 01:00.0
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 kept before=vfio-pci after=vfio-pci'
	[ ! -e "$root/modprobe.log" ]
}

@test "a driver of its own can be named for a card, and two are a contradiction" {
	hook 01:00.0=mlx5-vfio-pci
	[ "$status" -eq 0 ]
	assert_equal mlx5-vfio-pci "$(cat "$root/modprobe.log")"
	assert_equal mlx5-vfio-pci "$(override_of 0000:01:00.0)"
	plan_is 02:00=a_vfio_pci,02:00.0 '02:00.0 leave 02:00.1 leave'
	assert_contains 'two words of the flag name different drivers for it'
}

@test "a VFIO driver that is registered with another spelling is the same in every pass" {
	mkdir -p "$root/sys/bus/pci/drivers/mlx5_vfio_pci"
	pci_bind 0000:01:00.0 mlx5_vfio_pci
	plan_is 01:00.0=mlx5-vfio-pci '01:00.0 keep'
	plan_is 01:00.0=mlx5-vfio-pci,01:00.0=mlx5_vfio_pci '01:00.0 keep'
	plan_is 01:00.0=mlx-vfio-pci '01:00.0 leave'
	plan_is 01:00.0=mlx5-vfio-pci2 '01:00.0 leave'
	hook 01:00.0=mlx5-vfio-pci
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 kept before=mlx5_vfio_pci after=mlx5_vfio_pci'
	record_has 'driver=mlx5_vfio_pci'
}

@test "if one function fails, the whole card goes back to the host" {
	: >"$root/sys/bus/pci/devices/0000:01:00.1/stubborn"
	hook 01:00,02:00
	[ "$status" -eq 1 ]
	local address
	for address in 0000:01:00.0 0000:01:00.1 0000:01:00.2; do
		assert_equal '' "$(override_of $address)"
	done
	record_has '0000:02:00.0 1234:1111 taken'
	record_has 'the VFIO driver did not take it'
	record_has 'another function of this card could not be taken'
	log_has '0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d'
}

@test "without vfio-pci the card goes back to the host" {
	printf '#!/bin/sh\nexit 1\n' >"$root/sbin/modprobe"
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 restored before=- after=-'
	log_has 'given back to the host: .0: its VFIO driver could not be loaded'
	rm "$root/sbin/modprobe"
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
}

@test "in an initramfs without vfio-pci the card is held, and a later pass takes it" {
	mv "$root/sbin/modprobe" "$root/later"
	hook 01:00 -i
	[ "$status" -eq 0 ]
	assert_equal vfio-pci "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 held before=- after=-'
	log_has '0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d held for vfio-pci, which cannot be loaded yet'
	mv "$root/later" "$root/sbin/modprobe"
	hook 01:00 -d 0000:01:00.0
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 taken before=- after=vfio-pci'
	record_has '0000:01:00.2 1b36:000d taken before=- after=vfio-pci'
}

@test "a card that was held, and that vfio-pci took when another one had it loaded, is held no more" {
	mv "$root/sbin/modprobe" "$root/later"
	hook 01:00,02:00 -i
	record_has '0000:02:00.1 8086:2668 held before=- after=-'
	mv "$root/later" "$root/sbin/modprobe"
	hook 01:00,02:00 -d 0000:01:00.0
	# The made-up kernel bound both cards, as a real one does.
	assert_equal vfio-pci "$(basename "$(readlink "$root/sys/bus/pci/devices/0000:02:00.1/driver")")"
	hook 01:00,02:00 -d 0000:02:00.1
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 taken before=- after=vfio-pci'
	record_has '0000:02:00.0 1234:1111 kept before=vfio-pci after=vfio-pci'
	record_has '0000:02:00.1 8086:2668 kept before=vfio-pci after=vfio-pci'
	assert_lacks held
}

@test "a card that was held goes back to the host if the running system cannot load vfio-pci" {
	rm "$root/sbin/modprobe"
	hook 01:00 -i
	hook 01:00 -d 0000:01:00.1
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 restored'
}

@test "modprobe gets neither initramfs-tools' options nor the boot's environment" {
	MODPROBE_OPTIONS=-qb hook 01:00
	assert_equal vfio-pci "$(cat "$root/modprobe.log")"
	run ! grep -E 'MODPROBE_OPTIONS|HOME' "$root/modprobe.environment"
}

@test "an override that cannot be set gives the card back" {
	rm "$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
	mkdir "$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has 'its driver_override could not be set, error 21'
}
