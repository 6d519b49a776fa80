#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# diagnose as a program: how it ends, and that nothing brings it down.

load helper

setup() {
	unpack vm-host
}

try_runner() {
	timeout 20 "$top/build/tests/try-runner" "$@"
}

@test "a check that crashes, hangs or ends is one row, and the next one is made" {
	run -0 try_runner well crash abort hang exit silent well
	assert_equal 'well pass - well
crash unknown - the check crashed (Segmentation fault)
abort unknown - the check crashed (Aborted)
hang unknown - the check took more than 0.3 seconds
exit unknown - the check ended without an answer
silent unknown - the check gave no answer
well pass - well' "$output"
}

@test "a device that does not answer keeps no other device from being asked" {
	run -0 try_runner devices
	assert_equal 'devices pass 0000:01:00.0 alive
devices unknown 0000:02:00.0 the check took more than 0.3 seconds
devices pass 0000:03:00.0 alive' "$output"
}

@test "what cannot be collected makes its checks unknown" {
	run -0 try_runner collect-hang well
	assert_equal 'well unknown - not asked: the made-up part could not be read (reading it took more than 0.3 seconds)' "$output"
	run -0 try_runner collect-crash well
	assert_equal 'well unknown - not asked: the made-up part could not be read (reading it crashed (Segmentation fault))' "$output"
}

@test "a collector has a second way, and if that fails too, it is left" {
	run -0 try_runner collect-hang instead-well well devices
	assert_equal 'well pass - well
devices pass 0000:01:00.0 alive
devices unknown 0000:02:00.0 the check took more than 0.3 seconds
devices pass 0000:03:00.0 alive' "$output"
	run -0 try_runner collect-hang instead-crash well
	assert_contains 'not asked'
	run -0 try_runner describe-hang conclude-crash well
	assert_equal 'well pass - well' "$output"
}

@test "a device whose configuration space blocks is a few unknown rows, and all else is judged" {
	local config=$root/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/config
	rm "$config"
	mkfifo "$config"
	run -0 timeout 60 "$top/vfio-early" --root "$root" diagnose --all --timeout 0.5
	assert_contains 'unknown ENV-READ: the list of PCI devices could not be read: reading it took more than 0.5 seconds'
	assert_contains 'unknown DEV-ALIVE 0000:01:00.0: the configuration space of 0000:01:00.0 cannot be read'
	assert_contains 'pass    DRV-BOUND 0000:01:00.0'
	assert_contains 'pass    GROUP-VIABLE 0000:01:00.0'
	assert_contains 'pass    VM-ADDR VM 100'
}

@test "a healthy system: exit 0, an all-clear sentence at the end" {
	run -0 tool diagnose
	assert_equal 'Nothing stands between 0000:01:00.0 and VM 100.' "${lines[-1]}"
	assert_lacks FAIL
}

@test "the intent and what says so come before every verdict" {
	run -0 tool diagnose --all
	assert_equal '0000:01:00.0 NVIDIA Corporation GB206 [GeForce RTX 5060 Ti] [10de:2d04]: for VM 100' "${lines[1]}"
	assert_equal '    /etc/pve/qemu-server/100.conf:8: hostpci0: 0000:01:00,pcie=1' "${lines[4]}"
	[[ ${lines[5]} == 'pass '* ]]
}

@test "something fails: exit 1, and the sentence counts it" {
	unpack GROUP-VIABLE.fail
	run -1 tool diagnose
	assert_contains 'FAIL    GROUP-VIABLE 0000:01:00.0: IOMMU group 12 also holds 0000:00:1f.6 (Intel Corporation Device 1a1d, e1000e)'
	assert_equal '1 thing stands between 0000:01:00.0 and VM 100.' "${lines[-1]}"
}

@test "what could not be found out is in the sentence, too" {
	rm "$root/dev/kmsg"
	run -0 tool diagnose --vm 100
	assert_equal 'Nothing was found between 0000:01:00.0 and VM 100, but 2 checks could not be made.' "${lines[-1]}"
}

@test "warnings fail with --strict only" {
	unpack DEV-BOOT-GPU.fail
	run -0 tool diagnose --only DEV-BOOT-GPU
	run -1 tool diagnose --only DEV-BOOT-GPU --strict
}

@test "--ignore leaves a check out and says so" {
	unpack GROUP-VIABLE.fail
	run -0 tool diagnose --ignore GROUP-VIABLE --ignore GROUP-FOREIGN,GROUP-RMRR
	assert_lacks 'GROUP-VIABLE 0000'
	assert_contains 'ignored: GROUP-RMRR, GROUP-VIABLE, GROUP-FOREIGN'
}

@test "--list-checks names every check once, with what it asks" {
	run -0 tool diagnose --list-checks
	assert_equal "$(cut -d ' ' -f 1 <<<"$output" | sort -u)" "$(cut -d ' ' -f 1 <<<"$output" | sort)"
	[ "${#lines[@]}" -gt 50 ]
	assert_contains 'GROUP-VIABLE         whether VFIO can give'
}

@test "wrong usage is exit 2 with a word on what is wrong" {
	local arguments
	while IFS='|' read -r arguments says; do
		# shellcheck disable=SC2086 # the arguments are words
		run -2 tool diagnose $arguments
		assert_contains "$says" || return 1
	done <<-'END'
		--only NONSENSE|no check 'NONSENSE'
		--ignore GROUP-VIABLE,X|no check 'X'
		--format xml|--format is text, markdown, json or prom
		--want both|--want is vm or host
		--ct a/b|--ct takes the number
		--vm abc|--vm takes the number
		--vm -1|--vm takes the number
		--vm 100 --ct 901|one of --ct, --vm
		--color sometimes|--color is auto
		--timeout 0|--timeout takes seconds
		--nonsense|help diagnose
		09:00|no device fits '09:00'
		--output /nonexistent/report|cannot be written
	END
}

@test "JSON is one document with ids, statuses and remedies, and nothing else" {
	unpack GROUP-VIABLE.fail
	tool --json diagnose >"$BATS_TEST_TMPDIR/report" 2>"$BATS_TEST_TMPDIR/errors" || true
	[ ! -s "$BATS_TEST_TMPDIR/errors" ]
	run -0 jq -r '.schema_version, .exit, .summary.fail, .about.kind,
		(.checks[] | select(.status == "fail") | .id, .device, .remedy.needs_reboot)' "$BATS_TEST_TMPDIR/report"
	assert_equal '1
1
1
machine
GROUP-VIABLE
0000:01:00.0
true' "$output"
}

# The worst row on the kernels' images: status, and the commands of its remedy.
images_come_to() { # EXPECTED
	assert_equal "$1" "$(tool --json diagnose --only EARLY-IN-INITRAMFS | jq -r '
		[.checks[] | select(.status != "pass")][0]
		| "\(.status): \((.remedy.commands // []) | join(" "))"')"
}

@test "enable is the remedy for an image only where it would make the kernel ready" {
	local name
	for name in fail stale; do
		unpack "EARLY-IN-INITRAMFS.$name"
		images_come_to "$(fixture_says "EARLY-IN-INITRAMFS.$name" expect): vfio-early enable"
	done
	# Another program's image stays as it is, and the archive carries the early program.
	for name in mkinitcpio second; do
		rm -rf "$root"
		unpack "EARLY-IN-INITRAMFS.$name"
		images_come_to 'fail: vfio-early enable'
	done
	rm -rf "$root"
	unpack EARLY-IN-INITRAMFS.mkinitcpio
	rm "$root/boot/initrd.img-6.8.12-4-pve"
	images_come_to 'fail: '
	rm -rf "$root"
	unpack EARLY-IN-INITRAMFS.no-vfio-pci
	images_come_to 'info: '
	# The image of the other kernel is not ready either, but can be made so.
	"$top/vfio-early" capture --unpack "$fixtures/EARLY-IN-INITRAMFS.fail.manifest" "$root"
	assert_equal 'fail fail' "$(tool --json diagnose --only EARLY-IN-INITRAMFS |
		jq -r '[.checks[].status] | join(" ")')"
}

@test "colour on demand only, and never with NO_COLOR or to a file" {
	run -0 tool diagnose --all
	assert_lacks $'\033'
	run -0 tool diagnose --all --color always
	assert_contains $'\033[32mpass'
	NO_COLOR=1 run -0 script -qec "'$top/vfio-early' --root '$root' diagnose --all" /dev/null
	assert_lacks $'\033'
	TERM=xterm run -0 script -qec "'$top/vfio-early' --root '$root' diagnose --all" /dev/null
	assert_contains $'\033[32mpass'
	TERM=dumb run -0 script -qec "'$top/vfio-early' --root '$root' diagnose --all" /dev/null
	assert_lacks $'\033'
}

@test "without root it says so first, and what it cannot know is unknown" {
	unpack ENV-ROOT.fail
	rm "$root/proc/iomem"
	run -0 tool diagnose
	assert_equal 'Not run as root: some of this could not be read, and is unknown here.' "${lines[0]}"
	assert_contains 'unknown DEV-BAR-OWNER 0000:01:00.0'
}

@test "Markdown: the plan's title and six headings in their order, a verdict under each" {
	run -0 tool diagnose --vm 100 --format markdown
	# shellcheck disable=SC2016 # Markdown's own quotes
	assert_equal '# GPU Passthrough Diagnostic Report: VMID 100' "${lines[0]}"
	# shellcheck disable=SC2016
	assert_equal '## 1. Final VM Configuration (`/etc/pve/qemu-server/100.conf`)
## 2. Host dmesg Logs
## 3. Kernel Modules (`lsmod | grep vfio`)
## 4. IOMMU Status (`dmesg | grep -e DMAR -e IOMMU`)
## 5. Host GPU Driver Binding (`lspci -k`)
## 6. Summary of Findings' "$(grep '^## ' <<<"$output")"
	assert_equal 6 "$(grep -A 2 '^## ' <<<"$output" | grep -c '^\*\*Verdict: ')"
	assert_contains 'Kernel driver in use: vfio-pci'
	assert_contains 'vfio_pci               16384  4'
	assert_contains 'Nothing stands between 0000:01:00.0 and VM 100.'
}

@test "what identifies a machine is replaced, the same by the same, unless --raw is given" {
	printf '%s\n' '5,0,0,-;Linux version 6.8' '6,1,5,-;nvidia on tower7 and tower7.example.org, mac bc:24:11:3e:5a:01, BC:24:11:3E:5A:01' \
		'6,2,6,-;vfio 10.1.2.3 127.0.0.1 fe80::1 595.45.04 6.8.12 /home/alice/x /home/bob/y /home/alice/z' \
		'6,3,7,-;iommu root=UUID=1b4e28ba-2fa1-11d2-883f-0016d3cca427 UUID=ABCD-1234 dev /dev/disk/by-id/ata-X_S3Z1NB0K' \
		'6,4,8,-;NVRM: nvidia GPU serial number is 0123456789. 10de:2d04:1462:5310 0000:01:00.0 01:00.0' | put /dev/kmsg
	run tool diagnose --format markdown --vm 100
	assert_contains 'nvidia on host-1 and host-1, mac mac-1, mac-1'
	assert_contains 'vfio ip-1 127.0.0.1 ip-2 595.45.04 6.8.12 /home/user-1/x /home/user-2/y /home/user-1/z'
	assert_contains 'iommu root=UUID=uuid-1 UUID=uuid-2 dev /dev/disk/by-id/disk-1'
	assert_contains 'serial number is serial-1. 10de:2d04:1462:5310 0000:01:00.0 01:00.0'
	assert_contains 'hostpci0: 0000:01:00,pcie=1'
	assert_contains 'smbios1: <omitted>'
	assert_lacks tower7
	run tool diagnose --format markdown --vm 100 --raw
	assert_contains 'nvidia on tower7 and tower7.example.org'
	assert_contains 'smbios1: uuid=1b4e28ba-2fa1-11d2-883f-0016d3cca427'
	assert_contains '/home/alice/x'
}

@test "nothing is written below the root" {
	local before
	before=$(cd "$root" && find . -printf '%p %T@ %s %y\n' | sort)
	tool diagnose >/dev/null
	tool diagnose --format markdown --ct 901 >/dev/null || true
	assert_equal "$before" "$(cd "$root" && find . -printf '%p %T@ %s %y\n' | sort)"
}

@test "a driver_override that hangs, as while an unbind waits, is told and hangs nobody" {
	local override
	make_machine
	pci_bind 0000:01:00.0 -
	override=$(pci_directory 0000:01:00.0)/driver_override
	rm "$override"
	mkfifo "$override"
	run timeout 20 "$top/vfio-early" --root "$root" diagnose --only DRV-OVERRIDE
	assert_contains 'whether the card is reserved for a driver cannot be read: its driver_override does not answer, as when an unbind of it waits'
	run -0 timeout 20 "$top/vfio-early" --root "$root" capture "$BATS_TEST_TMPDIR/captured"
	grep -q 01:00.1/driver_override "$BATS_TEST_TMPDIR/captured"
}
