#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine whose IOMMU is off, or that has none.

load ../lab/lab.bash

@test "without an IOMMU every device stays with its own driver, and one line of the kernel log says why" {
	lab_machine "$(lab_enabled_disk)"
	lab_boot --no-iommu --run 'vfio-early status || echo "status ended with $?"'
	expect_line command-line ' vfio_early=1234:1111@'
	expect_normal_drivers
	expect_line kernel-log 'vfio-early: 0000:01:00: .* left to the host: .*IOMMU'
	guest kernel-log | grep "vfio-early:" >"$BATS_TEST_TMPDIR/lines"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/lines")" = 1 ] || { cat "$BATS_TEST_TMPDIR/lines"; return 1; }
	expect_line output 'IOMMU'
}
