#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Which kernels are installed, and which of them have vfio-pci.

load helper
load images

@test "vfio-pci may be missing from the image, but not from the kernel" {
	tree_of_initramfs_tools
	rm -r "$tree/usr/lib/modules"
	pack
	is_ready
	output=$(tool status || :)
	assert_contains "vfio-pci is not in $image"

	put "/lib/modules/$version/modules.builtin" <<<kernel/drivers/vfio/pci/vfio-pci.ko
	is_ready
	output=$(tool status || :)
	assert_lacks "vfio-pci is not in"

	put "/lib/modules/$version/modules.builtin" <<<kernel/fs/ext4/ext4.ko
	put "/lib/modules/$version/modules.dep" <<<kernel/fs/fat/fat.ko:
	output=$(answer | tail -n 1)
	assert_contains "kernel $version has no vfio-pci"
}

@test "compressed modules count" {
	local suffix
	for suffix in xz zst gz; do
		tree_of_initramfs_tools
		mv "$tree/usr/lib/modules/$version/kernel/drivers/vfio/pci"/vfio-pci.ko{,".$suffix"}
		pack
		put "/lib/modules/$version/modules.dep" <<<"kernel/drivers/vfio/pci/vfio-pci.ko.$suffix:"
		is_ready
		output=$(tool status || :)
		assert_lacks "vfio-pci is not in"
	done
}

@test "kernels come newest first, by the rules of linux-version" {
	rm "$root/boot"/*
	local name
	for name in 6.1.0-9-amd64 6.1.0-10-amd64 6.1.0-9-rt-amd64 6.12.43 6.12.43-rc1 6.12-rc5 \
		6.9.7 6.12.43+deb13-amd64 5.10.0-trunk-amd64 5.10.0-1-amd64; do
		put "/boot/vmlinuz-$name" <<<kernel
	done
	assert_equal '6.12.43+deb13-amd64 6.12.43 6.12.43-rc1 6.12-rc5 6.9.7 6.1.0-10-amd64 6.1.0-9-rt-amd64 6.1.0-9-amd64 5.10.0-1-amd64 5.10.0-trunk-amd64' \
		"$(json_of '[.kernels[].version] | join(" ")' status)"
}

@test "rescue kernels, and copies that packages leave behind, are no kernels" {
	local name
	for name in 0-rescue-1234 6.1.0-8-amd64.old 6.1.0-8-amd64.bak 6.1.0-8-amd64.dpkg-new \
		6.1.0-8-amd64.rpmsave 6.1.0-8-amd64~; do
		put "/boot/vmlinuz-$name" <<<kernel
	done
	put /boot/vmlinux-6.1.0-7-powerpc64le <<<kernel
	mkdir -p "$root/lib/modules/6.1.0-6-amd64"
	assert_equal "$version 6.1.0-7-powerpc64le" \
		"$(json_of '[.kernels[].version] | join(" ")' status)"
}

@test "a kernel without an initramfs is listed, and not ready" {
	output=$(answer | tail -n 1)
	assert_equal "kernel $version has no initramfs in /boot" "$output"
}

@test "images are found under the names that Fedora, openSUSE, Arch and kernel-install give them" {
	tree_of_initramfs_tools
	pack
	put /etc/machine-id <<<0123456789abcdef
	local name
	for name in /boot/initramfs-$version.img /boot/initrd-$version \
		/efi/0123456789abcdef/$version/initrd /boot/0123456789abcdef/$version/initrd; do
		mkdir -p "$root${name%/*}"
		mv "$root$image" "$root$name"
		echo "$name"
		is_ready
		mv "$root$name" "$root$image"
	done
	# Fedora's packages have the kernel here.
	rm "$root/boot/vmlinuz-$version"
	put "/lib/modules/$version/vmlinuz" <<<kernel
	is_ready
	# Arch's have the same, under another name in /boot.
	put "/lib/modules/$version/pkgbase" <<<linux
	put /boot/vmlinuz-linux <<<kernel
	mv "$root$image" "$root/boot/initramfs-linux.img"
	assert_equal linux "$(json_of '[.kernels[].version] | join(" ")' status)"
}
