# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What must be true whichever program makes the images: the first card is enabled on a new machine, which then boots by
# default, and by its normal entry.

card="0000:01:00.0 0000:01:00.1 0000:01:00.2"

# generator_boots DISK [COMMANDS [MORE]]: COMMANDS run in the machine before the card is enabled, and MORE in the passthrough
# boot after it. The first of the two boots is kept as "before".
generator_boots() {
	lab_machine "$1"
	[[ -z ${stage-} ]] || mv "$stage" "$LAB_MACHINE/share/stage"
	lab_boot --timeout 1500 --run "${2:-:}"'
		vfio-early --json enable 01:00 >/mnt/out/enable.json
		cp /boot/grub/grub.cfg /root/grub.cfg.before /mnt/out
		vfio-early --json status >/mnt/out/status.json'
	lab_keep before
	lab_boot --run 'vfio-early status'"${3:+; $3}"
}

every_kernel_is_ready() {
	guest before/status.json | jq .kernels
	guest before/status.json | jq -e '(.kernels | length) > 0 and all(.kernels[]; .ready)'
}

# Scenario 1.
first_card_is_passed_through() {
	expect_first_card_passed_through
	# shellcheck disable=SC2086 # three addresses
	expect_no_rival $card
	expect_line kernel-log 'vfio-early: 0000:01:00: .* taken for vfio-pci'
	# The race was one: the same drivers took the other card, and early.
	expect_line kernel-log 'bochs-drm 0000:02:00.0'
	expect_line record '^0000:01:00.0 1234:1111 taken before=- after=vfio-pci '
	expect_line record '^0000:01:00.1 8086:2668 taken before=- after=vfio-pci '
	expect_line record '^0000:01:00.2 1b36:000d taken before=- after=vfio-pci '
	# udev repeated its events for these devices, and that was no news.
	[ "$(guest kernel-log | grep -c 'vfio-early: ')" = 1 ]
	expect_line system-state '^running$'
	expect_line output '^This boot: passthrough'
}

# Scenario 3.
normal_entry_is_untouched() { # TITLE
	only_our_section_is_new before
	lab_boot "pick:$1"
	expect_normal_drivers
	expect_no_line command-line 'vfio_early|iommu'
	expect_no_line kernel-log 'vfio-early:'
}
