#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Images that cannot be made ready: what update-initramfs keeps quiet about is told, and nothing is changed. All in one
# boot; each part leaves what it said.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_disk)"
	lab_boot --run '
		hashes() { find /boot /etc -type f -exec sha256sum {} + | sort; }
		refused() {
			hashes >before
			if vfio-early enable 01:00 >"$1" 2>&1; then echo "it did not fail" >>"$1"; fi
			hashes >after
			cmp before after || echo "something was changed" >>"$1"
		}

		# Another early program than the one in the image: it has to be rebuilt.
		cp /usr/local/libexec/vfio-early-hook /root/hook
		echo >>/usr/local/libexec/vfio-early-hook

		mount --bind /boot /boot
		mount -o remount,bind,ro /boot
		refused read-only
		update-initramfs -u >quiet 2>&1
		umount /boot

		cp -r /boot /boot.copy
		mount -t tmpfs -o "size=$(($(du -sm /boot.copy | cut -f 1) + 3))m" boot /boot
		cp -r /boot.copy/. /boot
		refused full
		umount /boot

		cp /etc/initramfs-tools/update-initramfs.conf /root
		sed -i s/^update_initramfs=.*/update_initramfs=no/ /etc/initramfs-tools/update-initramfs.conf
		refused told-not-to
		cp /root/update-initramfs.conf /etc/initramfs-tools/

		# A kernel whose modules are gone, with an image of its own.
		cp /root/hook /usr/local/libexec/vfio-early-hook
		bare=6.0.0-0-bare
		cp "/boot/vmlinuz-$(uname -r)" "/boot/vmlinuz-$bare"
		mkdir -p /tmp/tree/conf
		echo >/tmp/tree/conf/arch.conf
		(cd /tmp/tree && find . | cpio --quiet -o -H newc) >"/boot/initrd.img-$bare"
		refused bare
		mv "/boot/initrd.img-$bare" /root
		vfio-early enable 01:00
		mv "/root/initrd.img-$bare" /boot
		update-grub
		cp /boot/grub/grub.cfg .
		vfio-early status >status-text || :'
}

is_refused() { # PART REGEX
	expect_line "$1" "$2"
	expect_no_line "$1" 'it did not fail|something was changed'
}

@test "a /boot that is mounted read-only" {
	expect_line quiet 'is ro mounted|Not updating'
	is_refused read-only "/boot is mounted read-only, so that no image can be made: run 'mount -o remount,rw /boot'"
}

@test "a /boot without room for one more image" {
	is_refused full '/boot has [0-9]+ MiB left, and one more image of kernel .* needs [0-9]+ MiB: remove kernels'
}

@test "an update-initramfs that was told to leave images alone" {
	is_refused told-not-to 'update_initramfs=no in .* keeps update-initramfs from doing anything: change it to yes'
}

@test "a kernel whose image cannot be made: the switch is not set, and it gets no passthrough entry" {
	is_refused bare 'the image of kernel 6.0.0-0-bare could not be made: .* remove that kernel'
	expect_line status-text '^  6.0.0-0-bare  not ready: the early program is not in /boot/initrd.img-6.0.0-0-bare'
	expect_line grub.cfg 'linux.*/boot/vmlinuz-6.1.[^ ]* .*vfio_early='
	expect_line grub.cfg 'linux.*/boot/vmlinuz-6.0.0-0-bare '
	expect_no_line grub.cfg 'linux.*/boot/vmlinuz-6.0.0-0-bare .*vfio_early='
}
