# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Roots elsewhere than on the machine's own disk, which keeps what GRUB reads. The base disk for them, and for kexec, is
# $(lab_disk bookworm initramfs-tools-and-roots).

# For the machine: move_root DEVICE SOURCE WORDS makes a filesystem on DEVICE, copies the system, and adds WORDS to its
# kernel command line. SOURCE is what fstab calls it.
# shellcheck disable=SC2016,SC2034 # for the machine's shell; used by who loads this
move_root='move_root() {
	mkfs.ext4 -q "$1"
	mount "$1" /media
	cp -ax /. /media
	mkdir /media/old
	mount --bind / /media/old
	for dir in /boot /dev /proc /sys; do mount --bind $dir /media$dir; done
	printf "%s\n" "$2 / ext4 defaults 0 0" "/dev/vda1 /old ext4 defaults 0 0" "/old/boot /boot none bind 0 0" >/media/etc/fstab
	sed -i "s|no_timer_check\"|no_timer_check $3\"|" /media/etc/default/grub
	chroot /media update-grub
}'

# lab_target SIZE PORT: an iSCSI target on the loopback side of this computer, which the machine's user network reaches
# as 10.0.2.2. Leaves the process's number in target.pid.
lab_target() {
	local control=$((RANDOM % 10000 + 100)) disk=$BATS_FILE_TMPDIR/target.raw
	truncate -s "$1" "$disk"
	tgtd --foreground --control-port "$control" --iscsi portal="127.0.0.1:$2" >"$BATS_FILE_TMPDIR/target.log" 2>&1 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/target.pid"
	local tell=(tgtadm --control-port "$control" --lld iscsi --op) tries=0
	until "${tell[@]}" show --mode target >/dev/null 2>&1; do
		((++tries < 100)) || return
		sleep 0.1
	done
	"${tell[@]}" new --mode target --tid 1 --targetname iqn.2000-01.lab:root
	"${tell[@]}" new --mode logicalunit --tid 1 --lun 1 --backing-store "$disk"
	"${tell[@]}" bind --mode target --tid 1 --initiator-address ALL
}
