# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A machine with three kernels, whose images made-up generators make.

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

# Without an init an image is no help to our archive.
give_init() { # VERSION
	local tree=$BATS_TEST_TMPDIR/init-tree
	mkdir -p "$tree"
	echo '#!/bin/sh' >"$tree/init"
	(cd "$tree" && echo init | cpio --quiet -o -H newc) >>"$root/boot/initrd.img-$1"
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
