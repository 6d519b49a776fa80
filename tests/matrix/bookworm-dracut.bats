#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 12 with dracut 059 and systemd in the image. Its kernel 6.1 cannot decompress modules; here the VFIO ones are
# compressed, in two ways.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../lab/generators.bash

setup_file() {
	# Another early program than the one in the image makes the image one that has to be rebuilt.
	generator_boots "$(lab_disk bookworm dracut)" '
		cd /lib/modules/*/kernel/drivers/vfio
		xz vfio.ko vfio_iommu_type1.ko pci/vfio-pci.ko
		zstd --quiet --rm pci/vfio-pci-core.ko
		cd /mnt/out
		depmod
		echo >>/usr/local/libexec/vfio-early-hook' \
		'lsinitrd "/boot/initrd.img-$(uname -r)" >/mnt/out/image; ls /sys/module/compression || :'
}

@test "Debian 12 with dracut: every kernel is ready" {
	every_kernel_is_ready
}

@test "Debian 12 with dracut: the modules in the image are compressed" {
	expect_line image '/vfio-pci\.ko\.xz$'
	expect_line image '/vfio-pci-core\.ko\.zst$'
}

@test "Debian 12 with dracut: the first card is with vfio-pci" {
	first_card_is_passed_through
}

@test "Debian 12 with dracut: the normal entry is as it was" {
	normal_entry_is_untouched "Debian GNU/Linux"
}
