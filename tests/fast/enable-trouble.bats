#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early enable where something goes wrong, or is not there: what it leaves.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

@test "update-grub fails: what was done is taken back, and enable can be repeated" {
	mv "$root/usr/sbin/update-grub" "$root/usr/sbin/good"
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\necho no space left >&2; exit 1'
	cp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	fails 1 'Done before it failed:
  write /etc/vfio-early.conf' 'remove /etc/vfio-early.conf, which was not there' \
		'update-grub failed (exit status 1): no space left'
	is_off
	[ ! -e "$root/etc/vfio-early.conf" ]
	assert_equal undone "$(json_of '.commands[0].result' log)"
	cmp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	mv "$root/usr/sbin/good" "$root/usr/sbin/update-grub"
	ok 'make the boot menu anew' 'switch on'
}

@test "update-grub fails when the card changes: all is as it was before, the switch and the conf, too" {
	tool enable 01:00
	snapshot >"$BATS_TEST_TMPDIR/before"
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\nexit 1'
	command=(enable 02:00)
	fails 1 'switch off in /boot/grub/grubenv until the rest is done' 'put /boot/grub/grubenv back as it was'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	assert_equal false "$(json_of .changed enable 02:00)"
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

@test "a signal in the middle of update-grub: grub.cfg is as it was, and nothing else is begun" {
	local before enabling status=0
	before=$(sha256sum "$root/boot/grub/grub.cfg")
	sed -i '2i : >"$VFIO_EARLY_ROOT/boot/grub/grub.cfg"; touch "$VFIO_EARLY_ROOT/started"; while :; do sleep 0.05; done' \
		"$root/usr/sbin/update-grub"
	"$top/vfio-early" --root "$root" enable 01:00 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	enabling=$!
	timeout 20 sh -c "until [ -e '$root/started' ]; do sleep 0.05; done"
	kill -TERM "$enabling"
	wait "$enabling" || status=$?
	assert_equal 1 "$status"
	output=$(<"$BATS_TEST_TMPDIR/said")
	assert_contains 'update-grub was stopped by SIGTERM'
	assert_equal "$before" "$(sha256sum "$root/boot/grub/grub.cfg")"
	is_off
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

@test "update-grub leaves the entry of the card before: all is as it was before" {
	tool enable 01:00
	install_program /usr/sbin/update-grub <<<$'#!/bin/sh\nexit 0'
	snapshot >"$BATS_TEST_TMPDIR/before"
	command=(enable 02:00)
	fails 1 "the entry of vfio-early in $root/boot/grub/grub.cfg is not the new one"
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
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
		cat "$VFIO_EARLY_ROOT/new" >"$3"
	END
	command=(enable 02:00)
	ok 'make the boot menu anew: grub2-mkconfig --no-grubenv-update -o /boot/grub2/grub.cfg' \
		'switch on in /boot/grub2/grubenv'
	[[ $(<"$root/called") == "--no-grubenv-update -o $root/boot/grub2/.grub.cfg.vfio-early."?????? ]]
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
