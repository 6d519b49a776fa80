# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What status says, on a made-up machine with one kernel and GRUB.

words='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'

setup() {
	make_machine
	make_kernel 6.1.0-1-amd64
	make_grub
}

choose_card_1() {
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	make_grub "$words"
}

# status_is STATUS PIECE...: the exit status, and what the text has.
status_is() {
	run "-$1" tool status
	shift
	local piece
	for piece; do
		assert_contains "$piece"
	done
}

# The ids of all differences on one line, those that are not healthy with a "!".
differences_are() {
	assert_equal "$1" "$(json_of '[.differences[] |
		(if .healthy then "" else "!" end) + .id] | unique | join(" ")' status)"
}
