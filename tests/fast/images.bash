# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Made-up images of a kernel, and what status says of it.

version=6.1.0-9-amd64
image=/boot/initrd.img-$version

setup() {
	make_machine
	tree=$BATS_TEST_TMPDIR/tree
	kernel_add "$version"
}

# A kernel that has vfio-pci as a module.
kernel_add() { # VERSION
	put "/boot/vmlinuz-$1" <<<kernel
	put "/lib/modules/$1/modules.dep" <<<kernel/drivers/vfio/pci/vfio-pci.ko:
	put "/lib/modules/$1/modules.builtin" <<<kernel/fs/ext4/ext4.ko
}

in_tree() { # PATH
	mkdir -p "$(dirname "$tree/$1")"
	cat >"$tree/$1"
}

# What initramfs-tools puts into an image, as far as it matters here.
tree_of_initramfs_tools() {
	rm -rf "$tree"
	in_tree conf/arch.conf <<<DPKG_ARCH=amd64
	in_tree init <<<'#!/bin/sh'
	in_tree scripts/init-top/00-vfio-early <<<'#!/bin/sh'
	in_tree scripts/init-top/udev <<<'#!/bin/sh'
	in_tree scripts/init-top/ORDER <<-'END'
		/scripts/init-top/00-vfio-early "$@"
		[ -e /conf/param.conf ] && . /conf/param.conf
		/scripts/init-top/all_generic_ide "$@"
		[ -e /conf/param.conf ] && . /conf/param.conf
		/scripts/init-top/udev "$@"
		[ -e /conf/param.conf ] && . /conf/param.conf
	END
	tree_common
}

tree_common() {
	in_tree "usr/lib/modules/$version/kernel/drivers/vfio/pci/vfio-pci.ko" <<<module
	in_tree usr/bin/vfio-early-hook <"$top/vfio-early-hook"
}

# The same for dracut, with systemd in the image.
tree_of_dracut() {
	rm -rf "$tree"
	in_tree usr/lib/dracut/dracut-106-6 <<<''
	ln -s usr/lib/systemd/systemd "$tree/init"
	units=$tree/usr/lib/systemd/system
	mkdir -p "$units/systemd-udevd.service.wants"
	cp "$top/dracut/55vfio-early/vfio-early.service" "$units"
	ln -s ../vfio-early.service "$units/systemd-udevd.service.wants"
	tree_common
}

archive() {
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc)
}

# The tree as the image, through a program that compresses.
pack() { # [COMMAND...]
	archive | "${@:-cat}" >"$root$image"
}

# What status says of the kernel: "ready", or why not.
answer() {
	run --separate-stderr tool --json status
	echo "errors: $stderr"
	jq -r --arg version "$version" '.kernels[] | select(.version == $version) |
		if .ready then "ready" else .reason end' <<<"$output"
}

is_ready() {
	assert_equal ready "$(answer | tail -n 1)"
}

is_not_ready() { # PIECE of the reason
	output=$(answer | tail -n 1)
	assert_contains "$1"
	assert_contains "$image"
}
