#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the next boot needs of a network card, though nothing uses it now: refused, or said.

load helper
load grub
load needs

setup() {
	make_needs_machine
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
	# qemu-nbd without an address serves a file of this machine.
	printf '/usr/bin/qemu-nbd\000--connect=/dev/nbd0\000/srv/disk.qcow2\000' >"$root/proc/77/cmdline"
	untold 07:00
	printf 'qemu-nbd\000--connect=/dev/nbd0\000nbd://192.168.1.9\000' >"$root/proc/77/cmdline"
	refused "$network: the disk nbd0, which is in use, is reached over" 07:00
	printf 'nbd-client\000nas\000/dev/nbd0\000' >"$root/proc/77/cmdline"
	refused "$network: the disk nbd0, which is in use, is reached over" 07:00
}

@test "behind a bridge of virtual machines alone there is no network card" {
	route_add vmbr1 0001A8C0 00FFFFFF
	mkdir -p "$root"/sys/class/net/{vmbr1/{bridge,brif/tap100i0},tap100i0/brport}
	echo 0x5002 >"$root/sys/class/net/tap100i0/tun_flags"
	mount_is nfs4 192.168.1.9:/srv rw,addr=192.168.1.9
	untold 07:00
	# A port of another kind may be carried by any card.
	mkdir -p "$root"/sys/class/net/{vmbr1/brif,.}/vxlan7
	refused "$network: the filesystem mounted on /srv is reached over" 07:00
	rm -r "$root"/sys/class/net/{vmbr1/brif,.}/vxlan7
	mkdir "$root/sys/class/net/vmbr1/brif/enp7s0"
	refused "$network: the filesystem mounted on /srv is reached over" 07:00
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
