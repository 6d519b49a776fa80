#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh TOOL DIRECTORY: whether the kernels that Debian ships, and NVIDIA's open modules,
# print the messages that diagnose knows. Their sources are fetched once, into DIRECTORY.
set -eu
tool=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2/apt/lists/partial" "$2/apt/cache/archives/partial"
cd "$2"
# What speaks of processors, IOMMU, VFIO, PCI, the host's graphics drivers and modules.
places='arch/x86 drivers/acpi drivers/base drivers/iommu drivers/pci drivers/vfio drivers/xen
	drivers/gpu/drm/i915 drivers/gpu/drm/nouveau include/linux init kernel lib mm security virt'

# apt with the lists of these suites, and nothing of this machine's but the keys.
# shellcheck disable=SC2016 # names for apt to fill in
mirror=$(apt-get indextargets --format '$(ORIGIN)/$(LABEL) $(SITE)' 'Created-By: Packages' |
	sed -n 's|^Debian/Debian ||p' | sort -u | head -n 1)
for suite in bookworm trixie trixie-backports; do
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main contrib"
done >apt/sources.list
with_apt() { # COMMAND ARGUMENT...
	"$@" -q -o Dir::Etc::SourceList="$PWD/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State="$PWD/apt" -o Dir::State::Lists="$PWD/apt/lists" -o Dir::Cache="$PWD/apt/cache" \
		-o Dir::State::status=/var/lib/dpkg/status -o APT::Sandbox::User=root
}

# fetch PACKAGE ARCHIVE: unpack the archive of the package into a directory of its name.
fetch() {
	package=$1
	[ ! -e "$package" ] || return 0
	with_apt apt-get download "$package" >&2
	rm -rf unpacked
	mkdir unpacked
	dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$2" | tar -xJ -C unpacked --strip-components=1
	rm "$package"_*.deb
	mkdir -p part
	for place in ${3-}; do
		mkdir -p "part/${place%/*}"
		mv "unpacked/$place" "part/$place"
	done
	[ -n "${3-}" ] || mv unpacked/* part
	rm -r unpacked
	mv part "$package"
}

if [ ! -e complete ]; then
	with_apt apt-get update >&2
	# the two stable ones and the newest
	for package in $(with_apt apt-cache search --names-only '^linux-source-[0-9.]*$' | cut -d ' ' -f 1 |
		sort -V | sed -n '1p;2p;$p' | sort -u); do
		fetch "$package" "$package.tar.xz" "$places"
	done
	fetch nvidia-open-kernel-source nvidia-open-kernel.tar.xz
	rm -rf apt
	touch complete
fi
"$tool" --json diagnose --list-signatures >signatures.json
python3 "$here/compare.py" signatures.json "$here/../fixtures/diagnose/signatures.tsv" linux-source-* nvidia-open-*
