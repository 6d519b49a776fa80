#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early status: the choice, the next boot, the kernels, the differences.

load helper
load status

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

@test "that the next boot takes the host's display is said: the screen stays dark" {
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:01'
	make_grub 'vfio_early=1234:1111@00:01 intel_iommu=on iommu=pt'
	make_grubenv vfio_early=1
	status_is 0 "  - the next boot gives 00:01.0 away (it is the boot display), so that this machine's screen stays dark from the kernel's start on"
	differences_are 'next-dark reboot-takes'
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
	status_is 1 'Next boot: unknown' 'is not a block of GRUB variables' \
		'! what the next boot does is not known'
	assert_equal 'null null' "$(json_of '.next_boot | "\(.enabled) \(.devices)"' status || true)"
}

# Runs the tool without the right to read FILE..., which belongs to somebody else then.
without_reading() { # FILE... -- ARGUMENT...
	local files=()
	while [ "$1" != -- ]; do
		files+=("$1")
		shift
	done
	shift
	chmod 0600 "${files[@]}"
	chown 65534 "${files[@]}"
	setpriv --bounding-set=-all --inh-caps=-all "$top/vfio-early" --root "$root" "$@"
}

@test "an ordinary user, who may not read grub.cfg nor the images, is told what is unknown" {
	choose_card_1
	make_grubenv vfio_early=1
	run -1 without_reading "$root/boot/grub/grub.cfg" "$root"/boot/initrd* -- status
	assert_contains 'Next boot: unknown, cannot read'
	assert_contains 'what it does is not known'
	assert_lacks 'every device stays with the host'
	assert_contains '6.1.0-1-amd64  unknown: /boot/initrd'
	assert_contains '! what the next boot does is not known'
	assert_contains '! whether kernel 6.1.0-1-amd64 is ready is not known'
	assert_equal 'unknown null null false' "$(without_reading "$root/boot/grub/grub.cfg" -- --json status |
		jq -r '"\(.next_boot.entry) \(.next_boot.devices) \(.kernels[0].ready) \(.healthy)"')"
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

@test "a passthrough boot that was stopped before it had started up did not fail" {
	local stopped='the last passthrough boot was not confirmed: it was stopped before it had started up'
	choose_card_1
	make_grubenv vfio_early=1 vfio_early_pending=3
	status_is 0 "Next boot: passthrough, until 'vfio-early disable'" \
		"- $stopped; one normal boot was made of that"
	assert_lacks 'did not come up'
	assert_equal 'true false' "$(json_of '.next_boot | "\(.stopped) \(.failed)"' status)"
	make_grubenv vfio_early=1 vfio_early_pending=2
	status_is 0 'Next boot: normal, this passthrough boot was stopped before it had started up' "- $stopped"
	make_grub "$words" '# vfio-early: no guard: nothing would confirm a boot'
	make_grubenv vfio_early=1 vfio_early_pending=3
	differences_are 'guard-off reboot-takes'
}

@test "the word that stops a passthrough boot before it is confirmed is named" {
	local word
	choose_card_1
	make_grubenv vfio_early=1 vfio_early_pending=1
	for word in single rescue emergency init=/bin/sh systemd.unit=emergency.target rd.break break=premount; do
		booted_with_card_1
		sed -i "s|\$| $word|" "$root/proc/cmdline"
		status_is 1 "so the next boot will be a normal one: '$word' on the kernel command line stops it before it has started up"
	done
	for word in init=/sbin/init systemd.unit=graphical.target 5; do
		booted_with_card_1
		sed -i "s|\$| $word|" "$root/proc/cmdline"
		status_is 1 'so the next boot will be a normal one'
		assert_lacks 'stops it'
	done
}
