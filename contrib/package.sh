#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# package.sh deb|rpm DIRECTORY: packages of what git knows here, as it stands in the working tree;
# they are left in DIRECTORY. Nothing is written beside the sources.
set -eu
umask 022
kind=$1
mkdir -p "$2"
directory=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^VERSION := //p' Makefile)
name=vfio-early-$version

rm -rf "${directory:?}/$name"
mkdir "$directory/$name"
git ls-files -z | tar --null -T - -cf - | tar -C "$directory/$name" -xf -
cd "$directory/$name"
case $kind in
deb)
	dpkg-buildpackage -us -uc
	;;
rpm)
	time=$(date -u -d "$(sed -n 's/^ -- .*>  //p' debian/changelog)" +%s)
	mkdir -p ../SOURCES
	tar -C .. --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" \
		-cf - "$name" | gzip -n >"../SOURCES/$name.tar.gz"
	# Another distribution's list of packages has none of those that it names as needed.
	rpmbuild -bb --nodeps --define "_topdir $directory" contrib/rpm/vfio-early.spec
	;;
esac
