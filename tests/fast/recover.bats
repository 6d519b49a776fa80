#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A command that was cut off: who tells of it, and what the next one makes of it.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

# The command in $command, killed with what it started when it runs update-grub.
cut_off_in_update_grub() {
	cp "$root/usr/sbin/update-grub" "$root/update-grub"
	sed -i '2i tool=$PPID; sh -c "kill -KILL $tool; kill -KILL $$"' "$root/usr/sbin/update-grub"
	run -137 "$top/vfio-early" --root "$root" "${command[@]}"
	cat "$root/update-grub" >"$root/usr/sbin/update-grub"
}

@test "status, its JSON and the service of the boot tell of an unfinished change; the next command undoes it" {
	tool enable 01:00
	snapshot >"$BATS_TEST_TMPDIR/before"
	command=(enable 02:00)
	cut_off_in_update_grub
	compgen -G "$root/boot/grub/.grub.cfg.vfio-early.*"
	is_off
	run -1 tool status
	assert_contains "! 'vfio-early --root $root enable 02:00' of 20"
	assert_contains 'was cut off, and may be half done in: /boot/grub/grubenv, /etc/vfio-early.conf, /boot/grub/grub.cfg; '
	run -1 --separate-stderr tool --json status
	assert_equal 'false false' "$(jq -r '.differences[] | select(.id == "change-unfinished") | "\(.healthy)"' <<<"$output") $(jq .healthy <<<"$output")"
	run -0 tool confirm
	assert_contains "enable 02:00' of 20"
	assert_contains "was cut off: 'vfio-early status' says what it left"
	assert_equal unfinished "$(json_of '.commands[1].result' log)"
	# What the remedy says, typed.
	run -0 tool rollback --to 2
	assert_contains 'was cut off and is undone: '
	assert_contains 'Nothing to do'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	run ! compgen -G "$root/boot/grub/.*vfio-early.*"
	assert_equal undone "$(json_of '.commands[1].result' log)"
	assert_equal '' "$(json_of '.differences[] | select(.id == "change-unfinished") | .id' status || :)"
}

@test "cut off behind its last change a command is done, and that is no alarm" {
	tool enable 01:00
	snapshot >"$BATS_TEST_TMPDIR/before"
	# As if the end had not been written.
	sed -i '$d' "$root/var/lib/vfio-early/journal"
	sed -i 's/"process":"[^"]*"/"process":"x 1 1"/' "$root/var/lib/vfio-early/journal"
	assert_equal 'change-unfinished true' "$(json_of '.differences[] | select(.id | startswith("change")) | "\(.id) \(.healthy)"' status || :)"
	run -0 tool enable 01:00
	assert_contains 'was cut off when all of it was done'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	assert_equal completed "$(json_of '.commands[0].result' log)"
}

@test "what GRUB or a person wrote since the cut stays" {
	command=(enable 01:00)
	cut_off_in_update_grub
	echo '# by hand' >>"$root/etc/vfio-early.conf"
	grub-editenv "$root/boot/grub/grubenv" set saved_entry=mine
	run -0 tool disable
	assert_contains 'leave /etc/vfio-early.conf, which somebody else has changed since'
	grep 'by hand' "$root/etc/vfio-early.conf"
	assert_equal saved_entry=mine "$(grubenv)"
}

@test "while a program that it started still runs, no other command begins" {
	sed -i '2i setsid sleep 900 >/dev/null 2>\&1 3>\&- & echo $! >"$VFIO_EARLY_ROOT/pid"; kill -KILL $PPID; sleep 1' \
		"$root/usr/sbin/update-grub"
	run -137 tool enable 01:00
	run -1 tool enable 02:00
	assert_contains "was cut off, but a program that it started (pid $(<"$root/pid")) still runs; wait for it to end"
	# The way back does not wait for it.
	run -0 tool disable
	kill "$(<"$root/pid")"
	run -0 tool rollback
	assert_contains 'was cut off and is undone'
	[ ! -e "$root/etc/vfio-early.conf" ]
}

@test "a damaged image of a cut is made anew" {
	cp "$root/boot/initrd.img-6.1.0-50-amd64" "$root/good"
	make_kernel 6.1.0-50-amd64 bare
	: | put /usr/share/initramfs-tools/hooks/vfio-early
	install_program /usr/sbin/mkinitramfs <<<'#!/bin/sh'
	install_program /usr/sbin/update-initramfs <<-'END'
		#!/bin/sh
		image=$VFIO_EARLY_ROOT/boot/initrd.img-$3
		if [ ! -e "$VFIO_EARLY_ROOT/twice" ]; then
			: >"$VFIO_EARLY_ROOT/twice"
			: >"$image.new"
			head -c 300 "$VFIO_EARLY_ROOT/good" >"$image"
			tool=$PPID
			kill -KILL $tool
			kill -KILL $$
		fi
		cp "$VFIO_EARLY_ROOT/good" "$image"
	END
	run -137 tool enable 01:00
	run -0 tool rollback --to 1
	assert_contains 'rebuild /boot/initrd.img-6.1.0-50-amd64, which was damaged (update-initramfs -u -k 6.1.0-50-amd64)'
	cmp "$root/good" "$root/boot/initrd.img-6.1.0-50-amd64"
	[ ! -e "$root/boot/initrd.img-6.1.0-50-amd64.new" ]
}
