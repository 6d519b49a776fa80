#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# images.sh GENERATOR SIZE ROOT: puts into ROOT a kernel with an image of about SIZE MiB, as GENERATOR
# (initramfs-tools or dracut) orders and compresses it. What fills it are the libraries of this machine, in the
# places of firmware and drivers.
set -eu
generator=$1 size=$2 root=$3
top=$(cd "$(dirname "$0")/../.." && pwd)
version=6.1.0-9-amd64
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

in_tree() {
	mkdir -p "$(dirname "$tree/$1")"
	cat >"$tree/$1"
}

# About two bytes of three are saved. A fifth comes behind the drivers, as libraries do.
fill() { # PLACE MiB
	mkdir -p "$tree/$1"
	find /usr/lib -xdev -type f -name '*.so*' -size +64k -printf '%s %p\n' | sort -k 2 |
		awk -v left="$(($2 * 1048576))" 'left > 0 { left -= $1; sub(/^[0-9]* /, ""); print }' |
		while read -r file; do cp "$file" "$tree/$1/$(echo "$file" | tr / _)"; done
}

fill usr/lib/firmware "$((size * 105 / 100))"
fill "usr/lib/modules/$version/kernel/drivers/net" "$((size * 75 / 100))"
fill usr/lib/x86_64-linux-gnu "$((size * 45 / 100))"
echo module | in_tree "usr/lib/modules/$version/kernel/drivers/vfio/pci/vfio-pci.ko"
in_tree usr/bin/vfio-early-hook <"$top/vfio-early-hook"
case $generator in
initramfs-tools)
	echo DPKG_ARCH=amd64 | in_tree conf/arch.conf
	printf '/scripts/init-top/%s "$@"\n' 00-vfio-early udev | in_tree scripts/init-top/ORDER
	: | in_tree scripts/init-top/00-vfio-early
	: | in_tree scripts/init-top/udev ;;
dracut)
	echo 106-6 | in_tree usr/lib/dracut/dracut-version.sh
	: | in_tree usr/lib/dracut/dracut-106-6
	ln -s usr/lib/systemd/systemd "$tree/init"
	units=usr/lib/systemd/system
	in_tree "$units/vfio-early.service" <"$top/dracut/55vfio-early/vfio-early.service"
	mkdir -p "$tree/$units/systemd-udevd.service.wants"
	ln -s ../vfio-early.service "$tree/$units/systemd-udevd.service.wants" ;;
esac

mkdir -p "$root/boot" "$root/lib/modules/$version"
echo kernel >"$root/boot/vmlinuz-$version"
echo kernel/drivers/vfio/pci/vfio-pci.ko: >"$root/lib/modules/$version/modules.dep"
(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) | zstd -q -T0 >"$root/boot/initrd.img-$version"
