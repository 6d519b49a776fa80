#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# diagnose against a real kernel: before and after enable, without an IOMMU, and with a
# stand-in for Proxmox's configuration.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

# For the machine: a VM and a container that both want the first card.
proxmox='mkdir -p /etc/pve/lxc /etc/pve/qemu-server
	printf "%s\n" "bios: ovmf" "hostpci0: 0000:01:00,pcie=1" "machine: q35" "memory: 256" "efidisk0: local:1" >/etc/pve/qemu-server/100.conf
	printf "%s\n" "arch: amd64" "dev0: /dev/dri/card1" "ostype: debian" >/etc/pve/lxc/901.conf'
# Leaves NAME.json and NAME.txt behind for a diagnosis: diagnosis NAME ARGUMENT...
diagnosis='diagnosis() {
	name=$1; shift
	vfio-early diagnose --verbose "$@" >"$name.txt" || echo "$name ended with $?"
	vfio-early --json diagnose "$@" >"$name.json" || true
}'

setup_file() {
	lab_machine "$(lab_disk)"
	lab_boot --run "$diagnosis"'; diagnosis nobody; diagnosis vm --want vm 01:00; diagnosis host --want host 01:00
		'"$proxmox"'; diagnosis conflict; diagnosis ct --ct 901; rm -r /etc/pve
		vfio-early enable 01:00'
	lab_keep before
	lab_boot --run "$diagnosis; $proxmox"'; diagnosis vm --vm 100; diagnosis host --want host 01:00
		vfio-early diagnose --vm 100 --raw --format markdown >vm.md || true
		cat /etc/pve/qemu-server/100.conf >printed-1
		dmesg | grep -i "vfio\|iommu\|nvidia\|dmar" >printed-2
		lsmod | grep vfio >printed-3
		dmesg | grep -e DMAR -e IOMMU >printed-4
		lspci -k >printed-5
		find /sys/bus/pci/devices/*/ -maxdepth 1 -name driver -exec readlink {} + >drivers-before
		dmesg >log-before
		vfio-early diagnose >/dev/null || true; vfio-early capture capture
		dmesg >log-after
		find /sys/bus/pci/devices/*/ -maxdepth 1 -name driver -exec readlink {} + >drivers-after
		mkdir /tmp/there; vfio-early capture --unpack capture /tmp/there
		vfio-early --root /tmp/there --json diagnose --vm 100 >there.json || true'
	lab_keep after
	lab_boot --no-iommu --run "$diagnosis; diagnosis vm --vm 100"
	lab_keep no-iommu
}

# verdict BOOT NAME ID [DEVICE]: the worst status of this check, by its device.
verdict() {
	jq -r --arg id "$3" --arg device "${4-}" '[.checks[] | select(.id == $id and
		($device == "" or .device == $device)) | .status as $s |
		["skip", "pass", "info", "unknown", "warn", "fail"] | index($s)] | max as $worst |
		["skip", "pass", "info", "unknown", "warn", "fail"][$worst]' "$LAB_MACHINE/$1/$2.json"
}

# expect_verdicts BOOT NAME ID=STATUS...: about the first card, or the machine.
expect_verdicts() {
	local boot=$1 name=$2 pair got wrong=0
	shift 2
	for pair; do
		got=$(verdict "$boot" "$name" "${pair%%=*}")
		[ "$got" = "${pair#*=}" ] && continue
		echo "$boot/$name: ${pair%%=*}: expected ${pair#*=}, got $got"
		wrong=1
	done
	[ "$wrong" -eq 0 ] || cat "$LAB_MACHINE/$boot/$name.txt"
	return "$wrong"
}

@test "before enable, nobody wants a card and nothing about drivers is wrong" {
	expect_verdicts before nobody ENV-ROOT=pass ENV-LOG-COMPLETE=pass MODE-CONFLICT=pass IOMMU-TABLE=pass \
		DEV-ALIVE=pass DRV-BOUND=info EARLY-IN-INITRAMFS=skip LOG-SIGNATURES=pass
	[ "$(jq -r '.summary.fail' "$LAB_MACHINE/before/nobody.json")" = 0 ]
}

@test "before enable, a VM's card is with the wrong driver and the host's card with the right one" {
	expect_verdicts before vm DRV-BOUND=fail DRV-VFIO=pass DEV-COMPANIONS=fail
	expect_verdicts before host DRV-BOUND=pass GROUP-VIABLE=skip
	grep -q 'bochs-drm, and a VM needs vfio-pci' "$LAB_MACHINE/before/vm.txt"
	grep -q '# vfio-early enable 0000:01:00.0' "$LAB_MACHINE/before/vm.txt"
}

@test "a VM and a container that both want the card are a conflict, in either mode it is graded for that mode" {
	expect_verdicts before conflict MODE-CONFLICT=fail
	expect_verdicts before ct MODE-CONFLICT=warn DRV-BOUND=pass CT-NODES-HOST=pass
	expect_verdicts after host DRV-BOUND=fail
	expect_verdicts after vm DRV-BOUND=pass VM-ADDR=pass VM-Q35-PCIE=pass
}

@test "after enable, all that concerns the card is well on the real kernel" {
	expect_verdicts after vm IOMMU-TABLE=pass IOMMU-ACTIVE=pass IOMMU-IR=pass IOMMU-CMDLINE=pass DEV-PRESENT=pass \
		DEV-ID-MATCH=pass DEV-ALIVE=pass DEV-BARS=pass DEV-BAR-OWNER=pass DEV-BOOT-GPU=pass DEV-COMPANIONS=pass \
		GROUP-VIABLE=pass GROUP-RMRR=pass GROUP-FOREIGN=pass DRV-BOUND=pass DRV-OVERRIDE=pass DRV-VFIO=pass \
		DEV-TWIN-IDS=pass EARLY-INSTALLED=pass EARLY-IN-INITRAMFS=pass EARLY-RAN=pass EARLY-REBOOT-PENDING=pass
}

@test "the emulated processor has no virtualization, and that is all that stands between the card and its VM" {
	# the container's claim is still there, and is a warning
	[ "$(jq -r '[.checks[] | select(.status == "fail") | .id] | join(" ")' "$LAB_MACHINE/after/vm.json")" = CPU-VIRT ]
}

@test "the Markdown report has what the real machine's own commands print, byte for byte" {
	report=$LAB_MACHINE/after/vm.md
	head -n 1 "$report" | grep -qx '# GPU Passthrough Diagnostic Report: VMID 100'
	[ "$(grep -c '^## [1-6]\. ' "$report")" = 6 ]
	for number in 1 2 3 4 5; do
		[ -s "$LAB_MACHINE/after/printed-$number" ]
		awk -v heading="## $number. " '/^## / { on = index($0, heading) == 1 } /^```$/ { inside = !inside; next } on && inside' \
			"$report" | diff "$LAB_MACHINE/after/printed-$number" -
	done
	grep -A 5 '^01:00.0 ' "$report" | grep -q 'Kernel driver in use: vfio-pci'
	grep -A 5 '^01:00.0 ' "$report" | grep -q 'Kernel modules: bochs'
}

@test "a diagnosis and a capture change nothing and leave no trace in the kernel log" {
	cmp "$LAB_MACHINE/after/drivers-before" "$LAB_MACHINE/after/drivers-after"
	cmp "$LAB_MACHINE/after/log-before" "$LAB_MACHINE/after/log-after"
}

@test "the capture of the real machine gets the same verdicts elsewhere" {
	rows='.checks[] | select(.id != "EARLY-IN-INITRAMFS") | [.id, .status, .device // .subject] | @tsv'
	diff <(jq -r "$rows" "$LAB_MACHINE/after/vm.json") <(jq -r "$rows" "$LAB_MACHINE/after/there.json")
}

@test "in a machine that was given no IOMMU that is the finding, and it says what to do" {
	expect_verdicts no-iommu vm IOMMU-TABLE=skip IOMMU-ACTIVE=fail DRV-BOUND=fail GROUP-VIABLE=skip EARLY-RAN=fail
	grep -q 'without an IOMMU: give it one (QEMU: -device intel-iommu' "$LAB_MACHINE/no-iommu/vm.txt"
}
