#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Markdown report: what stands under a heading is what that command prints, and
# nothing else.
# shellcheck disable=SC2016 # Markdown's own quotes

load helper

# The code under the heading with this number, as it is.
under() { # NUMBER
	awk -v heading="## $1. " '/^## / { on = index($0, heading) == 1; inside = 0 }
		on && /^````*$/ { inside = !inside; next } on && inside' "$BATS_TEST_TMPDIR/report"
}

# What the report has under this heading is what the command prints here.
is_output_of() { # NUMBER COMMAND
	LC_ALL=C.UTF-8 bash -c "$2" >"$BATS_TEST_TMPDIR/printed" || [ ! -s "$BATS_TEST_TMPDIR/printed" ]
	under "$1" | diff "$BATS_TEST_TMPDIR/printed" -
}

report() { # ARGUMENT...
	"$@" >"$BATS_TEST_TMPDIR/report" || [ $? -eq 1 ]
}

@test "with --raw this machine's own commands say the same, byte for byte" {
	report "$top/vfio-early" diagnose --raw --format markdown
	is_output_of 2 "dmesg | grep -i 'vfio\|iommu\|nvidia\|dmar'"
	is_output_of 3 'lsmod | grep vfio'
	is_output_of 4 'dmesg | grep -e DMAR -e IOMMU'
	is_output_of 5 'lspci -k'
	[ "$(under 5 | wc -l)" -gt 0 ]
}

@test "lspci says the same of a made-up machine: names, revisions, subsystems, labels, other domains" {
	local device
	unpack vm-host
	device=$(readlink -f "$root/sys/bus/pci/devices/0000:01:00.0")
	echo 0xa1 >"$device/revision"
	echo 'Onboard - Video' >"$device/label"
	report tool diagnose --raw --format markdown
	is_output_of 5 "lspci -k -A linux-sysfs -O sysfs.path='$root/sys/bus/pci' -O hwdb.disable=1 \
		-i '$root/usr/share/misc/pci.ids' 2>/dev/null"
	grep -q '(rev a1)$' "$BATS_TEST_TMPDIR/report"
	grep -qP '^\tDeviceName: Onboard - Video$' "$BATS_TEST_TMPDIR/report"
	grep -qP '^\tSubsystem: ' "$BATS_TEST_TMPDIR/report"
}

@test "dmesg's lines: a message of several, blanks at its end, and the words' own case" {
	unpack vm-host
	printf '%s\n' '5,0,0,-;Linux version 6.8' '6,1,1234567,-;NVRM: loading NVIDIA UNIX  595.45.04  ' \
		'3,2,12345678901,-;NVRM: The GPU\x0aNVRM: has fallen\x0anvidia: off\x1b the bus' \
		'6,3,5000000,-;dmar: lower\x5ccase' '6,4,6000000,-;DMAR: IOMMU enabled' | put /dev/kmsg
	report tool diagnose --raw --format markdown
	assert_equal '[    1.234567] NVRM: loading NVIDIA UNIX  595.45.04  
               nvidia: off\x1b the bus
[    5.000000] dmar: lower\case
[    6.000000] DMAR: IOMMU enabled' "$(under 2)"
	assert_equal '[    6.000000] DMAR: IOMMU enabled' "$(under 4)"
}

@test "lsmod's lines: who uses a module counts as well as its name" {
	unpack vm-host
	printf '%s\n' 'irqbypass 12288 3 kvm,vfio_pci_core, Live 0x0' 'vfio_pci 16384 4 - Live 0x0' \
		'nvidia 62377984 0 - Live 0x0 (POE)' 'a_module_with_a_long_name 4096 1 vfio, Live 0x0' | put /proc/modules
	report tool diagnose --raw --format markdown
	assert_equal 'irqbypass              12288  3 kvm,vfio_pci_core
vfio_pci               16384  4
a_module_with_a_long_name     4096  1 vfio' "$(under 3)"
}

@test "the configuration is the file itself, whatever is in it, and nothing of ours is in the code" {
	local conf=$root/etc/pve/qemu-server/100.conf
	unpack vm-host
	printf 'description: caf\351 \033[1m \356\276\200\r\n```\n````\n' >>"$conf"
	report tool diagnose --vm 100 --raw --format markdown
	grep -qxF '## 1. Final VM Configuration (`/etc/pve/qemu-server/100.conf`)' "$BATS_TEST_TMPDIR/report"
	awk '/^`````$/ { inside = !inside; next } inside' "$BATS_TEST_TMPDIR/report" | cmp "$conf" -
}

@test "a log without its beginning and modules that are built in are said outside the code" {
	unpack vm-host
	sed -i 1d "$root/dev/kmsg"
	sed -i '/^vfio /d' "$root/proc/modules"
	report tool diagnose --raw --format markdown
	grep -q '^The log is incomplete: its beginning is gone' "$BATS_TEST_TMPDIR/report"
	[ "$(grep -c 'is built into' "$BATS_TEST_TMPDIR/report")" -eq 1 ]
	grep -qx 'vfio is built into the kernel.' "$BATS_TEST_TMPDIR/report"
	[ "$(under 2 | grep -vc '^\[')" -eq 0 ]
	[ "$(under 3 | grep -c built)" -eq 0 ]
}

@test "without --raw only what identifies somebody is replaced" {
	unpack vm-host
	printf '%s\n' 'cipassword: hunter2' 'sshkeys: ssh-rsa%20AAAA' 'scsi0: local-lvm:vm-100-disk-0,size=32G' \
		'ide2: none,media=cdrom' >>"$root/etc/pve/qemu-server/100.conf"
	report tool diagnose --vm 100 --raw --format markdown
	cp "$BATS_TEST_TMPDIR/report" "$BATS_TEST_TMPDIR/raw"
	report tool diagnose --vm 100 --format markdown
	run diff "$BATS_TEST_TMPDIR/raw" "$BATS_TEST_TMPDIR/report"
	# shellcheck disable=SC2154 # run sets it
	output=$(grep '^<' <<<"$output")
	assert_contains hunter2
	assert_contains ssh-rsa
	assert_lacks scsi0
	assert_lacks ide2
	assert_lacks hostpci0
	run cat "$BATS_TEST_TMPDIR/report"
	assert_lacks hunter2
	assert_contains 'cipassword: <omitted>'
}

@test "a container's report has the plan's title and its own file" {
	unpack container-host
	report tool diagnose --ct 901 --raw --format markdown
	head -n 1 "$BATS_TEST_TMPDIR/report" | grep -qx '# GPU Passthrough Diagnostic Report: CTID 901'
	grep -qxF '## 1. Final Container Configuration (`/etc/pve/lxc/901.conf`)' "$BATS_TEST_TMPDIR/report"
	under 1 | cmp "$root/etc/pve/lxc/901.conf" -
}
