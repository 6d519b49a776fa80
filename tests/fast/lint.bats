#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The rules that `make lint` holds: they are kept, and what breaks one is named by file and line.

load helper

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	cp -r "$top/cmdline" "$top/hook" "$top/tools" "$tree/"
}

# The rules refuse this line of C, put behind the second line of the file.
refuses() { # FILE LINE
	cp "$tree/$1" "$BATS_TEST_TMPDIR/kept"
	sed -i "2r /dev/stdin" "$tree/$1" <<<"$2"
	run -1 "$top/tests/rules.sh" "$tree"
	assert_contains "$1:3:$2"
	mv "$BATS_TEST_TMPDIR/kept" "$tree/$1"
}

@test "the sources keep the rules" {
	run -0 "$top/tests/rules.sh" "$tree"
	assert_equal '' "$output"
}

@test "an include against the house's direction is named by file and line" {
	refuses tools/kernel/kernels.c '#include "tools/boot/loader.h"'
	assert_contains 'tools/kernel/ may not include tools/boot/'
	refuses tools/text/string.h '#include "tools/system/root.h"'
	refuses hook/plan.c '#include "tools/text/lines.h"'
	refuses cmdline/flag.c '#include "hook/plan.h"'
	refuses tools/pci/devices.c '#include "tools/diagnose/check.h"'
}

@test "a change of a file outside tools/system is named by file and line" {
	local line
	for line in 'unlink("/etc/motd");' 'file = open(path, O_WRONLY);' 'open(path, O_RDWR | O_CLOEXEC);' \
		'fopen(path, "we");' 'fopen(path, "r+");' 'freopen(path, "a", stdout);' 'rename(a, b);' \
		'mkdir(path, 0755);' 'symlinkat(a, b, c);' 'chmod(path, 0644);' 'truncate(path, 0);' \
		'mkostemp(path, O_CLOEXEC);' 'replace_begin(&draft, path, 0);'; do
		refuses tools/commands/disable.c "$line"
		assert_contains 'a file is changed outside tools/system'
	done
	refuses tools/boot/loader.c 'unlink("/etc/motd");'
}

@test "what is GRUB's own is named by file and line outside its room" {
	local line
	for line in '#include "tools/boot/grub/state.h"' 'grub_read(&state);' 'grubenv_read(&text, why);' \
		'is_set(GRUBENV_ENABLED);'; do
		refuses tools/commands/disable.c "$line"
		assert_contains 'GRUB is known outside tools/boot/grub'
	done
	refuses tools/boot/loader.c 'grub_read(state);'
}

@test "sources that include each other are named by file and line" {
	refuses tools/pci/devices.h '#include "tools/pci/cards.h"'
	assert_contains 'sources include each other in a circle'
	refuses hook/card.c '#include "hook/scan.h"'
	# by way of a third, which report.h's source includes
	refuses hook/sysfs.h '#include "hook/report.h"'
	assert_contains 'hook/record.c:'
}

@test "a function that is declared in another header than its own source's is named by file and line" {
	refuses tools/kernel/kernels.h 'int devices_read(struct devices *devices, char **why);'
	assert_contains 'is of tools/pci/devices.c, and belongs into its header'
	refuses cmdline/selector.h 'void pci_address_format('
}

@test "a name that something public has already is named by file and line" {
	refuses tools/selection/conf.h 'struct devices {'
	assert_contains 'has the name of a type of tools/pci/devices.h'
	refuses tools/commands/list.c 'struct record {'
	refuses tools/commands/list.c 'static int devices_read(void)'
	assert_contains 'has the name of a function of tools/pci/devices.c'
}

@test "a command that prints past print_plain() is named by file and line" {
	refuses tools/commands/list.c 'printf("%s", device->name);'
	assert_contains 'print_plain()'
}

@test "reading, tools/system itself and the named exceptions are no change" {
	sed -i '2i file = open(path, O_RDONLY | O_CLOEXEC); fopen(path, "re");' "$tree/tools/commands/disable.c"
	sed -i '2i unlink("/etc/motd");' "$tree/tools/system/write.c" "$tree/tools/diagnose/capture/unpack.c"
	run -0 "$top/tests/rules.sh" "$tree"
}
