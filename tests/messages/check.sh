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

# fetch PACKAGE ARCHIVE [PLACE...]: unpack these folders of the archive of the package, or all
# of them, into a directory of the package's name.
fetch() {
	package=$1 archive=$2
	shift 2
	[ ! -e "$package" ] || return 0
	rm -rf part
	mkdir part
	with_apt apt-get download "$package" >&2
	dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$archive" | tar -xJ -C part --strip-components=1 "$@"
	rm "$package"_*.deb
	mv part "$package"
}

if [ ! -e complete ]; then
	with_apt apt-get update >&2
	# the two stable ones and the newest
	for package in $(with_apt apt-cache search --names-only '^linux-source-[0-9.]*$' | cut -d ' ' -f 1 |
		sort -V | sed -n '1p;2p;$p' | sort -u); do
		set --
		for place in $places; do
			set -- "$@" "$package/$place"
		done
		fetch "$package" "$package.tar.xz" "$@"
	done
	fetch nvidia-open-kernel-source nvidia-open-kernel.tar.xz
	rm -rf apt
	touch complete
fi
"$tool" --json diagnose --list-signatures >signatures.json
python3 "$here/compare.py" signatures.json "$here/../fixtures/diagnose/signatures.tsv" linux-source-* nvidia-open-*
