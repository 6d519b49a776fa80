# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# GRUB in the made-up root: Debian's own grub-mkconfig, 00_header and 10_linux, with their
# paths put below the root, and our generator as make install has it.

# The standard machine with two kernels and GRUB, whose grub.cfg has no entry of ours yet. Its
# grub-mkconfig prints what GRUB's own scripts printed for the same input, once a run.
make_grub_machine() {
	root_made_by build_grub_machine
}

# The same with GRUB's scripts themselves, for tests that are about what they print.
make_real_grub_machine() {
	root_made_by build_real_grub_machine
}

build_grub_machine() {
	make_real_grub_machine
	keep_output_of 00_header
	keep_output_of 10_linux
}

build_real_grub_machine() {
	make_machine
	make_kernel 6.1.0-9-amd64
	make_kernel 6.1.0-50-amd64
	install_grub
}

# Their input is the variables, the kernels, and what grub-probe says.
keep_output_of() { # SCRIPT
	local real=/usr/lib/grub.d/$1
	mkdir -p "$root${real%/*}"
	mv "$root/etc/grub.d/$1" "$root$real"
	install_program "/etc/grub.d/$1" <<-END
		#!/bin/sh
		input=\$({ env | grep ^GRUB_ | sort; cd "\$VFIO_EARLY_ROOT" && ls boot && cat abstraction filesystem; } | sha256sum)
		kept='$BATS_RUN_TMPDIR/grub-$1'-\${input%% *}
		if [ ! -e "\$kept" ]; then
			"\$VFIO_EARLY_ROOT$real" >"\$kept.\$\$" || exit
			mv "\$kept.\$\$" "\$kept"
		fi
		cat "\$kept"
	END
}

# What grub-probe says there; empty is a plain partition.
probe_says() { # ABSTRACTION FILESYSTEM
	echo "$1" >"$root/abstraction"
	echo "$2" >"$root/filesystem"
}

install_program() { # /PATH, from standard input
	put "$1"
	chmod 755 "$root$1"
}

# shellcheck disable=SC2016 # the root is for the scripts to fill in
install_grub() {
	local script
	mkdir -p "$root"/{boot/grub,etc/default,etc/grub.d,usr/sbin,usr/lib/systemd/system/multi-user.target.wants}
	sed -e 's,^sysconfdir=.*,sysconfdir="$VFIO_EARLY_ROOT/etc",' \
		-e 's,^grub_probe=.*,export grub_probe="$VFIO_EARLY_ROOT/usr/sbin/grub-probe" grub_mkrelpath="$VFIO_EARLY_ROOT/usr/sbin/grub-mkrelpath",' \
		-e 's,^EUID=.*,EUID=0,; s,EUID=`id -u`,EUID=0,; s,"$EUID" != 0,0 != 0,' \
		/usr/sbin/grub-mkconfig | install_program /usr/sbin/grub-mkconfig
	for script in 00_header 10_linux; do
		sed -e 's,/boot/vmlinuz-\*,"$VFIO_EARLY_ROOT"&,; s,/vmlinuz-\* /boot/kernel-\*,,' \
			"/etc/grub.d/$script" | install_program "/etc/grub.d/$script"
	done
	install_program /usr/sbin/update-grub <<-'END'
		#!/bin/sh
		echo update-grub >>"$VFIO_EARLY_ROOT/called"
		exec grub-mkconfig -o "$VFIO_EARLY_ROOT/boot/grub/grub.cfg" "$@"
	END
	install_program /usr/sbin/grub-mkrelpath <<-'END'
		#!/bin/sh
		echo "${1#"$VFIO_EARLY_ROOT"}"
	END
	install_program /usr/sbin/grub-probe <<-'END'
		#!/bin/sh
		case "$*" in
		*--target=device*) echo /dev/vda1 ;;
		*--target=fs_uuid*) echo 2d1a1f4a-0815-4711-8888-444455556666 ;;
		*--target=partmap*) echo gpt ;;
		*--target=abstraction* | *"-t abstraction"*) cat "$VFIO_EARLY_ROOT/abstraction" ;;
		*--target=fs* | *"-t fs"*) cat "$VFIO_EARLY_ROOT/filesystem" ;;
		*--target=compatibility_hint*) echo hd0,gpt1 ;;
		*) exit 1 ;;
		esac
	END
	probe_says '' ext2
	put /etc/default/grub <<-'END'
		GRUB_DEFAULT=0
		GRUB_TIMEOUT=5
		GRUB_DISTRIBUTOR=Debian
		GRUB_CMDLINE_LINUX_DEFAULT=quiet
		GRUB_CMDLINE_LINUX=console=ttyS0
		GRUB_TERMINAL=console
	END
	install_program /usr/local/bin/vfio-early <<-END
		#!/bin/sh
		exec '$top/vfio-early' --root "\$VFIO_EARLY_ROOT" "\$@"
	END
	ln -s ../vfio-early-confirm.service \
		"$root/usr/lib/systemd/system/multi-user.target.wants/vfio-early-confirm.service"
	update_grub
	rest >"$root/grub.cfg.before"
	sed 's,@BINDIR@,"$VFIO_EARLY_ROOT/usr/local/bin",g' "$top/tools/boot/grub/45_vfio_early.in" |
		install_program /etc/grub.d/45_vfio_early
	update_grub
	make_grubenv
	rm "$root/called"
}

# As a person or a kernel's installation would.
update_grub() {
	VFIO_EARLY_ROOT=$root PATH=$root/usr/sbin:$PATH "$root/usr/sbin/update-grub" \
		>"$BATS_TEST_TMPDIR/update-grub" 2>&1 || { cat "$BATS_TEST_TMPDIR/update-grub"; return 1; }
}

# Our section of grub.cfg, and all the rest.
section() {
	sed -n '/^### BEGIN .*45_vfio_early/,/^### END/{/^###/!p}' "$root/boot/grub/grub.cfg"
}

rest() {
	awk 'function out() { if (held) print line; held = 0 }
		/^### BEGIN .*45_vfio_early/ { skip = 1; held = 0 } # and the empty line in front
		!skip { out(); line = $0; held = 1 }
		/^### END .*45_vfio_early/ { skip = 0 }
		END { out() }' "$root/boot/grub/grub.cfg" |
		sed "s,$BATS_RUN_TMPDIR/test/[0-9]*/root/,/,g" # made in another test, perhaps
}

# Every file that enable and disable may touch, and what is in it.
snapshot() {
	find "$root/boot" "$root/etc" -type f -exec sha256sum {} + | sort -k 2
}

grubenv() {
	grub-editenv "$root/boot/grub/grubenv" list
}

# GRUB itself, as a program: reads the made-up root's grub.cfg and grubenv from a disk, and
# writes to that disk. A kernel is "booted" by printing its command line: GRUB 2.06 knows no
# "linux" here, and 2.12's would come before ours. Its module datetime lacks the note on its
# licence.
make_emulator() {
	local directory=$BATS_TEST_TMPDIR/emulator module
	mkdir -p "$directory"
	cp -r /usr/lib/grub/x86_64-emu "$directory/"
	printf 'LICENSE=GPLv3+\0' >"$directory/license"
	objcopy --add-section ".module_license=$directory/license" \
		"$directory/x86_64-emu/datetime.mod"
	sed -i '/: linux$/d' "$directory/x86_64-emu/command.lst"
	for module in ext2 configfile loadenv echo test regexp sleep true minicmd halt; do
		echo "insmod $module"
	done >"$directory/grub.cfg"
	cat >>"$directory/grub.cfg" <<-'END'
		function linux {
		  echo "BOOT: $1 $2 $3 $4 $5 $6 $7 $8"
		}
		function initrd {
		  halt
		}
		set root=hd0
		set prefix=(hd0)/boot/grub
		configfile (hd0)/boot/grub/grub.cfg
	END
	echo "(hd0) $directory/disk" >"$directory/device.map"
}

# Switches the emulated machine on; $output is its screen, and grubenv is what it left.
power_on() {
	local directory=$BATS_TEST_TMPDIR/emulator
	rm -f "$directory/disk"
	truncate -s 4M "$directory/disk"
	sed -i 's/timeout=5/timeout=0/' "$root/boot/grub/grub.cfg"
	mkdir -p "$directory/tree/boot/grub"
	cp "$root"/boot/grub/{grub.cfg,grubenv} "$directory/tree/boot/grub/"
	mke2fs -q -t ext2 -d "$directory/tree" "$directory/disk"
	# --foreground: a group of its own, in the background, would be stopped at the terminal.
	# shellcheck disable=SC2034 # as bats' own
	output=$(script -qec "stty columns 200; timeout --foreground 60 grub-emu-lite -m $directory/device.map -r host -d $directory" \
		/dev/null </dev/null | tr -d '\r')
	debugfs -R 'cat /boot/grub/grubenv' "$directory/disk" 2>/dev/null >"$root/boot/grub/grubenv"
}
