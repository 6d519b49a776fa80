/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of drivers and modules, and of their parameters on the command line. */
#ifndef CMDLINE_DRIVER_H
#define CMDLINE_DRIVER_H

#include "cmdline/text.h"

/*
 * Whether two names mean one thing: to the kernel's parameters (kernel/params.c,
 * parameq) and to modprobe "-" is as good as "_", and a driver is registered with the one
 * or the other.
 */
bool kernel_name_is(struct span name, const char *other);
bool driver_is_same(const char *a, const char *b);

/* vfio-pci, and the drivers that are vfio-pci with more: mlx5_vfio_pci and their like. */
bool driver_name_is_vfio(struct span name);
bool driver_is_vfio(const char *driver);

/* Whether VFIO lets a group go to a guest while this driver, "" for none, has a member of
 * it: those that set driver_managed_dma. */
bool driver_leaves_group(const char *driver);

#endif
