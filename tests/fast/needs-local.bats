#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the next boot needs of a disk or a keyboard, though nothing uses it now: refused, or said.

load helper
load grub
load needs

setup() {
	make_needs_machine
}

# A stick on the USB controller, with a file system: stick_add LABEL
stick_add() {
	block_add 0000:05:00.0 sda 8:0
	: >"$root/dev/sda"
	disk_is sda1 by-label "$1"
}

disk_is() { # NODE by-KIND NAME
	mkdir -p "$root/dev/disk/$2"
	: >"$root/dev/$1"
	ln -sf "../../$1" "$root/dev/disk/$2/$3"
}

@test "a drive that fstab mounts, by every name that it can have" {
	local name
	disk_is nvme1n1p1 by-uuid 1234-ABCD
	disk_is nvme1n1p1 by-label 'My\x20data'
	disk_is nvme1n1p1 by-partuuid 0815-01
	for name in UUID=1234-ABCD 'LABEL=My\040data' 'UUID="1234-ABCD"' PARTUUID=0815-01 \
		/dev/disk/by-uuid/1234-ABCD /dev/nvme1n1p1; do
		printf '# comment\n\n%s /data ext4 defaults 0 2\n' "$name" | put /etc/fstab
		warned "$disk: /etc/fstab:3 mounts /data from its disk nvme1n1: without it the next boot stops in emergency mode, unless 'nofail' is among the options there" 06:00
	done
	printf '%s /usr ext4 defaults 0 2\n' /dev/nvme1n1p1 | put /etc/fstab
	refused "$disk: /etc/fstab:1 mounts /usr from its disk nvme1n1" 06:00
}

@test "a drive that fstab mounts through LVM, and one that only udev's database names" {
	mkdir -p "$root"/{sys/devices/virtual/block/dm-0,sys/class/block/nvme1n1p1/holders,dev/mapper,run/udev/data}
	echo 254:0 >"$root/sys/devices/virtual/block/dm-0/dev"
	ln -s ../../devices/virtual/block/dm-0 "$root/sys/class/block/dm-0"
	ln -s ../../../dm-0 "$root/sys/class/block/nvme1n1p1/holders/dm-0"
	ln -s ../dm-0 "$root/dev/mapper/vg-data"
	put /etc/fstab <<<'/dev/mapper/vg-data /data ext4 defaults 0 2'
	warned "$disk: /etc/fstab:1 mounts /data" 06:00
	put /etc/fstab <<<'UUID=77 /data ext4 defaults 0 2'
	untold 06:00
	printf 'S:disk/by-uuid/77\n' >"$root/run/udev/data/b259:5"
	warned "$disk: /etc/fstab:1 mounts /data" 06:00
}

@test "what fstab does not need for the boot, and what is on another disk, is no matter" {
	local options
	for options in noauto nofail defaults,nofail ro,x-systemd.automount; do
		put /etc/fstab <<<"/dev/nvme1n1p1 /data ext4 $options 0 2"
		untold 06:00
	done
	put /etc/fstab <<<'/dev/nvme0n1p1 / ext4 defaults 0 1'
	untold 06:00
	refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the filesystem mounted on / is on its disk nvme0n1' 03:00
	assert_lacks fstab
}

@test "swap that fstab names" {
	put /etc/fstab <<<'/dev/nvme1n1p1 none swap sw 0 0'
	warned "$disk: /etc/fstab:1 has swap space on its disk nvme1n1: the next boot waits for it, and goes on without it" 06:00
}

@test "a volume of crypttab, and its key on a stick" {
	stick_add KEY
	put /etc/crypttab <<-'END'
		data /dev/nvme1n1p1 /dev/disk/by-label/KEY:/data.key luks,keyscript=passdev
	END
	warned "$disk: /etc/crypttab:1 opens data from its disk nvme1n1" 06:00
	warned "$usb: /etc/crypttab:1 has the key of data on its disk sda: the next boot cannot open data with it" 05:00
	put /etc/crypttab <<<'data /dev/nvme1n1p1 /data.key:LABEL=KEY luks'
	warned "$usb: /etc/crypttab:1 has the key of data on its disk sda" 05:00
	put /etc/crypttab <<<'data /dev/nvme1n1p1 /data.key:LABEL=KEY luks,nofail'
	untold 05:00 06:00
}

@test "the key of the root's volume is refused" {
	stick_add KEY
	put /etc/crypttab <<<'cryptroot /dev/nvme0n1p1 /dev/disk/by-label/KEY luks'
	refused "$usb: /etc/crypttab:1 has the key of cryptroot on its disk sda" 05:00
	put /etc/crypttab <<<'other UUID=1 /dev/disk/by-label/KEY luks,initramfs'
	refused "$usb: /etc/crypttab:1 has the key of other on its disk sda" 05:00
	put /etc/crypttab <<<'cryptroot /dev/nvme0n1p1 /dev/disk/by-label/OTHER luks,header=/dev/sda1'
	refused "$usb: /etc/crypttab:1 has the key of cryptroot on its disk sda" 05:00
	put /etc/crypttab <<<'cryptroot /dev/nvme0n1p1 /etc/key luks'
	untold 05:00
}

@test "disks that the kernel command line names" {
	stick_add KEY
	disk_is nvme1n1p1 by-uuid 11-22
	boot_with root=UUID=11-22
	refused "$disk: 'root=' on the kernel command line is on its disk nvme1n1: there is no root without it" 06:00
	boot_with cryptdevice=UUID=11-22:root
	refused "$disk: 'cryptdevice=' on the kernel command line is on its disk nvme1n1" 06:00
	boot_with resume=/dev/nvme1n1p1
	warned "$disk: 'resume=' on the kernel command line is on its disk nvme1n1: the next boot does not find the image of a hibernated system there" 06:00
	for word in rd.luks.uuid=luks-11-22 rd.luks.uuid=11-22 rd.luks.name=11-22=data; do
		boot_with "$word"
		warned "$disk: '${word%%=*}=' on the kernel command line is on its disk nvme1n1: the next boot waits for it" 06:00
	done
	for word in cryptkey=LABEL=KEY:ext4:/key rd.luks.key=/key:LABEL=KEY cryptkey=/dev/disk/by-label/KEY:0:512; do
		boot_with "$word"
		refused "$usb: '${word%%=*}=' on the kernel command line is read from its disk sda" 05:00
	done
	boot_with 'resume=UUID=99 rd.luks.uuid=33 root=/dev/nvme0n1p1'
	untold 05:00 06:00
}

# A keyboard below a directory of /sys/devices: keyboard_add NAME DIRECTORY [KEYS]
keyboard_add() {
	mkdir -p "$root/sys/devices/$2/input/$1/capabilities" "$root/sys/class/input"
	echo "${3-1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe}" \
		>"$root/sys/devices/$2/input/$1/capabilities/key"
	ln -s "../../devices/$2/input/$1" "$root/sys/class/input/$1"
}

@test "the last keyboard is told, and needs --force where a passphrase is asked for" {
	local question="$usb: this machine's only keyboard hangs on it, and the boot asks for a passphrase"
	keyboard_add input3 pci0000:00/0000:00:06.0/0000:05:00.0/usb1/1-1/1-1:1.0
	keyboard_add input4 virtual
	keyboard_add input0 LNXSYSTM:00/LNXPWRBN:00 10000000000000
	warned "$usb: this machine's only keyboard hangs on it, so nothing can be typed here" 05:00
	for line in 'cryptroot /dev/nvme0n1p1 none luks' 'cryptroot UUID=9' 'cryptroot UUID=9 - luks,discard'; do
		put /etc/crypttab <<<"$line"
		run -1 tool enable --dry-run 05:00
		assert_contains "refused: $question; if that is wanted, name it by its address and add --force: 'vfio-early enable 05:00.0 --force'"
		run -0 tool enable --dry-run 05:00 --force
		assert_contains "warning: $question"
	done
	for line in 'cryptroot UUID=9 none luks,tpm2-device=auto' 'data UUID=9 /etc/key luks' 'data UUID=9 none noauto'; do
		put /etc/crypttab <<<"$line"
		warned "$usb: this machine's only keyboard hangs on it, so nothing" 05:00
	done
	boot_with rd.luks.uuid=9
	run -1 tool enable --dry-run 05:00
	assert_contains "refused: $question"
}

@test "a keyboard that is not the last one is no matter" {
	put /etc/crypttab <<<'cryptroot /dev/nvme0n1p1 none luks'
	untold 05:00
	keyboard_add input3 pci0000:00/0000:00:06.0/0000:05:00.0/usb1/1-1/1-1:1.0
	keyboard_add input2 platform/i8042/serio0
	untold 05:00
}

@test "cmdline and --explain say it as enable does" {
	put /etc/fstab <<<'/dev/nvme1n1p1 /data ext4 defaults 0 2'
	local command
	for command in 'cmdline 06:00' 'cmdline --explain vfio_early=06:00'; do
		# shellcheck disable=SC2086 # words
		run tool $command
		assert_contains '/etc/fstab:1 mounts /data from its disk nvme1n1'
	done
}
