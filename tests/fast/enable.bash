# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # the files that load this use them
# What enable says and leaves, on a made-up machine with GRUB.

setup() {
	make_grub_machine
}

words='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'

# ok PIECE... / fails STATUS PIECE...: of the command in $command, what it says.
command=(enable 01:00)

ok() {
	fails 0 "$@"
}

fails() {
	local piece
	run "-$1" tool "${command[@]}"
	shift
	for piece; do
		assert_contains "$piece"
	done
}

words_in_menu() {
	section | sed -n 's/^# vfio-early: words //p'
}

is_off() {
	run ! grep -E '^vfio_early(_once)?=1' <(grubenv)
}
