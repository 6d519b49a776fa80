# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A machine with devices that nothing uses now, and what enable says of taking them.
# shellcheck disable=SC2034 # the names are for the tests

usb='05:00.0 (Red Hat, Inc. QEMU XHCI Host Controller)'
disk='06:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO)'
network='07:00.0 (Intel Corporation 82574L Gigabit Network Connection)'

# Beside what the host lives on, a USB controller, a disk and a network card that nothing uses.
make_needs_machine() {
	make_grub_machine
	pci_add - 0000:00:06.0 1b36:000c 060400 group=12 header=01 driver=pcieport
	pci_add - 0000:00:07.0 1b36:000c 060400 group=13 header=01 driver=pcieport
	pci_add - 0000:00:08.0 1b36:000c 060400 group=14 header=01 driver=pcieport
	pci_add 0000:00:06.0 0000:05:00.0 1b36:000d 0c0330 group=15 driver=xhci_hcd
	pci_add 0000:00:07.0 0000:06:00.0 144d:a80a 010802 group=16 driver=nvme
	pci_add 0000:00:08.0 0000:07:00.0 8086:10d3 020000 group=17 driver=e1000e
	block_add 0000:06:00.0 nvme1n1 259:4
	: >"$root/dev/nvme1n1" # nothing holds it
	net_add 0000:07:00.0 enp7s0
	echo up >"$root/sys/class/net/enp7s0/operstate"
}

# refused SENTENCE DEVICE...: for this reason, with --force as well.
refused() {
	run -1 tool enable --dry-run "${@:2}"
	assert_contains "vfio-early: refused: $1"
	run -1 tool enable --dry-run --force "${@:2}"
}

warned() { # SENTENCE DEVICE...
	run -0 tool enable --dry-run "${@:2}"
	assert_contains "vfio-early: warning: $1"
}

# Given, with nothing to say of it.
untold() { # DEVICE...
	run -0 tool enable --dry-run "$@"
	assert_lacks warning
}
