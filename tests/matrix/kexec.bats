#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A reboot that does not go through the loader.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_disk bookworm initramfs-tools-and-roots)"
	lab_boot --run '
		vfio-early enable 01:00 >unloaded 2>&1
		kexec -l "/boot/vmlinuz-$(uname -r)" --initrd "/boot/initrd.img-$(uname -r)" --reuse-cmdline
		for command in "enable 01:00" status; do vfio-early $command >"said-${command%% *}" 2>&1 || :; done
		kexec -u; vfio-early status >status-unloaded 2>&1 || :'
	lab_keep before
	# The same commands run again in the boot that kexec makes.
	lab_boot --run 'if grep -q by-kexec /proc/cmdline; then vfio-early status || :; exit; fi
		kexec -l "/boot/vmlinuz-$(uname -r)" --initrd "/boot/initrd.img-$(uname -r)" --append="$(cat /proc/cmdline) by-kexec"
		vfio-early disable >disable 2>&1
		systemctl kexec; sleep 300'
}

@test "enable and status say that a kernel is loaded, and how to do a full reboot" {
	for said in enable status; do
		expect_line before/said-$said "a kernel is loaded for kexec .* the next reboot may go past the boot loader .*'kexec -u' unloads it"
	done
	expect_no_line before/unloaded 'kexec'
	expect_no_line before/status-unloaded 'kexec'
}

@test "a boot by kexec has the words that were loaded, as disable said" {
	expect_line disable 'a kernel is loaded for kexec'
	expect_line command-line 'vfio_early=.* by-kexec$'
	expect_first_card_passed_through
	expect_line output '^This boot: passthrough'
	expect_line output '^Next boot: normal'
}
