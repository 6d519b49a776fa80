#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `enable` makes images ready, and believes no success that a generator reports. Made-up
# generators; the real ones are in tests/boot.
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell

load helper
load rebuild

@test "images that are ready are left alone" {
	enable 0
	called_is ''
	is_switched_on
}

@test "only images that are not ready are rebuilt, and the second run rebuilds none" {
	bare_image 6.1.0-1-amd64
	bare_image "$newest"
	enable 0
	called_is "update-initramfs -u -k $newest
update-initramfs -u -k 6.1.0-1-amd64"
	assert_contains "rebuild /boot/initrd.img-$newest (update-initramfs -u -k $newest): the early program is not in"
	is_switched_on
	enable 0
	called_is ''
}

# Another early program is installed than the one in the images.
upgrade() {
	{ cat "$top/vfio-early-hook" && echo new; } | put /usr/local/libexec/vfio-early-hook
}

# And one image with it, which is the good one.
image_with_installed() {
	local tree=$BATS_TEST_TMPDIR/tree
	rm -rf "$tree"
	mkdir -p "$tree"
	(cd "$tree" && cpio --quiet -id <"$good")
	cp "$root/usr/local/libexec/vfio-early-hook" "$tree/usr/bin/vfio-early-hook"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$good"
}

@test "after an upgrade every image is rebuilt, and the second run rebuilds none" {
	upgrade
	image_with_installed
	enable 0 --dry-run
	assert_contains "rebuild /boot/initrd.img-$newest (update-initramfs -u -k $newest): the early program in /boot/initrd.img-$newest is another version than"
	called_is ''
	enable 0
	called_is "update-initramfs -u -k $newest
update-initramfs -u -k 6.1.0-2-amd64
update-initramfs -u -k 6.1.0-1-amd64"
	is_switched_on
	enable 0
	called_is ''
}

@test "after an upgrade an image that cannot be made, or is none of the new version, changes no switch" {
	upgrade
	echo 6.1.0-2-amd64 >"$root/fails"
	enable 1
	assert_contains 'the image of kernel 6.1.0-2-amd64 could not be made'
	assert_contains "'update-initramfs -u -k $newest' reported no error, but the early program in /boot/initrd.img-$newest is another version than"
	is_switched_off
	make_grubenv vfio_early=1
	enable 1
	is_switched_on
	assert_equal true "$(json_of '[.kernels[].ready] | all' status)"
	: >"$root/fails"
	image_with_installed
	enable 0
	is_switched_on
}

@test "a dry run says which images would be rebuilt, and rebuilds none" {
	bare_image 6.1.0-2-amd64
	enable 0 --dry-run
	assert_contains '(update-initramfs -u -k 6.1.0-2-amd64)'
	called_is ''
	is_switched_off
}

@test "success that a generator reports is not believed" {
	bare_image 6.1.0-2-amd64
	echo 6.1.0-2-amd64 >"$root/useless"
	enable 1
	assert_contains "'update-initramfs -u -k 6.1.0-2-amd64' reported no error, but the early program is not in /boot/initrd.img-6.1.0-2-amd64"
	is_switched_off
}

@test "an image that breaks off behind what is looked for is no success" {
	bare_image 6.1.0-2-amd64
	truncate -s -600 "$good"
	enable 1
	assert_contains 'reported no error, but /boot/initrd.img-6.1.0-2-amd64 is cut short'
}

# vfio-pci is a module, and none of the images has it.
vfio_pci_is_a_module() {
	local version
	for version in 6.1.0-1-amd64 6.1.0-2-amd64 "$newest"; do
		: >"$root/lib/modules/$version/modules.builtin"
		echo kernel/drivers/vfio/pci/vfio-pci.ko: >"$root/lib/modules/$version/modules.dep"
	done
}

@test "that vfio-pci is not in an image is told, and no reason to rebuild it" {
	vfio_pci_is_a_module
	enable 0
	called_is ''
	assert_contains "vfio-pci is not in /boot/initrd.img-$newest: the chosen devices are kept from other drivers there, and given to vfio-pci after it"
}

@test "an image that breaks off where vfio-pci may be is rebuilt" {
	vfio_pci_is_a_module
	# Behind all that makes it ready.
	head -c -600 "$good" >>"$root/boot/initrd.img-6.1.0-2-amd64"
	enable 0
	called_is 'update-initramfs -u -k 6.1.0-2-amd64'
	assert_contains '/boot/initrd.img-6.1.0-2-amd64 is cut short'
	is_switched_on
}

@test "one kernel that fails keeps no other from being rebuilt, and is named" {
	bare_image 6.1.0-1-amd64
	bare_image 6.1.0-2-amd64
	bare_image "$newest"
	echo 6.1.0-2-amd64 >"$root/fails"
	enable 1
	called_is "update-initramfs -u -k $newest
update-initramfs -u -k 6.1.0-2-amd64
update-initramfs -u -k 6.1.0-1-amd64"
	assert_contains 'the image of kernel 6.1.0-2-amd64 could not be made: update-initramfs failed (exit status 1): E: no space for 6.1.0-2-amd64; the old one is as it was; run '\''update-initramfs -u -k 6.1.0-2-amd64'\'' to see all that it says, or remove that kernel'
	assert_lacks 'kernel 6.1.0-1-amd64 could not'
	is_switched_off
	assert_equal '6.1.0-3-amd64 true 6.1.0-2-amd64 false 6.1.0-1-amd64 true' \
		"$(json_of '[.kernels[] | "\(.version) \(.ready)"] | join(" ")' status)"
}

@test "a kernel that has no image gets none" {
	rm "$root/boot/initrd.img-6.1.0-1-amd64"
	bare_image "$newest"
	boot_menu
	enable 0
	called_is "update-initramfs -u -k $newest"
	[ ! -e "$root/boot/initrd.img-6.1.0-1-amd64" ]
	assert_contains 'kernel 6.1.0-1-amd64 has no initramfs'
}

@test "a kernel without vfio-pci is not rebuilt, and stands in no other's way" {
	local lists=$root/lib/modules
	bare_image "$newest"
	rm "$root/boot/initrd.img-6.1.0-1-amd64"
	boot_menu
	bare_image 6.1.0-1-amd64
	echo kernel/fs/ext4/ext4.ko >"$lists/6.1.0-1-amd64/modules.builtin"
	echo kernel/fs/fat/fat.ko: >"$lists/6.1.0-1-amd64/modules.dep"
	enable 0
	called_is "update-initramfs -u -k $newest"
	assert_contains 'kernel 6.1.0-1-amd64 has no vfio-pci: neither built in, nor as a module in /lib/modules/6.1.0-1-amd64; kernel 6.1.0-1-amd64 gets no passthrough entry'
	is_switched_on
	# enable has taken that for good, and so does status.
	assert_equal 'true' "$(json_of '[.differences[] | select(.id == "kernel-not-ready") | .healthy] | join(" ")' status)"
	# If all are so, there is nothing to boot.
	for version in 6.1.0-2-amd64 "$newest"; do
		cp "$lists/6.1.0-1-amd64"/modules.* "$lists/$version"
	done
	enable 1
	assert_contains "no kernel in $root/boot can be made ready for passthrough: kernel $newest has no vfio-pci: neither built in, nor as a module in /lib/modules/$newest; kernel 6.1.0-2-amd64 has no vfio-pci: "
	assert_contains '; it takes a kernel with vfio-pci and an initramfs image that is whole'
}

@test "update_initramfs=no is told, not met with silence" {
	local configuration=/etc/initramfs-tools/update-initramfs.conf line
	bare_image "$newest"
	give_init "$newest"
	for line in update_initramfs=no 'update_initramfs="no"' "	update_initramfs='no' # not here"; do
		printf 'update_initramfs=yes\nbackup_initramfs=no\n%s\n' "$line" | put "$configuration"
		enable 0 --dry-run
		assert_contains "write /boot/vfio-early.img, for the passthrough entry to load in front of /boot/initrd.img-$newest: the early program is not in /boot/initrd.img-$newest; update_initramfs=no in $configuration keeps update-initramfs from doing anything: change it to yes"
		enable 1 --carry image
		assert_contains "update_initramfs=no in $configuration keeps update-initramfs from doing anything: change it to yes"
		called_is ''
	done
	printf 'update_initramfs=no\n#update_initramfs=no\nupdate_initramfs=yes\n' | put "$configuration"
	enable 0
	called_is "update-initramfs -u -k $newest"
}

# In a mount namespace of its own, with /boot on another filesystem.
with_boot_mounted() { # MOUNT-OPTIONS [OPTIONS]
	rm -rf "$root/boot.copy"
	cp -r "$root/boot" "$root/boot.copy"
	# shellcheck disable=SC2016 # for the shell inside
	run unshare -rm sh -c '
		mount -t tmpfs -o size=3m boot "$1/boot" && cp -r "$1/boot.copy/." "$1/boot" &&
		mount -o "remount,$3" "$1/boot" && "$2/vfio-early" --root "$1" enable 01:00 --yes $4' \
		sh "$root" "$top" "$@"
	echo "$output"
}

@test "a /boot that is mounted read-only is noticed before anything is started" {
	bare_image "$newest"
	with_boot_mounted ro
	[ "$status" -eq 1 ]
	assert_contains "/boot is mounted read-only, so that no image can be made: run 'mount -o remount,rw /boot'"
	[ ! -s "$root/called" ]
}

@test "a /boot without room for one more image is noticed before anything is started" {
	bare_image "$newest"
	give_init "$newest"
	head -c 2400000 /dev/zero >"$root/boot/filler"
	with_boot_mounted rw --carry=image
	[ "$status" -eq 1 ]
	assert_contains '/boot has 0 MiB left, and one more image of kernel 6.1.0-3-amd64 needs 2 MiB: remove kernels that are no longer needed'
	[ ! -s "$root/called" ]
	# The archive finds room there, unless nothing does.
	with_boot_mounted rw --dry-run
	assert_contains "write /boot/vfio-early.img"
	assert_contains '/boot has 0 MiB left, and one more image'
	head -c 380000 /dev/zero >>"$root/boot/filler"
	with_boot_mounted rw
	[ "$status" -eq 1 ]
	assert_contains '/boot has 0 MiB left, and the archive of kernel 6.1.0-3-amd64 needs 1 MiB: remove kernels that are no longer needed'
}
