#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh: the whole job, in a virtual machine, for someone who sees it for the first time.
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

# What the machine's commands wrote, in from the margin.
show() {
	guest output | sed 's/^/    /'
}

say 'Nothing on this computer changes: all of it happens in a virtual machine.'
echo 'It has three displays of the very same model: one that shows the picture, and two cards'
echo 'in slots. We want the first card for a guest, and the host to keep the rest.'
say 'Making the disk: Debian, its own boot loader, and vfio-early (once; kept afterwards) ...'
disk=$(lab_disk)
lab_machine "$disk"

say 'Switching the machine on, and asking what is in it and who holds what: vfio-early list'
lab_boot --run 'vfio-early list 2>&1 | tee list; echo; vfio-early enable 01:00 2>&1 | tee enable'
guest list | sed 's/^/    /'
say "The host's own drivers hold everything. Now we give the first card away: vfio-early enable 01:00"
guest enable | sed 's/^/    /'

say 'Restarting. Nothing is touched at the boot menu ...'
lab_boot --run 'vfio-early list; echo; dmesg | grep -o "vfio-early: .*"'
show
say 'The first card, with its sound and USB parts, now waits for a virtual machine (vfio-pci),'
echo 'and the host still has its picture and the identical second card.'

say 'And back: vfio-early disable, and a restart ...'
lab_boot --run 'vfio-early disable'
show
lab_boot --run 'vfio-early list'
show
say 'Everything is as it was at the start. On real hardware: sudo make install; sudo vfio-early enable'
