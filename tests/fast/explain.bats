#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early cmdline --explain: what words do on this machine.

load helper

setup() {
	make_machine
}

# What words do: explains STATUS PIECE WORDS...
explains() {
	run "-$1" tool cmdline --explain "${@:3}"
	assert_contains "$2"
}

@test "--explain says what the flag's value does, device by device" {
	explains 0 $'01:00.0  1234:1111  Technical Corp. Emulated VGA
         is given to vfio-pci, by the word \'01:00\'
01:00.1  8086:2668  Intel' 01:00
	assert_contains 'Every other device stays with the host.'
	assert_lacks 02:00
	assert_lacks 'Wrong'
}

@test "--explain takes a whole command line, and only its last flag" {
	explains 0 "02:00.0  1234:1111" root=/dev/sda1 vfio_early=01:00 quiet vfio-early=02:00
	assert_lacks 01:00
	assert_contains 'Note: vfio_early= stands there 2 times; the last one counts.'
	explains 0 'The flag is off: every device stays' 'vfio_early=01:00 vfio_early=off'
	explains 0 'There is no vfio_early= in these words' 'root=/dev/sda1 quiet'
	explains 0 'what stands behind "--" is not for the kernel' quiet -- vfio_early=01:00
	explains 0 'amd_iommu=on is no option of the kernel' 'amd_iommu=on vfio_early=01:00'
}

@test "--explain without words is about the running kernel's" {
	explains 0 'There is no vfio_early= in these words'
	boot_with vfio_early=02:00.1
	explains 0 "is given to vfio-pci, by the word '02:00.1'"
	rm "$root/proc/cmdline"
	explains 2 'cannot read'
}

@test "--explain judges the functions that the flag names, and says what they miss in their group" {
	explains 0 'Note: 01:00.1 (Intel Corporation 82801FB/FBM/FR/FW/FRW (ICH6 Family) High Definition Audio Controller): its IOMMU group 7 also holds 01:00.0 (Technical Corp. Emulated VGA) of the same card, and VFIO gives a guest a whole group or nothing; name that, too.' \
		01:00.1
	assert_contains "is given to vfio-pci, by the word '01:00.1'"
	assert_lacks 'refuses this'
	explains 0 'also holds 01:00.2' 01:00.0,01:00.1
	assert_lacks 'also holds 01:00.0'
	explains 0 'Every other device' 01:00
	assert_lacks Note
	pci_group 0000:01:00.1 40
	explains 0 'Every other device' 01:00.1
	assert_lacks Note
	# The sound of the host's display is not the display.
	pci_add - 0000:00:01.1 1234:1112 040300 group=41 driver=snd_hda_intel
	explains 0 'Every other device' 00:01.1
	assert_lacks Note
}

@test "--explain leaves the boot display, and says why" {
	explains 0 $'00:01.0  1234:1111  Technical Corp. Emulated VGA
         stays with the host: it is the boot display, which is only taken by its address' \
		1234:1111
	assert_contains $'02:00.0  1234:1111  Technical Corp. Emulated VGA
         is given to vfio-pci'
	explains 0 "00:01.0  1234:1111  Technical Corp. Emulated VGA
         is given to vfio-pci, by the word '00:01'" 00:01
}

@test "--explain names the function that keeps its card with the host" {
	pci_add 0000:00:03.0 0000:02:00.3 1b36:0001 0c0330 group=8 header=7f
	explains 0 $'\n         stays with the host: another function of this card stays with the host (function 3)' \
		02:00
	assert_contains 'stays with the host: it does not answer: its configuration space reads ff'
	# A bridge in the slot is not of the card.
	pci_add 0000:00:02.0 0000:01:00.3 1b36:0001 060400 group=7 header=01
	explains 0 'stays with the host: it is a bridge, which is never given away' 01:00
	assert_contains $'01:00.0  1234:1111  Technical Corp. Emulated VGA\n         is given to vfio-pci'
}

@test "--explain puts a caret under what cannot be read" {
	explains 1 $'Wrong:
  02:zz
     ^^
  a PCI device number is 00 to 1f
' 01:00,02:zz
	assert_contains 'a word of the flag cannot be read, and may have meant any card'
	explains 1 $'
  1234:11@01:00
  ^^^^^^^
  an ID is' 1234:11@01:00
	explains 1 $'
  01:00,,02:00
        ^
  empty selector: a comma too many?' 01:00,,02:00
	explains 1 $'
  01:00=nouveau
       ^^^^^^^^
  this is not a VFIO driver' 01:00=nouveau
}

@test "--explain puts a caret under what fits nothing here" {
	explains 1 $'
  05:00
  ^^^^^
  there is no device at this place' 05:00
	explains 1 $'
  10de:2684
  ^^^^^^^^^
  no device here has this ID' 10de:2684
	explains 1 $'
  8086:2668@01:00
  ^^^^^^^^^
  the device at this place is 1234:1111, Technical Corp. Emulated VGA' 8086:2668@01:00
	assert_contains 'stays with the host: another device than the flag says is at this place'
}

@test "--explain shows where an unreadable flag has its wrong character" {
	explains 1 $'
  01:00;02:00
       ^
  character not allowed in the flag

The flag cannot be read: every device stays with the host.' 'vfio_early=01:00;02:00'
	# A control character must not reach the terminal.
	explains 1 $'
  01:00?[2J
       ^
' $'vfio_early=01:00\e[2J'
	local long
	long=$(printf '01:%02x.0,' {0..60})
	explains 1 $'\n  more than 32 selectors' "${long%,}"
	assert_equal 75 "$(sed -n 2p <<<"$output" | wc -c)" # a piece, not all of the 400 bytes
}

@test "--explain knows what switches the IOMMU off" {
	explains 0 'stays with the host: it has no IOMMU group' 'vfio_early=01:00 intel_iommu=off'
	explains 0 'is given to vfio-pci' 'vfio_early=01:00 intel_iommu=on,sm_on'
}

@test "of the words about the IOMMU, iommu=off is final, and of intel_iommu the last counts" {
	explains 0 'stays with the host: it has no IOMMU group' 'iommu=off vfio_early=01:00 intel_iommu=on iommu=pt'
	explains 0 'is given to vfio-pci' 'intel_iommu=off vfio_early=01:00 intel_iommu=on'
	explains 0 'stays with the host: it has no IOMMU group' 'intel_iommu=on vfio_early=01:00 intel_iommu=off'
	explains 0 'is given to vfio-pci' 'amd_iommu=off vfio_early=01:00'
	sed -i s/GenuineIntel/AuthenticAMD/ "$root/proc/cpuinfo"
	explains 0 'stays with the host: it has no IOMMU group' 'amd_iommu=off vfio_early=01:00 amd_iommu=fullflush'
	explains 0 'is given to vfio-pci' 'intel_iommu=off vfio_early=01:00'
}

@test "--explain of the running line does not contradict the IOMMU that runs, or does not" {
	boot_with 'vfio_early=01:00 intel_iommu=off'
	explains 0 'is given to vfio-pci'
	no_iommu
	: >"$root/sys/firmware/acpi/tables/DMAR"
	explains 0 'stays with the host: it has no IOMMU group'
	boot_with 'vfio_early=01:00 intel_iommu=on'
	explains 0 'stays with the host: it has no IOMMU group'
}

@test "an IOMMU of AMD that this line turns off is on without the word" {
	sed -i s/GenuineIntel/AuthenticAMD/ "$root/proc/cpuinfo"
	no_iommu
	: >"$root/sys/firmware/acpi/tables/IVRS"
	boot_with amd_iommu=off
	explains 0 'is given to vfio-pci' vfio_early=01:00
	explains 0 'stays with the host: it has no IOMMU group' amd_iommu=off vfio_early=01:00
}

@test "a host driver that is built into the kernel is there before us" {
	mkdir -p "$root/sys/module/bochs" "$root/sys/module/snd_hda_intel"
	echo live >"$root/sys/module/snd_hda_intel/initstate"
	ln -s ../../../../module/bochs "$root/sys/bus/pci/drivers/bochs-drm/module"
	ln -s ../../../../module/snd_hda_intel "$root/sys/bus/pci/drivers/snd_hda_intel/module"
	explains 0 'its driver bochs-drm is not known to let go' 01:00
	assert_contains '(function 0)'
	assert_lacks '(snd_hda_intel)'
}

# A serial card of another make, and what the next kernel says of its driver.
serial_add() {
	pci_add - 0000:00:06.0 1b36:0002 070002 group=20 driver="${1-jsm}"
	make_kernel "${2-6.1.0-1-amd64}"
	put /proc/sys/kernel/osrelease <<<6.1.0-1-amd64
}

holds='stays with the host: its driver jsm is not known to let go'

@test "a driver of the next kernel itself is there first, by what it says to be for" {
	serial_add
	explains 0 'is given to vfio-pci' 00:06.0
	printf 'jsm.license=GPL\000jsm.alias=pci:v00001B36d00000002sv*sd*bc*sc*i*\000' >"$root/lib/modules/6.1.0-1-amd64/modules.builtin.modinfo"
	explains 0 "$holds" 00:06.0
	pci_bind 0000:00:06.0 vfio-pci
	explains 0 "$holds" 00:06.0
	make_kernel 6.1.0-2-amd64 # newer, and has it as a module
	explains 0 'is given to vfio-pci' 00:06.0
}

@test "a driver by whose name the next kernel has a module built in" {
	serial_add some_driver
	echo kernel/drivers/some-driver.ko >>"$root/lib/modules/6.1.0-1-amd64/modules.builtin"
	explains 0 'its driver some_driver is not known to let go' 00:06.0
	make_kernel 6.1.0-2-amd64
	echo kernel/drivers/some-driver.ko: >"$root/lib/modules/6.1.0-2-amd64/modules.dep"
	explains 0 'is given to vfio-pci' 00:06.0
}

# Debian's modules.builtin.modinfo has no aliases, and such a driver no link to its module.
@test "a built-in driver that is not called as its module is" {
	serial_add serial
	echo kernel/drivers/tty/serial/8250/8250_pci.ko >>"$root/lib/modules/6.1.0-1-amd64/modules.builtin"
	mkdir -p "$root/sys/bus/pci/devices/0000:00:06.0/tty/ttyS4" "$root/sys/class/tty/console"
	ln -s ../../bus/pci/devices/0000:00:06.0/tty/ttyS4 "$root/sys/class/tty/ttyS4"
	echo tty0 >"$root/sys/class/tty/console/active"
	explains 0 'is given to vfio-pci' 00:06.0
	echo ttyS4 >"$root/sys/class/tty/console/active"
	explains 0 'stays with the host: it is in use by the console ttyS4' 00:06.0
}

@test "what this boot left for its driver, the next boot of the same kernel leaves" {
	serial_add
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=00:06.0
		0000:00:06.0 1b36:0002 left before=jsm after=jsm driver=vfio-pci reason=its driver jsm is not known to let go
	END
	explains 0 "$holds" 00:06.0
	# A driver from a file came too early: the image may have been mended.
	mkdir -p "$root/sys/module/jsm"
	ln -s ../../../../module/jsm "$root/sys/bus/pci/drivers/jsm/module"
	echo live >"$root/sys/module/jsm/initstate"
	explains 0 'is given to vfio-pci' 00:06.0
	rm "$root/sys/module/jsm/initstate"
	explains 0 "$holds" 00:06.0
	sed -i 's/left before=jsm after=jsm driver=vfio-pci.*/taken before=- after=vfio-pci driver=vfio-pci/' "$root/run/vfio-early/boot"
	explains 0 'is given to vfio-pci' 00:06.0
}

@test "the JSON of --explain" {
	run -1 --separate-stderr tool --json cmdline --explain 01:00,02:zz
	assert_equal '{"error":"a PCI device number is 00 to 1f","word":"02:zz","bad":"zz"}' \
		"$(jq -c '.wrong[0] | {error, word, bad}' <<<"$output")"
	assert_equal '"on" "01:00,02:zz"' "$(jq -c '.state, .flag' <<<"$output" | paste -sd' ')"
	assert_equal 3 "$(jq '.devices | length' <<<"$output")"
	run -0 tool --json cmdline --explain
	assert_equal '"absent" null' "$(jq -c '.state, .flag' <<<"$output" | paste -sd' ')"
}
