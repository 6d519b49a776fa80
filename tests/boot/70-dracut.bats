#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 13 with dracut and systemd in the image, which dracut makes in the machine for this machine only (host-only). The
# rival drivers are in modules-load.d, and dracut forces them besides.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../lab/generators.bash

setup_file() {
	# As a user installs it: nothing of vfio-early is in the image when it is enabled.
	stage=$(mktemp -d)
	make -s -C "$REPO" install DESTDIR="$stage" >&2
	generator_boots "$(lab_plain_disk trixie dracut)" '
		tar -C /mnt/stage -c . | tar -C / -x --keep-directory-symlink --no-overwrite-dir
		systemctl daemon-reload
		echo "hostonly=yes" >/etc/dracut.conf.d/host-only.conf
		vfio-early --json status >/mnt/out/status-before.json' \
		'lsinitrd "/boot/initrd.img-$(uname -r)" >/mnt/out/image'
}

@test "an image without the early program is noticed, and dracut makes it anew" {
	cd "$LAB_MACHINE/before"
	jq .kernels status-before.json
	jq -e '.kernels[0].ready == false and (.kernels[0].reason | test("the early program is not in"))' status-before.json
	jq . enable.json
	jq -e '.changed and any(.steps[]; test("dracut --force /boot/initrd.img"))' enable.json
	every_kernel_is_ready
}

@test "in the host-only image vfio-pci is there, and so is what modules-load.d wants" {
	guest image | grep -E '/vfio.*\.ko|modules-load\.d|vfio-early'
	expect_line image '/vfio-pci\.ko\.xz$'
	expect_line image '/vfio_iommu_type1\.ko\.xz$'
	expect_line image 'etc/modules-load\.d/rivals\.conf$'
}

@test "the first card is with vfio-pci, and no driver that is forced early touched it" {
	first_card_is_passed_through
}

@test "the normal entry is as it was" {
	normal_entry_is_untouched "Debian GNU/Linux"
}
