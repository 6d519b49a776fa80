#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# capture: what diagnose reads as one text, and the way back.

load helper

unpack_text() { # text on standard input
	cat >"$BATS_TEST_TMPDIR/manifest"
	"$top/vfio-early" capture --unpack "$BATS_TEST_TMPDIR/manifest" "$root"
}

comparable() {
	sed '/EARLY-IN-INITRAMFS/,/^[a-z]/ { /EARLY-RAN/!d }; /EARLY-IN/d; $d' | grep -v '^[0-9]* pass, '
}

@test "a captured system gets the same diagnosis, line by line" {
	local fixture before
	for fixture in vm-host container-host lxc-host lxd-host two-cards GROUP-VIABLE.fail EARLY-IN-INITRAMFS.fail; do
		rm -rf "$root"
		unpack "$fixture"
		before=$(tool diagnose --verbose || true)
		tool capture "$BATS_TEST_TMPDIR/saved"
		rm -rf "$root"
		"$top/vfio-early" capture --unpack "$BATS_TEST_TMPDIR/saved" "$root"
		# an image is too large for it: its check has no answer then
		diff <(comparable <<<"$before") <(tool diagnose --verbose | comparable)
	done
}

@test "a capture is for its owner only and names neither machine nor person" {
	unpack vm-host
	echo 'PASSWORD=hunter2 # echo vfio-pci >driver_override' | put /etc/systemd/system/passthrough.service
	sed -i '1i # root password: hunter2' "$root/etc/pve/qemu-server/100.conf"
	run -0 tool capture "$BATS_TEST_TMPDIR/saved"
	assert_equal 600 "$(stat -c %a "$BATS_TEST_TMPDIR/saved")"
	output=$(cat "$BATS_TEST_TMPDIR/saved")
	assert_contains 'hostpci0: 0000:01:00,pcie=1'
	assert_contains 'name: <omitted>'
	assert_lacks tower7
	assert_lacks 3E:5A:01
	assert_lacks 1b4e28ba
	assert_lacks games
	assert_lacks 'root password'
	run -0 tool capture --raw "$BATS_TEST_TMPDIR/saved"
	output=$(cat "$BATS_TEST_TMPDIR/saved")
	assert_contains tower7
	assert_contains 'name: games'
}

@test "a libvirt domain is kept line by line, without its passwords and descriptions" {
	unpack vm-host
	put /etc/libvirt/qemu/win11.xml <<-'END'
		<domain type='kvm'>
		  <name>win11</name>
		  <description>for alice,
		    who pays</description>
		  <devices>
		    <graphics type='vnc' passwd='hunter2'/>
		    <hostdev mode='subsystem' type='pci' managed='yes'>
		      <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>
		    </hostdev>
		  </devices>
		</domain>
	END
	tool capture "$BATS_TEST_TMPDIR/saved"
	run cat "$BATS_TEST_TMPDIR/saved"
	assert_lacks hunter2
	assert_lacks 'who pays'
	assert_contains "bus='0x01'"
	tool --json diagnose --domain win11 | jq -c '.intents[].evidence' >"$BATS_TEST_TMPDIR/before" || true
	rm -rf "$root"
	"$top/vfio-early" capture --unpack "$BATS_TEST_TMPDIR/saved" "$root"
	tool --json diagnose --domain win11 | jq -c '.intents[].evidence' | diff "$BATS_TEST_TMPDIR/before" -
	grep -q 'win11.xml:' "$BATS_TEST_TMPDIR/before"
	run tool diagnose --domain win11 --format markdown
	# shellcheck disable=SC2016 # Markdown's own quotes
	assert_contains '## 1. Final VM Configuration (`/etc/libvirt/qemu/win11.xml`)'
	assert_contains "<name>win11</name>"
}

@test "a manifest's types make files, links, directories and facts about nodes" {
	unpack_text <<'END'
# a comment

/a/text	f	one\ttab
	two \\ \x41
/a/empty	f
/a/bytes	b	x\x00\ny
/a/link	l	../b/target
/b/directory	d
/dev/nvidia0	n	c 195:0 0660 0 44 1700000000
END
	assert_equal $'one\ttab\ntwo \\ A' "$(cat "$root/a/text")"
	assert_equal ' 78 00 0a 79' "$(od -An -tx1 "$root/a/bytes")"
	assert_equal 0 "$(stat -c %s "$root/a/empty")"
	assert_equal ../b/target "$(readlink "$root/a/link")"
	[ -d "$root/b/directory" ]
	assert_equal $'/dev/nvidia0\tc 195:0 0660 0 44 1700000000' "$(cat "$root/.vfio-early-nodes")"
	unpack_text <<-'END'
		/a/text	x
		/b	x
	END
	[ ! -e "$root/a/text" ]
	[ ! -e "$root/b" ]
}

@test "a manifest cannot write outside of its directory" {
	local line outside=$BATS_TEST_TMPDIR/outside
	mkdir "$outside"
	for line in $'/../outside/f\tf\tx' $'/a/../../outside/f\tf\tx' $'relative\tf\tx' $'//f\tf\tx' $'/a/./f\tf\tx' \
		$'/l\tl\t../outside' $'/a/l\tl\t../../outside' $'/a/l\tl\tb/../../outside'; do
		run -1 unpack_text <<<"$line"
		assert_contains 'line 1: ' || return 1
	done
	# through a link that somebody else left there
	ln -s "$outside" "$root/way"
	run unpack_text <<<$'/way/f\tf\tx'
	mkdir -p "$root/deep"
	ln -s ../../outside "$root/deep/way"
	run unpack_text <<<$'/deep/way/f\tf\tx'
	assert_equal "" "$(ls "$outside")"
}

@test "an absolute link stays inside" {
	unpack_text <<-'END'
		/etc/name	f	inside
		/deep/er/link	l	/etc/name
	END
	assert_equal inside "$(cat "$root/deep/er/link")"
}

@test "a manifest that cannot be read says where" {
	local line says
	while IFS='|' read -r line says; do
		# shellcheck disable=SC2059 # the line is the format
		run -1 unpack_text < <(printf '# first\n%s\n' "${line//TAB/$'\t'}")
		assert_contains "line 2: $says" || return 1
	done <<-'END'
		/a|a line is PATH
		/aTABqTABx|the type is none
		/aTABfTABx\q|a "\" is followed
		TABx|a further line of content has no file
	END
}

@test "wrong usage of capture is exit 2" {
	run -2 tool capture
	assert_contains 'the file to write'
	run -2 tool capture --unpack file
	assert_contains 'a file and a directory'
	run -2 tool capture --unpack "$BATS_TEST_TMPDIR/none" "$root"
	assert_contains 'No such file'
	run -2 tool capture /nonexistent/file
	assert_contains 'cannot be written'
}

@test "a capture is written to a pipe or a device, and replaces neither" {
	unpack vm-host
	ln -s /dev/null "$BATS_TEST_TMPDIR/null"
	run -0 tool capture "$BATS_TEST_TMPDIR/null"
	[ -L "$BATS_TEST_TMPDIR/null" ] && [ -c /dev/null ]
	tool capture "$BATS_TEST_TMPDIR/saved"
	tool capture /dev/stdout | cat >"$BATS_TEST_TMPDIR/piped"
	diff "$BATS_TEST_TMPDIR/saved" "$BATS_TEST_TMPDIR/piped"
}

@test "a file behind links with . and .. in them is captured where it is" {
	unpack vm-host
	mkdir -p "$root/etc/default/sub/deep" "$root/srv/links"
	mv "$root/etc/pve/qemu-server/100.conf" "$root/srv/100.conf"
	ln -s ./links/../links "$root/srv/again"
	ln -s ../../100.conf "$root/etc/default/sub/up"
	ln -s ../../../srv/./again/../100.conf "$root/etc/pve/qemu-server/100.conf"
	tool capture "$BATS_TEST_TMPDIR/saved"
	grep -q '^/srv/100.conf' "$BATS_TEST_TMPDIR/saved"
	run -1 grep -nE '^/[^ 	]*/\.\.?(/|[ 	])' "$BATS_TEST_TMPDIR/saved"
	rm -rf "$root"
	run -0 "$top/vfio-early" capture --unpack "$BATS_TEST_TMPDIR/saved" "$root"
	grep -q hostpci0 "$root/srv/100.conf"
}

# What the machine is judged to be: its displays, its cards, every check. Of images a
# capture has the names alone.
judged() { # ARGUMENT OF DIAGNOSE...
	tool --json list --all | jq -c '.devices[] | {address, card, boot_display, driver}'
	tool --json diagnose "$@" |
		jq -c '.checks[] | select(.id | startswith("EARLY-IN") | not) | {id, status, device, title}'
}

replayed_is_the_same() { # KIND ARGUMENT OF DIAGNOSE...
	judged "${@:2}" >"$BATS_TEST_TMPDIR/machine" || true
	tool capture "$BATS_TEST_TMPDIR/saved"
	rm -rf "$root"
	"$top/vfio-early" capture --unpack "$BATS_TEST_TMPDIR/saved" "$root"
	judged "${@:2}" >"$BATS_TEST_TMPDIR/replayed" || true
	[ -s "$BATS_TEST_TMPDIR/machine" ]
	diff "$BATS_TEST_TMPDIR/machine" "$BATS_TEST_TMPDIR/replayed" || {
		echo "the replay of: $1"
		return 1
	}
}

# The same of the made-up machine, changed in a way that the judgement hangs on.
machine_replayed_is_the_same() { # KIND
	replayed_is_the_same "$1" --want vm 01:00
	run ! diff -q "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/machine"
	make_machine
}

@test "a driver that is not loaded and a mediated device are the same in a replay" {
	local name
	for name in DRV-BOUND.not-loaded DRV-VFIO.not-loaded VM-SPLIT.instance; do
		rm -rf "$root"
		unpack "$name"
		# shellcheck disable=SC2046 # words
		replayed_is_the_same "$name" $(fixture_says "$name" args)
	done
}

@test "connectors, virtual functions, pieces of cards and boot parameters are captured" {
	local uuid=0b6f3f1a-9f0e-4ad6-8a53-6a0c3f2f7f10 device
	make_machine
	replayed_is_the_same 'the bare machine' --want vm 01:00
	mv "$BATS_TEST_TMPDIR/machine" "$BATS_TEST_TMPDIR/plain"
	make_machine

	rm "$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	drm_add 0000:01:00.0 card1-eDP-1 connected enabled
	machine_replayed_is_the_same connectors

	rm "$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	mkdir -p "$root/sys/kernel/boot_params"
	sed -i '1s/.*/0x00000000c0000000 0x00000000cfffffff 0x0000000000042208/' \
		"$root/sys/bus/pci/devices/0000:02:00.0/resource"
	{ head -c 15 /dev/zero; printf '\x23'; head -c 8 /dev/zero; printf '\0\0\0\xc0'; head -c 100 /dev/zero; } \
		>"$root/sys/kernel/boot_params/data"
	machine_replayed_is_the_same 'boot parameters'

	pci_add 0000:00:02.0 0000:01:00.3 1234:1112 038000 group=30
	vf_of 0000:01:00.0 0 0000:01:00.3
	machine_replayed_is_the_same 'virtual functions'

	device=$(pci_directory 0000:01:00.0)
	mkdir -p "$device/$uuid" "$root/sys/bus/mdev/devices" "$device/mdev_supported_types/i915-GVTg_V5_4"
	echo 1 >"$device/mdev_supported_types/i915-GVTg_V5_4/available_instances"
	ln -sr "$device/$uuid" "$root/sys/bus/mdev/devices/$uuid"
	machine_replayed_is_the_same 'pieces of a card'
}
