#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Our section of grub.cfg, made by Debian's own grub-mkconfig and 10_linux.
# shellcheck disable=SC2016 # GRUB's variables are for GRUB to fill in

load helper
load grub

setup() {
	make_real_grub_machine
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
}

words='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'

# The kernel command lines of our entries, each once, without the kernel.
our_lines() {
	section | sed -n 's/^\t*linux\t[^ ]* //p' | sort -u
}

lines_are() {
	assert_equal "$1" "$(our_lines)"
}

# update-grub succeeds, has no entry of ours, leaves the others alone, and says PIECE.
nothing_but() { # PIECE
	update_grub
	assert_equal '' "$(section)"
	assert_equal "$(<"$root/grub.cfg.before")" "$(rest)"
	output=$(<"$BATS_TEST_TMPDIR/update-grub")
	assert_contains "vfio-early: $1"
	assert_contains 'Warning: grub.cfg gets no boot entry of vfio-early.'
	assert_contains $'\ndone'
}

@test "an entry for the newest kernel, a submenu for all, and nothing else is changed" {
	update_grub
	assert_equal "$(<"$root/grub.cfg.before")" "$(rest)"
	assert_equal "menuentry 'Debian GNU/Linux, GPU for virtual machines (vfio-early)' --class debian --class gnu-linux --class gnu --class os \$menuentry_id_option 'vfio-early' {
submenu 'Debian GNU/Linux, GPU for virtual machines (vfio-early): choose a kernel' \$menuentry_id_option 'vfio-early-kernels' {
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-50-amd64, GPU for virtual machines (vfio-early)' --class debian --class gnu-linux --class gnu --class os \$menuentry_id_option 'vfio-early-6.1.0-50-amd64-advanced-2d1a1f4a-0815-4711-8888-444455556666' {
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-9-amd64, GPU for virtual machines (vfio-early)' --class debian --class gnu-linux --class gnu --class os \$menuentry_id_option 'vfio-early-6.1.0-9-amd64-advanced-2d1a1f4a-0815-4711-8888-444455556666' {" \
		"$(section | grep menu)"
	lines_are "root=/dev/vda1 ro console=ttyS0 quiet $words"
	assert_equal '/boot/initrd.img-6.1.0-50-amd64 /boot/initrd.img-6.1.0-50-amd64 /boot/initrd.img-6.1.0-9-amd64' \
		"$(section | sed -n 's/^\t*initrd\t//p' | paste -sd ' ')"
	grub-script-check "$root/boot/grub/grub.cfg"
}

@test "after an upgrade, before the images are made anew, the entries stay" {
	update_grub
	local before
	before=$(section)
	put /usr/local/libexec/vfio-early-hook <<<'the next version'
	update_grub
	assert_equal "$before" "$(section)"
	assert_equal 3 "$(section | grep -c 'initrd')"
}

@test "where nothing is chosen there is no section" {
	rm "$root/etc/vfio-early.conf"
	update_grub
	assert_equal '' "$(section)"
	assert_equal "$(<"$root/grub.cfg.before")" "$(rest)"
	output=$(<"$BATS_TEST_TMPDIR/update-grub")
	assert_lacks vfio-early
}

@test "our entries are never what GRUB saves as its default" {
	echo GRUB_SAVEDEFAULT=true >>"$root/etc/default/grub"
	update_grub
	assert_equal 3 "$(rest | grep -c '^[[:blank:]]*savedefault$')"
	run ! grep savedefault <(section)
}

@test "words of the user that would undo ours are left out of our entries only, which a comment tells" {
	echo 'GRUB_CMDLINE_LINUX="iommu=off console=ttyS0 vfio_early=off"
GRUB_CMDLINE_LINUX_DEFAULT="quiet intel-iommu=sm_on,off amd_iommu=off splash"' >>"$root/etc/default/grub"
	update_grub
	lines_are "root=/dev/vda1 ro console=ttyS0 quiet splash $words"
	assert_equal 'iommu=off vfio_early=off intel-iommu=sm_on,off amd_iommu=off' \
		"$(section | sed -n 's/^# vfio-early: left out of these entries: //p' | paste -sd ' ')"
	output=$(rest)
	assert_contains 'ro iommu=off console=ttyS0 vfio_early=off quiet intel-iommu=sm_on,off amd_iommu=off splash'
}

@test "words that the user has already are not said twice" {
	echo 'GRUB_CMDLINE_LINUX="intel_iommu=sm_on,on iommu=pt"' >>"$root/etc/default/grub"
	update_grub
	lines_are "root=/dev/vda1 ro intel_iommu=sm_on,on iommu=pt quiet vfio_early=1234:1111@00:02.0/00"
}

@test "a decision of the user against iommu=pt stays" {
	echo 'GRUB_CMDLINE_LINUX="iommu=nopt"' >>"$root/etc/default/grub"
	update_grub
	lines_are "root=/dev/vda1 ro iommu=nopt quiet vfio_early=1234:1111@00:02.0/00 intel_iommu=on"
}

@test "our words stand before a '--', behind which the kernel reads nothing" {
	echo 'GRUB_CMDLINE_LINUX_DEFAULT="quiet -- single"' >>"$root/etc/default/grub"
	update_grub
	lines_are "root=/dev/vda1 ro console=ttyS0 quiet $words -- single"
	echo 'GRUB_CMDLINE_LINUX="nosplash -- debug"' >>"$root/etc/default/grub"
	update_grub
	lines_are "root=/dev/vda1 ro nosplash $words -- debug quiet -- single"
}

@test "quotes in the user's words stay as they are" {
	cat >>"$root/etc/default/grub" <<-'END'
		GRUB_CMDLINE_LINUX_DEFAULT="quiet dyndbg=\\\"file a.c +p\\\" x='a b'"
	END
	update_grub
	lines_are 'root=/dev/vda1 ro console=ttyS0 quiet dyndbg=\"file a.c +p\" x='"'a b' $words"
}

@test "on an AMD processor amd_iommu=on is not used, which is no option of the kernel" {
	put /proc/cpuinfo <<<$'processor\t: 0\nvendor_id\t: AuthenticAMD'
	update_grub
	lines_are 'root=/dev/vda1 ro console=ttyS0 quiet vfio_early=1234:1111@00:02.0/00 iommu=pt'
}

@test "a name of the system with an apostrophe" {
	echo 'GRUB_DISTRIBUTOR="Bob'"'"'s {Linux}"' >>"$root/etc/default/grub"
	update_grub
	output=$(section)
	assert_contains "menuentry 'Bob'\\''s {Linux} GNU/Linux, GPU for virtual machines (vfio-early)'"
	grub-script-check "$root/boot/grub/grub.cfg"
}

@test "a kernel whose image has no early program gets no entry" {
	make_kernel 6.1.0-50-amd64 bare
	update_grub
	output=$(section)
	assert_lacks 6.1.0-50
	assert_contains "linux	/boot/vmlinuz-6.1.0-9-amd64 "
	output=$(rest)
	assert_contains vmlinuz-6.1.0-50-amd64
}

@test "no kernel's image has the early program: a warning and no entry" {
	make_kernel 6.1.0-50-amd64 bare
	make_kernel 6.1.0-9-amd64 bare
	nothing_but 'no kernel has a boot entry and an initramfs image with the early program; no boot entry is made'
}

@test "a conf that cannot be read: a warning and no entry" {
	put /etc/vfio-early.conf <<<'devices = 12'
	nothing_but "$root/etc/vfio-early.conf:1: "
}

@test "10_linux fails when we call it: a warning and no entry" {
	sed -i '2i case $GRUB_CMDLINE_LINUX_DEFAULT in *vfio*) echo oops >&2; exit 3 ;; esac' "$root/etc/grub.d/10_linux"
	nothing_but '/etc/grub.d/10_linux failed (exit status 3): oops; no boot entry is made'
}

@test "10_linux is switched off: a warning and no entry" {
	chmod -x "$root/etc/grub.d/10_linux"
	update_grub
	assert_equal '' "$(section)"
	output=$(<"$BATS_TEST_TMPDIR/update-grub")
	assert_contains 'vfio-early: /etc/grub.d/10_linux is not there, or not executable; no boot entry is made'
}

@test "grub-script-check does not accept our section: a warning and no entry" {
	install_program /usr/bin/grub-script-check <<-'END'
		#!/bin/sh
		cat >/dev/null
		echo 'syntax error' >&2
		exit 1
	END
	nothing_but 'grub-script-check failed (exit status 1): syntax error; no boot entry is made'
}

@test "a command line that the kernel would cut: a warning and no entry" {
	echo "GRUB_CMDLINE_LINUX=x=$(printf %01960d 0)" >>"$root/etc/default/grub"
	update_grub
	assert_equal '' "$(section)"
	output=$(<"$BATS_TEST_TMPDIR/update-grub")
	assert_contains 'would have more than the 2047 bytes that the kernel reads'
	echo "GRUB_CMDLINE_LINUX=x=$(printf %02100d 0)" >>"$root/etc/default/grub"
	update_grub
	assert_equal '' "$(section)"
	output=$(<"$BATS_TEST_TMPDIR/update-grub")
	assert_contains 'GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT are longer than the kernel reads'
}

@test "the tool is gone, or dies: no entry, and grub-mkconfig goes on" {
	install_program /usr/local/bin/vfio-early <<-'END'
		#!/bin/sh
		echo half an entry
		kill -SEGV $$
	END
	update_grub
	assert_equal '' "$(section)"
	rm "$root/usr/local/bin/vfio-early"
	update_grub
	assert_equal '' "$(section)"
	assert_equal "$(<"$root/grub.cfg.before")" "$(rest)"
}

@test "Ubuntu's 10_linux_zfs is asked as well, where it is switched on" {
	install_program /etc/grub.d/10_linux_zfs <<-'END'
		#!/bin/sh
		cat <<-TEXT
			function zfs { true; }
			menuentry 'Ubuntu 24.04' --class ubuntu \${menuentry_id_option} 'gnulinux-rpool/ROOT-6.1.0-9-amd64' {
				linux /boot/vmlinuz-6.1.0-9-amd64 root=ZFS=rpool/ROOT $GRUB_CMDLINE_LINUX_DEFAULT
				initrd /boot/initrd.img-6.1.0-9-amd64
			}
			submenu 'History' { menuentry 'Old' { linux /old; initrd /old; }
			}
		TEXT
	END
	update_grub
	output=$(section)
	assert_contains "	menuentry 'Ubuntu 24.04, GPU for virtual machines (vfio-early)' --class ubuntu \$menuentry_id_option 'vfio-early-rpool/ROOT-6.1.0-9-amd64' {"
	assert_contains "linux /boot/vmlinuz-6.1.0-9-amd64 root=ZFS=rpool/ROOT quiet $words"
	assert_lacks History
	assert_lacks Old
}

# Another distribution's 10_linux, whose entries are those of standard input, with the
# configured words in place of WORDS.
other_generator() {
	{
		echo '#!/bin/sh'
		echo "sed \"s,WORDS,\$GRUB_CMDLINE_LINUX_DEFAULT,\" <<'TEXT'"
		cat
		echo TEXT
	} | install_program /etc/grub.d/10_linux
}

@test "entries are found by the rules of GRUB's language, whatever stands in them" {
	other_generator <<-'END'
		# menuentry 'in a comment' {
		function gfxmode {
			set gfxpayload="${1}"
			if true; then echo menuentry; fi
		}
		set title="menuentry 'in a string' {"
		menuentry 'A } in a title, with Linux 6.1.0-9-amd64' --unrestricted --id gnulinux-advanced-one --users "" {
			echo "a \" and } { in a string" # and } in a comment
			if [ x$a = xb ]; then true; fi; savedefault
			savedefault
			initrd16 /early.img /initrd.img-6.1.0-9-amd64
			linux16 /vmlinuz-6.1.0-9-amd64 quiet ${extra} \
				root='/dev/vda' WORDS
		}; menuentry two { linux /vmlinuz-6.1.0-50-amd64 WORDS
			initrd /initrd.img-6.1.0-50-amd64; }
		menuentry 'no kernel' { chainloader +1; }
	END
	update_grub
	output=$(section)
	assert_contains "menuentry 'A } in a title, GPU for virtual machines (vfio-early)' --unrestricted --users \"\" \$menuentry_id_option 'vfio-early' {
echo \"a \\\" and } { in a string\" # and } in a comment
if [ x\$a = xb ]; then true; fi; true
initrd16 /early.img /initrd.img-6.1.0-9-amd64
	set vfio_early_pending=1
	save_env vfio_early_pending
linux16 /vmlinuz-6.1.0-9-amd64 quiet \${extra} \\
root='/dev/vda' quiet $words
}"
	assert_contains "'vfio-early-advanced-one' {"
	assert_contains "menuentry 'two, GPU for virtual machines (vfio-early)' \$menuentry_id_option 'vfio-early-vmlinuz-6.1.0-50-amd64' {	set vfio_early_pending=1"
	assert_lacks 'in a comment'"' {"
	assert_lacks 'no kernel'
	assert_lacks gnulinux
}

@test "entries whose quotes or braces do not match: a warning and no entry" {
	local wrong
	for wrong in "menuentry 'a' { linux /a" "menuentry 'a {" "menuentry" "}" "menuentry 'a' --id { }" 'function f {'; do
		sed -i "2i case \$GRUB_CMDLINE_LINUX_DEFAULT in *vfio*) echo \"$wrong\"; exit ;; esac" "$root/etc/grub.d/10_linux"
		nothing_but "the quotes or braces of GRUB's script do not match at line 1; no boot entry is made"
		sed -i 2d "$root/etc/grub.d/10_linux"
	done
}

@test "GRUB is asked to write only where it can, and a comment tells why not" {
	local abstraction filesystem reason count=0
	while IFS='|' read -r abstraction filesystem reason; do
		probe_says "$abstraction" "$filesystem"
		update_grub
		assert_equal "no guard, no --once: /boot/grub/grubenv is $reason, where GRUB cannot write" \
			"$(section | sed -n 's/^# vfio-early: \(no guard\)/\1/p')"
		run ! grep -E 'save_env|pending|once=' <(section)
		output=$(section)
		assert_contains 'elif [ "${vfio_early}" = "1" ]; then'
		count=$((count + 1))
	done <<-'END'
		lvm|ext2|on LVM
		diskfilter|ext2|on a RAID
		mdraid1x|ext2|on a RAID
		raid6rec|xfs|on a RAID
		cryptodisk luks|ext2|encrypted
		luks2|ext2|encrypted
		ldm|ext2|below ldm
		|btrfs|on btrfs
		|zfs|on zfs
		|f2fs|on f2fs
	END
	assert_equal 10 $count
	for filesystem in ext2 xfs fat; do
		probe_says '' $filesystem
		update_grub
		output=$(section)
		assert_contains 'save_env vfio_early_pending'
		assert_lacks 'no guard'
	done
}

@test "without grub-probe nobody knows whether GRUB can write, so it is not asked to" {
	sed -i '/"-t fs"/s/cat.*/exit 1 ;;/' "$root/usr/sbin/grub-probe"
	update_grub
	output=$(section)
	assert_contains '# vfio-early: no guard, no --once: grub-probe cannot tell what /boot/grub/grubenv is on (grub-probe failed (exit status 1))'
	assert_lacks save_env
}

@test "without the service that confirms a boot there is no guard, but --once works" {
	local unit=vfio-early-confirm.service
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -s /dev/null "$root/etc/systemd/system/$unit"
	update_grub
	output=$(section)
	assert_contains "# vfio-early: no guard: $unit is masked, so nothing would confirm a boot"
	assert_contains 'save_env vfio_early_once'
	assert_lacks pending
	rm "$root/etc/systemd/system/$unit" "$root/usr/lib/systemd/system/multi-user.target.wants/$unit"
	update_grub
	output=$(section)
	assert_contains "# vfio-early: no guard: $unit is not enabled, so nothing would confirm a boot"
	ln -s "/lib/systemd/system/$unit" "$root/etc/systemd/system/multi-user.target.wants/$unit"
	update_grub
	output=$(section)
	assert_contains 'save_env vfio_early_pending'
	mkdir -p "$root/sbin"
	: >"$root/sbin/init"
	update_grub
	output=$(section)
	assert_contains '# vfio-early: no guard: this system does not start with systemd, so nothing would confirm a boot'
}

@test "where GRUB would end the line before our words there is no entry, and enable promises nothing" {
	local mark
	for mark in 'a #b' 'a;b'; do
		sed -i '/^GRUB_CMDLINE_LINUX=/,$d' "$root/etc/default/grub"
		printf 'GRUB_CMDLINE_LINUX="%s"\n' "$mark" >>"$root/etc/default/grub"
		nothing_but_in_our_section "GRUB would not pass the flag to the kernel of 'Debian GNU/Linux, with Linux 6.1.0-50-amd64', whose line ends before it"
	done
	run -1 tool enable 01:00
	assert_contains 'GRUB would not pass the flag'
	run ! grep '^vfio_early=1' <(grubenv)
}

# nothing_but, where the rest is another one, too.
nothing_but_in_our_section() { # PIECE
	update_grub
	assert_equal '' "$(section)"
	output=$(<"$BATS_TEST_TMPDIR/update-grub")
	assert_contains "vfio-early: $1"
}

@test "what GRUB takes as part of a word ends no line" {
	sed -i '/^GRUB_CMDLINE_LINUX=/,$d' "$root/etc/default/grub"
	echo "GRUB_CMDLINE_LINUX='a#b \"c # d;e\" f=\\;g'" >>"$root/etc/default/grub"
	update_grub
	output=$(our_lines)
	assert_contains "$words"
}

@test "a line break in a quoted word that is left out becomes no command of GRUB's" {
	printf 'GRUB_CMDLINE_LINUX='"'"'vfio_early="x\nreboot "'"'"'\n' >>"$root/etc/default/grub"
	update_grub
	run ! grep -x 'reboot.*' <(section)
	section | grep -q 'left out of these entries: vfio_early="x.*reboot'
	grub-script-check "$root/boot/grub/grub.cfg"
}
