#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the packages are made of.

load package.bash

setup_file() {
	# A second time elsewhere, for another user's habits and in another time zone.
	make_packages deb "$BATS_FILE_TMPDIR/one"
	(umask 077 && cd / && TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 make_packages deb "$BATS_FILE_TMPDIR/another-place")
}

setup() {
	deb=$(echo "$BATS_FILE_TMPDIR"/one/vfio-early_*.deb)
}

@test "built twice, the Debian packages are the same bytes" {
	local file
	for file in "$BATS_FILE_TMPDIR"/one/*.deb "$BATS_FILE_TMPDIR"/one/*.tar.xz; do
		cmp "$file" "$BATS_FILE_TMPDIR/another-place/${file##*/}"
	done
	[ -e "$deb" ]
}

@test "lintian finds no error and no warning in them, and each override has its reason" {
	run -0 --separate-stderr lintian --allow-root --fail-on error,warning "$BATS_FILE_TMPDIR"/one/*.changes
	[ "$output" = '' ]
	# A comment stands in front of each.
	run -0 awk '/^#/ {reason = 1; next} !reason {print} {reason = 0}' "$top/debian/lintian-overrides"
	[ "$output" = '' ]
}

@test "the services are armed once: by the package manager's own means, not by links in the package" {
	run -0 dpkg-deb -c "$deb"
	[[ $output == *systemd/system/vfio-early-confirm.service* ]]
	[[ $output != *.wants/* ]]
	run -0 dpkg-deb -I "$deb" postinst
	[[ $output == *"deb-systemd-helper enable 'vfio-early-confirm.service'"* ]]
	[[ $output == *"deb-systemd-helper enable 'vfio-early-stopped.service'"* ]]
}

@test "the images are made anew by one trigger" {
	run -0 dpkg-deb -I "$deb" triggers
	[ "$(grep -c '^activate' <<<"$output")" = 1 ]
	[[ $output == *'activate-noawait update-initramfs'* ]]
}

@test "the RPM is built by rpmbuild, and has the programs, the documents and armed services" {
	make_packages rpm "$BATS_TEST_TMPDIR/rpm"
	run -0 rpm -qlp "$BATS_TEST_TMPDIR/rpm/RPMS"/*/vfio-early-"$version"-*.rpm
	for file in /usr/bin/vfio-early /usr/libexec/vfio-early-hook /etc/grub.d/45_vfio_early \
		/usr/lib/dracut/modules.d/55vfio-early/module-setup.sh '/usr/share/man/man8/vfio-early.8(.gz)?' \
		/usr/lib/systemd/system/multi-user.target.wants/vfio-early-confirm.service; do
		grep -qxE "$file" <<<"$output"
	done
}
