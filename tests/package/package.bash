# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Packages of these sources, and a Debian system without a machine to install them in.

bats_require_minimum_version 1.5.0

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
# shellcheck disable=SC2034 # for the tests
version=$(sed -n 's/^VERSION := //p' "$top/Makefile")

# Makes packages of KIND in DIRECTORY; what the tools say is only of interest if they fail.
make_packages() { # KIND DIRECTORY
	"$top/contrib/package.sh" "$1" "$2" >"$2.log" 2>&1 || {
		tail -n 40 "$2.log"
		return 1
	}
}

# The package as another version: same files, another number.
package_as() { # VERSION FROM TO
	dpkg-deb -R "$2" "$3.tree"
	sed -i "s/^Version: .*/Version: $1/" "$3.tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$3.tree" "$3" >/dev/null
	rm -r "$3.tree"
}

# COMMANDS as root in the Debian system below $system; its own /proc, /dev, /run and /tmp.
inside() { # COMMANDS
	# shellcheck disable=SC2016 # for the inner shell
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork sh -euc '
		mount -t proc proc "$1/proc"
		mount --rbind /dev "$1/dev"
		mount -t tmpfs tmpfs "$1/run"
		exec chroot "$1" sh -euc "$2"' - "$system" "$1"
}

# What is in the system, without what any package leaves there: dpkg's own notes and logs.
files_inside() {
	(cd "$system" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./package \
		-o -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache \) -prune -o -print | LC_ALL=C sort)
}
