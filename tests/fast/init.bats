#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program as process 1 of a made-up root, in namespaces of its own: whatever goes
# wrong, the image's init is run.

load helper
load hook

setup() {
	hook_machine
	rm -r "$root/sbin"
	boot_with vfio_early=01:00
	cp "$top/vfio-early-hook" "$root/vfio-early-init"
	cp "$top/build/tests/show-init" "$root/init"
}

# The early program as process 1, as the kernel starts it; who is not root becomes it in a
# namespace of users.
process_1() { # ARGUMENT...
	local root_there=()
	[ "$(id -u)" = 0 ] || root_there=(--map-root-user)
	env -i HOME=/ TERM=linux vfio_early=01:00 "PATH=$PATH" timeout 60 unshare --pid --fork --kill-child \
		--mount "${root_there[@]}" chroot "$root" /vfio-early-init "$@"
}

boots() { # ARGUMENT...
	rm -f "$root/told"
	run process_1 "$@"
	echo "status $status, output: $output"
	echo "kernel log:"
	cat "$root/dev/kmsg" || :
	init_ran /init
}

init_ran() { # PATH
	output=$(<"$root/told")
	assert_contains "process 1"$'\n'"argument $1"
}

# Whoever makes a pass waits for a lock that this holds until it is killed.
hang() {
	mkdir -p "$root/run/vfio-early"
	exec {lock}>"$root/run/vfio-early/lock"
	flock "$lock"
}

# Of a pass that hangs, with this argument: process 1, its child, and the one that works.
wait_for_pass() { # ARGUMENT
	for _ in {1..200}; do
		[ "$(pgrep -cxf "/vfio-early-init $1")" != 3 ] || break
		sleep 0.1
	done
	pgrep -xf "/vfio-early-init $1" | sort -n
}

@test "a pass is made, and init gets the kernel's arguments, its environment and an empty root" {
	boots emergency 'a b'
	assert_equal "process 1
argument /init
argument emergency
argument a b
variable HOME=/
variable TERM=linux
variable vfio_early=01:00
variable PATH=$PATH
nothing is mounted" "$output"
	assert_equal vfio-pci "$(override_of 0000:01:00.0)"
	log_has '0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d held for vfio-pci'
	record_has '0000:01:00.2 1b36:000d held'
}

@test "what the kernel has not mounted is mounted for the pass alone" {
	boot_with ''
	rm -r "${root:?}"/{sys,dev}
	run strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=mount,umount2 -s 200 env -i "PATH=$PATH" \
		timeout 60 unshare --pid --fork --kill-child --mount chroot "$root" /vfio-early-init
	init_ran /init
	assert_contains 'nothing is mounted'
	output=$(sed 's/^[0-9]* *//' "$BATS_TEST_TMPDIR/trace")
	assert_contains 'mount("sysfs", "/sys", "sysfs", MS_NOSUID|MS_NOEXEC, NULL) = 0'
	assert_contains 'mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID|MS_NOEXEC, NULL) = 0'
	assert_lacks '"/proc", "proc"'
}

@test "a pass that hangs is given up, and init runs" {
	hang
	cp "$top/build/tests/hasty-hook" "$root/vfio-early-init"
	SECONDS=0
	boots
	[ "$SECONDS" -ge 2 ]
}

@test "a pass that is killed or crashes ends, and init runs at once" {
	local signal which processes started
	hang
	for signal in KILL SEGV ABRT; do
		for which in 1 2; do
			rm -f "$root/told"
			process_1 "of-$$-$signal-$which" &
			started=$!
			mapfile -t processes < <(wait_for_pass "of-$$-$signal-$which")
			kill -s "$signal" "${processes[which]}"
			wait "$started"
			init_ran /init
		done
	done
}

@test "without proc, sys, dev or run, or with files in their places, init runs" {
	local place
	for place in proc sys dev run; do
		echo "$place"
		mv "$root/$place" "$root/$place.away"
		: >"$root/$place"
		boots
		rm "$root/$place"
		mv "$root/$place.away" "$root/$place"
	done
}

@test "init runs whatever the command line is" {
	local file=$root/proc/cmdline
	: >"$file"
	boots
	head -c 100000 /dev/urandom >"$file"
	boots
	yes 'vfio_early="01:00,,=@/' | head -c 4000 >"$file"
	boots
	printf 'rdinit=/vfio-early-init vfio_early=01:00\0vfio_early=02:00' >"$file"
	boots
	rm "$file"
	mkdir "$file"
	boots
	assert_equal '(null)' "$(override_of 0000:02:00.0)"
}

@test "where init is missing or cannot be run the kernel's other places are tried in its order" {
	local paths=(/init /sbin/init /etc/init /bin/init /bin/sh) i
	mkdir -p "$root"/{sbin,etc,bin}
	for i in 0 1 2 3; do
		rm -f "$root/told"
		mv "$root${paths[i]}" "$root${paths[i + 1]}"
		case $i in
		0) ;;
		1) mkdir "$root${paths[i]}" ;;
		2) echo text >"$root${paths[i]}" ;;
		3) ln -s /nowhere "$root${paths[i]}" ;;
		esac
		run process_1 single
		init_ran "${paths[i + 1]}"
		assert_contains 'argument single'
	done
}

@test "where there is no init at all it is looked for some seconds, and said" {
	rm "$root/init"
	run process_1
	assert_equal 1 "$status"
	assert_contains 'vfio-early: this initramfs has no init that can be run'
	(sleep 2 && cp "$top/build/tests/show-init" "$root/init") &
	boots
	wait $!
}

@test "a record that is lost is made again with the time of the first pass, from the kernel log" {
	printf '%s\n' '6,811,5139000,-;Run /init as init process' \
		'6,812,1140900,-;vfio-early: 0000:01:00: .0 1234:1111 held for vfio-pci, which cannot be loaded yet' \
		'6,813,2140900,-;vfio-early: another' >"$root/dev/kmsg"
	hook 01:00 -d 0000:01:00.0
	record_has $'\nstart=1140900\nend=1140900\n'
	# Where there is a record its times stay; a log without us tells nothing.
	sed -i 's/1140900/1140999/' "$root/dev/kmsg"
	hook 01:00 -d 0000:01:00.0
	record_has $'\nstart=1140900\nend=1140900\n'
	rm "$root/run/vfio-early/boot"
	printf '%s\n' '6,811,5139000,-;another: vfio-early: not ours' >"$root/dev/kmsg"
	hook 01:00 -d 0000:01:00.0
	output=$(<"$root/run/vfio-early/boot")
	assert_lacks 5139000
}
