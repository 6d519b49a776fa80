#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut's init, where no systemd is in the image, before it loads the first
# module.

/usr/bin/vfio-early-hook -i || :
