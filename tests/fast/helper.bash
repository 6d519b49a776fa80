# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A made-up root below $BATS_TEST_TMPDIR, and the programs run on it.

bats_require_minimum_version 1.5.0

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
root=$BATS_TEST_TMPDIR/root

# vfio-early on the made-up root, for `run`.
tool() {
	"$top/vfio-early" --root "$root" "$@"
}

# What a jq filter makes of the JSON output: json_of FILTER ARGUMENT...
json_of() {
	local filter=$1
	shift
	tool --json "$@" | jq -r "$filter"
}

# Every hand-made check prints what it wanted and what it got.
assert_equal() { # EXPECTED ACTUAL
	[ "$1" = "$2" ] && return
	printf -- '--- expected\n%s\n--- actual\n%s\n---\n' "$1" "$2"
	return 1
}

assert_contains() { # PIECE, of $output
	[[ $output == *"$1"* ]] && return
	printf -- '--- expected to contain\n%s\n--- actual\n%s\n---\n' "$1" "$output"
	return 1
}

assert_lacks() { # PIECE, of $output
	[[ $output != *"$1"* ]] && return
	printf -- '--- expected not to contain\n%s\n--- actual\n%s\n---\n' "$1" "$output"
	return 1
}

# Writes standard input to a file of the made-up root.
put() { # /PATH
	mkdir -p "$root${1%/*}"
	cat >"$root$1"
}

# What pciDDDD:BB the address is below, and the directories between.
pci_directory() { # ADDRESS
	readlink -f "$root/sys/bus/pci/devices/$1"
}

# pci_add PARENT ADDRESS VVVV:DDDD CLASS [KEY=VALUE]...
# PARENT is the bridge above, or "-" on a root bus. Keys: driver, group, subsystem
# (SSSS:ssss), boot_vga (0 or 1), header (two digits).
pci_add() {
	local parent=$1 address=$2 id=$3 class=$4 directory key
	local driver='' group='' subsystem=1af4:1100 boot_vga='' header=00
	for key in "${@:5}"; do
		local "${key%%=*}=${key#*=}"
	done
	if [ "$parent" = - ]; then
		directory=$root/sys/devices/pci${address%:*}/$address
	else
		directory=$(pci_directory "$parent")/$address
	fi
	mkdir -p "$directory" "$root/sys/bus/pci/devices"
	ln -sr "$directory" "$root/sys/bus/pci/devices/$address"

	local vendor=${id%:*} device=${id#*:} sv=${subsystem%:*} sd=${subsystem#*:}
	echo "0x$vendor" >"$directory/vendor"
	echo "0x$device" >"$directory/device"
	echo "0x$sv" >"$directory/subsystem_vendor"
	echo "0x$sd" >"$directory/subsystem_device"
	echo "0x$class" >"$directory/class"
	echo 0x02 >"$directory/revision"
	echo 0 >"$directory/irq"
	echo '(null)' >"$directory/driver_override"
	printf 'pci:v0000%sd0000%ssv0000%ssd0000%sbc%ssc%si%s\n' "${vendor^^}" "${device^^}" \
		"${sv^^}" "${sd^^}" "${class:0:2}" "${class:2:2}" "${class:4:2}" >"$directory/modalias"
	for _ in {1..13}; do
		echo '0x0000000000000000 0x0000000000000000 0x0000000000000000'
	done >"$directory/resource"
	# The first 64 bytes of configuration space, little-endian.
	local zero='\x00\x00\x00\x00'
	printf %b "\\x${vendor:2:2}\\x${vendor:0:2}\\x${device:2:2}\\x${device:0:2}$zero\\x02\\x${class:4:2}\\x${class:2:2}\\x${class:0:2}\\x00\\x00\\x$header\\x00$zero$zero$zero$zero$zero$zero$zero\\x${sv:2:2}\\x${sv:0:2}\\x${sd:2:2}\\x${sd:0:2}$zero$zero$zero$zero" \
		>"$directory/config"
	[ -z "$boot_vga" ] || echo "$boot_vga" >"$directory/boot_vga"
	[ -z "$group" ] || pci_group "$address" "$group"
	[ -z "$driver" ] || pci_bind "$address" "$driver"
}

# Puts the function into an IOMMU group.
pci_group() { # ADDRESS GROUP
	local directory groups=$root/sys/kernel/iommu_groups
	directory=$(pci_directory "$1")
	[ ! -e "$directory/iommu_group" ] || rm "$directory/iommu_group" "$groups"/*/devices/"$1"
	mkdir -p "$groups/$2/devices"
	ln -sr "$groups/$2" "$directory/iommu_group"
	ln -sr "$directory" "$groups/$2/devices/$1"
}

# Lets a driver hold the function, instead of the one before; "-" is none.
pci_bind() { # ADDRESS DRIVER
	local directory drivers=$root/sys/bus/pci/drivers
	directory=$(pci_directory "$1")
	[ ! -e "$directory/driver" ] || rm "$directory/driver" "$drivers"/*/"$1"
	[ "$2" != - ] || return 0
	mkdir -p "$drivers/$2"
	ln -sr "$drivers/$2" "$directory/driver"
	ln -sr "$directory" "$drivers/$2/$1"
}

# Takes the IOMMU out of the machine.
no_iommu() {
	rm -rf "$root/sys/kernel/iommu_groups" "$root/sys/class/iommu" \
		"$root/sys/firmware/acpi/tables/DMAR"
	find "$root/sys/devices" -name iommu_group -delete
}

# A disk below a PCI function, with one partition: block_add ADDRESS NAME MAJOR:MINOR
block_add() {
	local directory part=${2}1
	[[ $2 != *[0-9] ]] || part=${2}p1
	directory=$(pci_directory "$1")/block/$2
	mkdir -p "$directory/$part" "$root"/sys/{block,class/block,dev/block} "$root/dev"
	echo "$3" >"$directory/dev"
	echo "${3%:*}:$((${3#*:} + 1))" >"$directory/$part/dev"
	echo 1 >"$directory/$part/partition"
	ln -sr "$directory" "$root/sys/block/$2"
	ln -sr "$directory" "$root/sys/class/block/$2"
	ln -sr "$directory/$part" "$root/sys/class/block/$part"
	ln -sr "$directory" "$root/sys/dev/block/$3"
	ln -sr "$directory/$part" "$root/sys/dev/block/${3%:*}:$((${3#*:} + 1))"
}

# A network interface below a PCI function: net_add ADDRESS NAME
net_add() {
	local directory
	directory=$(pci_directory "$1")/net/$2
	mkdir -p "$directory" "$root/sys/class/net"
	ln -sr "$(pci_directory "$1")" "$directory/device"
	ln -sr "$directory" "$root/sys/class/net/$2"
}

# The standard machine: two identical cards (the second without USB) behind root ports of
# their own, a boot display with the same ID, and the disk and network card that the host
# lives on. Card 1 is 01:00, card 2 is 02:00.
make_machine() {
	local once=$BATS_RUN_TMPDIR/machine
	# Made once for the whole run: it takes a hundred programs to make.
	if [ ! -d "$once" ]; then
		build_machine
		cp -a "$root" "$once.$$"
		mv -T "$once.$$" "$once"
		return
	fi
	rm -rf "$root"
	cp -a "$once" "$root"
}

build_machine() {
	mkdir -p "$root"/{boot,dev,etc,run,tmp,var/lib,proc/self,sys/class/iommu/dmar0} \
		"$root"/sys/{module,firmware/acpi/tables,bus/pci/devices,bus/pci/drivers/vfio-pci}
	: >"$root/sys/firmware/acpi/tables/DMAR"
	: >"$root/sys/bus/pci/drivers_probe"

	pci_add - 0000:00:00.0 8086:29c0 060000 group=0
	pci_add - 0000:00:01.0 1234:1111 030000 group=1 boot_vga=1 driver=bochs-drm
	pci_add - 0000:00:02.0 1b36:000c 060400 group=2 header=01 driver=pcieport
	pci_add - 0000:00:03.0 1b36:000c 060400 group=3 header=01 driver=pcieport
	pci_add - 0000:00:04.0 1b36:000c 060400 group=4 header=01 driver=pcieport
	pci_add - 0000:00:05.0 1b36:000c 060400 group=5 header=01 driver=pcieport
	pci_add - 0000:00:1f.0 8086:2918 060100 group=6 driver=lpc_ich
	pci_add - 0000:00:1f.3 8086:2930 0c0500 group=6 driver=i801_smbus

	pci_add 0000:00:02.0 0000:01:00.0 1234:1111 038000 group=7 driver=bochs-drm
	pci_add 0000:00:02.0 0000:01:00.1 8086:2668 040300 group=7 driver=snd_hda_intel
	pci_add 0000:00:02.0 0000:01:00.2 1b36:000d 0c0330 group=7 driver=xhci_hcd
	pci_add 0000:00:03.0 0000:02:00.0 1234:1111 038000 group=8 driver=bochs-drm
	pci_add 0000:00:03.0 0000:02:00.1 8086:2668 040300 group=8 driver=snd_hda_intel
	pci_add 0000:00:04.0 0000:03:00.0 144d:a80a 010802 group=9 driver=nvme
	pci_add 0000:00:05.0 0000:04:00.0 8086:10d3 020000 group=10 driver=e1000e
	block_add 0000:03:00.0 nvme0n1 259:0
	net_add 0000:04:00.0 enp4s0

	put /proc/self/mountinfo <<-END
		22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw
		23 22 0:21 / /proc rw,nosuid shared:5 - proc proc rw
		24 22 0:22 / /sys rw,nosuid shared:6 - sysfs sysfs rw
	END
	put /proc/mounts <<-END
		/dev/nvme0n1p1 / ext4 rw,relatime 0 0
		proc /proc proc rw,nosuid 0 0
		sysfs /sys sysfs rw,nosuid 0 0
	END
	put /proc/swaps <<-END
		Filename				Type		Size		Used		Priority
	END
	printf 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n%s\n' \
		$'enp4s0\t00000000\t0202000A\t0003\t0\t0\t100\t00000000\t0\t0\t0' |
		put /proc/net/route
	boot_with ''
	put /proc/cpuinfo <<-END
		processor	: 0
		vendor_id	: GenuineIntel
		model name	: A processor

	END
	put /usr/share/misc/pci.ids <"$top/tests/fast/pci.ids"
}

# The command line of the running kernel, with these words at its end.
boot_with() { # WORDS
	echo "BOOT_IMAGE=/boot/vmlinuz-6.1.0-1-amd64 root=UUID=0815 ro quiet${1:+ $1}" |
		put /proc/cmdline
}

# A kernel with an initramfs-tools image: make_kernel VERSION [bare]; a bare image has
# nothing of vfio-early.
make_kernel() {
	local tree=$BATS_TEST_TMPDIR/image
	mkdir -p "$tree"/{conf,scripts/init-top,usr/bin} "$root/boot" "$root/lib/modules/$1"
	: >"$root/boot/vmlinuz-$1"
	echo kernel/drivers/vfio/pci/vfio-pci.ko >"$root/lib/modules/$1/modules.builtin"
	: >"$tree/conf/arch.conf"
	echo '/scripts/init-top/udev "$@"' >"$tree/scripts/init-top/ORDER"
	if [ "${2-}" != bare ]; then
		cp "$top/vfio-early-hook" "$tree/usr/bin/"
		: >"$tree/scripts/init-top/00-vfio-early"
		sed -i '1i /scripts/init-top/00-vfio-early "$@"' "$tree/scripts/init-top/ORDER"
	fi
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$root/boot/initrd.img-$1"
	rm -r "$tree"
}

# A grub.cfg with a normal entry, and with ours for every kernel that is there if words
# are given: make_grub [WORDS [GUARD]]; GUARD is the line on a guard that is off.
make_grub() {
	local image
	{
		cat <<-'END'
			### BEGIN /etc/grub.d/10_linux ###
			menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-0815' {
				linux	/boot/vmlinuz-6.1.0-1-amd64 root=UUID=0815 ro quiet
				initrd	/boot/initrd.img-6.1.0-1-amd64
			}
			### END /etc/grub.d/10_linux ###
			### BEGIN /etc/grub.d/45_vfio_early ###
		END
		[ $# -eq 0 ] || cat <<-END
			# vfio-early: form 1
			# vfio-early: words $1
			${2-}
			menuentry 'Debian GNU/Linux, GPU' \$menuentry_id_option 'vfio-early' {
				linux	/boot/vmlinuz-6.1.0-1-amd64 root=UUID=0815 ro quiet $1
			}
			submenu 'Debian GNU/Linux, GPU: choose' \$menuentry_id_option 'vfio-early-kernels' {
		END
		for image in "$root"/boot/initrd.img-*; do
			[ $# -gt 0 ] || break
			image=${image##*/}
			cat <<-END
				menuentry 'Linux ${image#*-}, GPU' \$menuentry_id_option 'vfio-early-${image#*-}' {
					linux	/boot/vmlinuz-${image#*-} root=UUID=0815 ro quiet $1
					initrd	/boot/$image
				}
			END
		done
		[ $# -eq 0 ] || echo '}'
		echo '### END /etc/grub.d/45_vfio_early ###'
	} | put /boot/grub/grub.cfg
	make_grubenv
}

# The variables that GRUB keeps: make_grubenv [NAME=VALUE]...
make_grubenv() {
	local block=$'# GRUB Environment Block\n' variable
	for variable; do
		block+=$variable$'\n'
	done
	while [ ${#block} -lt 1024 ]; do
		block+='#'
	done
	printf %s "$block" >"$root/boot/grub/grubenv"
}

# The record of a boot that gave card 1 to vfio-pci, and the machine as it is after it.
booted_with_card_1() {
	local function
	boot_with "vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt"
	for function in 0 1 2; do
		pci_bind "0000:01:00.$function" vfio-pci
	done
	put /run/vfio-early/boot <<-END
		vfio-early 1
		flag=1234:1111@00:02.0/00
		start=812345
		end=934567
		0000:01:00.0 1234:1111 taken before=- after=vfio-pci driver=vfio-pci
		0000:01:00.1 8086:2668 taken before=- after=vfio-pci driver=vfio-pci
		0000:01:00.2 1b36:000d taken before=- after=vfio-pci driver=vfio-pci
	END
}
