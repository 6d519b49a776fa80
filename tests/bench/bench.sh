#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bench.sh MEASURE: what a diagnosis costs on this machine, beside the five commands of the
# diagnostic plan that it replaces, and on machines with very many devices; and what it costs to look into
# an image, beside the generators' own programs for that.
set -eu
measure=$1
cd "$(dirname "$0")/../.."
trees=$(mktemp -d)
trap 'rm -rf "$trees"' EXIT
for program in lspci lsmod dmesg lsinitramfs lsinitrd; do
	command -v "$program" >/dev/null || {
		echo "bench: $program is missing (apt-get install pciutils kmod util-linux initramfs-tools-core dracut-core)" >&2
		exit 2
	}
done

plan='cat /etc/pve/lxc/901.conf
dmesg | grep -i "vfio\|iommu\|nvidia\|dmar"
lsmod | grep -e vfio_pci -e vfio_iommu_type1 -e vfio
dmesg | grep -e DMAR -e IOMMU
lspci -k'

echo "A diagnosis of this machine, $(find /sys/bus/pci/devices -mindepth 1 | wc -l) PCI devices, and the plan's five commands:"
"$measure" "${BENCH_ROUNDS:-51}" \
	'vfio-early diagnose' './vfio-early diagnose --ct 901' \
	'  as the Markdown report' './vfio-early diagnose --ct 901 --format markdown' \
	'the five commands, by sh' "$plan"

echo
echo "Made-up machines, every 64th device a card to be judged:"
set --
for count in 512 1024 2048 4096; do
	tests/bench/many-devices.sh "$count" >"$trees/manifest"
	./vfio-early capture --unpack "$trees/manifest" "$trees/$count"
	set -- "$@" "$count devices and groups" "./vfio-early --root '$trees/$count' diagnose --want vm"
done
"$measure" "${BENCH_TREE_ROUNDS:-5}" "$@"

echo
echo "Is the early program in this image (zstd), and first?"
set --
for generator in initramfs-tools dracut; do
	root=$trees/$generator lists=lsinitramfs
	[ "$generator" = initramfs-tools ] || lists=lsinitrd
	mkdir -p "$root/sys/bus/pci/devices" "$root/proc"
	echo quiet >"$root/proc/cmdline"
	tests/bench/images.sh "$generator" 60 "$root"
	image=$(echo "$root"/boot/initrd.img-*)
	size=$(($(wc -c <"$image") / 1048576))
	set -- "$@" "status, $generator, $size MiB" "./vfio-early --root '$root' status" \
		"  $lists" "$lists '$image' | grep vfio-early"
done
"$measure" "${BENCH_IMAGE_ROUNDS:-11}" "$@"
