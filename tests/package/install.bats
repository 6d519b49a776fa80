#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package's life in a Debian 12 with a kernel and initramfs-tools, but without a machine: install, upgrade,
# remove, purge. tests/matrix/package.bats does the same on one that boots.
# shellcheck disable=SC2016 # the commands are for the shell inside

load package.bash

setup_file() {
	export system=$BATS_FILE_TMPDIR/system
	mkdir "$system"
	tar -C "$system" -xf "$("$top/tests/lab/tree.sh" bookworm initramfs-tools)"
	make_packages deb "$BATS_FILE_TMPDIR/deb"
	mkdir "$system/package"
	cp "$BATS_FILE_TMPDIR"/deb/vfio-early_*.deb "$system/package/first.deb"
	package_as 99.0 "$system/package/first.deb" "$system/package/second.deb"
	inside 'update-initramfs -u' >/dev/null 2>&1
	files_inside >"$BATS_FILE_TMPDIR/before"
}

in_the_image() {
	inside 'lsinitramfs /boot/initrd.img-*'
}

@test "installing makes the image anew once, with the early program in it" {
	run -0 inside 'dpkg -i /package/first.deb'
	[ "$(grep -c 'Generating /boot/initrd' <<<"$output")" = 1 ]
	run -0 in_the_image
	[[ $output == *usr/bin/vfio-early-hook* ]]
	run -0 inside 'vfio-early version'
	[ "$output" = "vfio-early $version" ]
	[ ! -e "$system/etc/vfio-early.conf" ]
}

@test "each service is armed once for each target" {
	run -0 find "$system/etc/systemd/system" "$system/usr/lib/systemd/system" -path '*.wants/vfio-early-*' -printf '%P\n'
	[ "$(sort <<<"$output" | paste -sd ' ')" = "hibernate.target.wants/vfio-early-confirm.service hybrid-sleep.target.wants/vfio-early-confirm.service multi-user.target.wants/vfio-early-confirm.service rescue.target.wants/vfio-early-confirm.service suspend-then-hibernate.target.wants/vfio-early-confirm.service sysinit.target.wants/vfio-early-stopped.service" ]
}

@test "an upgrade makes the image anew once, and keeps what was chosen" {
	echo 'devices = 1234:1111@00:02.0/00' >"$system/etc/vfio-early.conf"
	mkdir -p "$system/var/lib/vfio-early"
	: >"$system/var/lib/vfio-early/journal"
	run -0 inside 'grub-editenv /boot/grub/grubenv create; grub-editenv /boot/grub/grubenv set vfio_early=1 other=2
		dpkg -i /package/second.deb'
	[ "$(grep -c 'Generating /boot/initrd' <<<"$output")" = 1 ]
	run -0 inside 'cat /etc/vfio-early.conf; grub-editenv /boot/grub/grubenv list'
	[[ $output == *'devices = 1234:1111@00:02.0/00'*vfio_early=1* ]]
}

@test "removing switches off, and makes the image anew without the early program" {
	run -0 inside 'dpkg -r vfio-early'
	[[ $output != *'could not be switched off'* ]]
	[ "$(grep -c 'Generating /boot/initrd' <<<"$output")" = 1 ]
	run -0 in_the_image
	[[ $output != *vfio* ]]
	run -0 inside 'grub-editenv /boot/grub/grubenv list'
	[[ $output != *vfio_early=1* ]]
	# What is left for GRUB's generator to call, is configuration and prints nothing.
	run -0 inside '/etc/grub.d/45_vfio_early'
	[ "$output" = '' ]
}

@test "purging leaves nothing: no file, no variable of GRUB, and nobody else's goes with it" {
	run -0 inside 'grub-editenv /boot/grub/grubenv set vfio_early_failed=1; dpkg -P vfio-early'
	run -0 inside 'grub-editenv /boot/grub/grubenv list; rm /boot/grub/grubenv'
	[ "$output" = other=2 ]
	files_inside | diff "$BATS_FILE_TMPDIR/before" -
}
