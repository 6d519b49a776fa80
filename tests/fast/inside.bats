#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A container's files are its root's to choose: none of them leads out of the container, waits
# for anybody, opens a device or fills the memory.

load helper

setup() {
	unpack CT-PERMS.no-group
	group=$root/proc/4711/root/etc/group
}

# What diagnose finds in the container's groups; with less memory than the files pretend to need.
judge() { # [PROGRAM that calls it]
	run --separate-stderr timeout 20 bash -c 'ulimit -v 4000000; exec "$@"' - "$@" \
		"$top/vfio-early" --root "$root" diagnose --ct 901 --only CT-PERMS
	echo "$output"
}

sees_groups() {
	assert_contains 'which the container does not have'
}

sees_none() {
	assert_lacks 'which the container does not have'
	assert_contains 'CT-PERMS'
}

# As the kernel does it, and as we do where it cannot.
both_ways() { # sees_groups or sees_none
	judge
	"$1"
	judge "$top/build/tests/without-openat2"
	"$1"
}

@test "a link leads to where it leads for the container, and never to a file of the host" {
	both_ways sees_groups
	mv "$group" "$root/etc/of-the-host"
	ln -s /etc/of-the-host "$group"
	both_ways sees_none
	ln -sf ../../../../../../etc/of-the-host "$group"
	both_ways sees_none
	mv "$root/etc/of-the-host" "${group%/*}/of-the-container"
	ln -sf /etc/of-the-container "$group"
	both_ways sees_groups
	ln -sf ../../../etc/../etc/of-the-container "$group"
	both_ways sees_groups
	ln -sf group "$group"
	both_ways sees_none
}

@test "a directory that is a link stays inside, too" {
	mv "${group%/*}" "$root/etc-of-the-host"
	ln -s /etc-of-the-host "${group%/*}"
	both_ways sees_none
	mv "$root/etc-of-the-host" "${group%/etc/*}/moved"
	ln -sfn /moved "${group%/*}"
	both_ways sees_groups
}

@test "a FIFO is not waited for, and no device is opened: to open one may already do something" {
	rm "$group"
	mkfifo "$group"
	both_ways sees_none
	rm "$group"
	mknod "$group" c 1 5
	both_ways sees_none
	judge strace -f -o "$root/trace" -e trace=openat,openat2,open
	run ! grep -E 'etc/group.*O_(RDONLY|RDWR|WRONLY)' <(grep -v O_PATH "$root/trace")
	grep -q 'etc/group' "$root/trace"
}

@test "a file larger than any list of groups is not read" {
	truncate -s 900G "$group"
	both_ways sees_none
}
