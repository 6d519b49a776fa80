#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early status: the choice, this boot, the next boot, the kernels, the differences.

load helper

words='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'

setup() {
	make_machine
	make_kernel 6.1.0-1-amd64
	make_grub
}

choose_card_1() {
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	make_grub "$words"
}

# status_is STATUS PIECE...: the exit status, and what the text has.
status_is() {
	run "-$1" tool status
	shift
	local piece
	for piece; do
		assert_contains "$piece"
	done
}

# The ids of all differences on one line, those that are not healthy with a "!".
differences_are() {
	assert_equal "$1" "$(json_of '[.differences[] |
		(if .healthy then "" else "!" end) + .id] | unique | join(" ")' status)"
}

@test "a machine where nothing is chosen is healthy" {
	status_is 0 "nothing: 'vfio-early list' shows the cards, 'vfio-early enable' chooses one" \
		'This boot: normal, the command line has no flag' \
		$'Next boot: normal, grub.cfg has no entry of vfio-early\n  every device stays with the host' \
		$'Kernels\n  6.1.0-1-amd64  ready' $'Differences\n  none'
	assert_equal '[] false normal [] true' "$(json_of \
		'"\(.selection) \(.now.passthrough) \(.next_boot.entry) \(.differences) \(.healthy)"' status)"
}

@test "chosen and enabled: the next boot takes the card, and that is a difference" {
	choose_card_1
	make_grubenv vfio_early=1
	status_is 0 $'Chosen
  01:00.0  1234:1111  Technical Corp. Emulated VGA
  01:00.1  8086:2668' $'This boot: normal, the command line has no flag
  01:00.0  with bochs-drm
  01:00.1  with snd_hda_intel
  01:00.2  with xhci_hcd
' "Next boot: passthrough, until 'vfio-early disable'
  01:00.0  is given to vfio-pci, by the word '1234:1111@00:02.0/00'" \
		'  - 01:00.0 is with bochs-drm now; the next boot gives it to vfio-pci'
	differences_are reboot-takes
	assert_equal '0000:01:00.0 0000:01:00.1 0000:01:00.2' \
		"$(json_of '[.selection[].address] | join(" ")' status)"
	assert_equal 'passthrough take' \
		"$(json_of '"\(.next_boot.entry) \(.next_boot.devices[2].action)"' status)"
}

@test "chosen but not enabled: the next boot is normal" {
	choose_card_1
	status_is 0 $'Next boot: normal, passthrough is not enabled\n  every device stays'
	differences_are ''
}

@test "after a passthrough boot everything is as it should be" {
	choose_card_1
	make_grubenv vfio_early=1
	booted_with_card_1
	status_is 0 $'This boot: passthrough, vfio_early=1234:1111@00:02.0/00
  01:00.0  with vfio-pci, taken by the early program
  01:00.1  with vfio-pci, taken by the early program' \
		"The early program ran 0.812 s after the kernel's start, for 0.122 s." \
		$'Differences\n  none'
	assert_equal '0000:01:00.0 vfio-pci taken null vfio-pci' "$(json_of \
		'.now.devices[0] | "\(.address) \(.driver) \(.outcome) \(.before) \(.after)"' status)"
	assert_equal '812345 934567 true' \
		"$(json_of '.now | "\(.start_us) \(.end_us) \(.record)"' status)"
}

@test "a driver is the same with hyphens and with underscores" {
	choose_card_1
	echo 'devices = 1234:1111@00:02.0/00=mlx5-vfio-pci' >"$root/etc/vfio-early.conf"
	local function
	for function in 0 1 2; do
		pci_bind "0000:01:00.$function" mlx5_vfio_pci
	done
	make_grub "vfio_early=1234:1111@00:02.0/00=mlx5-vfio-pci intel_iommu=on iommu=pt"
	make_grubenv vfio_early=1
	differences_are ''
	pci_bind 0000:01:00.1 mlx4_vfio_pci
	differences_are reboot-takes
}

@test "disabled in a passthrough boot: the next boot gives the card back" {
	choose_card_1
	booted_with_card_1
	status_is 0 'Next boot: normal, passthrough is not enabled' \
		'  - 01:00.2 is with vfio-pci now; the next boot leaves it with the host'
	differences_are reboot-returns
}

@test "for one boot only" {
	choose_card_1
	make_grubenv vfio_early_once=1
	status_is 0 'Next boot: passthrough, for one boot, as enable --once said'
	assert_equal 'true false' "$(json_of '.next_boot | "\(.once) \(.enabled)"' status)"
}

@test "what grub-reboot chose comes before the switch" {
	choose_card_1
	make_grubenv vfio_early=1 next_entry=gnulinux-simple-0815
	status_is 0 'Next boot: normal, chosen for one boot with grub-reboot'
	make_grubenv next_entry=vfio-early
	status_is 0 'Next boot: passthrough, chosen for one boot with grub-reboot'
}

@test "a kernel whose image is not ready is unhealthy once passthrough is enabled" {
	make_kernel 6.1.0-2-amd64 bare
	choose_card_1
	status_is 0 $'Kernels
  6.1.0-2-amd64  not ready: the early program is not in /boot/initrd.img-6.1.0-2-amd64
  6.1.0-1-amd64  ready'
	make_grubenv vfio_early=1
	status_is 1 '  ! kernel 6.1.0-2-amd64 is not ready: the early program is not in'
	differences_are '!kernel-not-ready reboot-takes'
	assert_equal '6.1.0-2-amd64 false the early program is not in /boot/initrd.img-6.1.0-2-amd64' \
		"$(json_of '.kernels[0] | "\(.version) \(.ready) \(.reason)"' status)"
	assert_equal '6.1.0-1-amd64 true null' \
		"$(json_of '.kernels[1] | "\(.version) \(.ready) \(.reason)"' status)"
}

# healthy or not, as the difference says it
kernel_not_ready_is() {
	assert_equal "$1" "$(json_of '.differences[] | select(.id == "kernel-not-ready").healthy' status)"
}

without_vfio_pci() { # VERSION
	echo kernel/fs/ext4/ext4.ko >"$root/lib/modules/$1/modules.builtin"
	echo kernel/fs/fat/fat.ko: >"$root/lib/modules/$1/modules.dep"
}

made_by_mkinitcpio() { # VERSION
	local tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree"
	: >"$tree/init_functions"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$root/boot/initrd.img-$1"
}

@test "a kernel that cannot be made ready is healthy if it has no entry, and another is ready" {
	local kind
	for kind in without_vfio_pci made_by_mkinitcpio; do
		echo "$kind"
		make_kernel 6.1.0-1-amd64
		rm -f "$root/boot/initrd.img-6.1.0-2-amd64"
		choose_card_1
		make_kernel 6.1.0-2-amd64
		"$kind" 6.1.0-2-amd64
		make_grubenv vfio_early=1
		kernel_not_ready_is true
		# An entry that was made before.
		choose_card_1
		make_grubenv vfio_early=1
		kernel_not_ready_is false
		# Nothing else to boot.
		rm "$root/boot/initrd.img-6.1.0-2-amd64"
		choose_card_1
		make_kernel 6.1.0-2-amd64
		"$kind" 6.1.0-2-amd64
		make_grubenv vfio_early=1
		rm "$root/boot/"*-6.1.0-1-amd64
		kernel_not_ready_is false
	done
}

@test "a flag on the command line and no record: the early program was not in the image" {
	boot_with "$words"
	status_is 1 'This boot: passthrough' 'the early program left no record'
	differences_are '!early-program-missing'
}

@test "a card that stayed with the host in this boot" {
	choose_card_1
	make_grubenv vfio_early=1
	boot_with "$words"
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=1234:1111@00:02.0/00
		start=1
		end=2
		0000:01:00.0 1234:1111 left before=- driver=vfio-pci after=- reason=it has no IOMMU group
		0000:01:00.1 8086:2668 left before=- after=- driver=vfio-pci reason=another function of this card stays with the host
	END
	status_is 1 '01:00.0  with bochs-drm, left to the host: it has no IOMMU group' \
		'  ! 01:00.0 stayed with the host in this boot: it has no IOMMU group'
	assert_lacks '! 01:00.1'
	differences_are '!not-taken reboot-takes'
}

@test "every outcome of the record is told" {
	boot_with "$words"
	pci_bind 0000:01:00.0 vfio-pci
	pci_bind 0000:01:00.1 vfio-pci
	pci_bind 0000:01:00.2 -
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=01:00,02:00
		start=1
		end=2
		0000:01:00.0 1234:1111 kept before=vfio-pci after=vfio-pci driver=vfio-pci
		0000:01:00.1 8086:2668 held before=- after=- start=1 end=2 driver=vfio-pci
		0000:02:00.0 1234:1111 restored before=bochs-drm after=bochs-drm driver=vfio-pci reason=vfio-pci did not bind it, error 22
		0000:02:00.1 8086:2668 failed before=snd_hda_intel after=- driver=vfio-pci reason=another function of this card could not be taken
	END
	status_is 1 '01:00.0  with vfio-pci, where the early program found it' \
		'01:00.1  with vfio-pci, held for vfio-pci by the early program' \
		'02:00.0  with bochs-drm, given back to the host: vfio-pci did not bind it, error 22' \
		'02:00.1  with snd_hda_intel, could not be taken nor given back' \
		'! 02:00.0 stayed with the host in this boot: vfio-pci did not bind it, error 22'
	differences_are '!not-taken reboot-returns'
}

@test "a driver that took a function after the boot" {
	choose_card_1
	make_grubenv vfio_early=1
	booted_with_card_1
	pci_bind 0000:01:00.1 snd_hda_intel
	pci_bind 0000:01:00.2 -
	status_is 1 '! 01:00.1 was given to vfio-pci in this boot, but is with snd_hda_intel now' \
		'! 01:00.2 was given to vfio-pci in this boot, but is with no driver now'
}

@test "a driver that the record spells with hyphens is the one that sysfs spells otherwise" {
	booted_with_card_1
	local function
	for function in 0 1 2; do
		pci_bind "0000:01:00.$function" mlx5_vfio_pci
	done
	sed -i 's/=vfio-pci/=mlx5-vfio-pci/g' "$root/run/vfio-early/boot"
	differences_are reboot-returns
	pci_bind 0000:01:00.1 mlx4_vfio_pci
	differences_are '!driver-changed reboot-returns'
}

@test "diagnose judges the record of a boot as status does" {
	early_ran() { json_of '[.checks[].status] | unique | join(" ")' diagnose --only EARLY-RAN; }
	booted_with_card_1
	assert_equal pass "$(early_ran)"
	local function
	for function in 0 1 2; do
		pci_bind "0000:01:00.$function" mlx5_vfio_pci
	done
	sed -i 's/=vfio-pci/=mlx5-vfio-pci/g' "$root/run/vfio-early/boot"
	assert_equal pass "$(early_ran)"
	sed -i '/:01:00.0/s/ taken.*/ left before=bochs-drm after=bochs-drm driver=mlx5-vfio-pci reason=it is the boot display, which is only taken by its address/' \
		"$root/run/vfio-early/boot"
	pci_bind 0000:01:00.0 bochs-drm
	differences_are 'not-taken reboot-returns'
	assert_equal info "$(early_ran)"
	rm "$root/sys/bus/pci/devices/0000:01:00.2"
	differences_are '!device-gone not-taken reboot-returns'
	assert_equal 'fail info' "$(early_ran)"
}

@test "a device that was there when the boot began and is gone" {
	booted_with_card_1
	rm "$root/sys/bus/pci/devices/0000:01:00.2"
	status_is 1 '! 0000:01:00.2 was there in this boot, and is gone now'
}

@test "words that were wrong in this boot" {
	boot_with vfio_early=05:00,zz
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=05:00,zz
		error="05:00": no such device
		error="zz": neither an address nor an ID
		start=1
		end=2
	END
	status_is 1 '! in this boot a word was wrong: "05:00": no such device' \
		'! in this boot a word was wrong: "zz": neither an address nor an ID'
	assert_equal '"05:00": no such device' "$(json_of '.now.errors[0]' status)"
}

@test "a record of a newer early program is read, one of another kind is not" {
	choose_card_1
	make_grubenv vfio_early=1
	booted_with_card_1
	sed -i -e 's/ driver=vfio-pci$/ colour=blue driver=vfio-pci/' -e '2i mood=fine' \
		"$root/run/vfio-early/boot"
	status_is 0 '01:00.2  with vfio-pci, taken by the early program'
	sed -i '1s/1/2/' "$root/run/vfio-early/boot"
	status_is 1 '/run/vfio-early/boot:1: not a record of this version'
	differences_are '!record-unreadable'
}

@test "a record that is damaged is an error with its line" {
	booted_with_card_1
	local line
	while IFS= read -r line; do
		printf 'vfio-early 1\nflag=01:00\n%s\n' "${line%% # *}" >"$root/run/vfio-early/boot"
		status_is 1 "/run/vfio-early/boot:3: ${line##* # }"
	done <<-'END'
		start=soon # not a number of microseconds
		end=-1 # not a number of microseconds
		nonsense # neither KEY=VALUE nor the address
		0000:01:00.0 # no ID behind the address
		0000:01:00.0 1234 # no ID behind the address
		0000:01:00.0 1234:1111 stolen before=- after=- driver=vfio-pci # no outcome behind the ID
		0000:01:00.0 1234:1111 taken before=- driver=vfio-pci # before=, after= or driver= is missing
		0000:01:00.0 1234:1111 taken before=- after # a word without '='
	END
	echo 'vfio-early 1' >"$root/run/vfio-early/boot"
	status_is 1 '/run/vfio-early/boot: the line flag= is missing'
	: >"$root/run/vfio-early/boot"
	status_is 1 '/run/vfio-early/boot:1: not a record'
}

@test "the guard fell back to the normal entry" {
	choose_card_1
	make_grubenv vfio_early=1 vfio_early_failed=1
	status_is 1 'Next boot: normal, the last passthrough boot did not come up' \
		"! the last passthrough boot did not come up, so GRUB boots normally until 'vfio-early enable'"
	differences_are '!boot-failed'
	assert_equal true "$(json_of .next_boot.failed status)"
}

@test "a boot that is not confirmed makes the next one normal, if the guard is on" {
	choose_card_1
	make_grubenv vfio_early=1 vfio_early_pending=1
	booted_with_card_1
	status_is 1 'Next boot: normal, this passthrough boot is not confirmed yet' \
		'! a passthrough boot has begun that vfio-early-confirm.service has not confirmed'
	make_grub "$words" '# vfio-early: no guard: nothing would confirm a boot'
	make_grubenv vfio_early=1 vfio_early_pending=1
	status_is 0 "Next boot: passthrough, until 'vfio-early disable'" \
		'- the guard is off, and a passthrough boot that fails is tried again: nothing would confirm'
	differences_are guard-off
	assert_equal 'false nothing would confirm a boot' \
		"$(json_of '.next_boot | "\(.guard) \(.guard_reason)"' status)"
}

@test "enabled, and grub.cfg has no entry" {
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
	make_grubenv vfio_early=1
	status_is 1 'Next boot: normal, grub.cfg has no entry of vfio-early' \
		"! passthrough is enabled, but grub.cfg has no entry for it"
	differences_are '!entry-missing'
}

@test "the entry of grub.cfg has other words than the choice" {
	choose_card_1
	make_grub 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt'
	status_is 0 "- the entries in grub.cfg have 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt', and the choice is '$words'"
	make_grubenv vfio_early=1
	status_is 1 '02:00.0  is given to vfio-pci'
	differences_are '!entry-differs reboot-takes'
	rm "$root/etc/vfio-early.conf"
	status_is 1 'and nothing is chosen'
}

@test "a kernel that is ready but has no entry" {
	choose_card_1
	make_kernel 6.1.0-2-amd64
	status_is 0 '6.1.0-2-amd64  ready'
	make_grubenv vfio_early=1
	status_is 1 '! kernel 6.1.0-2-amd64 is ready, but grub.cfg has no passthrough entry for it'
	differences_are '!kernel-without-entry reboot-takes'
}

@test "an entry that the user saved as default" {
	choose_card_1
	# shellcheck disable=SC2016 # a variable of GRUB
	sed -i '1i set default="${saved_entry}"' "$root/boot/grub/grub.cfg"
	make_grubenv saved_entry=vfio-early
	status_is 0 "Next boot: passthrough, the entry was saved as GRUB's default"
	make_grubenv saved_entry=gnulinux-simple-0815
	status_is 0 'Next boot: normal, passthrough is not enabled'
}

@test "an entry of ours as GRUB_DEFAULT, and the guard before it" {
	local default
	choose_card_1
	for default in vfio-early 'vfio-early-kernels>vfio-early-6.1.0-1-amd64'; do
		sed -i "1i set default=\"$default\"" "$root/boot/grub/grub.cfg"
		make_grubenv
		status_is 0 'Next boot: passthrough, as GRUB_DEFAULT says'
		make_grubenv vfio_early_failed=1
		status_is 1 'Next boot: normal, the last passthrough boot did not come up'
		sed -i 1d "$root/boot/grub/grub.cfg"
	done
}

@test "the entries of another version of vfio-early" {
	choose_card_1
	sed -i 's/form 1/form 0/' "$root/boot/grub/grub.cfg"
	status_is 0 'the entries in grub.cfg are those of another version of vfio-early'
	make_grubenv vfio_early=1
	status_is 1 'what it does is not known'
	differences_are '!entry-outdated'
}

@test "what the next boot cannot do is unhealthy" {
	choose_card_1
	make_grubenv vfio_early=1
	no_iommu
	status_is 1 '! in the next boot 01:00.0 stays with the host: it has no IOMMU group'
	rm "$root"/sys/bus/pci/devices/0000:01:00.*
	status_is 1 "! '1234:1111@00:02.0/00': there is no device at this place" \
		'nothing that is here'
	differences_are '!next-word-wrong'
	make_grubenv
	status_is 0 "- '1234:1111@00:02.0/00': there is no device at this place"
	differences_are choice-wrong
}

@test "that an ID leaves the boot display to the host is as it should be" {
	put /etc/vfio-early.conf <<<'devices = 1234:1111'
	make_grub 'vfio_early=1234:1111 intel_iommu=on iommu=pt'
	make_grubenv vfio_early=1
	status_is 0 '  - in the next boot 00:01.0 stays with the host: it is the boot display'
	assert_equal '0000:01:00.0 0000:02:00.0' "$(json_of '[.selection[].address] | join(" ")' status)"
	boot_with vfio_early=1234:1111
	pci_bind 0000:01:00.0 vfio-pci
	pci_bind 0000:02:00.0 vfio-pci
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=1234:1111
		start=1
		end=2
		0000:00:01.0 1234:1111 left before=- after=- driver=vfio-pci reason=it is the boot display, which is only taken by its address
		0000:01:00.0 1234:1111 taken before=- after=vfio-pci driver=vfio-pci
		0000:02:00.0 1234:1111 taken before=- after=vfio-pci driver=vfio-pci
	END
	status_is 0 '  - 00:01.0 stayed with the host in this boot: it is the boot display'
}

@test "a flag with control characters does not reach the terminal" {
	boot_with $'vfio_early=01:00\e[2J'
	status_is 1 'This boot: passthrough, vfio_early=01:00?[2J'
}

@test "a flag that somebody put into the normal entry" {
	sed -i 's/ro quiet$/ro quiet vfio_early=02:00/' "$root/boot/grub/grub.cfg"
	status_is 0 'Next boot: normal' "02:00.0  is given to vfio-pci, by the word '02:00'"
}

@test "without GRUB the words of this boot are taken for the next one" {
	rm -r "$root/boot/grub"
	status_is 0 $'Next boot: unknown, GRUB is not the boot loader here\n  every device stays'
	booted_with_card_1
	status_is 0 $'  with the command line of this boot:\n  01:00.0  is given to vfio-pci'
}

@test "a grubenv that is none" {
	choose_card_1
	echo 'vfio_early=1' >"$root/boot/grub/grubenv"
	status_is 0 'Next boot: unknown' 'is not a block of GRUB variables'
}

@test "a conf that cannot be read is unhealthy" {
	put /etc/vfio-early.conf <<<'devices = zz'
	status_is 1 "vfio-early.conf:1: 'zz': neither an address"
	differences_are '!conf-unreadable'
}

@test "no kernel at all" {
	rm "$root"/boot/vmlinuz-* "$root"/boot/initrd*
	status_is 0 $'Kernels\n  none found in /boot'
	assert_equal '[]' "$(json_of '.kernels | tostring' status)"
}

@test "status takes no words and no options" {
	run -2 tool status now
	assert_contains "status: unexpected 'now'"
	run -2 tool status --now
	assert_contains 'vfio-early help status'
	rm -r "$root/sys/bus"
	run -2 tool status
	assert_contains 'this machine has no PCI bus'
}

@test "a command line that fills the kernel's buffer may have been cut" {
	printf '%2047s\n' quiet | put /proc/cmdline
	status_is 1 '! the kernel command line fills the 2047 bytes that the kernel keeps: it may have been cut'
	differences_are '!line-cut'
	printf '%2046s\n' quiet | put /proc/cmdline
	differences_are ''
}

@test "a kernel that is loaded for kexec: the next reboot may go past the boot loader" {
	put /sys/kernel/kexec_loaded <<<1
	status_is 0 "- a kernel is loaded for kexec (/sys/kernel/kexec_loaded), so the next reboot may go past the boot loader and keep the kernel command line that was loaded; 'kexec -u' unloads it, and the reboot is a full one"
	differences_are kexec
	echo 0 >"$root/sys/kernel/kexec_loaded"
	differences_are ''
	put /etc/default/kexec <<<'LOAD_KEXEC=false'
	differences_are ''
	echo 'LOAD_KEXEC="true"' >>"$root/etc/default/kexec"
	status_is 0 '- kexec loads a kernel when this system goes down (LOAD_KEXEC in /etc/default/kexec), so the next reboot may go past the boot loader'
	assert_contains 'for a full reboot, say LOAD_KEXEC=false there'
}
