#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# VFIO drivers that are made for a device: found among the newest kernel's modules.

load helper

setup() {
	make_machine
	# A card of one function, as those that have such drivers are.
	pci_add - 0000:00:06.0 1b36:000c 060400 group=30 header=01
	pci_add 0000:00:06.0 0000:05:00.0 10de:2342 030200 group=31
	make_kernel 6.1.0-1-amd64
	modules=$root/lib/modules/6.1.0-1-amd64
	module vfio-pci 'vfio_pci:v*d*sv*sd*bc*sc*i*'
}

# A module with this alias, among those of the kernel: module NAME ALIAS [VERSION]
module() {
	modules=$root/lib/modules/${3-6.1.0-1-amd64}
	mkdir -p "$modules/kernel"
	printf 'const char m[] __attribute__((section(".modinfo"), used)) = "license=GPL\\0alias=%s";\n' "$2" |
		gcc -x c -c -o "$modules/kernel/$1.ko" -
	: >"$modules/modules.order"
	depmod -b "$root" "${modules##*/}" 2>/dev/null
}

variant_is() { # EXPECTED
	assert_equal "$1" "$(json_of '.devices[] | select(.address == "0000:05:00.0") | .vfio_driver' list)"
}

# The selector that the tool writes for a word.
selector_of() { # WORD
	tool cmdline "$1" | sed -n 's/.*vfio_early=\([^ ]*\).*/\1/p'
}

@test "vfio-pci is for a device that no other VFIO driver claims" {
	variant_is vfio-pci
	module nvgrace-gpu-vfio-pci 'vfio_pci:v000010DEd00002345sv*sd*bc*sc*i*'
	variant_is vfio-pci
	assert_equal '10de:2342@00:06.0/00' "$(selector_of 05:00)"
}

@test "a VFIO driver that claims the device is used and shown" {
	module nvgrace-gpu-vfio-pci 'vfio_pci:v000010DEd00002342sv*sd*bc*sc*i*'
	variant_is nvgrace_gpu_vfio_pci
	run -0 tool list
	assert_contains 'VFIO driver nvgrace_gpu_vfio_pci'
	assert_equal '10de:2342@00:06.0/00=nvgrace_gpu_vfio_pci' "$(selector_of 05:00)"
	assert_equal '10de:2342@00:06.0/00=nvgrace_gpu_vfio_pci' \
		"$(json_of '.devices[] | select(.address == "0000:05:00.0") | .selector' list)"
	# What it claims in the way that other modules do is none of VFIO's business.
	assert_equal vfio-pci \
		"$(json_of '.devices[] | select(.address == "0000:01:00.0") | .vfio_driver' list)"
}

@test "the user's word for another VFIO driver counts" {
	module nvgrace-gpu-vfio-pci 'vfio_pci:v000010DEd00002342sv*sd*bc*sc*i*'
	assert_equal '10de:2342@00:06.0/00' "$(selector_of 05:00=vfio-pci)"
	assert_equal '10de:2342@00:06.0/00=other_vfio_pci' "$(selector_of 05:00=other_vfio_pci)"
}

@test "a module's ordinary alias does not make it a VFIO driver" {
	module nouveau 'pci:v000010DEd*sv*sd*bc03sc*i*'
	variant_is vfio-pci
}

@test "of two drivers that claim the device neither is taken" {
	module nvgrace-gpu-vfio-pci 'vfio_pci:v000010DEd00002342sv*sd*bc*sc*i*'
	module other-vfio-pci 'vfio_pci:v000010DEd00002342sv*sd*bc*sc*i*'
	variant_is vfio-pci
}

@test "a card goes to one driver: a variant for some of its functions is left out" {
	module bochs-vfio-pci 'vfio_pci:v00001234d00001111sv*sd*bc*sc*i*'
	assert_equal bochs_vfio_pci \
		"$(json_of '.devices[] | select(.address == "0000:01:00.0") | .vfio_driver' list)"
	assert_equal '1234:1111@00:02.0/00' "$(selector_of 01:00)"
}

@test "the newest kernel decides, and one without lists of modules has no say" {
	module nvgrace-gpu-vfio-pci 'vfio_pci:v000010DEd00002342sv*sd*bc*sc*i*'
	make_kernel 6.1.0-2-amd64
	variant_is vfio-pci
	module nvgrace-gpu-vfio-pci 'vfio_pci:v000010DEd00002342sv*sd*bc*sc*i*' 6.1.0-2-amd64
	rm -r "$root/lib/modules/6.1.0-1-amd64"
	variant_is nvgrace_gpu_vfio_pci
}
