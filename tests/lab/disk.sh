#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# disk.sh SUITE GENERATOR [STAGE]: prints the path of a raw disk that boots Debian through GRUB, made once
# and kept. GENERATOR is initramfs-tools, dracut or dracut-without-systemd, with -on-btrfs behind it for another
# filesystem than ext4, or -and-roots for more programs (tree.sh). STAGE is a directory that "make install
# DESTDIR=STAGE" filled; without it the disk is plain Debian.
set -eu
here=$(dirname "$0")
# shellcheck source=tests/lab/cache.sh
. "$here/cache.sh"
suite=$1 generator=$2 stage=${3:-}
filesystem=ext4
case $generator in
*-on-btrfs) filesystem=btrfs generator=${generator%-on-btrfs} ;;
esac
tree=$("$here/tree.sh" "$suite" "${generator%-without-systemd}")

# Without the rivals in the image there would be no race to win.
rivals="bochs snd_hda_intel xhci_pci"
boot_drivers="virtio_pci virtio_blk $filesystem"

furnish() {
	install -D -t "$root/usr/local/lib/lab" "$here/guest/agent"
	install -m 644 "$here/guest/agent.service" "$root/etc/systemd/system/lab-agent.service"
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -s ../lab-agent.service "$root/etc/systemd/system/multi-user.target.wants/"
	# Consoles and timers that nobody waits for would make each boot longer.
	for unit in getty-static.service getty@tty1.service serial-getty@ttyS0.service \
		apt-daily.timer apt-daily-upgrade.timer; do
		ln -s /dev/null "$root/etc/systemd/system/$unit"
	done
	cat "$here/guest/grub" >>"$root/etc/default/grub"
	echo lab >"$root/etc/hostname"
	echo "/dev/vda1 / $filesystem defaults 0 1" >"$root/etc/fstab"
	case $generator in
	initramfs-tools*)
		for driver in $boot_drivers $rivals; do echo "$driver"; done >>"$root/etc/initramfs-tools/modules"
		[ "$generator" = initramfs-tools ] || furnish_roots ;;
	dracut*)
		for driver in $rivals; do echo "$driver"; done >"$root/etc/modules-load.d/rivals.conf"
		printf '%s\n' "add_drivers+=\" $boot_drivers \"" "force_drivers+=\" $rivals \"" 'compress="zstd -1"' \
			>"$root/etc/dracut.conf.d/lab.conf"
		[ "$generator" = dracut ] || echo 'omit_dracutmodules+=" systemd systemd-initrd systemd-udevd dracut-systemd "' \
			>>"$root/etc/dracut.conf.d/lab.conf" ;;
	esac
}

# What an image needs for a root elsewhere stands on the kernel command line: to make the image anew in the emulated
# machine takes minutes.
furnish_roots() {
	for driver in virtio_net sd_mod usbhid hid_generic dm_crypt aes_generic xts ecb algif_skcipher; do
		echo "$driver"
	done >>"$root/etc/initramfs-tools/modules"
	echo CRYPTSETUP=y >>"$root/etc/cryptsetup-initramfs/conf-hook"
	sed -i s/LOAD_KEXEC=true/LOAD_KEXEC=false/ "$root/etc/default/kexec"
}

install_product() {
	# Through tar: /lib and /sbin of the tree are links, which cp would not follow.
	tar -C "$stage" -c . | tar -C "$root" -x --keep-directory-symlink --no-overwrite-dir
	[ ! -e "$root/etc/grub.d/45_vfio_early" ] || mv "$root/etc/grub.d/45_vfio_early" "$root/root/"
}

# Natively, in the tree: many times faster than in the emulated machine.
build_images() {
	# shellcheck disable=SC2016 # the inner shell has its own $1
	# A TMPDIR of the caller's is not there in the tree.
	env -u TMPDIR unshare --mount sh -eu -c '
		for dir in proc sys dev; do mount --rbind "/$dir" "$1/$dir"; done
		mount -t tmpfs tmpfs "$1/run"
		case $2 in
		initramfs-tools*) chroot "$1" update-initramfs -u -k all ;;
		dracut*) chroot "$1" dracut --quiet --force --regenerate-all ;;
		esac' - "$root" "$generator"
}

# One partition, after the gap where GRUB puts its core image. Made without loop devices, which have no
# partitions in many containers.
write_disk() {
	truncate -s 3G "$1"
	echo 'start=2048, type=83, bootable' | sfdisk --quiet "$1"
	case $filesystem in
	ext4) mke2fs -q -F -t ext4 -d "$root" -E offset=1048576 "$1" 3071M ;;
	btrfs)
		truncate -s 3071M "$1.part"
		mkfs.btrfs --quiet --rootdir "$root" "$1.part"
		dd if="$1.part" of="$1" bs=1M seek=1 conv=sparse,notrunc status=none
		rm "$1.part" ;;
	esac
}

# What only a running machine can do: see guest/first-boot.
first_boot() {
	disk=$1 dir=$2
	cp "$here/guest/first-boot" "$dir/share/script"
	if python3 -B "$here/machine.py" --disk "$disk" --share "$dir/share" --log "$dir/serial.log" --direct "$dir" \
		--timeout 600 && [ "$(cat "$dir/share/out/status")" = 0 ]; then
		return
	fi
	echo "disk.sh: the first boot failed"
	tail -n 40 "$dir/serial.log" "$dir/share/out/output"
	exit 1
}

build() {
	work=$(dirname "$1")
	root=$work/root
	mkdir -p "$root" "$work/share/out"
	tar -C "$root" -xf "$tree"
	furnish
	[ -z "$stage" ] || install_product
	build_images
	cp "$root"/boot/vmlinuz-* "$work/vmlinuz"
	cp "$root"/boot/initrd.img-* "$work/initrd.img"
	write_disk "$1"
	first_boot "$1" "$work"
}

contents() {
	(cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum && find . -type l -printf '%p %l\n' | sort)
}

cached "disk-$suite-$generator-$filesystem${stage:+-product}" raw build \
	"$tree" "$(cat "$0")" "$(contents "$here/guest")" "${stage:+$(contents "$stage")}"
