#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The universal archive, beside images that hold nothing of vfio-early: one of initramfs-tools, one of dracut with systemd,
# and one made by hand with busybox alone. No image is made anew, and every boot reaches a login.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../lab/generators.bash

card="0000:01:00.0 0000:01:00.1 0000:01:00.2"

# A machine whose images nobody prepared: the disk is made with the product, and its hooks are taken out of the image before
# the first card is enabled. COMMANDS make the image.
machine_with_image() { # DISK COMMANDS
	lab_machine "$1"
	cp "$(command -v busybox)" "$LAB_MACHINE/share/busybox"
	lab_boot --timeout 1500 --run "$2"'
		sha256sum /boot/initrd.img-* >/root/images
		cp /boot/grub/grub.cfg /root/grub.cfg.before /mnt/out
		start=$(date +%s%N)
		vfio-early --json enable 01:00 --carry archive >/mnt/out/enable.json
		echo "enable: $((($(date +%s%N) - start) / 1000000)) ms"
		sha256sum --check /root/images
		vfio-early --json status >/mnt/out/status.json
		cp /boot/grub/grub.cfg /mnt/out'
	lab_keep before
}

# mkinitramfs and dracut without what is ours. The running kernel is the only one.
bare_initramfs_tools='
	mv /usr/share/initramfs-tools/hooks/vfio-early /usr/share/initramfs-tools/scripts/init-top/00-vfio-early /root
	update-initramfs -u
'
bare_dracut='
	mv /usr/lib/dracut/modules.d/55vfio-early /root
	dracut --quiet --force "/boot/initrd.img-$(uname -r)" "$(uname -r)"
'

# An init of a few lines: loads the rivals and mounts the disk.
busybox_alone='
	version=$(uname -r) tree=/tmp/own
	mkdir -p "$tree"/bin "$tree"/sys "$tree"/proc "$tree"/dev "$tree"/root "$tree/lib/modules"
	cp /mnt/busybox "$tree/bin/busybox"
	for driver in virtio_pci virtio_blk ext4 bochs snd_hda_intel xhci_pci; do
		modprobe --show-depends --ignore-install "$driver" | sed -n "s/^insmod \([^ ]*\).*/\1/p" >>/tmp/modules
	done
	awk "!seen[\$0]++" /tmp/modules | while read -r module; do
		cp "$module" "$tree/lib/modules/"
		echo "${module##*/}" >>"$tree/order"
	done
	cat >"$tree/init" <<-END
		#!/bin/busybox sh
		/bin/busybox mount -t proc proc /proc || echo "own init: no proc" >/dev/console
		/bin/busybox mount -t sysfs sysfs /sys || echo "own init: no sysfs" >/dev/console
		/bin/busybox mount -t devtmpfs dev /dev
		while read -r module; do /bin/busybox insmod "/lib/modules/\$module"; done </order
		until /bin/busybox mount -o ro /dev/vda1 /root; do /bin/busybox sleep 1; done
		/bin/busybox umount /proc /sys
		exec /bin/busybox switch_root /root /sbin/init
	END
	chmod +x "$tree/init"
	(cd "$tree" && find . | /mnt/busybox cpio -o -H newc) | gzip >"/boot/initrd.img-$version"
'

image_of_status() {
	guest before/status.json | jq -c '[.kernels[] | [.ready, .archive]]'
}

taken_by_the_archive() {
	expect_first_card_passed_through
	# shellcheck disable=SC2086 # three addresses
	expect_no_rival $card
	expect_line kernel-log 'vfio-early: 0000:01:00: .* (held|taken) for vfio-pci'
	# The race was one: the same drivers took the other card.
	expect_line kernel-log 'bochs-drm 0000:02:00.0'
	expect_line system-state '^running$'
	expect_line output '^This boot: passthrough'
}

# The first pass's time, which no later one has: the kernel log's own.
record_has_first_time() {
	local start line
	start=$(guest record | sed -n 's/^start=//p')
	line=$(guest kernel-log | sed -n '0,/vfio-early: /s/^\[ *\([0-9]*\)\.\([0-9]*\)\].*vfio-early: .*/\1\2/p')
	echo "record: $start, kernel log: $line"
	((start <= line && line - start < 2000000))
}

# One machine a kind, and its boots: by default, without the archive, and by the normal entry.
goes_through() { # ARCHIVE-PLACE
	assert_archive
	lab_boot --run 'vfio-early status; cp /boot/vfio-early.img /root; rm /boot/vfio-early.img'
	taken_by_the_archive
	record_has_first_time
	if [ "$1" = front ]; then
		expect_line command-line ' rdinit=/vfio-early-init .*vfio_early='
	else
		expect_no_line command-line rdinit
	fi
	# The archive is gone: a normal boot, which says so.
	lab_boot --run 'mv /root/vfio-early.img /boot'
	expect_serial 'the archive with the early program is gone'
	expect_normal_drivers
	expect_no_line command-line 'vfio_early|rdinit'
	only_our_section_is_new before
}

assert_archive() {
	image_of_status
	[ "$(image_of_status)" = '[[true,"/boot/vfio-early.img"]]' ]
	guest before/output
	guest before/enable.json | jq -e '.changed and .reboot_required'
}

@test "an image of initramfs-tools that nobody prepared" {
	machine_with_image "$(lab_disk)" "$bare_initramfs_tools"
	goes_through behind
}

@test "an image of dracut with systemd that nobody prepared" {
	machine_with_image "$(lab_disk bookworm dracut)" "$bare_dracut"
	goes_through behind
}

@test "an image made by hand with busybox alone" {
	machine_with_image "$(lab_disk)" "$busybox_alone"
	goes_through front
	expect_no_line kernel-log 'own init'
}
