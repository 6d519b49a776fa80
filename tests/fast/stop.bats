#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Ctrl-C, SIGHUP and SIGTERM while `enable` lets another program write: it is passed the
# signal and waited for, the lock is held as long, and what it left is judged and said.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts for later; each test is a shell of its own

load helper
load rebuild

teardown() {
	touch "$root/go"
	[ -z "${first-}" ] || kill -KILL "$first" 2>/dev/null || :
}

# An update-initramfs that is in the middle of an image until there is a file `go`; its own
# child takes half a second to end after a signal, as a compressor might, and says so.
slow_update_initramfs() { # [LINE to begin with]
	bare_image "$newest"
	program /usr/sbin/update-initramfs /dev/stdin <<-END
		${1-}
		echo \$\$ >"$root/generator"
		echo begun >>"$root/called"
		sh -c 'trap "sleep 0.5; echo gone >>\"$root/called\"; exit" INT TERM HUP
			touch "$root/started"
			while [ ! -e "$root/go" ]; do sleep 0.05; done'
		echo whole >>"$root/called"
		cp "$good" "$root/boot/initrd.img-\$3"
	END
}

# `enable` in the background, as $first, until the generator is at work. Job control is on,
# since a shell without it lets what is in the background ignore Ctrl-C, as it may be that
# whoever started the tests does.
enable_halfway() { # [PROGRAM that calls it]
	set -m
	env --default-signal=HUP,INT,TERM "$@" "$top/vfio-early" --root "$root" enable 01:00 --yes >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	first=$!
	set +m
	appears "$root/started" || { cat "$BATS_TEST_TMPDIR/said"; return 1; }
}

# What it said in the end, as $output and $status.
end_of_enable() {
	status=0
	wait "$first" || status=$?
	first=
	output=$(<"$BATS_TEST_TMPDIR/said")
	echo "$output"
}

@test "a signal goes to the generator and all that it started, and they are waited for" {
	local signal
	for signal in INT HUP TERM; do
		rm -f "$root/started" "$root/called"
		slow_update_initramfs
		enable_halfway
		kill -"$signal" "$first"
		end_of_enable
		called_is "begun
gone"
		assert_equal 1 "$status"
		assert_contains "update-initramfs was stopped by SIG$signal; the old image of kernel $newest is as it was; 'vfio-early enable' begins anew"
		run ! kill -0 "$(<"$root/generator")"
		is_switched_off
		[ ! -e "$root/etc/vfio-early.conf" ]
	done
}

@test "nothing else is begun after a signal, and the same command again completes it" {
	slow_update_initramfs
	bare_image 6.1.0-1-amd64
	enable_halfway
	kill -TERM "$first"
	end_of_enable
	called_is "begun
gone"
	touch "$root/go"
	enable 0
	called_is "begun
whole
begun
whole"
	is_switched_on
}

@test "the lock is held until a generator that takes its time is gone" {
	slow_update_initramfs
	enable_halfway
	kill -INT "$first"
	run ! flock -n "$root/run/vfio-early/command.lock" true
	called_is begun
	end_of_enable
	called_is "begun
gone"
	flock -n "$root/run/vfio-early/command.lock" true
}

@test "a generator that a signal does not stop is waited for, and its image is not thrown away" {
	slow_update_initramfs "trap '' INT TERM"
	sed -i 's/trap "sleep.*/trap "" INT TERM/' "$root/usr/sbin/update-initramfs"
	enable_halfway
	kill -TERM "$first"
	sleep 0.3
	kill -0 "$first"
	touch "$root/go"
	end_of_enable
	assert_equal 1 "$status"
	assert_contains "update-initramfs ended well, and nothing was begun behind it, as SIGTERM asked; the new image of kernel $newest is in its place and complete"
	is_switched_off
}

@test "an image that a signal left damaged is said to be, before the reboot that it would spoil" {
	slow_update_initramfs "head -c 300 '$good' >'$root/boot/initrd.img-$newest'"
	enable_halfway
	kill -INT "$first"
	timeout 20 sh -c "until grep -q gone '$root/called'; do sleep 0.05; done"
	touch "$root/go" # what was damaged is made anew before enable ends
	end_of_enable
	assert_equal 1 "$status"
	assert_contains "the old image of kernel $newest is lost, and the new one is not as it should be: "
	assert_contains "run 'update-initramfs -u -k $newest' before the next reboot"
}

@test "a signal that enable was started to ignore, as by nohup, stops nothing" {
	slow_update_initramfs
	enable_halfway nohup
	kill -HUP "$first"
	sleep 0.3
	touch "$root/go"
	end_of_enable
	assert_equal 0 "$status"
	is_switched_on
}

@test "what takes long is said when it begins" {
	slow_update_initramfs
	bare_image 6.1.0-1-amd64
	enable_halfway
	assert_equal "vfio-early: rebuilding /boot/initrd.img-$newest (1 of 2): update-initramfs -u -k $newest" \
		"$(grep rebuilding "$BATS_TEST_TMPDIR/said")"
	touch "$root/go"
	end_of_enable
	assert_contains "(2 of 2): update-initramfs -u -k 6.1.0-1-amd64"
}
