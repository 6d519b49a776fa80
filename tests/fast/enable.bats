#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early enable and disable: what they do, and in which order.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

@test "enable writes the conf, makes the entries and switches, in this order" {
	ok '01:00.0  1234:1111  Technical Corp. Emulated VGA   IOMMU group 7
  01:00.1  8086:2668' "Done:
  write /etc/vfio-early.conf: devices = 1234:1111@00:02.0/00
  make the boot menu anew: update-grub
  switch on in /boot/grub/grubenv: every boot takes the passthrough entry
" 'Reboot to use it' "To go back: 'vfio-early disable' and reboot, or choose the normal entry in the boot
menu"
	assert_lacks guard
	assert_equal "$words" "$(words_in_menu)"
	assert_equal 'vfio_early=1
vfio_early_once=0
vfio_early_pending=0
vfio_early_failed=0' "$(grubenv)"
	assert_equal update-grub "$(<"$root/called")"
	assert_equal 1024 "$(stat -c %s "$root/boot/grub/grubenv")"
	assert_equal "$(<"$root/grub.cfg.before")" "$(rest)"
}

# How often the tool woke up for nothing while update-grub was silent, its outputs closed.
idle_wakes() { # [STRACE OPTION...]
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=poll,pidfd_open "$@" \
		"$top/vfio-early" --root "$root" enable 01:00 >&2 || return
	grep -q '^poll(' "$BATS_TEST_TMPDIR/trace" || return
	grep -c '^poll(.*(Timeout)$' "$BATS_TEST_TMPDIR/trace" || :
}

@test "a program that runs is waited for without looking again and again" {
	sed -i 's/^exec grub-mkconfig/grub-mkconfig/' "$root/usr/sbin/update-grub"
	printf '%s\n' 'exec >&- 2>&-' 'sleep 0.6' >>"$root/usr/sbin/update-grub"
	run -0 idle_wakes
	assert_equal 0 "${lines[-1]}"
	# Before Linux 5.3 there is no other way.
	rm "$root/etc/vfio-early.conf"
	make_grub
	run -0 idle_wakes -e inject=pidfd_open:error=ENOSYS
	[ "${lines[-1]}" -ge 5 ]
	assert_equal 'vfio_early=1' "$(grubenv | head -1)"
}

# The tool's own renames and syncs of whole file systems, in their order.
settling() { # COMMAND...
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=rename,syncfs \
		"$top/vfio-early" --root "$root" "$@" >&2
	sed -n 's/^\(syncfs\)(.* = 0$/\1/p; s/^rename(.*, ".*\/\([^\/]*\)") = 0$/\1/p' "$BATS_TEST_TMPDIR/trace" |
		paste -sd' '
}

@test "what GRUB reads is in its place, and not only in a journal, before and behind the switch" {
	assert_equal 'vfio-early.conf grub.cfg syncfs grubenv syncfs' "$(settling enable 01:00)"
	assert_equal 'grubenv syncfs' "$(settling disable)"
	assert_equal 'grubenv syncfs' "$(settling enable 01:00)"
	assert_equal '' "$(settling enable 01:00)"
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_pending=1
	assert_equal 'grubenv syncfs' "$(settling confirm)"
	rm "$root/boot/grub/grub.cfg"
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_pending=1
	assert_equal 'grubenv syncfs' "$(settling confirm)"
}

@test "enable a second time changes nothing, says so, and runs nothing" {
	tool enable 01:00
	rm "$root/called"
	snapshot >"$BATS_TEST_TMPDIR/before"
	ok 'Nothing to do: all is as it should be.' 'Reboot to use it'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	[ ! -e "$root/called" ]
	assert_equal 'false true []' "$(json_of '"\(.changed) \(.reboot_required) \(.steps)"' enable 01:00)"
	boot_with "$words"
	assert_equal 'false false' "$(json_of '"\(.changed) \(.reboot_required)"' enable)"
	ok "To go back: 'vfio-early disable'"
	assert_lacks 'Reboot to use it'
}

@test "--dry-run says every step and changes nothing" {
	snapshot >"$BATS_TEST_TMPDIR/before"
	command+=(--dry-run)
	ok "Would be done:
  write /etc/vfio-early.conf: devices = 1234:1111@00:02.0/00
  make the boot menu anew: update-grub
  switch on in /boot/grub/grubenv: every boot takes the passthrough entry"
	assert_lacks Reboot
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	[ ! -e "$root/called" ]
	assert_equal 'true true 3' "$(json_of '"\(.changed) \(.dry_run) \(.steps | length)"' enable 01:00 --dry-run)"
	tool enable 01:00
	snapshot >"$BATS_TEST_TMPDIR/before"
	command=(enable --dry-run 02:00)
	ok 'switch off in /boot/grub/grubenv until the rest is done' 'make the boot menu anew'
	command=(disable --dry-run)
	ok 'Would be done:
  switch off in /boot/grub/grubenv: boots are normal again'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
}

@test "--dry-run tells the steps of the real run, to the last one" {
	local steps
	for choice in '01:00' '02:00' '01:00 --once' '01:00'; do
		# shellcheck disable=SC2086 # words
		steps=$(json_of '.steps[]' enable $choice --dry-run)
		[[ $steps == *'switch on in /boot/grub/grubenv: '* ]]
		# shellcheck disable=SC2086
		assert_equal "$steps" "$(json_of '.steps[]' enable $choice)"
	done
}

@test "disable says where the passthrough entry stays the default in another way" {
	tool enable 01:00
	command=(disable)
	ok 'switch off in /boot/grub/grubenv'
	assert_lacks 'all the same'
	sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=vfio-early/' "$root/etc/default/grub"
	update_grub
	ok 'Nothing to do' 'Note: the next boot takes the passthrough entry all the same: '
	tool enable 01:00
	ok 'switch off in /boot/grub/grubenv' 'Note: the next boot takes the passthrough entry all the same: '
}

@test "JSON: one document, with what was done" {
	run -0 --separate-stderr tool --json enable 01:00
	assert_equal '' "$stderr"
	assert_equal 'changed dry_run error notes reboot_required refused schema_version steps' \
		"$(jq -r 'keys_unsorted | join(" ")' <<<"$output")"
	assert_equal 'true false null true 1 3' "$(jq -r \
		'"\(.changed) \(.dry_run) \(.error) \(.reboot_required) \(.schema_version) \(.steps | length)"' <<<"$output")"
	assert_equal 'true false' "$(json_of '"\(.changed) \(.reboot_required)"' disable)"
	assert_equal 'false false' "$(json_of '"\(.changed) \(.reboot_required)"' disable)"
	boot_with "$words"
	assert_equal 'false true' "$(json_of '"\(.changed) \(.reboot_required)"' disable)"
}

@test "JSON: a document also where no card could be chosen" {
	run -1 --separate-stderr tool --json enable
	assert_equal 'false 0' "$(jq -r '"\(.changed) \(.steps | length)"' <<<"$output")"
	assert_equal 'more than one card could be meant; name one:' "$(jq -r .error <<<"$output" | head -1)"
	run -2 --separate-stderr tool --json enable xyz
	assert_equal false "$(jq -r .changed <<<"$output")"
}

@test "disable where nothing was ever enabled does not even write zeros" {
	command=(disable)
	ok 'Nothing to do'
	assert_equal '' "$(grubenv)"
	rm "$root/boot/grub/grubenv"
	ok 'Nothing to do'
	[ ! -e "$root/boot/grub/grubenv" ]
}

@test "another card: the switch is off while the entries change" {
	tool enable 01:00
	sed -i '2i cp "$VFIO_EARLY_ROOT/boot/grub/grubenv" "$VFIO_EARLY_ROOT/grubenv.then"' "$root/usr/sbin/update-grub"
	command=(enable 02:00)
	ok 'Done:
  switch off in /boot/grub/grubenv until the rest is done
  write /etc/vfio-early.conf: devices = 1234:1111@00:03.0/00
  make the boot menu anew: update-grub
  switch on in /boot/grub/grubenv'
	assert_equal vfio_early=0 "$(grub-editenv "$root/grubenv.then" list | head -1)"
	assert_equal vfio_early=1 "$(grubenv | head -1)"
	assert_equal 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt' "$(words_in_menu)"
}

@test "two cards at once" {
	command=(enable 01:00 02:00.0 01:00.1)
	ok
	assert_equal 'vfio_early=1234:1111@00:02.0/00,1234:1111@00:03.0/00 intel_iommu=on iommu=pt' "$(words_in_menu)"
}

@test "comments of a person in the conf stay" {
	put /etc/vfio-early.conf <<<$'# the card for games\ndevices = 1234:1111@00:03.0/00'
	ok
	assert_equal $'# the card for games\ndevices = 1234:1111@00:02.0/00' "$(<"$root/etc/vfio-early.conf")"
}

@test "--once: for one boot, and only where GRUB can clear the mark" {
	command+=(--once)
	ok 'switch on in /boot/grub/grubenv: the next boot takes the passthrough entry, once' \
		'the next boot, and only that one, gives these devices'
	assert_equal 'vfio_early=0 vfio_early_once=1' "$(grubenv | head -2 | paste -sd ' ')"
	command=(disable)
	ok
	is_off
	probe_says lvm ext2
	snapshot >"$BATS_TEST_TMPDIR/before"
	command=(enable 01:00 --once)
	fails 1 '--once needs GRUB to write to its grubenv, but /boot/grub/grubenv is on LVM, where GRUB cannot write; without --once'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
}

@test "--once where it was on for every boot: it is off after that, and the step says so" {
	local said='switch on in /boot/grub/grubenv: the next boot takes the passthrough entry, once, and it is off after that: it was on for every boot'
	command=(enable 01:00 --once)
	tool enable 01:00
	run -0 tool "${command[@]}" --dry-run
	assert_contains "$said"
	ok "$said ('vfio-early enable' switches it on for good)" 'the next boot, and only that one'
	assert_equal 'vfio_early=0 vfio_early_once=1' "$(grubenv | head -2 | paste -sd ' ')"
	ok 'Nothing to do'
	# Another card: the switch is off in between, and was on all the same.
	tool enable 01:00
	command=(enable 02:00 --once)
	ok 'switch off in /boot/grub/grubenv until the rest is done' "$said"
	# It was not on for every boot: there is nothing to tell.
	tool disable
	ok 'takes the passthrough entry, once'
	assert_lacks 'it was on'
}

@test "where GRUB cannot write, enable says that the guard is off, and makes entries without it" {
	tool enable 01:00
	probe_says '' btrfs
	ok 'make the boot menu anew' 'The guard is off: /boot/grub/grubenv is on btrfs, where GRUB cannot write.
If a passthrough boot does not come up, choose the normal entry in the boot menu.'
	ok 'Nothing to do'
}

@test "a new kernel's entry is there without enable, and a kernel that went is not missed" {
	tool enable 01:00
	make_kernel 6.1.0-60-amd64
	update_grub
	assert_equal /boot/initrd.img-6.1.0-60-amd64 "$(section | sed -n 's/^\tinitrd\t//p')"
	ok 'Nothing to do'
	make_kernel 6.1.0-61-amd64
	ok 'make the boot menu anew' 'Note: /boot/grub/grub.cfg has changed in more than'
	rm "$root"/boot/*6.1.0-9-amd64
	ok 'make the boot menu anew'
	ok 'Nothing to do'
}

@test "enable and disable say that the reboot may go past the boot loader" {
	local note='Note: a kernel is loaded for kexec (/sys/kernel/kexec_loaded), so the next reboot may go past the boot loader'
	put /sys/kernel/kexec_loaded <<<1
	run -0 tool enable 01:00
	assert_contains "$note"
	boot_with vfio_early=1234:1111@00:02.0/00
	run -0 tool disable
	assert_contains "$note"
	boot_with ''
	run -0 tool disable # nothing needs a reboot
	assert_lacks "$note"
}
