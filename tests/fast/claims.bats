#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Who else claims a card: every place where a claim may stand.

load helper

setup() {
	make_machine
}

# What one file says of card 1: DRV-OTHER-CLAIMS's evidence, VALUE at PATH.
claims_in() { # PATH, with the file on standard input
	put "$1"
	json_of '.checks[] | select(.device == "0000:01:00.0").evidence[] | .path + " " + .value' \
		diagnose --only DRV-OTHER-CLAIMS
}

@test "nothing claims the card of a machine without such files" {
	run tool diagnose --only DRV-OTHER-CLAIMS
	[ "$status" -eq 0 ]
	assert_contains '3 pass, 0 info, 0 warn, 0 fail'
}

@test "IDs on the kernel command line claim every device with that ID" {
	boot_with 'vfio-pci.ids=8086:10d3,1234:1111'
	assert_equal '0000:00:01.0 0000:01:00.0 0000:02:00.0 0000:04:00.0' "$(json_of '
		[.checks[] | select(.evidence[0].path == "/proc/cmdline").device] | sort | join(" ")' \
		diagnose --only DRV-OTHER-CLAIMS)"
}

@test "an ID with a class takes only devices of the class" {
	assert_equal '/etc/modprobe.d/x.conf:1 modprobe.d gives it to a VM: options vfio-pci ids=1234:ffffffff:ffffffff:ffffffff:038000:ffff00' \
		"$(claims_in /etc/modprobe.d/x.conf <<<'options vfio-pci ids=1234:ffffffff:ffffffff:ffffffff:038000:ffff00')"
	assert_equal '' "$(claims_in /etc/modprobe.d/x.conf <<<'options vfio-pci ids=1234:1111:ffffffff:ffffffff:030000:ffff00')"
}

@test "the words of the next boot are found in GRUB's settings" {
	assert_equal '/etc/default/grub:2 the kernel command line of the next boot gives it to a VM: pci-stub.ids=1234:1111' \
		"$(printf '# GRUB\nGRUB_CMDLINE_LINUX_DEFAULT="quiet pci-stub.ids=1234:1111"\n' | claims_in /etc/default/grub)"
	assert_equal '' "$(echo '#GRUB_CMDLINE_LINUX="pci-stub.ids=1234:1111"' | claims_in /etc/default/grub)"
}

@test "a line that goes on with a backslash is one line of modprobe.d" {
	assert_contains_line '/etc/modprobe.d/vfio.conf:2 modprobe.d gives it to a VM' \
		"$(printf 'blacklist x\noptions vfio-pci \\\n ids=1234:1111\n' | claims_in /etc/modprobe.d/vfio.conf)"
}

assert_contains_line() { # FRONT TEXT
	[[ $'\n'$2 == *$'\n'$1* ]] && return
	printf -- '--- expected a line with\n%s\n--- actual\n%s\n---\n' "$1" "$2"
	return 1
}

@test "a file in /etc/modprobe.d hides that of a package with the same name" {
	put /usr/lib/modprobe.d/vfio.conf <<<'options vfio-pci ids=1234:1111'
	assert_equal '' "$(claims_in /etc/modprobe.d/vfio.conf <<<'# nothing')"
}

@test "lists of modules claim with the options they have" {
	assert_contains_line '/etc/initramfs-tools/modules:1 a list of modules to load gives it to a VM: vfio-pci ids=1234:1111' \
		"$(echo 'vfio-pci ids=1234:1111' | claims_in /etc/initramfs-tools/modules)"
}

@test "what only loads vfio-pci is named beside what gives it the card" {
	put /etc/dracut.conf.d/vfio.conf <<<'force_drivers+=" vfio_pci "'
	put /etc/mkinitcpio.conf <<<'MODULES=(vfio_pci vfio)'
	put /etc/modules-load.d/vfio.conf <<<'vfio-pci'
	local evidence
	evidence=$(claims_in /etc/driverctl.d/pci-0000:01:00.0 <<<vfio-pci)
	assert_contains_line '/etc/driverctl.d/pci-0000:01:00.0 driverctl gives it to a VM: vfio-pci' "$evidence"
	assert_contains_line '/etc/dracut.conf.d/vfio.conf:1 the initramfs configuration loads vfio-pci early' "$evidence"
	assert_contains_line '/etc/mkinitcpio.conf:1 the initramfs configuration loads vfio-pci early' "$evidence"
	assert_contains_line '/etc/modules-load.d/vfio.conf:1 a list of modules to load loads vfio-pci early' "$evidence"
}

@test "driverctl may give the card to the host, and takes it back by name" {
	assert_contains_line '/etc/driverctl.d/pci-0000:01:00.0 driverctl gives it to the host: nouveau' \
		"$(claims_in /etc/driverctl.d/pci-0000:01:00.0 <<<nouveau)"
	assert_equal $'driverctl unset-override 0000:01:00.0\nreboot' "$(json_of '
		.checks[] | select(.device == "0000:01:00.0").remedy.commands[]' \
		diagnose --only DRV-OTHER-CLAIMS --want vm 01:00)"
}

@test "a udev rule names its device by address or by ID" {
	assert_contains_line '/etc/udev/rules.d/9.rules:1 a udev rule gives it to a VM' \
		"$(echo 'KERNEL=="0000:01:00.0", ATTR{driver_override}="vfio-pci"' | claims_in /etc/udev/rules.d/9.rules)"
	assert_contains_line '/etc/udev/rules.d/9.rules:1 a udev rule gives it to a VM' \
		"$(echo 'ATTR{vendor}=="0x1234", ATTR{device}=="0x1111", ATTR{driver_override}="vfio-pci"' | claims_in /etc/udev/rules.d/9.rules)"
	assert_equal '' "$(echo 'KERNEL=="0000:02:00.0", ATTR{driver_override}="vfio-pci"' | claims_in /etc/udev/rules.d/9.rules)"
}

scripted() { # ADDRESS
	echo "DEVICE=$1"
	# shellcheck disable=SC2016 # the script's own variable
	echo 'echo vfio-pci >/sys/bus/pci/devices/$DEVICE/driver_override'
}

@test "a hook, a unit and a script in the initramfs move the cards they name" {
	local path
	for path in /etc/libvirt/hooks/qemu.d/win11/prepare/begin/start.sh \
		/etc/systemd/system/bind.service /etc/initramfs-tools/scripts/init-top/vfio.sh \
		/var/lib/vz/snippets/gpu.sh; do
		assert_contains_line "$path:2 a " "$(scripted 0000:01:00.0 | claims_in "$path")"
		assert_equal '' "$(scripted 0000:02:00.0 | claims_in "$path")"
		rm "$root$path"
	done
}

@test "a program whose name begins with bind moves nothing" {
	assert_equal '' "$(claims_in /etc/systemd/system/data.service <<<'ExecStart=/usr/bin/bindfs /a /b')"
}

@test "what vfio-early itself has installed is no claim of another" {
	put /etc/udev/rules.d/80-vfio-early.rules <<<'ATTR{driver_override}="vfio-pci"'
	put /etc/initramfs-tools/scripts/init-top/00-vfio-early <<<'echo driver_override'
	assert_equal '' "$(claims_in /etc/systemd/system/vfio-early-confirm.service <<<'ExecStart=driver_override')"
}

@test "supergfxctl and an install line may move any card" {
	assert_contains_line '/etc/supergfxd.conf supergfxctl may move it: mode: Vfio' \
		"$(echo '{"mode": "Vfio", "vfio_enable": true}' | claims_in /etc/supergfxd.conf)"
	rm "$root/etc/supergfxd.conf"
	assert_contains_line '/etc/modprobe.d/x.conf:1 modprobe.d may move it: install vfio-pci /sbin/vfio-pci-override.sh' \
		"$(echo 'install vfio-pci /sbin/vfio-pci-override.sh' | claims_in /etc/modprobe.d/x.conf)"
}

@test "an ID that fits two cards is a wish for the one that a VM names" {
	boot_with vfio-pci.ids=1234:1111
	printf 'machine: q35\nhostpci0: 01:00,pcie=1\n' | put /etc/pve/qemu-server/100.conf
	assert_equal '0000:00:01.0 nothing
0000:01:00.0 vm
0000:02:00.0 nothing' "$(json_of '.intents[] | .address + " " + .want' diagnose --only MODE-INTENT)"
}

@test "an ID alone is a wish for every card but the boot display" {
	boot_with vfio-pci.ids=1234:1111
	assert_equal '0000:00:01.0 nothing
0000:01:00.0 vm
0000:02:00.0 vm' "$(json_of '.intents[] | .address + " " + .want' diagnose --only MODE-INTENT)"
}

@test "templates of guests wish for nothing" {
	printf 'template: 1\nhostpci0: 01:00\n' | put /etc/pve/qemu-server/100.conf
	printf 'template: 1\ndev0: /dev/dri/renderD128\n' | put /etc/pve/lxc/901.conf
	assert_equal nothing "$(json_of '[.intents[].want] | unique | join(" ")' diagnose --only MODE-INTENT)"
}

# The commands of a remedy of card 1, or its words: remedy_of commands|text
remedy_of() {
	json_of '.checks[] | select(.device == "0000:01:00.0").remedy.'"$1"' |
		if type == "array" then .[] else . end' diagnose --only DRV-OTHER-CLAIMS --want host 01:00
}

install() { # PROGRAM...
	local program
	for program; do
		put "$program" <<<'#!/bin/sh'
		chmod +x "$root$program"
	done
}

@test "what makes the images anew is the command of the generator that makes them here" {
	local before=/etc/modprobe.d/vfio.conf
	make_kernel 6.1.0-1-amd64
	put $before <<<'options vfio-pci ids=1234:1111'
	install /usr/sbin/update-initramfs /usr/sbin/mkinitramfs
	output=$(remedy_of commands)
	assert_contains 'update-initramfs -u -k all'
	# dracut may be there as well, and makes no image.
	install /usr/bin/dracut
	output=$(remedy_of commands)
	assert_contains 'update-initramfs -u -k all'
	assert_lacks 'dracut'
	rm "$root/usr/sbin/"*
	output=$(remedy_of commands)
	assert_contains 'dracut --regenerate-all --force'
	# Its own update-initramfs tells boot loaders, too.
	install /usr/sbin/update-initramfs
	output=$(remedy_of commands)
	assert_contains 'update-initramfs -u -k all'
	rm "$root/usr/sbin/"* "$root/usr/bin/dracut"
	install /usr/bin/mkinitcpio
	output=$(remedy_of commands)
	assert_contains 'mkinitcpio -P'
	assert_lacks 'update-initramfs'
}

@test "where no generator is known the remedy says so, and names no command that is not there" {
	put /etc/modprobe.d/vfio.conf <<<'options vfio-pci ids=1234:1111'
	output=$(remedy_of commands)
	assert_lacks 'initramfs'
	output=$(remedy_of text)
	assert_contains 'have the initramfs images made anew by the program that makes them, before the reboot: vfio-early finds none here that it knows'
}
