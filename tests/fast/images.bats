#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What `status` makes of initramfs images. Real images are in tests/boot.

load helper
load images

@test "an image of initramfs-tools is ready, whatever it is compressed with" {
	local command
	tree_of_initramfs_tools
	for command in cat gzip bzip2 xz 'xz --format=lzma' 'zstd -q' 'lz4 -q -l'; do
		echo "$command"
		# shellcheck disable=SC2086 # a command and its option
		pack $command
		is_ready
	done
}

@test "microcode and modules in plain archives in front of the compressed one change nothing" {
	tree_of_initramfs_tools
	local modules=usr/lib/modules/$version all=$BATS_TEST_TMPDIR/all
	mv "$tree" "$all"
	in_tree kernel/x86/microcode/GenuineIntel.bin <<<microcode
	archive >"$root$image"
	# Early archives are filled up with zeros.
	truncate -s %4096 "$root$image"
	rm -r "$tree"
	mkdir -p "$tree/$modules"
	mv "$all/$modules" "$tree/${modules%/*}"
	archive >>"$root$image"
	rm -r "$tree"
	mv "$all" "$tree"
	archive | zstd -q >>"$root$image"
	is_ready
}

@test "archives behind a compressed one are looked into as well" {
	tree_of_initramfs_tools
	mv "$tree/usr" "$BATS_TEST_TMPDIR/usr"
	pack gzip
	rm -r "$tree"
	mkdir "$tree"
	mv "$BATS_TEST_TMPDIR/usr" "$tree"
	archive | xz >>"$root$image"
	is_ready
}

@test "what stands behind the answer is not read" {
	tree_of_initramfs_tools
	archive >"$root$image"
	head -c 100000 /dev/zero | tr '\0' x >>"$root$image"
	is_ready
	# The same damage matters where the answer is "no".
	rm "$tree/usr/bin/vfio-early-hook"
	archive >"$root$image"
	head -c 100000 /dev/zero | tr '\0' x >>"$root$image"
	is_not_ready 'is no initramfs image, or is damaged'
}

@test "udev ahead of the early program is not ready" {
	tree_of_initramfs_tools
	# The first line goes to the end.
	# shellcheck disable=SC2016 # $ is the last line
	sed -i '1{h;d};$G' "$tree/scripts/init-top/ORDER"
	pack
	is_not_ready 'udev, which loads the drivers, runs before the early program'
}

@test "a script that ORDER does not call is not ready" {
	tree_of_initramfs_tools
	sed -i 1d "$tree/scripts/init-top/ORDER"
	# Nor is another one's name that ends or goes on the same.
	echo '/scripts/init-top/00-vfio-early-not "$@"' >>"$tree/scripts/init-top/ORDER"
	pack
	is_not_ready 'ORDER does not call it'
	rm "$tree/scripts/init-top/00-vfio-early"
	pack
	is_not_ready 'has no scripts/init-top/00-vfio-early'
}

@test "an image without the early program is not ready" {
	tree_of_initramfs_tools
	rm "$tree/usr/bin/vfio-early-hook"
	pack zstd -q
	is_not_ready 'the early program is not in'
}

@test "an early program that needs libraries, or is no program, is not ready" {
	tree_of_initramfs_tools
	in_tree usr/bin/vfio-early-hook <"$top/vfio-early"
	pack
	is_not_ready 'needs libraries'
	in_tree usr/bin/vfio-early-hook <<<'#!/bin/sh'
	pack
	is_not_ready 'cannot run there'
	# A file cut short, with every program header missing.
	head -c 70 "$top/vfio-early-hook" | in_tree usr/bin/vfio-early-hook
	pack
	is_not_ready 'cannot run there'
}

@test "an early program for another kind of processor is not ready" {
	tree_of_initramfs_tools
	# The machine of an ELF file: 183 is AArch64.
	printf '\267\0' | dd of="$tree/usr/bin/vfio-early-hook" bs=1 seek=18 conv=notrunc status=none
	pack
	is_not_ready 'is made for another kind of processor, and cannot run there'
}

@test "another version of the early program than the installed one is ready, but stale" {
	local sentence="the early program in $image is another version than /usr/local/libexec/vfio-early-hook"
	tree_of_initramfs_tools
	pack
	put /usr/local/libexec/vfio-early-hook <"$top/vfio-early-hook"
	is_ready
	assert_equal null "$(json_of '.kernels[0].stale' status)"
	echo >>"$root/usr/local/libexec/vfio-early-hook"
	is_ready
	assert_equal "$sentence" "$(json_of '.kernels[0].stale' status)"
	output=$(tool status)
	assert_contains "  $version  ready
    $sentence: it does what that version does, and nothing where it does not know a word of the flag; 'vfio-early enable' makes the image anew"
	# What keeps it from working comes first.
	sed -i 1d "$tree/scripts/init-top/ORDER"
	pack
	is_not_ready 'ORDER does not call it'
	assert_equal null "$(json_of '.kernels[0].stale' status)"
}

@test "images that are cut short, garbage, empty or no files are told apart from ready ones" {
	tree_of_initramfs_tools
	rm "$tree/usr/bin/vfio-early-hook"
	local command size
	for command in cat gzip xz 'zstd -q'; do
		# shellcheck disable=SC2086 # a command and its option
		pack $command
		for size in 400 300 100 7 1; do
			echo "$command, $size bytes"
			truncate -s "$size" "$root$image"
			is_not_ready ' '
			assert_lacks 'the early program is not in'
		done
	done
	head -c 5000 /dev/zero | tr '\0' 'U' >"$root$image"
	is_not_ready 'is no initramfs image'
	: >"$root$image"
	is_not_ready 'was made by a program that vfio-early does not know'
	rm "$root$image"
	mkdir "$root$image"
	is_not_ready 'is not a regular file'
}

@test "a cpio header with nonsense in it is damage" {
	tree_of_initramfs_tools
	archive >"$root$image"
	# The length of the first name: 00000002.
	printf zzzz | dd of="$root$image" bs=1 seek=94 conv=notrunc status=none
	is_not_ready 'a cpio header in it cannot be read'
	archive >"$root$image"
	printf ffffffff | dd of="$root$image" bs=1 seek=94 conv=notrunc status=none
	is_not_ready 'a cpio header in it cannot be read'
	archive >"$root$image"
	# The size of the first entry: 4 GiB that are not there.
	printf ffffffff | dd of="$root$image" bs=1 seek=54 conv=notrunc status=none
	is_not_ready 'is cut short'
}

@test "dracut with systemd in the image needs the unit, and something that starts it" {
	tree_of_dracut
	pack zstd -q
	is_ready
	rm -r "$units/systemd-udevd.service.wants"
	pack
	is_not_ready 'nothing starts vfio-early.service'
	rm "$units/vfio-early.service"
	pack
	is_not_ready 'has systemd in it, and no vfio-early.service'
	# A hook alone comes too late there.
	in_tree var/lib/dracut/hooks/cmdline/00-vfio-early.sh <<<'#!/bin/sh'
	pack
	is_not_ready 'has systemd in it, and no vfio-early.service'
}

@test "a unit of dracut's that is masked, or not ordered before udev, is not ready" {
	tree_of_dracut
	mkdir -p "$tree/etc/systemd/system"
	ln -s /dev/null "$tree/etc/systemd/system/vfio-early.service"
	pack
	is_not_ready 'vfio-early.service is masked'
	local other
	for other in systemd-modules-load systemd-udevd systemd-udev-trigger; do
		tree_of_dracut
		sed -i "/^Before=/s/$other\\.service//" "$units/vfio-early.service"
		pack
		is_not_ready "is not ordered before $other.service"
	done
}

@test "dracut without systemd in the image needs the first of its cmdline hooks" {
	local directory
	for directory in usr/lib/dracut/hooks var/lib/dracut/hooks; do
		tree_of_dracut
		rm -r "$tree/init" "$units"
		in_tree init <<<'#!/bin/sh'
		pack
		is_not_ready 'has no 00-vfio-early.sh among its cmdline hooks'
		in_tree "$directory/cmdline/00-vfio-early.sh" <<<'#!/bin/sh'
		pack
		is_ready
		mv "$tree/$directory/cmdline" "$tree/$directory/pre-udev"
		pack
		is_not_ready 'has no 00-vfio-early.sh among its cmdline hooks'
	done
}

@test "an image that another program made is not ready, and its maker is named" {
	tree_of_initramfs_tools
	rm -r "$tree/conf" "$tree/scripts"
	pack
	is_not_ready 'was made by a program that vfio-early does not know'
	in_tree init_functions <<<'#!/bin/sh'
	pack
	is_not_ready 'was made by mkinitcpio'
	rm "$tree/init_functions"
	in_tree etc/booster.init.yaml <<<network:
	pack
	is_not_ready 'was made by booster'
}

@test "an image of mkinitcpio is ready if the program is in it, and its early hooks call it" {
	tree_of_initramfs_tools
	rm -r "$tree/conf" "$tree/scripts"
	in_tree init_functions <<<'#!/bin/sh'
	in_tree hooks/vfio-early <"$top/mkinitcpio/hooks/vfio-early"
	in_tree config <<-'END'
		MODULES=""
		EARLYHOOKS="keymap vfio-early udev"
		HOOKS="udev keymap"
	END
	pack
	is_ready
	in_tree config <<<$'EARLYHOOKS="udev vfio-early-not"\nHOOKS="vfio-early"'
	pack
	is_not_ready 'was made by mkinitcpio, and vfio-early was not among its HOOKS'
	in_tree config <<<$'EARLYHOOKS="vfio-early"'
	rm "$tree/usr/bin/vfio-early-hook"
	pack
	is_not_ready 'the early program is not in'
}
