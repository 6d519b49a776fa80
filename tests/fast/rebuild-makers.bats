#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Which program makes an image: `enable` asks the one that made it, and leaves alone those of
# programs that it does not know.
# shellcheck disable=SC2030,SC2031 # bats runs each test in a subshell

load helper
load rebuild

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

@test "an image of mkinitcpio, booster or nobody that is known is left alone, and carried by the archive" {
	local before image=/boot/initrd.img-6.1.0-2-amd64 marks why
	while read -r marks why; do
		echo "$marks"
		make_kernel "$newest"
		# shellcheck disable=SC2086 # words
		image_of_others 6.1.0-2-amd64 init ${marks//,/ }
		before=$(sha256sum "$root$image")
		enable 0 --dry-run
		assert_contains "write /boot/vfio-early.img, for the passthrough entry to load in front of $image: $why"$'\n'
		assert_lacks "rebuild $image"
		# That there is no other way does not make it one that is.
		enable 0 --dry-run --carry image
		assert_contains "in front of $image"
		# Another kernel's is rebuilt as ever.
		bare_image "$newest"
		enable 0 --dry-run
		assert_contains "rebuild /boot/initrd.img-$newest (update-initramfs -u -k $newest)"
		called_is ''
		assert_equal "$before" "$(sha256sum "$root$image")"
	done <<-END
		init_functions $image was made by mkinitcpio, and vfio-early was not among its HOOKS
		etc/booster.init.yaml $image was made by booster, which takes no program of others
		usr/bin/own $image was made by a program that vfio-early does not know
	END
}

@test "a damaged image of another program is nobody's to mend" {
	local version image=/boot/initrd.img-6.1.0-2-amd64
	image_of_others 6.1.0-2-amd64 init init_functions
	# What is cut off is none of what tells whose it is.
	truncate -s -2000 "$root$image"
	enable 0
	assert_contains "Note: $image is cut short; $image was made by mkinitcpio, and vfio-early was not among its HOOKS; kernel 6.1.0-2-amd64 gets no passthrough entry."
	called_is ''
	rm -f "$root/etc/vfio-early.conf"
	make_grubenv
	for version in 6.1.0-1-amd64 "$newest"; do
		image_of_others "$version" init init_functions
		truncate -s -2000 "$root/boot/initrd.img-$version"
	done
	refuses_before_starting "no kernel in $root/boot can be made ready for passthrough: /boot/initrd.img-$newest is cut short"
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
	give_init 6.1.0-2-amd64
	enable 0 --dry-run
	assert_contains 'write /boot/vfio-early.img'
	assert_contains 'neither initramfs-tools nor dracut is installed here'
	enable 1 --carry image
	assert_contains 'neither initramfs-tools nor dracut is installed here'
}

@test "images that come from rpm-ostree are not touched" {
	rm "$root/usr/sbin/"*initramfs*
	install_dracut
	bare_image 6.1.0-2-amd64 dracut
	: >"$root/run/ostree-booted"
	refuses_before_starting "'rpm-ostree initramfs --enable' brings the early program into the image"
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
