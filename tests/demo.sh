#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh: the whole job, in a virtual machine, for someone who sees it for the first time.
# shellcheck disable=SC2016 # the commands are for the machine's shell
set -eu
cd "$(dirname "$0")/.."
BATS_TEST_TMPDIR=$(mktemp -d)
export BATS_TEST_TMPDIR
trap 'rm -rf "$BATS_TEST_TMPDIR"' EXIT
# shellcheck source=tests/lab/lab.bash
. tests/lab/lab.bash

say() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

# A file that the machine's commands wrote, in from the margin.
show() { # NAME
	guest "$1" | sed 's/^/    /'
}

say 'No device and no boot of this computer changes: all of it happens in a virtual machine.'
echo 'It has three displays of the very same model: one that shows the picture, and two cards'
echo 'in slots. We want the first card for a guest, and the host to keep the rest.'
say 'Making the disk: Debian, its own boot loader, and vfio-early (once; kept afterwards) ...'
if ! disk=$(lab_disk bookworm 2>"$BATS_TEST_TMPDIR/log"); then
	cat "$BATS_TEST_TMPDIR/log" >&2
	exit 1
fi
lab_machine "$disk"

say 'Switching the machine on, and asking what is in it and who holds what: vfio-early list'
lab_boot --run 'vfio-early list >list 2>&1; vfio-early enable 01:00 >enable 2>&1'
show list
say "The host's own drivers hold everything. Now we give the first card away: vfio-early enable 01:00"
show enable

say 'Restarting. Nothing is touched at the boot menu ...'
lab_boot --run 'vfio-early list | sed "/^Indented/,\$d" >list
	dmesg | grep -o "vfio-early: .*" >log; vfio-early disable >disable'
show list
say 'The first card, with its sound and USB parts, now waits for a virtual machine: vfio-pci has it.'
echo 'The host still has its picture, and the second card, which is the same model. The kernel log:'
show log
say 'The way back is one command and a restart: vfio-early disable'
show disable
say 'On real hardware: sudo make install; sudo vfio-early enable'
