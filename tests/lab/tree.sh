#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tree.sh SUITE GENERATOR: prints the path of a tar of a Debian root that can boot, made once and kept.
# SUITE is bookworm, trixie and so on; GENERATOR is initramfs-tools or dracut, with -and-roots behind it for what roots
# elsewhere than on a plain disk need, and for kexec.
set -eu
# shellcheck source=tests/lab/cache.sh
. "$(dirname "$0")/cache.sh"
suite=$1 generator=$2

packages="linux-image-amd64,${generator%-and-roots}"	# not the cloud kernel: it has no display or sound drivers
packages="$packages,systemd-sysv,udev,kmod,zstd,e2fsprogs"
packages="$packages,grub-pc,grub2-common"	# grub-pc brings the kernel hook that runs update-grub
packages="$packages,pciutils,libpci3,libkmod2,libjansson4,libarchive13,libyaml-0-2,xz-utils"
case $generator in
*-and-roots) packages="$packages,cryptsetup-initramfs,open-iscsi,kexec-tools" ;;
esac

# Nothing here is for a device of the machine, and to copy it costs time with every disk.
unused="/usr/share/doc/* /usr/share/man/* /usr/share/locale/* /usr/share/info/*"
for dir in drivers/media drivers/infiniband drivers/staging drivers/iio drivers/isdn drivers/mtd drivers/comedi \
	drivers/gpu/drm/amd drivers/gpu/drm/i915 drivers/gpu/drm/nouveau drivers/gpu/drm/radeon drivers/gpu/drm/xe \
	drivers/net/wireless drivers/net/ethernet drivers/scsi/lpfc drivers/scsi/qla2xxx sound/soc; do
	unused="$unused /lib/modules/*/kernel/$dir/* /usr/lib/modules/*/kernel/$dir/*"
done

# The mirrors this machine itself uses, but for the suite asked for.
# shellcheck disable=SC2016 # the names are for apt to fill in
mirrors() {
	apt-get indextargets --format '$(ORIGIN)/$(LABEL) $(SITE)' 'Created-By: Packages' | sort -u |
	while read -r label site; do
		case $label in
		Debian/Debian) echo "deb $site $suite main" ;;
		Debian/Debian-Security) echo "deb $site $suite-security main" ;;
		esac
	done
}

build() {
	tar=$1
	sources=$(dirname "$tar")/sources
	mirrors >"$sources"
	[ -s "$sources" ] || { echo "tree.sh: apt knows no Debian mirror; try apt-get update" >&2; exit 1; }
	set -f --
	for path in $unused; do set -- "$@" --dpkgopt="path-exclude=$path"; done
	set +f
	# The first image is thrown away, so it is made small; disk.sh says what goes into the real ones.
	# The cloud kernel waits in /root for a test that installs a second kernel: there is no network then.
	# shellcheck disable=SC2016 # for the hooks' shell
	mmdebstrap --quiet --variant=minbase --include="$packages" "$@" \
		--setup-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"' \
		--setup-hook='printf "MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\n" >"$1/etc/initramfs-tools/conf.d/lab"' \
		--customize-hook='chroot "$1" sh -c "cd /root && apt-get -qq -o APT::Sandbox::User=root download \$(
			apt-cache depends linux-image-cloud-amd64 | sed -n \"s/.*Depends: //p\")"' \
		"$suite" "$tar" "$sources"
}

cached "tree-$suite-$generator" tar build "$(cat "$0")"
