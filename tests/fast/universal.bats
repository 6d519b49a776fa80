#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The universal archive: what is in it, for which kernels enable takes it, and the entries that
# load it.
# shellcheck disable=SC2016 # GRUB's variables are for GRUB to fill in

load helper
load grub

archive=/boot/vfio-early.img
newest=6.1.0-50-amd64
older=6.1.0-9-amd64

setup() {
	make_grub_machine
	put /usr/local/libexec/vfio-early-hook <"$top/vfio-early-hook"
	put /usr/local/libexec/vfio-early.service <"$top/dracut/55vfio-early/vfio-early.service"
}

# An image with these files alone, and directories that end in "/".
image_with() { # VERSION PATH...
	local tree=$BATS_TEST_TMPDIR/tree path image=$root/boot/initrd.img-$1
	rm -rf "$tree"
	for path in "${@:2}"; do
		mkdir -p "$(dirname "$tree/$path")"
		case $path in
		*/) mkdir -p "$tree/$path" ;;
		init-link) ln -s usr/lib/systemd/systemd "$tree/init" ;;
		*) echo '#!/bin/sh' >"$tree/$path" ;;
		esac
	done
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) >"$image"
}

# An image as initramfs-tools makes it, without anything of ours; and nobody to make it anew.
bare_images() {
	local version
	for version in "$newest" "$older"; do
		image_with "$version" init conf/arch.conf conf/conf.d/ scripts/init-top/ORDER
	done
}

enable() { # STATUS [OPTION...]
	run tool enable 01:00 --yes "${@:2}"
	echo "$output"
	assert_equal "$1" "$status"
}

members() {
	cpio --quiet -itv <"$root$archive" | awk '{ print $1, $3, $4, $5, $9, $10, $11 }'
}

ready() {
	json_of '[.kernels[] | "\(.version) \(.ready) \(.archive)"] | join(", ")' status
}

body_of() { # ENTRY-ID
	section | sed -n "/ '$1' {\$/,/^\t*}\$/p"
}

@test "the archive has the program and what starts it, no directory, and nothing of this machine" {
	bare_images
	enable 0
	assert_equal "-rwxr-xr-x root root $(stat -c %s "$top/vfio-early-hook") vfio-early-init  
lrwxrwxrwx root root 16 usr/bin/vfio-early-hook -> /vfio-early-init
-rw-r--r-- root root 33 conf/conf.d/zz-vfio-early  
-rwxr-xr-x root root 33 usr/lib/dracut/hooks/cmdline/00-vfio-early.sh  
-rwxr-xr-x root root 33 var/lib/dracut/hooks/cmdline/00-vfio-early.sh  
-rw-r--r-- root root $(stat -c %s "$top/dracut/55vfio-early/vfio-early.service") usr/lib/systemd/system/vfio-early.service  
lrwxrwxrwx root root 21 usr/lib/systemd/system/sysinit.target.wants/vfio-early.service -> ../vfio-early.service" "$(members)"
	[ "$(stat -c %s "$root$archive")" -lt 60000 ]
	assert_equal 0 "$(($(stat -c %s "$root$archive") % 512))"
	mkdir "$BATS_TEST_TMPDIR/out"
	(cd "$BATS_TEST_TMPDIR/out" && cpio --quiet -idm <"$root$archive")
	cmp "$top/vfio-early-hook" "$BATS_TEST_TMPDIR/out/vfio-early-init"
	cmp "$top/dracut/55vfio-early/vfio-early.service" \
		"$BATS_TEST_TMPDIR/out/usr/lib/systemd/system/vfio-early.service"
	assert_equal '/usr/bin/vfio-early-hook -i || :' "$(<"$BATS_TEST_TMPDIR/out/conf/conf.d/zz-vfio-early")"
	# Every line that starts the program names the link that is in it.
	grep -q '^ExecStart=-/usr/bin/vfio-early-hook -i$' "$top/dracut/55vfio-early/vfio-early.service"
	# Made again elsewhere, at another time, it is the same.
	mv "$root$archive" "$BATS_TEST_TMPDIR/first"
	TZ=Asia/Tokyo enable 0
	cmp "$BATS_TEST_TMPDIR/first" "$root$archive"
}

@test "behind an image whose maker is known the archive only adds; where it is gone the entry boots normally" {
	bare_images
	enable 0
	assert_contains "write $archive, for the passthrough entry to load behind /boot/initrd.img-$newest: the early program is not in /boot/initrd.img-$newest; neither initramfs-tools nor dracut is installed here"
	assert_equal "$newest true $archive, $older true $archive" "$(ready)"
	run -0 body_of vfio-early
	assert_contains "	if [ -f $archive ]; then
		linux	/boot/vmlinuz-$newest root=/dev/vda1 ro console=ttyS0 quiet vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt
	else"
	assert_contains "		linux	/boot/vmlinuz-$newest root=/dev/vda1 ro console=ttyS0 quiet intel_iommu=on iommu=pt
	fi"
	assert_contains "	if [ -f $archive ]; then
		initrd	/boot/initrd.img-$newest $archive
	else
		initrd	/boot/initrd.img-$newest
	fi"
	assert_lacks rdinit
	grub-script-check "$root/boot/grub/grub.cfg"
	assert_equal "$(<"$root/grub.cfg.before")" "$(rest)"
	assert_equal passthrough "$(json_of .next_boot.entry status)"
	# A second run finds nothing to do.
	enable 0
	assert_contains 'Nothing to do'
}

@test "in front of any other image it is process 1, and rdinit= stands first on the line" {
	image_with "$newest" init init_functions config
	image_with "$older" init
	enable 0
	assert_contains "in front of /boot/initrd.img-$newest"
	run -0 body_of vfio-early
	assert_contains "linux	/boot/vmlinuz-$newest rdinit=/vfio-early-init root=/dev/vda1 ro console=ttyS0 quiet vfio_early="
	assert_contains "linux	/boot/vmlinuz-$newest root=/dev/vda1 ro console=ttyS0 quiet intel_iommu=on"
	assert_contains "initrd	$archive /boot/initrd.img-$newest"
	grub-script-check "$root/boot/grub/grub.cfg"
	assert_equal "$newest true $archive, $older true $archive" "$(ready)"
	# What others put in front of the image, as microcode, stays between.
	: >"$root/boot/intel-ucode.img"
	echo 'GRUB_EARLY_INITRD_LINUX_STOCK=intel-ucode.img' >>"$root/etc/default/grub"
	enable 0
	update_grub
	run -0 body_of vfio-early
	assert_contains "initrd	$archive /boot/intel-ucode.img /boot/initrd.img-$newest"
}

@test "an image of dracut takes additions where it has the directories for them" {
	local list joint
	while read -r joint list; do
		echo "$list"
		rm -f "$root$archive"
		# shellcheck disable=SC2086 # words
		image_with "$newest" $list
		rm -f "$root/boot/"*"$older"
		enable 0
		assert_contains "to load $joint"
	done <<-END
		behind init-link usr/lib/dracut/modules.txt usr/lib/systemd/system/sysinit.target.wants/
		in init-link usr/lib/dracut/modules.txt usr/lib/systemd/system/
		behind init usr/lib/dracut/modules.txt usr/lib/dracut/hooks/cmdline/
		behind init var/lib/dracut/hooks/cmdline/
		in init usr/lib/dracut/modules.txt
		in init conf/arch.conf scripts/init-top/ORDER
	END
}

@test "an entry that does not load the archive, or an archive that is gone, is no entry for its kernel" {
	bare_images
	enable 0
	sed -i "s, $archive\$,," "$root/boot/grub/grub.cfg"
	run -1 tool status
	assert_contains "kernel $newest"
	enable 0
	run -0 body_of vfio-early
	assert_contains "initrd	/boot/initrd.img-$newest $archive"
	# Gone: not ready, and made again; cut short likewise.
	rm "$root$archive"
	run -1 tool status
	assert_contains "the early program is not in /boot/initrd.img-$newest"
	enable 0
	truncate -s 3000 "$root$archive"
	run -1 tool status
	assert_contains "$archive is cut short"
	enable 0
	run -0 tool status
	assert_contains "$newest  ready, by an archive beside its image"
}

@test "an archive with the program of another version is ready, stale, and written anew by enable" {
	bare_images
	enable 0
	{ cat "$top/vfio-early-hook" && echo; } | put /usr/local/libexec/vfio-early-hook
	assert_equal "$newest true $archive, $older true $archive" "$(ready)"
	run -0 tool status
	assert_contains "$archive is of another version than /usr/local/libexec/vfio-early-hook: it does what that version does, and nothing where it does not know a word of the flag; 'vfio-early enable' makes the archive anew"
	enable 0
	run -0 tool status
	assert_lacks 'another version'
}

@test "--carry says which of the two, and the archive goes when no entry loads it any more" {
	bare_images
	install_program /usr/sbin/mkinitramfs <<<'#!/bin/sh'
	make_kernel "$newest"
	cp "$root/boot/initrd.img-$newest" "$BATS_TEST_TMPDIR/good"
	install_program /usr/sbin/update-initramfs <<-END
		#!/bin/sh
		echo "\$*" >>"$root/rebuilt"
		cp "$BATS_TEST_TMPDIR/good" "$root/boot/initrd.img-\$3"
	END
	rm "$root/usr/local/libexec/vfio-early-hook"
	put /usr/local/libexec/vfio-early-hook <"$top/vfio-early-hook"
	enable 2 --carry pigeon
	assert_contains "--carry: unexpected 'pigeon'; it is 'image' or 'archive'"
	enable 0 --carry archive --dry-run
	[ ! -e "$root$archive" ]
	enable 0 --carry archive
	[ ! -e "$root/rebuilt" ]
	# Where the image has the program already it is not needed.
	assert_equal "$newest true null, $older true $archive" "$(ready)"
	enable 0
	assert_contains 'Nothing to do'
	enable 0 --carry image
	assert_contains "remove $archive, which no entry loads any more"
	[ ! -e "$root$archive" ]
	assert_equal "-u -k $older" "$(<"$root/rebuilt")"
	assert_equal "$newest true null, $older true null" "$(ready)"
	run -0 section
	assert_lacks vfio-early.img
	enable 0
	assert_contains 'Nothing to do'
}

@test "kdump, which takes the command line and not the archive, is spoken of until it is told" {
	image_with "$newest" init
	rm "$root/boot/"*"$older"
	enable 0
	assert_lacks kdump
	put /etc/default/kdump-tools <<<'KDUMP_CMDLINE_APPEND="reset_devices"'
	enable 0
	assert_contains "add rdinit=/init to KDUMP_CMDLINE_APPEND in /etc/default/kdump-tools"
	put /etc/default/kdump-tools <<<'KDUMP_CMDLINE_APPEND="reset_devices rdinit=/init"'
	enable 0
	assert_lacks kdump
	# Behind an image that starts it by itself there is nothing to tell.
	put /etc/default/kdump-tools <<<'KDUMP_CMDLINE_APPEND="reset_devices"'
	image_with "$newest" init conf/arch.conf conf/conf.d/
	enable 0
	assert_lacks kdump
}

@test "without what it is made from the archive is not written, and what is missing is named" {
	bare_images
	rm "$root/usr/local/libexec/vfio-early.service"
	enable 1
	assert_contains "cannot read $root/usr/local/libexec/vfio-early.service: No such file or directory; installing vfio-early puts it there"
	[ ! -e "$root$archive" ]
	run ! grep -q vfio_early=1 "$root/boot/grub/grubenv"
}

# What build() of mkinitcpio's install file asks for, with these HOOKS.
build_asks() { # HOOK...
	sed 's|@LIBEXECDIR@|/usr/libexec|g' "$top/mkinitcpio/install/vfio-early.in" >"$BATS_TEST_TMPDIR/install"
	# shellcheck disable=SC2016 # for the shell inside
	run -0 bash -euc '
		for name in add_binary add_module add_runscript add_file add_symlink; do
			eval "$name() { echo \"$name\${*:+ \$*}\"; }"
		done
		. "$1"
		HOOKS=("${@:2}")
		build
		[ -n "$(help)" ]' bash "$BATS_TEST_TMPDIR/install" "$@"
}

@test "mkinitcpio gets the program, and an early hook, or with systemd in the image a unit" {
	local common='add_binary /usr/libexec/vfio-early-hook /usr/bin/vfio-early-hook
add_module vfio_pci?
add_module vfio_iommu_type1?
' units=/usr/lib/systemd/system
	build_asks base vfio-early udev autodetect systemd-like
	assert_equal "${common}add_runscript" "$output"
	build_asks base vfio-early systemd autodetect
	assert_equal "${common}add_file /usr/libexec/vfio-early.service $units/vfio-early.service
add_symlink $units/systemd-modules-load.service.wants/vfio-early.service ../vfio-early.service
add_symlink $units/systemd-udevd.service.wants/vfio-early.service ../vfio-early.service
add_symlink $units/systemd-udev-trigger.service.wants/vfio-early.service ../vfio-early.service
add_symlink $units/sysinit.target.wants/vfio-early.service ../vfio-early.service" "$output"
	# The hook is sourced: whatever the program says, init goes on.
	run -0 sh -euc '. "$1"; run_earlyhook; echo on' sh "$top/mkinitcpio/hooks/vfio-early"
	assert_contains on
	make -s -C "$top" install-image-hooks DESTDIR="$root/stage"
	run -0 ls "$root/stage/usr/lib/initcpio/install" "$root/stage/usr/lib/initcpio/hooks"
	assert_equal 2 "$(grep -c '^vfio-early$' <<<"$output")"
}
