# SPDX-License-Identifier: GPL-2.0-or-later
# make, make install, make check, make demo, make deb: the README has the variables.

VERSION := 0.1.0

DESTDIR ?=
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec
DOCDIR ?= $(PREFIX)/share/doc/vfio-early
MANDIR ?= $(PREFIX)/share/man
BASHCOMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPLETIONDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPLETIONDIR ?= $(PREFIX)/share/fish/vendor_completions.d
# For vfio-early.conf.
SYSCONFDIR ?= /etc
# These are read by others, who look in one place only: they do not follow PREFIX.
GRUBDIR ?= /etc/grub.d
INITRAMFSTOOLSDIR ?= /usr/share/initramfs-tools
DRACUTMODULESDIR ?= /usr/lib/dracut/modules.d
INITCPIODIR ?= /usr/lib/initcpio
SYSTEMDUNITDIR ?= /usr/lib/systemd/system
UDEVRULESDIR ?= /usr/lib/udev/rules.d

# Where everything is made; the programs lie here at the top, unless this is somewhere else.
BUILD ?= build
programs := $(if $(filter-out build,$(BUILD)),$(BUILD)/)
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
HOOK_CFLAGS ?= -Os

# The hook is built with musl: 30 kB instead of glibc's 700, in every image; for the
# machine for which CC makes the tool, which may be another than this one.
machine_of = $(firstword $(subst -, ,$(shell $(1) -dumpmachine 2>/dev/null)))
ifeq ($(origin HOOK_CC),undefined)
ifeq ($(shell command -v musl-gcc 2>/dev/null),)
HOOK_CC := $(CC)
$(info note: no musl-gcc here, so vfio-early-hook is linked with $(CC) -static and grows twentyfold)
else ifneq ($(call machine_of,musl-gcc),$(call machine_of,$(CC)))
HOOK_CC := $(CC)
$(info note: musl-gcc makes no programs for $(call machine_of,$(CC)), so vfio-early-hook is linked with $(CC) -static and grows twentyfold)
else
HOOK_CC := musl-gcc
endif
endif
HOOK_LDFLAGS ?= -static

# libpci: devices and their names. libkmod: which drivers claim a device, and whether a
# kernel has vfio-pci. jansson: JSON. libarchive: looking into initramfs images.
# libxml2: libvirt's domain files. nettle: the hashes of the journal. libyaml: the files
# of Incus and LXD.
LIBRARIES := libpci libkmod jansson libarchive libxml-2.0 nettle yaml-0.1

# Tables leave out what is not said (-Wno-missing-field-initializers).
common := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wno-missing-field-initializers -MMD -MP -I. $(STRICT)
hook_flags := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
	-fstack-protector-strong
hook_link := -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,noseparate-code -Wl,--build-id=none
tool_flags = -fPIE -fstack-protector-strong -DVERSION='"$(VERSION)"' \
	$(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
tool_link = -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed
tool_libs = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))

# Programs that only the tests run.
test_programs = $(BUILD)/tests/print-flag $(BUILD)/tests/try-runner \
	$(BUILD)/tests/vfio-early-double $(BUILD)/tests/vfio-early-generator \
	$(BUILD)/tests/list-verdicts $(BUILD)/tests/show-init $(BUILD)/tests/hasty-hook \
	$(BUILD)/tests/fault-at $(BUILD)/tests/without-openat2 \
	$(BUILD)/tests/console-init

# The part of the hook that decides and reads is linked into the tool too.
shared_hook := hook/plan.c hook/scan.c hook/sysfs.c hook/use.c hook/unbind.c hook/outcome.c \
	hook/card.c hook/device.c hook/display.c hook/reason.c
hook_sources := $(sort $(wildcard cmdline/*.c hook/*.c))
tool_sources := $(sort $(wildcard cmdline/*.c tools/*.c tools/*/*.c tools/*/*/*.c) $(shared_hook))
hook_objects := $(hook_sources:%.c=$(BUILD)/hook/%.o)
tool_objects := $(tool_sources:%.c=$(BUILD)/tools/%.o)

ifneq ($(V),1)
quiet_cc = @echo "  CC  $@";
quiet_ld = @echo "  LD  $@";
endif

.DEFAULT_GOAL := all
.PHONY: all install uninstall check check-fast check-matrix demo clean

all: $(programs)vfio-early $(programs)vfio-early-hook

$(BUILD)/hook/%.o: %.c
	@mkdir -p $(@D)
	$(quiet_cc)$(HOOK_CC) $(common) $(hook_flags) $(CPPFLAGS) $(HOOK_CFLAGS) -c -o $@ $<

$(BUILD)/tools/%.o: %.c
	@mkdir -p $(@D)
	$(quiet_cc)$(CC) $(common) $(tool_flags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# `make` and then `make install PREFIX=/usr`: what knows a directory must know the second
# one. Nothing else is told, so that a use of it elsewhere does not compile.
uses_directories := $(patsubst %.c,$(BUILD)/tools/%.o,\
	$(shell grep -slwE 'LIBEXECDIR|SYSCONFDIR' /dev/null $(tool_sources)))
directories := -DLIBEXECDIR='"$(LIBEXECDIR)"' -DSYSCONFDIR='"$(SYSCONFDIR)"'
$(uses_directories): $(BUILD)/directories
$(uses_directories): tool_flags += $(directories)
$(BUILD)/directories: always
	@mkdir -p $(@D)
	@echo '$(LIBEXECDIR) $(SYSCONFDIR)' | cmp -s - $@ || echo '$(LIBEXECDIR) $(SYSCONFDIR)' > $@
.PHONY: always

# What an ELF file runs on.
machine := LC_ALL=C readelf -h
machine_line := sed -n 's/^ *Machine: */ /p'

# A program interpreter would not be there in the initramfs, and the hook silently off:
# musl-gcc -static-pie makes such a program on Debian 12.
$(programs)vfio-early-hook: $(hook_objects)
	$(quiet_ld)$(HOOK_CC) $(hook_link) $(HOOK_LDFLAGS) -s -o $@.new $^
	@if readelf -lW $@.new | grep -q INTERP; then \
		echo "error: $@ is not static: it has a program interpreter" >&2; \
		rm -f $@.new; exit 1; fi
	@echo | $(CC) $(CPPFLAGS) $(CFLAGS) -fno-lto -x c -c -o $@.tool -
	@hook=`$(machine) $@.new | $(machine_line)`; tool=`$(machine) $@.tool | $(machine_line)`; rm -f $@.tool; \
	if [ "$$hook" != "$$tool" ]; then \
		echo "error: HOOK_CC ($(HOOK_CC)) makes programs for$$hook, and CC ($(CC)) for$$tool:" \
			"set HOOK_CC to a compiler for the same machine" >&2; \
		rm -f $@.new; exit 1; fi
	@mv $@.new $@

$(programs)vfio-early: $(tool_objects)
	$(quiet_ld)$(CC) $(tool_link) $(LDFLAGS) -o $@ $^ $(tool_libs)

# The programs, and what others call: GRUB's generator of boot entries, and the service that
# tells GRUB that a boot came up, with its wants links: to install is to arm it. Where a
# package manager arms services itself, they are armed by it alone: make install WANTS_LINKS=
WANTS_LINKS ?= yes
confirm := vfio-early-confirm.service
wants := $(patsubst %,$(SYSTEMDUNITDIR)/%.target.wants,\
	multi-user rescue hibernate hybrid-sleep suspend-then-hibernate)
# And the one that tells GRUB that a boot was stopped before that.
stopped := vfio-early-stopped.service
stopped_wants := $(SYSTEMDUNITDIR)/sysinit.target.wants
units := $(confirm) $(stopped)
bin_path := s|@BINDIR@|$(BINDIR)|g

install: install-programs
.PHONY: install-programs
install-programs: all
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBEXECDIR)' '$(DESTDIR)$(GRUBDIR)' '$(DESTDIR)$(SYSTEMDUNITDIR)'
	install -m 0755 $(programs)vfio-early '$(DESTDIR)$(BINDIR)/vfio-early'
	install -m 0755 $(programs)vfio-early-hook '$(DESTDIR)$(LIBEXECDIR)/vfio-early-hook'
	install -m 0644 dracut/55vfio-early/vfio-early.service '$(DESTDIR)$(LIBEXECDIR)/vfio-early.service'
	sed '$(bin_path)' tools/boot/grub/45_vfio_early.in > '$(DESTDIR)$(GRUBDIR)/45_vfio_early'
	chmod 0755 '$(DESTDIR)$(GRUBDIR)/45_vfio_early'
	for unit in $(units); do sed '$(bin_path)' tools/systemd/$$unit.in > '$(DESTDIR)$(SYSTEMDUNITDIR)'/$$unit || exit; done
	chmod 0644 $(units:%='$(DESTDIR)$(SYSTEMDUNITDIR)/%')

install: $(if $(WANTS_LINKS),install-wants)
.PHONY: install-wants
install-wants:
	install -d $(patsubst %,'$(DESTDIR)%',$(wants) $(stopped_wants))
	for wants in $(wants:%='$(DESTDIR)%'); do ln -sf ../$(confirm) "$$wants"/ || exit; done
	ln -sf ../$(stopped) '$(DESTDIR)$(stopped_wants)'/

# README and docs/ keep their places to each other, for the links between them. The pages
# name directories as they were set.
documents := README.md CHANGELOG.md $(wildcard docs/*.md)
man_pages := $(patsubst docs/man/%.in,%,$(wildcard docs/man/*.in))
man_target = $(MANDIR)/man$(lastword $(subst ., ,$(1)))/$(1)
page_variables := VERSION DOCDIR LIBEXECDIR SYSCONFDIR GRUBDIR INITRAMFSTOOLSDIR DRACUTMODULESDIR INITCPIODIR \
	SYSTEMDUNITDIR UDEVRULESDIR
completions = '$(DESTDIR)$(BASHCOMPLETIONDIR)/vfio-early' '$(DESTDIR)$(ZSHCOMPLETIONDIR)/_vfio-early' \
	'$(DESTDIR)$(FISHCOMPLETIONDIR)/vfio-early.fish'
page_words = $(foreach name,$(page_variables),s|@$(name)@|$($(name))|g;)

install: install-documents
.PHONY: install-documents
install-documents:
	install -d '$(DESTDIR)$(DOCDIR)/docs' $(foreach page,$(man_pages),'$(DESTDIR)$(dir $(call man_target,$(page)))')
	for file in $(documents); do install -m 0644 $$file '$(DESTDIR)$(DOCDIR)'/$$file || exit; done
	$(foreach page,$(man_pages),sed '$(page_words)' docs/man/$(page).in > '$(DESTDIR)$(call man_target,$(page))' &&) :
	chmod 0644 $(foreach page,$(man_pages),'$(DESTDIR)$(call man_target,$(page))')
	install -D -m 0644 completions/vfio-early.bash '$(DESTDIR)$(BASHCOMPLETIONDIR)/vfio-early'
	install -D -m 0644 -t '$(DESTDIR)$(ZSHCOMPLETIONDIR)' completions/_vfio-early
	install -D -m 0644 -t '$(DESTDIR)$(FISHCOMPLETIONDIR)' completions/vfio-early.fish

remove_empty = [ ! -d "$$directory" ] || rmdir --ignore-fail-on-non-empty "$$directory" || exit

.PHONY: uninstall-documents
uninstall: uninstall-documents
uninstall-documents:
	rm -f $(documents:%='$(DESTDIR)$(DOCDIR)/%') $(completions) \
		$(foreach page,$(man_pages),'$(DESTDIR)$(call man_target,$(page))')
	for directory in '$(DESTDIR)$(DOCDIR)/docs' '$(DESTDIR)$(DOCDIR)'; do \
		$(remove_empty); done

# What install put there, and nothing else: no boot entry and no image is rebuilt.
uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/vfio-early' '$(DESTDIR)$(LIBEXECDIR)/vfio-early-hook' \
		'$(DESTDIR)$(LIBEXECDIR)/vfio-early.service' \
		'$(DESTDIR)$(GRUBDIR)/45_vfio_early' \
		$(patsubst %,'$(DESTDIR)%/$(confirm)',$(wants) $(SYSTEMDUNITDIR)) \
		$(patsubst %,'$(DESTDIR)%/$(stopped)',$(stopped_wants) $(SYSTEMDUNITDIR)) \
		'$(DESTDIR)$(INITRAMFSTOOLSDIR)/hooks/vfio-early' \
		'$(DESTDIR)$(INITRAMFSTOOLSDIR)/scripts/init-top/00-vfio-early' \
		'$(DESTDIR)$(INITCPIODIR)/install/vfio-early' \
		'$(DESTDIR)$(INITCPIODIR)/hooks/vfio-early' \
		'$(DESTDIR)$(UDEVRULESDIR)/60-vfio-early.rules'
	rm -rf '$(DESTDIR)$(DRACUTMODULESDIR)/55vfio-early'
	for directory in $(patsubst %,'$(DESTDIR)%',$(wants) $(stopped_wants) \
		$(patsubst %,$(INITRAMFSTOOLSDIR)%,/hooks /scripts/init-top /scripts /) $(LIBEXECDIR)); do \
		$(remove_empty); done

# For the programs that make initramfs images: regular files, since mkinitramfs passes over
# symbolic links, and each names the program by its installed path.
hook_path := s|@LIBEXECDIR@|$(LIBEXECDIR)|g;s|@UDEVRULESDIR@|$(UDEVRULESDIR)|g

install: install-image-hooks
.PHONY: install-image-hooks
install-image-hooks:
	install -d '$(DESTDIR)$(INITRAMFSTOOLSDIR)/hooks' '$(DESTDIR)$(INITRAMFSTOOLSDIR)/scripts/init-top'
	sed '$(hook_path)' initramfs-tools/hooks/vfio-early.in > '$(DESTDIR)$(INITRAMFSTOOLSDIR)/hooks/vfio-early'
	chmod 0755 '$(DESTDIR)$(INITRAMFSTOOLSDIR)/hooks/vfio-early'
	install -m 0755 initramfs-tools/scripts/init-top/00-vfio-early \
		'$(DESTDIR)$(INITRAMFSTOOLSDIR)/scripts/init-top/00-vfio-early'
	install -d '$(DESTDIR)$(DRACUTMODULESDIR)/55vfio-early'
	sed '$(hook_path)' dracut/55vfio-early/module-setup.sh.in > '$(DESTDIR)$(DRACUTMODULESDIR)/55vfio-early/module-setup.sh'
	chmod 0755 '$(DESTDIR)$(DRACUTMODULESDIR)/55vfio-early/module-setup.sh'
	install -m 0755 dracut/55vfio-early/vfio-early.sh '$(DESTDIR)$(DRACUTMODULESDIR)/55vfio-early/'
	install -m 0644 dracut/55vfio-early/vfio-early.service '$(DESTDIR)$(DRACUTMODULESDIR)/55vfio-early/'
	install -d '$(DESTDIR)$(INITCPIODIR)/install' '$(DESTDIR)$(INITCPIODIR)/hooks'
	sed '$(hook_path)' mkinitcpio/install/vfio-early.in > '$(DESTDIR)$(INITCPIODIR)/install/vfio-early'
	chmod 0644 '$(DESTDIR)$(INITCPIODIR)/install/vfio-early'
	install -m 0644 mkinitcpio/hooks/vfio-early '$(DESTDIR)$(INITCPIODIR)/hooks/vfio-early'
	install -d '$(DESTDIR)$(UDEVRULESDIR)'
	sed '$(hook_path)' tools/udev/60-vfio-early.rules.in > '$(DESTDIR)$(UDEVRULESDIR)/60-vfio-early.rules'
	chmod 0644 '$(DESTDIR)$(UDEVRULESDIR)/60-vfio-early.rules'

# The images have the early program of the version before, until someone makes them anew.
install: install-note
.PHONY: install-note
install-note:
	@[ -n '$(DESTDIR)' ] || [ ! -e '$(SYSCONFDIR)/vfio-early.conf' ] || \
		echo "note: 'vfio-early enable' puts this version's early program into the initramfs images"

# Our own checks are strict; a packager's build is not.
strict := -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wformat=2 -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wswitch-enum \
	-Wimplicit-fallthrough

# make check: everything, on a fresh machine. check-fast needs no virtual machine, only packages.
# A packager, who has other compilers, leaves out what is about the sources: make LINT= check-fast
LINT ?= lint
check:
	tests/deps.sh
	$(MAKE) $(LINT) test-programs
	$(MAKE) fuzz-short
	tests/run.sh tests/fast tests/package tests/boot

# The other generators of images, each on a disk of its own: longer than the rest together.
check-matrix:
	tests/deps.sh
	$(MAKE) all
	tests/run.sh tests/matrix

# Every command that writes, killed or failed at each of its system calls: hours.
.PHONY: check-torture
check-torture:
	tests/deps.sh fast
	$(MAKE) test-programs
	tests/run.sh tests/torture

# The whole job in a virtual machine, for someone who sees it for the first time.
demo:
	@tests/deps.sh
	@$(MAKE) -s all
	@tests/demo.sh

check-fast:
	tests/deps.sh fast
	$(MAKE) $(LINT) test-programs
	tests/run.sh tests/fast

.PHONY: test-programs
test-programs: all $(test_programs)

$(BUILD)/tests/%: tests/programs/%.c $(wildcard cmdline/*.[ch])
	@mkdir -p $(@D)
	$(quiet_ld)$(CC) $(common) $(CFLAGS) -o $@ $< $(wildcard cmdline/*.c)

$(BUILD)/tests/try-runner $(BUILD)/tests/list-verdicts: $(BUILD)/tests/%: tests/programs/%.c $(tool_objects)
	@mkdir -p $(@D)
	$(quiet_ld)$(CC) $(common) $(tool_flags) $(CFLAGS) -o $@ $< \
		$(filter-out %/tools/main.o,$(tool_objects)) $(tool_libs)

# The init of an image, and the early program that waits two seconds for a pass, not ninety.
$(BUILD)/tests/show-init $(BUILD)/tests/console-init: $(BUILD)/tests/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(quiet_ld)$(CC) $(common) $(CFLAGS) -static -o $@ $<

$(BUILD)/tests/hasty-hook: $(hook_sources)
	@mkdir -p $(@D)
	$(quiet_ld)$(HOOK_CC) $(filter-out -MMD -MP,$(common)) -DINIT_WAIT_MS=2000 $(HOOK_CFLAGS) $(HOOK_LDFLAGS) -o $@ $^

# The tool itself, with another table of boot loaders.
$(BUILD)/tests/vfio-early-double: tests/programs/vfio-early-double.c $(tool_objects)
	@mkdir -p $(@D)
	$(quiet_ld)$(CC) $(common) $(tool_flags) $(CFLAGS) -o $@ $< \
		$(filter-out %/tools/boot/loaders.o,$(tool_objects)) $(tool_libs)

# The same with another table of generators.
$(BUILD)/tests/vfio-early-generator: tests/programs/vfio-early-generator.c $(tool_objects)
	@mkdir -p $(@D)
	$(quiet_ld)$(CC) $(common) $(tool_flags) $(CFLAGS) -o $@ $< \
		$(filter-out %/tools/images/generators.o,$(tool_objects)) $(tool_libs)

# Whether kernels print the messages that diagnose knows: fetches the sources of three, and
# of NVIDIA's open modules, from Debian; half an hour's work for a slow line.
.PHONY: check-messages
check-messages: all
	tests/messages/check.sh ./vfio-early $(BUILD)/messages

# Packages for Debian and for distributions that have RPM, in $(BUILD)/deb and $(BUILD)/rpm.
.PHONY: deb rpm
deb rpm:
	contrib/package.sh $@ '$(BUILD)/$@'

# What the tool costs, beside what it replaces: prints a table.
.PHONY: bench
bench: all $(BUILD)/tests/measure
	tests/bench/bench.sh $(BUILD)/tests/measure

$(BUILD)/tests/measure: tests/programs/measure.c
	@mkdir -p $(@D)
	$(quiet_ld)$(CC) $(common) -O2 -o $@ $<

# Parsers of what others write, fed with nonsense: make fuzz, FUZZ_SECONDS for each driver;
# fuzz-short for `make check`. clang's libFuzzer with the address and undefined sanitizers.
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 600
fuzz_flags := -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
# These parsers are pure: text in, struct out, so the drivers link nothing else; but that of
# images, which reads a file.
fuzz_parsers := $(wildcard cmdline/*.c) \
	$(addprefix tools/claims/, claim.c configuration.c graphics-words.c scripts.c) \
	tools/diagnose/capture/manifest.c tools/diagnose/log/kmsg.c \
	$(addprefix tools/guests/, gpu-nodes.c libvirt-domain.c lxc-conf.c node-kinds.c pve-conf.c \
	pve-container.c pve-mapping.c pve-vm.c qemu-args.c) \
	$(addprefix tools/images/, contents.c cpio.c parts.c program.c) \
	tools/kernel/modules.c tools/pci/graphics-drivers.c \
	$(addprefix tools/system/, follow.c hanging.c inside.c node.c replace.c root.c) \
	$(addprefix tools/text/, printable.c span.c string.c)
fuzz_objects := $(fuzz_parsers:%.c=$(BUILD)/fuzz/objects/%.o)
fuzzers := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
.PHONY: fuzz fuzz-short
fuzz_drivers := $(patsubst %.c,$(BUILD)/fuzz/objects/%.o,$(wildcard tests/fuzz/*.c))
.SECONDARY: $(fuzz_objects) $(fuzz_drivers)

fuzz: $(fuzzers)
	tests/fuzz/run.sh $(FUZZ_SECONDS) $^

fuzz-short: $(fuzzers)
	tests/fuzz/run.sh 6 $^

$(BUILD)/fuzz/objects/%.o: %.c
	@mkdir -p $(@D)
	$(quiet_cc)$(FUZZ_CC) $(common) $(tool_flags) $(fuzz_flags) -c -o $@ $<

$(BUILD)/fuzz/%: $(BUILD)/fuzz/objects/tests/fuzz/%.o $(fuzz_objects)
	$(quiet_ld)$(FUZZ_CC) $(fuzz_flags) -fsanitize=fuzzer -o $@ $^ $(tool_libs)

# Sources in both compilers' strict view, the house's format, and the shell.
.PHONY: lint objects
objects: $(hook_objects) $(tool_objects)
lint:
	@tests/lint.sh "$(CC)" "$(strict)"

# What was made, and no more: BUILD may be a directory with other things in it.
clean:
	rm -rf $(patsubst %,'$(BUILD)/%',hook tools tests fuzz messages lint-$(CC) lint-clang deb rpm directories) \
		'$(programs)vfio-early' '$(programs)vfio-early-hook'
	[ ! -d '$(BUILD)' ] || rmdir --ignore-fail-on-non-empty '$(BUILD)'

-include $(hook_objects:.o=.d) $(tool_objects:.o=.d) $(fuzz_objects:.o=.d) $(fuzz_drivers:.o=.d)
