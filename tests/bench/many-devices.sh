#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# many-devices.sh COUNT: a manifest of a machine with so many PCI devices, each behind a
# port and in a group of its own, and one card in 64 a graphics card.
set -eu
awk -v count="$1" '
function file(path, text) { printf "%s\tf\t%s\n", path, text }
BEGIN {
	file("/proc/self/status", "Name:\\tx\n\tUid:\\t0\\t0\\t0\\t0")
	file("/proc/cmdline", "ro quiet intel_iommu=on")
	print "/sys/firmware/acpi/tables/DMAR\tf"
	print "/sys/class/iommu/dmar0\td"
	print "/sys/bus/pci/drivers/vfio-pci\td"
	print "/sys/bus/pci/drivers/mlx5_core\td"
	file("/dev/kmsg", "5,0,0,-;Linux version 6.8.12")
	for (i = 0; i < count; i++) {
		address = sprintf("%04x:%02x:00.0", int(i / 255), i % 255 + 1)
		graphics = i % 64 == 0
		place = "/sys/devices/pci" substr(address, 1, 5) "00/" address
		printf "/sys/bus/pci/devices/%s\tl\t../../..%s\n", address, substr(place, 5)
		file(place "/vendor", graphics ? "0x10de" : "0x15b3")
		file(place "/device", graphics ? "0x2330" : "0x1019")
		file(place "/class", graphics ? "0x030200" : "0x020000")
		file(place "/subsystem_vendor", "0x10de")
		file(place "/subsystem_device", "0x0001")
		file(place "/revision", "0xa1")
		file(place "/irq", "0")
		file(place "/power_state", "D0")
		file(place "/driver_override", "(null)")
		printf "%s/config\tb\t%s\n", place, (graphics ? "\\xde\\x10\\x30\\x23" : "\\xb3\\x15\\x19\\x10") zeros()
		printf "%s/driver\tl\t../../../bus/pci/drivers/%s\n", place, graphics ? "vfio-pci" : "mlx5_core"
		printf "%s/iommu_group\tl\t../../../kernel/iommu_groups/%d\n", place, i
		printf "/sys/kernel/iommu_groups/%d/devices/%s\tl\t../../../..%s\n", i, address, substr(place, 5)
		file("/sys/kernel/iommu_groups/" i "/reserved_regions", "0x00000000fee00000 0x00000000feefffff msi")
	}
}
function zeros(  text, n) { for (n = 0; n < 60; n++) text = text "\\x00"; return text }'
