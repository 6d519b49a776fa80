#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early rollback: own changes only, down to what was there before.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

command=(rollback)
before=$BATS_TEST_TMPDIR/before

# Every file of the machine but the journal, with mode and owner.
whole() {
	(cd "$root" && find . \( -path ./var/lib/vfio-early -o -path ./run -o -name called \) -prune -o \
		-printf '%M %U:%G %p %l\n' -type f -exec sha256sum {} \;) | sort
}

as_before() {
	whole | diff -u "$before" -
}

@test "after any number of changes the system is byte for byte what it was" {
	chmod 600 "$root/boot/grub/grubenv"
	whole >"$before"
	tool enable 01:00
	tool enable 02:00 --once
	tool disable
	tool enable 01:00
	ok 'Done:
  put /boot/grub/grubenv back as it was
  put /boot/grub/grub.cfg back as it was
  remove /etc/vfio-early.conf, which was not there'
	as_before
	ok 'Nothing to do'
	as_before
	# And it begins anew: what is there now is what a later one goes back to.
	put /etc/vfio-early.conf <<<'# mine'
	whole >"$before"
	tool enable 01:00
	ok 'put /etc/vfio-early.conf back as it was'
	as_before
}

@test "a grubenv that was not there goes; a conf of the user's comes back with mode and owner" {
	rm "$root/boot/grub/grubenv"
	put /etc/vfio-early.conf <<<'# mine'
	chmod 640 "$root/etc/vfio-early.conf"
	chown 1000:1000 "$root/etc/vfio-early.conf"
	whole >"$before"
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_pending=1
	ok 'remove /boot/grub/grubenv, which was not there'
	as_before
}

@test "what others wrote into the boot loader's files stays, and what is ours goes" {
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set saved_entry=mine vfio_early_pending=1
	rm "$root"/boot/*6.1.0-50*
	update_grub
	ok "take out of /boot/grub/grubenv what is vfio-early's" "take out of /boot/grub/grub.cfg what is vfio-early's"
	assert_equal saved_entry=mine "$(grubenv)"
	assert_equal '' "$(section)"
	run ! grep -E 'vfio_early=|6.1.0-50' "$root/boot/grub/grub.cfg"
	update_grub
	assert_equal '' "$(section)"
}

@test "a file that somebody else changed is shown and not overwritten; --force and --keep decide" {
	put /etc/vfio-early.conf <<<'# pristine'
	tool enable 01:00
	echo '# by hand' >>"$root/etc/vfio-early.conf"
	whole >"$before"
	fails 1 'refused: somebody else has changed /etc/vfio-early.conf since:
--- as vfio-early left it
+++ /etc/vfio-early.conf' '+# by hand' 'nothing was changed: --force puts such files back'
	as_before
	cp -a "$root" "$root.2"
	command=(rollback --keep)
	ok 'Note: /etc/vfio-early.conf stays as it is'
	is_off
	grep 'by hand' "$root/etc/vfio-early.conf"
	rm -r "$root"
	mv "$root.2" "$root"
	command=(rollback --force)
	ok 'put /etc/vfio-early.conf back as it was'
	assert_equal '# pristine' "$(<"$root/etc/vfio-early.conf")"
	# Even that is not lost.
	grep -r 'by hand' "$root/var/lib/vfio-early/content"
	command=(rollback --force --keep)
	fails 2 'opposites'
}

@test "--dry-run says what would be done, and --json is a document" {
	tool enable 01:00
	whole >"$before"
	command=(rollback --dry-run)
	ok 'Would be done:
  put /boot/grub/grubenv back as it was'
	as_before
	assert_equal 'true true 3' "$(json_of '"\(.changed) \(.dry_run) \(.steps | length)"' rollback --dry-run)"
	boot_with "$words"
	assert_equal 'true true' "$(json_of '"\(.changed) \(.reboot_required)"' rollback)"
}

@test "--to goes back to what a command left" {
	tool enable 01:00
	whole >"$before"
	tool disable
	tool enable 02:00
	command=(rollback --to 1)
	ok 'put /boot/grub/grub.cfg back as it was'
	as_before
	command=(rollback --to 9)
	fails 1 'the journal has no command 9'
	command=(rollback --to x)
	fails 2 "'x' is no number of a command"
	command=(rollback)
	ok 'remove /etc/vfio-early.conf'
	command=(rollback --to 1)
	fails 1 'the journal has no command 1 that still counts'
}

@test "from a time without a journal, what is ours goes, and it says that the rest is not known" {
	grub-editenv "$root/boot/grub/grubenv" set saved_entry=mine
	tool enable 01:00
	rm -r "$root/var/lib/vfio-early"
	ok 'there was no journal here' "take out of /boot/grub/grub.cfg what is vfio-early's" \
		'remove /etc/vfio-early.conf, which was not there'
	assert_equal saved_entry=mine "$(grubenv)"
	assert_equal '' "$(section)"
	[ ! -e "$root/etc/vfio-early.conf" ]
	# A pristine copy that has our entries itself is of that time, too.
	tool enable 01:00
	rm -r "$root/var/lib/vfio-early"
	tool enable 02:00
	ok "take out of /boot/grub/grub.cfg what is vfio-early's"
	assert_equal '' "$(section)"
	is_off
}

@test "no program of that system is needed to take the switch and the entries back" {
	whole >"$before"
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set saved_entry=mine
	rm -r "$root/usr/sbin"
	run -0 env PATH=/nonexistent "$top/vfio-early" --root "$root" rollback
	assert_contains 'remove /etc/vfio-early.conf'
	is_off
	assert_equal '' "$(section)"
}

@test "images are made anew without the early program; where no generator does that, it says what to run" {
	make_kernel 6.1.0-50-amd64 bare
	mv "$root/boot/initrd.img-6.1.0-50-amd64" "$root/without"
	make_kernel 6.1.0-50-amd64
	cp "$root/boot/initrd.img-6.1.0-50-amd64" "$root/with"
	rm "$root"/boot/*6.1.0-9*
	ok "the early program stays in /boot/initrd.img-6.1.0-50-amd64, where it does nothing without the flag"
	: | put /usr/share/initramfs-tools/hooks/vfio-early
	install_program /usr/sbin/mkinitramfs <<<'#!/bin/sh'
	install_program /usr/sbin/update-initramfs <<-'END'
		#!/bin/sh
		kind=with${VFIO_EARLY_LEAVE_OUT:+out}
		cp "$VFIO_EARLY_ROOT/$kind" "$VFIO_EARLY_ROOT/boot/initrd.img-$3"
	END
	tool enable 01:00
	ok 'rebuild /boot/initrd.img-6.1.0-50-amd64 without the early program (update-initramfs -u -k 6.1.0-50-amd64)'
	cmp "$root/without" "$root/boot/initrd.img-6.1.0-50-amd64"
	cp "$root/with" "$root/boot/initrd.img-6.1.0-50-amd64"
	cp "$root/with" "$root/without"
	ok "its generator put it there again; 'chroot $root update-initramfs -u -k all' takes it out when vfio-early is no longer installed"
}
