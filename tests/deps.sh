#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh [fast]: installs what make check needs and this Debian machine does not have, or only
# what make check-fast needs; says nothing if all is there.
set -eu

packages() {
	# What stands behind the empty line is for packages, fuzzing, the machine and make bench.
	sed -e "${1:+/^$/q}" -e 's/#.*//' <<'EOL'
gcc			# the host tool
libc6-dev		# and vfio-probe, which is linked statically
make
musl-tools		# the early program
pkg-config		# finds the libraries:
libpci-dev		# devices and their names
libkmod-dev		# the drivers that claim a device
libjansson-dev		# JSON
libarchive-dev		# looking into initramfs images
libxml2-dev		# libvirt's domain files
nettle-dev		# the hashes of the journal
libyaml-dev		# those of Incus and LXD
git			# which files are sources
clang			# a second compiler's warnings
clang-format		# the house's format
shellcheck		# clean shell
bats			# runs the tests,
parallel		# several files at once
pci.ids			# names of devices
pciutils		# lspci, whose output the report has
kmod			# modules of a made-up root
cpio			# made-up images,
zstd			# compressed
xz-utils		# in every way
bzip2
lz4
grub-common		# grub-script-check and grub-editenv
grub-emu		# GRUB as a program, for what it does at power-on
e2fsprogs		# its disk
binutils		# mends one of its modules
jq			# reads JSON in tests
mandoc			# whether the manual pages are clean
bash-completion		# completes in bash,
zsh			# and in others
fish
strace			# which files the early program touches

debhelper		# packages for Debian,
dpkg-dev
systemd			# says where its units lie,
udev			# and its rules
lintian			# whether Debian would take them,
rpm			# and for others
libclang-rt-dev		# clang's sanitizers and fuzzer
initramfs-tools-core	# make bench: what looking into images is measured beside
dracut-core
python3			# works the machine's console
qemu-system-x86		# the machine
qemu-utils		# its disks
mmdebstrap		# what is on them
debian-archive-keyring	# and that it is Debian's
busybox-static		# an initramfs image of one's own
btrfs-progs		# a filesystem that GRUB cannot write to,
fdisk			# and partition
tgt			# serves a root over iSCSI
EOL
}

missing=
for package in $(packages "${1-}"); do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	*" installed") ;;
	*) missing="$missing $package" ;;
	esac
done

# The laboratory finds its mirror in apt's lists, so they must be there even if no package is missing.
lists_are_there() {
	# shellcheck disable=SC2016 # a name for apt to fill in
	apt-get indextargets --format '$(ORIGIN)' 'Created-By: Packages' | grep -q Debian
}
[ -n "$missing" ] || { [ "${1-}" != fast ] && ! lists_are_there; } || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: this needs root: apt-get update && apt-get install$missing" >&2
	exit 1
fi
[ -z "$missing" ] || echo "deps.sh: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086 # a list
[ -z "$missing" ] || apt-get -qq -y --no-install-recommends install $missing >/dev/null
