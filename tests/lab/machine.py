#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One power-on of the test machine, until it powers itself off, is unplugged, or runs out of time.

Exit status: 0 powered off or rebooted by itself, 3 unplugged as a step asked, 1 a step failed, 124 out of time.
The steps are what a person at the serial console does, in order; see console.py.
"""
import argparse
import os
import shlex
import subprocess
import sys

import console

# Two cards behind root ports of their own, the second without USB, and a boot display with the same ID
# 1234:1111 as both of them. Addresses are fixed, so a test may name them:
#   00:01.0 boot display   00:04.0 -> 01:00.0 display .1 sound .2 USB   00:05.0 -> 02:00.0 display .1 sound
#   00:06.0 -> bus 03, an empty slot with room for a hot-plugged card
# The sound functions have no codec: then their driver says so in the kernel log, with their address.
CARDS = """
    -device VGA,addr=01.0
    -device pcie-root-port,id=port1,addr=04.0,chassis=1,slot=1
    -device bochs-display,bus=port1,addr=00.0,multifunction=on
    -device intel-hda,bus=port1,addr=00.1
    -device qemu-xhci,bus=port1,addr=00.2,id=usb
    -device pcie-root-port,id=port2,addr=05.0,chassis=2,slot=2
    -device bochs-display,bus=port2,addr=00.0,multifunction=on
    -device intel-hda,bus=port2,addr=00.1
    -device pcie-root-port,id=port3,addr=06.0,chassis=3,slot=3,mem-reserve=64M
"""


def qemu(options):
    args = "qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -m 1024 -smp 2".split()
    args += ["-machine", "q35"]
    if options.accel == "kvm":
        # Interrupt remapping needs the interrupt chips in QEMU.
        args += ["-accel", "kvm,kernel-irqchip=split", "-cpu", "host"]
    else:
        args += ["-accel", "tcg,thread=multi", "-cpu", "Nehalem"]     # Intel's, as the IOMMU is
    if not options.no_iommu:
        args += ["-device", "intel-iommu,intremap=on,caching-mode=on"]
    args += CARDS.split()
    args += ["-device", "virtio-blk-pci,addr=08.0,drive=disk",
             "-drive", f"if=none,id=disk,file={options.disk},cache=unsafe",
             "-virtfs", f"local,path={options.share},mount_tag=lab,security_model=none,id=lab"]
    args += shlex.split(options.hardware)
    if options.direct:
        args += ["-kernel", f"{options.direct}/vmlinuz", "-initrd", f"{options.direct}/initrd.img",
                 "-append", "root=/dev/vda1 rw console=ttyS0 no_timer_check"]
    return args


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disk", required=True)
    parser.add_argument("--share", required=True, help="directory that the machine sees as 9p mount tag 'lab'")
    parser.add_argument("--log", required=True, help="file for what the serial console shows")
    parser.add_argument("--timeout", type=float, default=420)
    parser.add_argument("--accel", default=os.environ.get("VFIO_EARLY_LAB_ACCEL", "tcg"))
    parser.add_argument("--no-iommu", action="store_true")
    parser.add_argument("--hardware", default="", help="what this machine has besides, as options of QEMU")
    parser.add_argument("--direct", metavar="DIR", help="boot DIR/vmlinuz and DIR/initrd.img without a boot loader")
    parser.add_argument("steps", nargs="*")
    options = parser.parse_args()

    monitor = options.log + ".monitor"
    args = qemu(options)
    args += ["-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial",
             "-monitor", f"unix:{monitor},server=on,wait=off"]
    with open(options.log, "wb") as log:
        machine = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        person = console.Person(machine, log, monitor, options.timeout)
        try:
            return person.act(options.steps)
        except console.GaveUp as reason:
            print(f"machine.py: {reason}", file=sys.stderr)
            return 124 if person.out_of_time() else 1
        finally:
            person.unplug()


if __name__ == "__main__":
    sys.exit(main())
