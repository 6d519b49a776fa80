#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `enable` makes images ready, and notices what the programs that make them keep quiet
# about. Made-up generators; the real ones are in tests/boot.

# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell
load helper

newest=6.1.0-3-amd64

setup() {
	make_machine
	make_kernel 6.1.0-1-amd64
	make_kernel 6.1.0-2-amd64
	make_kernel "$newest"
	good=$BATS_TEST_TMPDIR/good
	cp "$root/boot/initrd.img-$newest" "$good"
	boot_menu
	install_initramfs_tools
}

# The menu is as it should be for card 1, so that the images are all there is to do.
boot_menu() {
	make_grub 'vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt' \
		'# vfio-early: no guard, no --once: there is no grub-probe'
	program /etc/grub.d/45_vfio_early
}

program() { # /PATH, with the commands from standard input if it is no terminal
	{ echo '#!/bin/sh' && cat; } <"${2:-/dev/null}" | put "$1"
	chmod +x "$root$1"
}

# update-initramfs copies a good image; `fails` and `useless` hold the versions with which
# it does not.
install_initramfs_tools() {
	program /usr/sbin/mkinitramfs
	program /usr/sbin/update-initramfs /dev/stdin <<-END
		echo "update-initramfs \$*" >>"$root/called"
		if grep -qx "\$3" "$root/fails" 2>/dev/null; then
			echo "noise" >&2
			echo "E: no space for \$3" >&2
			exit 1
		fi
		grep -qx "\$3" "$root/useless" 2>/dev/null || cp "$good" "$root/boot/initrd.img-\$3"
	END
	# The arguments are -u -k VERSION.
}

install_dracut() {
	program /usr/bin/dracut /dev/stdin <<-END
		echo "dracut \$*" >>"$root/called"
		[ "\$1" = --force ] || exit 9
		if grep -qx "\$3" "$root/fails" 2>/dev/null; then
			head -c 100 "$good" >"\$2"
			echo "dracut: creation of \$2 failed" >&2
			exit 1
		fi
		cp "$good" "\$2"
	END
}

# An image that dracut made, with all that is needed.
good_image_of_dracut() {
	local tree=$BATS_TEST_TMPDIR/dracut-tree
	mkdir -p "$tree/usr/bin" "$tree/usr/lib/dracut/hooks/cmdline"
	cp "$top/vfio-early-hook" "$tree/usr/bin/vfio-early-hook"
	echo >"$tree/init"
	echo >"$tree/usr/lib/dracut/hooks/cmdline/00-vfio-early.sh"
	echo >"$tree/usr/lib/dracut/modules.txt"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$good"
}

# An image of initramfs-tools or dracut without the early program.
bare_image() { # VERSION [dracut]
	make_kernel "$1" bare
	[ "${2-}" = dracut ] || return 0
	local tree=$BATS_TEST_TMPDIR/bare-tree
	mkdir -p "$tree/usr/lib/dracut"
	echo >"$tree/usr/lib/dracut/modules.txt"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$root/boot/initrd.img-$1"
}

enable() { # STATUS [OPTION...]
	local wanted=$1
	shift
	: >"$root/called"
	run tool enable 01:00 --yes "$@"
	echo "$output"
	assert_equal "$wanted" "$status"
}

called_is() { # EXPECTED
	assert_equal "$1" "$(cat "$root/called")"
}

is_switched_on() {
	grep -q '^vfio_early=1' "$root/boot/grub/grubenv"
}

is_switched_off() {
	! is_switched_on
}

refuses_before_starting() { # PIECE of the sentence
	local before
	before=$(sha256sum "$root"/boot/initrd*)
	enable 1
	assert_contains "$1"
	called_is ''
	assert_equal "$before" "$(sha256sum "$root"/boot/initrd*)"
	[ ! -e "$root/etc/vfio-early.conf" ]
	is_switched_off
}

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
	assert_contains '; it takes a kernel with vfio-pci, and an image that initramfs-tools or dracut made'
}

# An image that another program made, and no entry of ours for its kernel.
image_of_others() { # VERSION MARK...
	local tree=$BATS_TEST_TMPDIR/others-tree image=$root/boot/initrd.img-$1 mark
	shift
	rm -rf "$tree" "$image"
	boot_menu
	for mark; do
		mkdir -p "$tree/$(dirname "$mark")"
		echo >"$tree/$mark"
	done
	# What a cut takes off.
	head -c 3000 /dev/zero >"$tree/zzz"
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) >"$image"
}

@test "an image of mkinitcpio, booster or nobody that is known is named and left alone" {
	local before image=/boot/initrd.img-6.1.0-2-amd64 marks maker
	local known='for which vfio-early has no part yet'
	rm "$root/usr/sbin/"*initramfs*
	install_dracut
	good_image_of_dracut
	while read -r marks maker; do
		echo "$marks"
		rm -f "$root/etc/vfio-early.conf"
		make_kernel "$newest"
		# shellcheck disable=SC2086 # words
		image_of_others 6.1.0-2-amd64 init ${marks//,/ }
		before=$(sha256sum "$root$image")
		enable 0
		called_is ''
		assert_contains "Note: $image was made by $maker; kernel 6.1.0-2-amd64 gets no passthrough entry."
		is_switched_on
		enable 0
		# Another kernel's is rebuilt as ever.
		bare_image "$newest"
		enable 0
		cmp "$good" "$root/boot/initrd.img-$newest"
		assert_equal "$before" "$(sha256sum "$root$image")"
	done <<-END
		init_functions mkinitcpio, $known
		etc/booster.init.yaml booster, $known
		usr/bin/own a program that vfio-early does not know
	END
}

@test "where every image is of another program enable refuses, and says whose" {
	local version image=/boot/initrd.img-6.1.0-2-amd64
	for version in 6.1.0-1-amd64 6.1.0-2-amd64 "$newest"; do
		image_of_others "$version" init init_functions
	done
	refuses_before_starting "no kernel in $root/boot can be made ready for passthrough: /boot/initrd.img-$newest was made by mkinitcpio, for which vfio-early has no part yet; $image was made by mkinitcpio"
	enable 1 --dry-run
	assert_contains 'can be made ready for passthrough'
	# Damage makes it nobody else's.
	truncate -s -2000 "$root$image"
	refuses_before_starting "$image is cut short; $image was made by mkinitcpio, for which vfio-early has no part yet"
}

@test "what no program can have meant as an image is rebuilt, as is a damaged one without a mark" {
	local image=/boot/initrd.img-6.1.0-2-amd64
	: >"$root$image"
	enable 0
	called_is 'update-initramfs -u -k 6.1.0-2-amd64'
	image_of_others 6.1.0-2-amd64 kernel/x86/microcode/GenuineIntel.bin
	boot_menu
	enable 0
	called_is 'update-initramfs -u -k 6.1.0-2-amd64'
	image_of_others 6.1.0-2-amd64 init usr/bin/own
	truncate -s -2000 "$root$image"
	boot_menu
	enable 0
	called_is 'update-initramfs -u -k 6.1.0-2-amd64'
}

@test "update_initramfs=no is told, not met with silence" {
	local configuration=/etc/initramfs-tools/update-initramfs.conf line
	bare_image "$newest"
	for line in update_initramfs=no 'update_initramfs="no"' "	update_initramfs='no' # not here"; do
		printf 'update_initramfs=yes\nbackup_initramfs=no\n%s\n' "$line" | put "$configuration"
		refuses_before_starting "update_initramfs=no in $configuration keeps update-initramfs from doing anything: change it to yes"
	done
	printf 'update_initramfs=no\n#update_initramfs=no\nupdate_initramfs=yes\n' | put "$configuration"
	enable 0
	called_is "update-initramfs -u -k $newest"
}

# In a mount namespace of its own, with /boot on another filesystem.
with_boot_mounted() { # MOUNT-OPTIONS
	cp -r "$root/boot" "$root/boot.copy"
	# shellcheck disable=SC2016 # for the shell inside
	run unshare -rm sh -c '
		mount -t tmpfs -o size=3m boot "$1/boot" && cp -r "$1/boot.copy/." "$1/boot" &&
		mount -o "remount,$3" "$1/boot" && "$2/vfio-early" --root "$1" enable 01:00 --yes' \
		sh "$root" "$top" "$1"
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
	head -c 2400000 /dev/zero >"$root/boot/filler"
	with_boot_mounted rw
	[ "$status" -eq 1 ]
	assert_contains '/boot has 0 MiB left, and one more image of kernel 6.1.0-3-amd64 needs 2 MiB: remove kernels that are no longer needed'
	[ ! -s "$root/called" ]
}

@test "dracut writes beside the old image, which stays whole if it fails" {
	rm "$root/usr/sbin/"*initramfs*
	install_dracut
	good_image_of_dracut
	bare_image 6.1.0-1-amd64 dracut
	bare_image 6.1.0-2-amd64 dracut
	cp "$good" "$root/boot/initrd.img-$newest"
	echo 6.1.0-2-amd64 >"$root/fails"
	local before files
	before=$(sha256sum "$root/boot/initrd.img-6.1.0-2-amd64")
	files=$(ls -A "$root/boot")
	enable 1
	assert_contains 'the image of kernel 6.1.0-2-amd64 could not be made: dracut failed (exit status 1): dracut: creation of'
	assert_equal "$before" "$(sha256sum "$root/boot/initrd.img-6.1.0-2-amd64")"
	assert_equal "$files" "$(ls -A "$root/boot")"
	cmp "$good" "$root/boot/initrd.img-6.1.0-1-amd64"
	is_switched_off
	rm "$root/fails"
	enable 0
	is_switched_on
}

@test "of two generators the one that made the newest image rebuilds" {
	install_dracut
	bare_image 6.1.0-1-amd64
	bare_image 6.1.0-2-amd64 dracut
	touch -d '1 hour ago' "$root/boot/initrd.img-$newest" "$root/boot/initrd.img-6.1.0-1-amd64"
	enable 0
	assert_contains "(dracut --force /boot/initrd.img-6.1.0-2-amd64 6.1.0-2-amd64)"
	assert_lacks '(update-initramfs'

	bare_image 6.1.0-1-amd64
	bare_image 6.1.0-2-amd64 dracut
	touch -d '1 hour ago' "$root/boot/initrd.img-6.1.0-2-amd64"
	enable 0
	assert_contains '(update-initramfs -u -k 6.1.0-2-amd64)'
	assert_lacks '(dracut'
}

@test "an update-initramfs without mkinitramfs is dracut's own" {
	rm "$root/usr/sbin/mkinitramfs"
	install_dracut
	good_image_of_dracut
	bare_image 6.1.0-2-amd64 dracut
	enable 0
	called_is 'update-initramfs -u -k 6.1.0-2-amd64'
}

@test "an old image that dracut's own update-initramfs lost is not said to be there" {
	rm "$root/usr/sbin/mkinitramfs"
	install_dracut
	bare_image 6.1.0-2-amd64 dracut
	program /usr/sbin/update-initramfs /dev/stdin <<-END
		rm "$root/boot/initrd.img-\$3"
		echo "dracut[F]: Creation of /boot/initrd.img-\$3 failed" >&2
		exit 1
	END
	enable 1
	assert_contains 'could not be made: update-initramfs failed (exit status 1): dracut[F]: Creation of /boot/initrd.img-6.1.0-2-amd64 failed; the old one is lost, and that kernel may not boot until there is another; run'
	assert_lacks 'as it was'
	is_switched_off
}

@test "an error behind the new image, as of a post-update hook, is not said to have lost it" {
	bare_image 6.1.0-2-amd64
	program /usr/sbin/update-initramfs /dev/stdin <<-END
		cp "\$(cat "$root/makes")" "$root/boot/initrd.img-\$3"
		echo "run-parts: /etc/initramfs/post-update.d//proxmox-boot-sync exited with return code 1" >&2
		exit 1
	END
	echo "$good" >"$root/makes"
	enable 1
	assert_contains "the new image of kernel 6.1.0-2-amd64 is in its place and complete, but 'update-initramfs -u -k 6.1.0-2-amd64' ended with an error, so that a boot loader may not know of it: update-initramfs failed (exit status 1): run-parts: /etc/initramfs/post-update.d//proxmox-boot-sync exited with return code 1; run it again to see all that it says"
	assert_lacks 'lost'
	assert_lacks 'could not be made'
	is_switched_off
	# Not so of half an image, nor of one without the early program.
	head -c -600 "$good" >"$root/half"
	bare_image 6.1.0-2-amd64
	cp "$root/boot/initrd.img-6.1.0-2-amd64" "$root/bare"
	local makes
	for makes in half bare; do
		bare_image 6.1.0-2-amd64
		echo "$root/$makes" >"$root/makes"
		enable 1
		assert_contains 'the image of kernel 6.1.0-2-amd64 could not be made'
		assert_lacks 'complete'
	done
}

@test "an image that an absent generator made is rebuilt by the one that is here" {
	rm "$root/usr/sbin/"*initramfs*
	install_dracut
	good_image_of_dracut
	bare_image 6.1.0-2-amd64
	enable 0
	assert_contains "(dracut --force /boot/initrd.img-6.1.0-2-amd64 6.1.0-2-amd64)"
}

@test "no generator at all" {
	rm "$root/usr/sbin/"*initramfs*
	bare_image 6.1.0-2-amd64
	refuses_before_starting 'neither initramfs-tools nor dracut is installed here'
}

@test "images that come from rpm-ostree are not touched" {
	rm "$root/usr/sbin/"*initramfs*
	install_dracut
	bare_image 6.1.0-2-amd64 dracut
	: >"$root/run/ostree-booted"
	refuses_before_starting "run 'rpm-ostree initramfs --enable'"
}
