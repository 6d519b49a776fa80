#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early enable, disable and confirm: what they do, in which order, and what they leave
# when something goes wrong.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts for later; each test is a shell of its own

load helper
load grub

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
	assert_equal 'vfio-early.conf syncfs grubenv syncfs' "$(settling enable 01:00)"
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

@test "a new grubenv is for all to read, and an old one keeps its mode, whatever the umask" {
	local mask
	for mask in 0 077; do
		rm -f "$root/boot/grub/grubenv"
		(umask "$mask" && tool enable 01:00)
		assert_equal 644 "$(stat -c %a "$root/boot/grub/grubenv")"
		chmod 600 "$root/boot/grub/grubenv"
		(umask "$mask" && tool disable)
		assert_equal 600 "$(stat -c %a "$root/boot/grub/grubenv")"
	done
}

@test "disable and enable touch grubenv and nothing else" {
	tool enable 01:00
	rm "$root/called"
	snapshot | grep -v grubenv >"$BATS_TEST_TMPDIR/before"
	command=(disable)
	ok 'Done:
  switch off in /boot/grub/grubenv: boots are normal again'
	is_off
	snapshot | grep -v grubenv | diff -u "$BATS_TEST_TMPDIR/before" -
	ok 'Nothing to do'
	command=(enable)
	ok 'Done:
  switch on in /boot/grub/grubenv: every boot takes the passthrough entry'
	assert_equal 'vfio_early=1' "$(grubenv | head -1)"
	snapshot | grep -v grubenv | diff -u "$BATS_TEST_TMPDIR/before" -
	[ ! -e "$root/called" ]
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

@test "update-grub fails: the switch stays off, and enable can be repeated" {
	mv "$root/usr/sbin/update-grub" "$root/usr/sbin/good"
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\necho no space left >&2; exit 1'
	cp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	fails 1 'Done before it failed:
  write /etc/vfio-early.conf' 'update-grub failed (exit status 1): no space left'
	is_off
	cmp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	mv "$root/usr/sbin/good" "$root/usr/sbin/update-grub"
	command=(enable)
	ok 'make the boot menu anew' 'switch on'
}

@test "update-grub fails when the card changes: the switch is off, the old entry is not the default" {
	tool enable 01:00
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\nexit 1'
	command=(enable 02:00)
	fails 1 'switch off in /boot/grub/grubenv until the rest is done'
	is_off
}

@test "update-grub fails and leaves half a grub.cfg: the old one is put back" {
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\necho half >"$VFIO_EARLY_ROOT/boot/grub/grub.cfg"; exit 1'
	cp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	fails 1 '/boot/grub/grub.cfg was changed all the same, and is put back'
	cmp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	is_off
}

@test "a daemon that update-grub left behind is not waited for" {
	sed -i '2i sleep 100 & echo $! >"$VFIO_EARLY_ROOT/daemon"' "$root/usr/sbin/update-grub"
	run -0 timeout 60 "$top/vfio-early" --root "$root" enable 01:00
	kill "$(<"$root/daemon")"
	assert_contains 'switch on'
}

@test "a program that a signal ends is told as such" {
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\nkill -TERM $$'
	fails 1 'update-grub failed (exit status 143)'
	is_off
}

@test "update-grub reports success, but the entry is not there: what our generator said is told" {
	install_program /usr/bin/grub-script-check <<<$'#!/bin/sh\ncat >/dev/null; echo no >&2; exit 1'
	fails 1 "'update-grub' reported no error, but $root/boot/grub/grub.cfg has no entry of vfio-early: grub-script-check failed (exit status 1): no"
	is_off
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\nexit 0'
	fails 1 "has no entry of vfio-early"
	is_off
}

@test "update-grub leaves the entry of the card before: not switched on" {
	tool enable 01:00
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\nexit 0'
	command=(enable 02:00)
	fails 1 "the entry of vfio-early in $root/boot/grub/grub.cfg is not the new one"
	is_off
}

@test "without update-grub, grub-mkconfig makes grub.cfg; Fedora's without touching grubenv" {
	rm "$root/usr/sbin/update-grub"
	ok "make the boot menu anew: grub-mkconfig -o /boot/grub/grub.cfg"
	assert_equal "$words" "$(words_in_menu)"
	tool disable
	mv "$root/boot/grub" "$root/boot/grub2"
	rm "$root/usr/sbin/grub-mkconfig"
	for program in editenv script-check; do
		install_program "/usr/bin/grub2-$program" <<<"#!/bin/sh
exec grub-$program \"\$@\""
	done
	install_program /usr/sbin/grub2-probe <"$root/usr/sbin/grub-probe"
	install_program /usr/sbin/grub2-mkconfig <<-'END'
		#!/bin/sh
		# --no-grubenv-update is known here
		echo "$*" >"$VFIO_EARLY_ROOT/called"
		sed 's/02.0/03.0/' <"$VFIO_EARLY_ROOT/boot/grub2/grub.cfg" >"$VFIO_EARLY_ROOT/new"
		cat "$VFIO_EARLY_ROOT/new" >"$VFIO_EARLY_ROOT/boot/grub2/grub.cfg"
	END
	command=(enable 02:00)
	ok 'make the boot menu anew: grub2-mkconfig --no-grubenv-update -o /boot/grub2/grub.cfg' \
		'switch on in /boot/grub2/grubenv'
	assert_equal "--no-grubenv-update -o $root/boot/grub2/grub.cfg" "$(<"$root/called")"
	assert_equal vfio_early=1 "$(grub-editenv "$root/boot/grub2/grubenv" list | head -1)"
}

@test "without our generator, or without GRUB, nothing is begun" {
	rm "$root/etc/grub.d/45_vfio_early"
	snapshot >"$BATS_TEST_TMPDIR/before"
	fails 1 "$root/etc/grub.d/45_vfio_early is not there, or not executable; installing vfio-early puts it there"
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	rm -r "$root/boot/grub"
	fails 1 "there is no grub.cfg in $root/boot/grub or /boot/grub2; with another boot loader, give the kernel the words that 'vfio-early cmdline' prints"
	[ ! -e "$root/etc/vfio-early.conf" ]
}

@test "an image that cannot be made ready: neither entries nor the switch change" {
	tool enable 01:00
	make_kernel 6.1.0-50-amd64 bare
	snapshot >"$BATS_TEST_TMPDIR/before"
	command=(enable 02:00)
	fails 1 'neither initramfs-tools nor dracut is installed here'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
}

@test "a machine without any initramfs image" {
	rm "$root"/boot/initrd*
	fails 1 "no kernel in $root/boot can be made ready for passthrough: kernel 6.1.0-50-amd64 has no initramfs in /boot"
	is_off
}

@test "grubenv missing or empty is made, with the size that GRUB needs" {
	rm "$root/boot/grub/grubenv"
	ok 'switch on'
	assert_equal vfio_early=1 "$(grubenv | head -1)"
	assert_equal 1024 "$(stat -c %s "$root/boot/grub/grubenv")"
	: >"$root/boot/grub/grubenv"
	ok 'switch on'
	assert_equal 1024 "$(stat -c %s "$root/boot/grub/grubenv")"
}

@test "grubenv full: said before the switch, with what to do, and nothing of others is lost" {
	grub-editenv "$root/boot/grub/grubenv" set "filler=$(printf %0930d 0)"
	fails 1 "no room for our variables in $root/boot/grub/grubenv, which has 1024 bytes" "'unset NAME' makes room"
	assert_equal "filler=$(printf %0930d 0)" "$(grubenv)"
	assert_equal 'grubenv ' "$(find "$root/boot/grub" -name '*grubenv*' -printf '%f ')"
}

@test "a grubenv that is none is not written to" {
	echo 'saved_entry=0' >"$root/boot/grub/grubenv"
	fails 1 "$root/boot/grub/grubenv is not a block of GRUB variables; 'grub-editenv /boot/grub/grubenv create' makes an empty one"
	assert_equal 'saved_entry=0' "$(<"$root/boot/grub/grubenv")"
	command=(disable)
	fails 1 'is not a block of GRUB variables'
	command=(confirm)
	fails 1 'is not a block of GRUB variables' 'the next boot will be a normal one'
}

@test "variables of others in grubenv stay, with backslashes and all" {
	grub-editenv "$root/boot/grub/grubenv" set 'saved_entry=a\b' kernelopts='root=UUID=0815 ro'
	ok
	tool disable
	output=$(grubenv)
	assert_contains 'saved_entry=a\b'
	assert_contains 'kernelopts=root=UUID=0815 ro'
}

@test "symbolic links stay, and absolute ones stay below the root" {
	local target
	mkdir -p "$root/boot/efi" "$root/elsewhere"
	mv "$root/boot/grub/grubenv" "$root/boot/efi/"
	for target in ../efi/grubenv /boot/efi/grubenv; do
		ln -sf "$target" "$root/boot/grub/grubenv"
		tool enable 01:00
		assert_equal "$target" "$(readlink "$root/boot/grub/grubenv")"
		assert_equal vfio_early=1 "$(grub-editenv "$root/boot/efi/grubenv" list | head -1)"
		tool disable
	done
	mv "$root/etc/vfio-early.conf" "$root/elsewhere/conf"
	ln -s /elsewhere/conf "$root/etc/vfio-early.conf"
	tool enable 02:00
	assert_equal /elsewhere/conf "$(readlink "$root/etc/vfio-early.conf")"
	assert_equal 'devices = 1234:1111@00:03.0/00' "$(tail -1 "$root/elsewhere/conf")"
}

@test "mode and owner of what is replaced stay" {
	tool enable 01:00
	chmod 600 "$root/etc/vfio-early.conf" "$root/boot/grub/grubenv"
	tool enable 02:00
	assert_equal '600 600' "$(stat -c %a "$root/etc/vfio-early.conf" "$root/boot/grub/grubenv" | paste -sd ' ')"
}

@test "confirm runs after hibernation, too, and reads what GRUB wrote in the meantime" {
	local unit=usr/lib/systemd/system/vfio-early-confirm.service target
	local installed=$BATS_TEST_TMPDIR/installed
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top" install DESTDIR="$installed" >/dev/null
	for target in multi-user hibernate hybrid-sleep suspend-then-hibernate; do
		cmp "$installed/$unit" "$installed/${unit%/*}/$target.target.wants/${unit##*/}"
		output=$(grep -E '^(After|WantedBy)=' "$installed/$unit")
		assert_equal 2 "$(grep -cE "[= ]$target\.target( |$)" <<<"$output")"
	done
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top" uninstall DESTDIR="$installed"
	assert_equal '' "$(find "$installed" ! -type d)"
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=fadvise64,openat,read \
		"$top/vfio-early" --root "$root" confirm
	output=$(grep -A9 'boot/grub/grubenv' "$BATS_TEST_TMPDIR/trace" | sed 's/(.*//' | head -4 | paste -sd' ')
	assert_equal 'openat fadvise64 openat read' "$output"
}

@test "confirm clears the mark, and is quiet where there is nothing to do" {
	command=(confirm)
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_pending=1
	ok
	assert_equal '' "$output"
	assert_equal vfio_early_pending=0 "$(grubenv | grep pending)"
	snapshot >"$BATS_TEST_TMPDIR/before"
	ok
	assert_equal '' "$output"
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	rm -r "$root/boot/grub"
	ok
	assert_equal '' "$output"
	assert_equal 'false []' "$(json_of '"\(.changed) \(.steps)"' confirm)"
}

@test "enable after a boot that did not come up clears its mark" {
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_failed=1
	ok 'switch on'
	assert_equal vfio_early_failed=0 "$(grubenv | grep failed)"
}

@test "without a DEVICE: the only card that is not the boot display" {
	rm -r "$root"/sys/bus/pci/devices/0000:02:00.*
	command=(enable)
	ok
	assert_equal "$words" "$(words_in_menu)"
}

@test "without a DEVICE and with two cards: both are listed, and nothing is asked without a terminal" {
	command=(enable)
	fails 1 'more than one card could be meant; name one:' '01:00.0  1234:1111' '02:00.0  1234:1111'
	[ ! -e "$root/etc/vfio-early.conf" ]
}

# On a terminal, with these keys.
on_terminal() { # KEYS ARGUMENT...
	local keys=$1
	shift
	output=$(script -qec "'$top/vfio-early' --root '$root' $*" /dev/null <<<"$keys" | tr -d '\r')
}

@test "on a terminal a number chooses the card; anything else changes nothing" {
	on_terminal 2 enable
	assert_contains 'Which card is for virtual machines?
  1) 01:00.0  Technical Corp. Emulated VGA
  2) 02:00.0  Technical Corp. Emulated VGA'
	assert_equal 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt' "$(words_in_menu)"
	rm "$root/etc/vfio-early.conf"
	for keys in '' 0 3 x; do
		on_terminal "$keys" enable || true
		assert_contains 'no card was chosen'
		[ ! -e "$root/etc/vfio-early.conf" ]
	done
	on_terminal 1 enable --yes || true
	assert_contains 'more than one card could be meant'
	assert_lacks Which
}

@test "the chosen card is gone: nothing is changed" {
	tool enable 01:00
	rm "$root"/sys/bus/pci/devices/0000:01:00.*
	command=(enable)
	fails 1 "no device fits '1234:1111@00:02.0/00'" '(chosen in /etc/vfio-early.conf); name the card that is meant'
}

@test "wrong usage" {
	command=(enable --often)
	fails 2 "try 'vfio-early help enable'"
	command=(enable 01:zz)
	fails 2 "'01:zz': "
	command=(enable 09:00)
	fails 1 "no device fits '09:00'"
	command=(disable 01:00)
	fails 2 "disable: unexpected '01:00'"
	command=(disable --often)
	fails 2 "try 'vfio-early help disable'"
	command=(confirm now)
	fails 2 "'confirm' takes no arguments"
	command=(grub-entries now)
	fails 2 "'grub-entries' takes no arguments"
	put /etc/vfio-early.conf <<<'device = 01:00'
	command=(enable)
	fails 2 "$root/etc/vfio-early.conf:1: "
	[ ! -e "$root/called" ]
}

@test "as another user than root, enable and disable do not begin" {
	for name in enable disable; do
		run -2 setpriv --reuid 65534 --clear-groups "$top/vfio-early" "$name"
		assert_contains "$name changes the system: run it as root"
	done
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
