#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Makefile: that the early program is static, with which compiler it is made, and what
# install says. On a copy, with a program of one line in the place of the early program.

load helper

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/hook"
	cp "$top/Makefile" "$tree"
	echo 'int main(void) { return 0; }' >"$tree/hook/main.c"
}

# What make says and does there; nothing of the make that runs these tests reaches it.
build() { # ARGUMENT...
	run env -i PATH="$PATH" make -C "$tree" --no-print-directory "$@"
	echo "$output"
}

is_static() {
	readelf -lW "$tree/vfio-early-hook" >"$BATS_TEST_TMPDIR/headers"
	output=$(<"$BATS_TEST_TMPDIR/headers")
	assert_contains 'LOAD'
	assert_lacks 'INTERP'
}

# A PATH with everything but musl-gcc.
without_musl() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s /usr/bin/* "$BATS_TEST_TMPDIR/bin"
	rm -f "$BATS_TEST_TMPDIR/bin/musl-gcc"
	PATH=$BATS_TEST_TMPDIR/bin
}

@test "with musl-gcc the early program is static and small, and no note is needed" {
	build vfio-early-hook V=1
	assert_equal 0 "$status"
	assert_lacks note
	assert_contains 'musl-gcc '
	[ "$(stat -c %s "$tree/vfio-early-hook")" -lt 50000 ]
	is_static
}

@test "without musl-gcc one line says so, and plain -static is used" {
	without_musl
	build vfio-early-hook V=1
	assert_equal 0 "$status"
	assert_equal 'note: no musl-gcc here, so vfio-early-hook is linked with cc -static and grows twentyfold' \
		"$(grep -i musl <<<"$output")"
	grep -q '^cc .* -static -s -o vfio-early-hook' <<<"$output"
	is_static
}

@test "an early program that would need a program interpreter is not built" {
	local flags
	build vfio-early-hook
	assert_equal 0 "$status"
	for flags in -pie ''; do
		cp "$tree/vfio-early-hook" "$BATS_TEST_TMPDIR/good"
		touch "$tree/hook/main.c"
		build vfio-early-hook HOOK_LDFLAGS="$flags"
		assert_equal 2 "$status"
		assert_contains 'error: vfio-early-hook is not static: it has a program interpreter'
		# Nor is it there half: the one before stays.
		cmp "$BATS_TEST_TMPDIR/good" "$tree/vfio-early-hook"
		[ ! -e "$tree/vfio-early-hook.new" ]
	done
}

@test "of -static-pie comes a static program or none: Debian 13's musl-gcc makes one, Debian 12's does not" {
	build vfio-early-hook HOOK_LDFLAGS=-static-pie
	if [ "$status" -eq 0 ]; then
		is_static
	else
		assert_contains 'error: vfio-early-hook is not static: it has a program interpreter'
		[ ! -e "$tree/vfio-early-hook" ]
	fi
}

@test "install puts documents and manual pages where it is told, with their paths, and uninstall removes no more" {
	local stage="$BATS_TEST_TMPDIR/a stage" page
	on_top() {
		run -0 env -i PATH="$PATH" make -s -C "$top" "$@" DESTDIR="$stage" PREFIX=/usr LIBEXECDIR=/usr/lib/x
	}
	on_top install-documents
	cmp "$top/README.md" "$stage/usr/share/doc/vfio-early/README.md"
	cmp "$top/docs/json.md" "$stage/usr/share/doc/vfio-early/docs/json.md"
	[ ! -e "$stage/usr/share/doc/vfio-early/CONTRIBUTING.md" ]
	for page in man8/vfio-early.8 man8/vfio-early-hook.8 man7/vfio-early.7 man5/vfio-early.conf.5; do
		[ "$(stat -c %a "$stage/usr/share/man/$page")" = 644 ]
		run ! grep '@[A-Z]*@' "$stage/usr/share/man/$page"
	done
	grep -q '^\.I /usr/lib/x/vfio' "$stage/usr/share/man/man8/vfio-early-hook.8"
	grep -qF '/usr/share/doc/vfio-early/docs/json.md' "$stage/usr/share/man/man8/vfio-early.8"
	: >"$stage/usr/share/doc/vfio-early/of somebody else"
	on_top uninstall-documents
	assert_equal "$stage/usr/share/doc/vfio-early/of somebody else" "$(find "$stage" -type f)"
	rm "$stage/usr/share/doc/vfio-early/of somebody else"
	on_top uninstall-documents
	[ ! -e "$stage/usr/share/doc/vfio-early" ]
	# They are part of both.
	run -0 env -i PATH="$PATH" make -n -C "$top" install
	assert_contains '/usr/local/share/man/man8/vfio-early.8'
	run -0 env -i PATH="$PATH" make -n -C "$top" uninstall
	assert_contains "'/usr/local/share/man/man8/vfio-early.8'"
}

@test "uninstall removes all that install put there, and nothing else, also below a directory with a blank" {
	local stage="$BATS_TEST_TMPDIR/a stage" files
	on_top() {
		run -0 env -i PATH="$PATH" make -s -C "$top" "$@"
	}
	# What would be left of the path if the blank ended it.
	mkdir -p "$BATS_TEST_TMPDIR/a" "$stage"
	: >"$BATS_TEST_TMPDIR/a/file"
	on_top install DESTDIR="$stage"
	files=$(cd "$stage" && find . ! -type d | sort)
	for output in 'usr/local/bin/vfio-early' 'usr/lib/dracut/modules.d/55vfio-early/vfio-early.sh' \
		'multi-user.target.wants/vfio-early-confirm.service' \
		'rescue.target.wants/vfio-early-confirm.service' \
		'sysinit.target.wants/vfio-early-stopped.service' 'man5/vfio-early.conf.5'; do
		grep -qF "$output" <<<"$files"
	done
	mkdir -p "$stage/usr/lib/systemd/system/rescue.target.wants/of somebody else"
	on_top uninstall DESTDIR="$stage"
	assert_equal '' "$(cd "$stage" && find . ! -type d)"
	# Nor does a directory that it made for nothing else.
	assert_equal './usr/lib/systemd/system/rescue.target.wants/of somebody else' \
		"$(cd "$stage" && find . -mindepth 1 -path '*vfio*' -o -path '*initramfs*' -o -path '*libexec*' -o -path '*.wants/*')"
	[ -e "$BATS_TEST_TMPDIR/a/file" ]
}

@test "install says what brings the images up to date, on a live system where something was chosen" {
	local note="note: 'vfio-early enable' puts this version's early program into the initramfs images"
	build -s install-note SYSCONFDIR="$root/etc"
	assert_equal '' "$output"
	put /etc/vfio-early.conf <<<'devices = 01:00'
	build -s install-note SYSCONFDIR="$root/etc"
	assert_equal "$note" "$output"
	build -s install-note SYSCONFDIR="$root/etc" DESTDIR="$root"
	assert_equal '' "$output"
	# It is part of install.
	run -0 env -i PATH="$PATH" make -n -C "$top" install
	assert_contains "echo \"$note\""
}

@test "another LIBEXECDIR reaches every part of the tool that knows it, and no other is made anew" {
	mkdir -p "$tree/tools/images"
	# The tool has a part of the hook in it.
	(cd "$tree" && sed -n '/^shared_hook/,/[^\\]$/p' Makefile | grep -oE 'hook/[a-z-]+\.c' | xargs touch)
	printf '#include <stdio.h>\nint main(void) { return puts(LIBEXECDIR "/one"); }\n' >"$tree/tools/main.c"
	echo 'const char *two(void); const char *two(void) { return LIBEXECDIR "/two"; }' >"$tree/tools/images/two.c"
	echo 'int three(void); int three(void) { return 3; }' >"$tree/tools/three.c"
	build vfio-early
	assert_equal 0 "$status"
	assert_contains three.o
	grep -q /usr/local/libexec/two "$tree/vfio-early"
	build vfio-early LIBEXECDIR=/opt/x
	assert_equal 0 "$status"
	assert_lacks three.o
	grep -q /opt/x/one "$tree/vfio-early"
	grep -q /opt/x/two "$tree/vfio-early"
	run ! grep -q /usr/local/libexec "$tree/vfio-early"
	build vfio-early LIBEXECDIR=/opt/x
	assert_lacks CC
}

@test "SYSCONFDIR moves the file that says what was chosen, and its manual; where GRUB looks stays" {
	run -0 env -i PATH="$PATH" make -n -C "$top" install SYSCONFDIR=/opt/etc
	assert_contains '/etc/grub.d/45_vfio_early'
	assert_lacks /opt/etc/grub.d
	assert_contains '|@SYSCONFDIR@|/opt/etc|g'
	run -0 env -i PATH="$PATH" make -n V=1 -C "$top" BUILD="$BATS_TEST_TMPDIR/build" SYSCONFDIR=/opt/etc all
	grep 'selection/conf\.c$' <<<"$output" | grep -qF -e "-DSYSCONFDIR='\"/opt/etc\"'"
	# It is what the tool reads.
	grep -q '^const char conf_path\[\] = SYSCONFDIR ' "$top/tools/selection/conf.c"
}

@test "with BUILD elsewhere nothing is written beside the sources, and clean leaves what others put there" {
	local elsewhere="$BATS_TEST_TMPDIR/elsewhere" before
	mkdir -p "$tree/tools" "$elsewhere"
	(cd "$tree" && sed -n '/^shared_hook/,/[^\\]$/p' Makefile | grep -oE 'hook/[a-z-]+\.c' | xargs touch)
	echo 'int main(void) { return 0; }' >"$tree/tools/main.c"
	: >"$elsewhere/of somebody else"
	before=$(find "$tree" | sort)
	build all BUILD="$elsewhere"
	assert_equal 0 "$status"
	assert_equal "$before" "$(find "$tree" | sort)"
	[ -x "$elsewhere/vfio-early" ] && [ -x "$elsewhere/vfio-early-hook" ]
	build clean BUILD="$elsewhere"
	assert_equal 'of somebody else' "$(ls "$elsewhere")"
	build all
	[ -x "$tree/vfio-early" ]
	build clean
	assert_equal "$before" "$(find "$tree" | sort)"
}

@test "where a package manager arms the services, install makes no link that does" {
	run -0 env -i PATH="$PATH" make -s -C "$top" install-programs install-image-hooks WANTS_LINKS= DESTDIR="$root"
	[ -e "$root/usr/lib/systemd/system/vfio-early-confirm.service" ]
	run -0 env -i PATH="$PATH" make -n -C "$top" install WANTS_LINKS= DESTDIR="$root"
	assert_lacks .wants
	run -0 env -i PATH="$PATH" make -n -C "$top" install DESTDIR="$root"
	assert_contains multi-user.target.wants
}

@test "every package has the version of the Makefile" {
	local version
	version=$(sed -n 's/^VERSION := //p' "$top/Makefile")
	head -n 1 "$top/debian/changelog" | grep -qF "vfio-early ($version) "
	grep -qxE "Version: +$version" "$top/contrib/rpm/vfio-early.spec"
	grep -qxF "pkgver=$version" "$top/contrib/arch/PKGBUILD"
}

@test "the early program is made for the machine for which CC makes the tool" {
	local cross='clang --target=aarch64-linux-gnu'
	build -n vfio-early-hook V=1 CC="$cross"
	assert_contains "note: musl-gcc makes no programs for aarch64, so vfio-early-hook is linked with $cross -static"
	grep -q "^$cross .* -static -s -o vfio-early-hook" <<<"$output"
	# Nor is it made by a compiler that someone named, for another machine than the tool.
	build vfio-early-hook CC="$cross" HOOK_CC=musl-gcc
	assert_equal 2 "$status"
	assert_contains "error: HOOK_CC (musl-gcc) makes programs for Advanced Micro Devices X86-64, and CC ($cross) for AArch64: set HOOK_CC to a compiler for the same machine"
	[ ! -e "$tree/vfio-early-hook" ]
	# Compilers of two makers name one machine in two ways.
	build vfio-early-hook V=1 CC=clang
	assert_equal 0 "$status"
	assert_contains 'musl-gcc '
}
