#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A generator of images is one file and one row in a table: vfio-early with one more,
# tests/programs/vfio-early-generator.c.

load helper

version=6.1.0-1-amd64
image=/boot/initrd.img-$version

setup() {
	make_machine
	make_kernel "$version"
	make_grub 'vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt' \
		'# vfio-early: no guard, no --once: there is no grub-probe'
	program /etc/grub.d/45_vfio_early </dev/null
	tree=$BATS_TEST_TMPDIR/double
	mkdir -p "$tree/usr/bin"
	echo yes >"$tree/double"
	pack "$root$image"
}

program() { # /PATH, with the commands from standard input
	{ echo '#!/bin/sh' && cat; } | put "$1"
	chmod +x "$root$1"
}

pack() { # FILE
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$1"
}

# The program that makes its images, with the early program in them.
install_double() {
	cp "$top/vfio-early-hook" "$tree/usr/bin"
	pack "$BATS_TEST_TMPDIR/good"
	program /usr/bin/double-image <<-END
		echo "double-image \$*" >>"$root/called"
		cp "$BATS_TEST_TMPDIR/good" "$root/boot/initrd.img-\$1"
	END
}

tool() {
	"$top/build/tests/vfio-early-generator" --root "$root" "$@"
}

reason() {
	json_of '.kernels[0] | if .ready then "ready" else .reason end' status
}

@test "status judges an image of a generator that was added, by its own signs and sentences" {
	assert_equal "the early program is not in $image" "$(reason)"
	install_double
	pack "$root$image"
	assert_equal ready "$(reason)"
	: >"$tree/double"
	pack "$root$image"
	assert_equal "$image doubles nothing" "$(reason)"
}

@test "enable has an image made by a generator that was added, and looks into it" {
	install_double
	run -0 tool enable 01:00 --yes
	assert_contains "rebuild $image (double-image $version): the early program is not in $image"
	assert_equal "double-image $version" "$(<"$root/called")"
	assert_equal ready "$(reason)"
}

@test "where no generator is here, that one is named among those that are known" {
	run -1 tool enable 01:00 --yes
	assert_contains 'neither initramfs-tools nor double is installed here'
}

@test "diagnose names the command and the part of a generator that was added" {
	install_double
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	put /etc/modprobe.d/vfio.conf <<<'options vfio-pci ids=1234:1111'
	output=$(tool diagnose --only DRV-OTHER-CLAIMS --want host || :)
	assert_contains 'double-image --all'
	put /usr/local/libexec/vfio-early-hook <"$top/vfio-early-hook"
	output=$(tool diagnose --only EARLY-INSTALLED || :)
	assert_contains /usr/share/double/vfio-early
	put /usr/share/double/vfio-early </dev/null
	output=$(tool diagnose --only EARLY-INSTALLED || :)
	assert_contains '1 pass'
}
