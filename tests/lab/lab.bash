# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Helpers for tests that boot a machine. A test makes a machine from a base disk (lab_machine), switches it on
# as often as it likes (lab_boot), and looks at what the machine left behind after each boot.
#
# Made in setup_file, a machine is shared by the tests of the file; made in a test, it is that test's own.

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd "$LAB/../.." && pwd)
: "${VFIO_EARLY_LAB_CACHE:=$REPO/tests/.cache}"
export VFIO_EARLY_LAB_CACHE

# The base disk with vfio-early as "make install" with its defaults installs it: lab_disk [SUITE [GENERATOR]]
lab_disk() {
	local stage
	stage=$(mktemp -d)
	# Without what is for people: a word changed there would have all disks made anew.
	make -s -C "$REPO" install DESTDIR="$stage" >&2 &&
		make -s -C "$REPO" uninstall-documents DESTDIR="$stage" >&2 &&
		"$LAB/disk.sh" "${1:-bookworm}" "${2:-initramfs-tools}" "$stage"
	local status=$?
	rm -rf "$stage"
	return "$status"
}

# The base disk after the first card was chosen in a machine: lab_enabled_disk [SUITE [GENERATOR]]
lab_enabled_disk() {
	local base enabled
	base=$(lab_disk "$@") || return
	enabled=${base%.raw}-enabled.qcow2
	(
		flock 9		# two files at once make it once
		[[ ! -e $enabled ]] || exit 0
		lab_machine "$base" >&2 || exit
		lab_boot --run 'vfio-early enable 01:00' >&2 9>&- || exit
		mv "$LAB_MACHINE/disk.qcow2" "$enabled"
	) 9>"$VFIO_EARLY_LAB_CACHE/lock-enabled" || return
	echo "$enabled"
}

# The same without vfio-early.
lab_plain_disk() {
	"$LAB/disk.sh" "${1:-bookworm}" "${2:-initramfs-tools}"
}

# lab_machine DISK [HARDWARE]: a new machine whose disk begins as a copy of DISK. DISK may be another machine's disk.
# HARDWARE is what the machine has besides, as options of QEMU.
lab_machine() {
	[[ -e ${1-} ]] || { echo "lab_machine: there is no disk '${1-}'" >&2; return 1; }
	export LAB_MACHINE=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/machine
	rm -rf "$LAB_MACHINE"
	mkdir -p "$LAB_MACHINE/share/out"
	echo "${2-}" >"$LAB_MACHINE/hardware"
	local format=raw
	[[ $1 != *.qcow2 ]] || format=qcow2
	qemu-img create -q -f qcow2 -b "$1" -F "$format" "$LAB_MACHINE/disk.qcow2"
}

# lab_drive NAME SIZE: prints the option of QEMU for an empty drive NAME, a file beside those of the tests.
lab_drive() {
	local file=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/$1.raw
	truncate -s "$2" "$file"
	echo "-drive if=none,id=$1,format=raw,cache=unsafe,file=$file"
}

# lab_boot [--no-iommu] [--timeout SECONDS] [--run COMMANDS] [STEP...]: switch the machine on and wait until it is off.
# STEPs are what a person at the console does (console.py). COMMANDS run as root in the machine when it is up; the
# test fails unless they end well. After a step "unplug" there is nothing to end well.
lab_boot() {
	local options=() commands=: status=0 wanted=0
	while (($#)); do
		case $1 in
		--no-iommu) options+=("$1") ;;
		--timeout) options+=("$1" "$2"); shift ;;
		--run) commands=$2; shift ;;
		*) break ;;
		esac
		shift
	done
	[[ "$*" != *unplug:* ]] || wanted=3

	rm -rf "$LAB_MACHINE/share/out"
	mkdir "$LAB_MACHINE/share/out"
	printf '%s\n' "$commands" >"$LAB_MACHINE/share/script"
	python3 -B "$LAB/machine.py" --disk "$LAB_MACHINE/disk.qcow2" --share "$LAB_MACHINE/share" \
		--log "$LAB_MACHINE/serial" --hardware "$(cat "$LAB_MACHINE/hardware")" "${options[@]}" "$@" || status=$?
	if ((status == wanted)); then
		((wanted == 0)) || return 0
		[[ $(guest status) != 0 ]] || return 0
		echo "the commands ended with status $(guest status):"
	else
		echo "the machine ended with status $status, not $wanted"
	fi
	if [[ ! -e $LAB_MACHINE/share/out/status ]]; then
		echo "the end of its serial console:"
		lab_serial_log | tail -n 40
	fi
	[[ ! -e $LAB_MACHINE/share/out/output ]] || guest output
	return 1
}

# What the last boot showed on the serial console, without what only moves the cursor.
lab_serial_log() {
	sed -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' -e 's/\r//g' "$LAB_MACHINE/serial"
}

# lab_keep NAME: what the last boot left behind stays for `guest NAME/FILE` when there are further boots.
lab_keep() {
	cp -r "$LAB_MACHINE/share/out" "$LAB_MACHINE/$1"
}

# Where that is, and what a boot left behind that was not kept.
lab_kept() { # NAME/FILE or FILE
	if [[ $1 == */* ]]; then echo "$LAB_MACHINE/$1"; else echo "$LAB_MACHINE/share/out/$1"; fi
}

# guest FILE: what the last boot left behind. command-line, kernel-log, devices, record (/run/vfio-early/boot),
# output (of the test's commands), and whatever these wrote to their working directory. guest NAME/FILE: of the boot
# that was kept as NAME.
guest() {
	cat "$(lab_kept "$1")" 2>/dev/null || echo "(no $1)"
}

guest_driver_of() {
	guest devices | awk -v address="$1" '$1 == address { print $2 }'
}

guest_group_of() {
	guest devices | awk -v address="$1" '$1 == address { print $3 }'
}

# expect_drivers ADDRESS=DRIVER...: each device was with this driver when the machine was up; "-" is none.
expect_drivers() {
	local pair wrong=0
	for pair; do
		[[ $(guest_driver_of "${pair%%=*}") == "${pair#*=}" ]] && continue
		echo "${pair%%=*}: expected ${pair#*=}, is with '$(guest_driver_of "${pair%%=*}")'"
		wrong=1
	done
	((wrong == 0)) || guest record
	return "$wrong"
}

# Everything with its own driver, as if there were no vfio-early.
expect_normal_drivers() {
	expect_drivers 0000:00:01.0=bochs-drm \
		0000:01:00.0=bochs-drm 0000:01:00.1=snd_hda_intel 0000:01:00.2=xhci_hcd \
		0000:02:00.0=bochs-drm 0000:02:00.1=snd_hda_intel
}

# The first card with vfio-pci, and all else as always.
expect_first_card_passed_through() {
	expect_drivers 0000:00:01.0=bochs-drm \
		0000:01:00.0=vfio-pci 0000:01:00.1=vfio-pci 0000:01:00.2=vfio-pci \
		0000:02:00.0=bochs-drm 0000:02:00.1=snd_hda_intel
}

# expect_no_rival ADDRESS...: no driver of the host has said a word about these devices; the kernel itself (pci),
# vfio-pci and vfio-early may speak.
expect_no_rival() {
	local address
	for address; do
		expect_no_line kernel-log "(bochs|bochs-drm|drm|snd_hda_intel|xhci_hcd|hdaudio|usb).*$address" || return
	done
}

# only_our_section_is_new NAME: in the boot kept as NAME, grub.cfg is byte for byte grub.cfg.before, but for ours.
only_our_section_is_new() {
	grep -q '^### BEGIN .*45_vfio_early' "$LAB_MACHINE/$1/grub.cfg"
	sed -z 's/\n\n### BEGIN [^\n]*45_vfio_early.*### END [^\n]*45_vfio_early ###//' "$LAB_MACHINE/$1/grub.cfg" |
		diff "$LAB_MACHINE/$1/grub.cfg.before" -
}

# The VFIO program of scenario 2, for the machine: lab_probe FILE
lab_probe() {
	gcc -O2 -static -o "$1" "$LAB/../programs/vfio-probe.c"
}

# expect_line FILE REGEX, expect_no_line FILE REGEX: in what the last boot left behind.
expect_line() {
	guest "$1" | grep -Eq -- "$2" && return
	echo "expected a line '$2' in $1:"
	guest "$1" | tail -n 60
	return 1
}

expect_no_line() {
	guest "$1" | grep -E -- "$2" || return 0
	echo "expected no line '$2' in $1, but there are those above"
	return 1
}

# The same, for what the serial console showed.
expect_serial() {
	lab_serial_log | grep -Eq -- "$1" && return
	echo "expected '$1' on the serial console:"
	lab_serial_log | tail -n 40
	return 1
}
