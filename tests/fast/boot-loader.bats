#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A boot loader is one file and one row in a table: "Double" of tests/programs works with
# enable, status, disable and confirm, none of which knows its name.
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

load helper

words='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'

tool() {
	"$top/build/tests/vfio-early-double" --root "$root" "$@"
}

setup() {
	make_machine
	make_kernel 6.1.0-1-amd64
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	mkdir -p "$root/boot/double"
}

# says STATUS COMMAND PIECE...: what the command says, in which GRUB is not named.
says() {
	local status=$1 command=$2 piece
	run "-$status" tool "$command"
	shift 2
	for piece; do
		assert_contains "$piece"
	done
	[[ ${output,,} != *grub* ]] || assert_lacks "$output"
}

switch_is() {
	assert_equal "$1" "$(<"$root/boot/double/switch")"
}

@test "enable makes its entries and sets its switch, and does nothing the second time" {
	says 0 enable 'Done:
  make the boot menu anew: double-menu
  switch on in /boot/double/switch: every boot takes the passthrough entry
Note: Double has 2 lines.' 'Reboot to use it'
	assert_equal "$words
6.1.0-1-amd64" "$(<"$root/boot/double/menu")"
	switch_is on
	says 0 enable 'Nothing to do: all is as it should be.'
}

@test "enable --once sets its switch for one boot" {
	run -0 tool enable --once
	assert_contains 'switch on in /boot/double/switch: the next boot takes the passthrough entry, once'
	switch_is once
}

@test "another choice: its switch is off until its entries fit" {
	tool enable
	run -0 tool enable 02:00
	assert_contains '  switch off in /boot/double/switch until the rest is done
  write /etc/vfio-early.conf: devices = 1234:1111@00:03.0/00
  make the boot menu anew: double-menu
  switch on in /boot/double/switch'
}

@test "status says what its next boot does, and what is wrong with its entries" {
	says 0 status "Next boot: normal, its switch says ''"
	tool enable
	says 0 status "Next boot: passthrough, its switch says 'on'
  01:00.0  is given to vfio-pci" 'the next boot gives it to vfio-pci'
	make_kernel 6.1.0-2-amd64
	says 1 status '! kernel 6.1.0-2-amd64 is ready, but its menu has no passthrough entry for it'
	rm "$root/boot/double/menu"
	says 1 status '! passthrough is enabled, but its menu has no entry for it'
	echo failed >"$root/boot/double/switch"
	says 1 status '! the last passthrough boot did not come up, so Double boots normally'
}

@test "disable sets its switch back, and writes nothing where it was never on" {
	says 0 disable 'Nothing to do'
	[ ! -e "$root/boot/double/switch" ]
	tool enable
	says 0 disable 'Done:
  switch off in /boot/double/switch: boots are normal again'
	switch_is off
}

@test "confirm takes its mark away" {
	says 0 confirm
	[ ! -e "$root/boot/double/switch" ]
	echo pending >"$root/boot/double/switch"
	assert_equal 'true tell Double that this boot came up' \
		"$(json_of '"\(.changed) \(.steps[0])"' confirm)"
	switch_is on
}

@test "diagnose asks it, too" {
	echo failed >"$root/boot/double/switch"
	assert_equal 'the last passthrough boot did not come up, and Double boots normally since; switch failed' \
		"$(tool diagnose --format json --only EARLY-REBOOT-PENDING |
			jq -r '.checks[] | "\(.title); \(.evidence[0].path) \(.evidence[0].value)"')"
}

# The remedy for a parameter of all boots that gives the card to the wrong side.
remedy() {
	tool diagnose --format json --want host --only DRV-OTHER-CLAIMS 01:00 |
		jq -r '.checks[] | select(.device == "0000:01:00.0").remedy | "\(.text): \(.commands | join("; "))"'
}

@test "a remedy that takes a parameter away says how the boot menu is made anew here" {
	local undo="sed -i '1s/ *vfio-pci.ids=1234:1111//' /etc/kernel/cmdline"
	put /etc/kernel/cmdline <<<'root=UUID=0815 vfio-pci.ids=1234:1111'
	assert_equal "remove the lines above that are against it: $undo; double-menu; reboot" "$(remedy)"
	put /etc/kernel/proxmox-boot-uuids <<<ABCD-EF01
	assert_equal "remove the lines above that are against it: $undo; proxmox-boot-tool refresh; reboot" "$(remedy)"
	rm -r "$root/etc/kernel/proxmox-boot-uuids" "$root/boot/double"
	assert_equal "remove the lines above that are against it, then have the boot entries made anew, as your boot loader wants it: $undo; reboot" \
		"$(remedy)"
}

@test "where neither is here, both are named" {
	rm -r "$root/boot/double"
	run -0 tool status
	assert_contains 'Next boot: unknown, neither Double nor GRUB is the boot loader here'
	run -1 tool enable
	assert_contains "there is no $root/boot/double, and no grub.cfg in $root/boot/grub or /boot/grub2;"
}

@test "a switch that is on is put off in a loader that does not boot now" {
	tool enable
	make_grub "$words"
	make_grubenv vfio_early=1
	run -0 tool disable
	assert_contains '  switch off in /boot/double/switch: boots are normal again
  switch off in /boot/grub/grubenv: boots are normal again'
}
