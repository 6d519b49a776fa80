#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the next boot needs of a device, though nothing uses it now: refused, or said.

load helper
load grub

usb='05:00.0 (Red Hat, Inc. QEMU XHCI Host Controller)'
disk='06:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO)'
network='07:00.0 (Intel Corporation 82574L Gigabit Network Connection)'

# Beside what the host lives on, a USB controller, a disk and a network card that nothing uses.
setup() {
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

mount_is() { # TYPE SOURCE OPTIONS
	echo "30 22 0:40 / /srv rw,relatime shared:9 - $1 $2 $3" >>"$root/proc/self/mountinfo"
}

route_add() { # INTERFACE DESTINATION MASK, in hexadecimal
	printf '%s\t%s\t00000000\t0001\t0\t0\t0\t%s\t0\t0\t0\n' "$1" "$2" "$3" >>"$root/proc/net/route"
}

@test "a mounted tree whose server is behind the interface" {
	route_add enp7s0 0001A8C0 00FFFFFF # 192.168.1.0/24
	printf 'fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001   enp7s0\n' >"$root/proc/net/ipv6_route"
	cp "$root/proc/self/mountinfo" "$BATS_TEST_TMPDIR/mountinfo"
	while read -r type source options; do
		cp "$BATS_TEST_TMPDIR/mountinfo" "$root/proc/self/mountinfo"
		mount_is "$type" "$source" "$options"
		refused "$network: the filesystem mounted on /srv is reached over its network interface enp7s0" 07:00
	done <<-'END'
		nfs4 nas.example.com:/srv rw,vers=4.2,addr=192.168.1.9
		nfs 192.168.1.9:/srv rw
		nfs4 [fd00::9]:/srv rw
		cifs //nas/srv rw,addr=192.168.1.9
		9p 192.168.1.9 rw,trans=tcp
		ceph 192.168.1.9:6789,192.168.1.10:6789:/ rw
	END
	while read -r type source options; do
		cp "$BATS_TEST_TMPDIR/mountinfo" "$root/proc/self/mountinfo"
		mount_is "$type" "$source" "$options"
		untold 07:00
	done <<-'END'
		nfs4 nas.example.com:/srv rw,addr=10.0.2.2
		9p 192.168.1.9 rw,trans=virtio
		tmpfs 192.168.1.9 rw
	END
}

@test "a server of fstab, by its address or its name in hosts" {
	route_add enp7s0 0001A8C0 00FFFFFF
	put /etc/hosts <<<'192.168.1.9 nas.example.com nas # ours'
	for source in 192.168.1.9:/srv nas:/srv; do
		put /etc/fstab <<<"$source /srv nfs defaults,_netdev 0 0"
		warned "$network: /etc/fstab:1 mounts /srv over its network interface enp7s0: the next boot does not have it" 07:00
	done
	put /etc/fstab <<<'nas:/srv /srv nfs nofail 0 0'
	untold 07:00
	put /etc/fstab <<<'other:/srv /srv nfs defaults 0 0'
	untold 07:00
}

# A disk in use that has no function below it: network_disk NAME NUMBER DIRECTORY
network_disk() {
	mkdir -p "$root/sys/devices/$3/$1"
	echo "$2" >"$root/sys/devices/$3/$1/dev"
	ln -s "../devices/$3/$1" "$root/sys/block/$1"
	ln -s "../../devices/$3/$1" "$root/sys/class/block/$1"
	echo "31 22 $2 / /srv rw - ext4 /dev/$1 rw" >>"$root/proc/self/mountinfo"
}

@test "a disk of iSCSI, of NVMe over TCP and of NBD that is in use" {
	route_add enp7s0 0001A8C0 00FFFFFF
	network_disk sdb 8:16 platform/host3/session2/target3:0:0/3:0:0:1/block
	untold 07:00
	put /sys/class/iscsi_connection/connection2:0/address <<<192.168.1.9
	refused "$network: the disk sdb, which is in use, is reached over its network interface enp7s0" 07:00
	echo 10.0.2.2 >"$root/sys/class/iscsi_connection/connection2:0/address"
	untold 07:00
	network_disk nvme2n1 259:9 virtual/nvme-fabrics/ctl/nvme2
	put /sys/class/nvme/nvme2/transport <<<tcp
	put /sys/class/nvme/nvme2/address <<<'traddr=192.168.1.9,trsvcid=4420'
	refused "$network: the disk nvme2n1, which is in use, is reached over" 07:00
	echo pcie >"$root/sys/class/nvme/nvme2/transport"
	untold 07:00
	network_disk nbd0 43:0 virtual/block
	refused "$network: the disk nbd0, which is in use, is reached over" 07:00
	echo 77 >"$root/sys/devices/virtual/block/nbd0/pid"
	mkdir -p "$root/proc/77"
	printf 'nbd-client\00010.0.2.2\00010809\000/dev/nbd0\000' >"$root/proc/77/cmdline"
	untold 07:00
}

@test "the network that the kernel command line or the firmware sets up for the root" {
	local word
	route_add enp7s0 0001A8C0 00FFFFFF
	echo 52:54:00:12:34:56 >"$root/sys/class/net/enp7s0/address"
	for word in ip=enp7s0:dhcp ip=192.168.1.5::192.168.1.1:255.255.255.0:host:enp7s0:none \
		ip=192.168.1.5:192.168.1.9 BOOTIF=01-52-54-00-12-34-56 nfsroot=192.168.1.9:/srv \
		netroot=iscsi:192.168.1.9::::iqn.x root=nfs:192.168.1.9:/srv vlan=vlan5:enp7s0; do
		boot_with "$word"
		refused "$network: '${word%%=*}=' on the kernel command line needs its network interface enp7s0 before there is a root" 07:00
	done
	for word in ip=dhcp ip=enp4s0:dhcp ip=off nfsroot=10.0.2.2:/srv BOOTIF=01-52-54-00-12-34-57; do
		boot_with "$word"
		untold 07:00
	done
	put /sys/firmware/ibft/ethernet0/mac <<<52:54:00:12:34:56
	refused "$network: the firmware's iSCSI boot (/sys/firmware/ibft) needs its network interface enp7s0" 07:00
}

@test "a password on the kernel command line is not told" {
	boot_with netroot=iscsi:user:secret@enp7s0:3260::iqn.x
	refused "$network: 'netroot=' on the kernel command line" 07:00
	assert_lacks secret
}

# Puts a program into the image of a kernel.
image_gets() { # PATH
	local tree=$BATS_TEST_TMPDIR/more
	mkdir -p "$tree/${1%/*}"
	: >"$tree/$1"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >>"$root/boot/initrd.img-6.1.0-9-amd64"
	rm -r "$tree"
}

@test "the interface by which an image can be reached before there is a root" {
	untold 07:00
	image_gets usr/sbin/dropbear
	warned "$network: dropbear is in /boot/initrd.img-6.1.0-9-amd64, and can be reached before there is a root over its network interface enp7s0" 07:00
	put /etc/initramfs-tools/initramfs.conf <<<'DEVICE=enp4s0'
	untold 07:00
	put /etc/initramfs-tools/conf.d/ip <<<'IP=192.168.1.5::192.168.1.1:255.255.255.0::enp7s0:off'
	warned "$network: dropbear is in" 07:00
	rm -r "$root/etc/initramfs-tools"
	echo down >"$root/sys/class/net/enp7s0/operstate"
	untold 07:00
}

@test "clevis and tinyssh likewise" {
	image_gets usr/bin/clevis-decrypt-tang
	warned "$network: clevis is in" 07:00
	image_gets usr/sbin/tinysshd
	warned "$network: tinyssh is in" 07:00
}
