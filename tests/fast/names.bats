#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a damaged pci.ids costs, and what names and files may do to a terminal: nothing.

load helper
load grub

setup() {
	make_grub_machine
}

ids=/usr/share/misc/pci.ids

# What each command says where the list of names is as standard input has it, without names.
without_names() {
	put "$ids"
	tool --json list | jq -c '[.devices[] | {address, id, driver, selector}]'
	tool --json status | jq -c '{selection: [.selection[].address], differences, next_boot}'
	tool --json enable 01:00 --dry-run | jq -c .
	tool --json cmdline 01:00 | jq -c .words
	tool --json diagnose --want vm 01:00 | jq -c '[.checks[] | select(.id != "PCI-IDS") | {id, status, device}]'
}

@test "a damaged, empty, binary or missing pci.ids costs names, and nothing else" {
	local whole kind
	whole=$(without_names <"$top/tests/fixtures/pci.ids")
	assert_equal 5 "$(wc -l <<<"$whole")"
	for kind in garbage '' 'head of the real one'; do
		assert_equal "$whole" "$(case $kind in
			head*) head -c 300 "$top/tests/fixtures/pci.ids" && printf '\n\tzz' ;;
			*) printf %s "$kind" ;;
		esac | without_names 2>/dev/null)"
	done
	assert_equal "$whole" "$(head -c 5000 "$top/vfio-early" | without_names 2>/dev/null)"
	rm "$root$ids"
	mkdir "$root$ids"
	assert_equal '1234:1111' "$(json_of '.devices[0].id' list 2>/dev/null)"
}

@test "list says why devices have no names, and shows them" {
	put "$ids" <<<garbage
	run -0 tool list
	assert_contains '01:00.0  Device 1234:1111'
	assert_contains 'pci.ids, line 1'
	assert_contains 'install the package pci.ids anew'
	run -0 tool enable 01:00
	assert_contains '01:00.0  1234:1111  Device 1234:1111'
}

# ESC, BEL, DEL, a byte that is no UTF-8, and C1 in UTF-8.
evil=$'\e[2J\a\x7f\xff\xc2\x9b'

# Puts them wherever a name or a text comes from.
poison() {
	local conf=/etc/pve/qemu-server/100.conf
	sed -i "s/82574L/&$evil/; s/VGA/&$evil/" "$root$ids"
	mv "$root/boot/vmlinuz-6.1.0-9-amd64" "$root/boot/vmlinuz-6.1.0-9$evil"
	printf 'name: x%s\nhostpci0: 0000:01:00.0,x%s=1\n' "$evil" "$evil" | put "$conf"
	printf 'options vfio-pci ids=1234:1111 # %s\n' "$evil" | put "/etc/modprobe.d/x.conf"
	printf '6,1,2,-;vfio-pci 0000:01:00.0: BAR 1: can%s reserve %s\n' "$evil" "$evil" | put /dev/kmsg
	booted_with_card_1
	sed -i "s/\$/ reason=why $evil/" "$root/run/vfio-early/boot"
	boot_with "vfio_early=1234:1111@00:02.0/00 x=$evil"
	pci_bind 0000:02:00.1 "driver$evil"
	echo "GRUB_DISTRIBUTOR=x$evil" >>"$root/etc/default/grub"
}

has_control() {
	LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f\xff]|\xc2[\x80-\x9f]' "$1"
}

@test "what names and files hold moves no cursor, whatever the command" {
	local command said=$BATS_TEST_TMPDIR/said tried=0
	poison
	cd "$BATS_TEST_TMPDIR" # capture writes a file
	while read -r command; do
		for arguments in "$command" "$command --json" "$command $evil"; do
			# shellcheck disable=SC2086 # words
			tool $arguments >"$said" 2>&1 || true
			tried=$((tried + 1))
			! has_control "$said" || {
				cat -v "$said"
				echo "control characters: $arguments"
				return 1
			}
		done
	done < <("$top/vfio-early" help | sed -n 's/^  \([a-z-]*\) .*/\1/p'
		printf '%s\n' 'list --all' 'enable 01:00' 'enable 04:00' 'enable 02:00 --dry-run' 'cmdline 01:00' \
			'cmdline --explain' 'diagnose --vm 100' 'diagnose --all --want vm 01:00' \
			'diagnose --vm 100 --format markdown' 'diagnose --vm 100 --format prom' 'disable')
	[ "$tried" -gt 40 ]
	printf 'devices = %s\n' "$evil" | put /etc/vfio-early.conf
	for command in list status enable cmdline; do
		tool "$command" >"$said" 2>&1 || true
		! has_control "$said"
		[ -s "$said" ]
	done
}
