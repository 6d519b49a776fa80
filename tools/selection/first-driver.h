/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has a function already when the early program of the next boot starts. */
#ifndef TOOLS_SELECTION_FIRST_DRIVER_H
#define TOOLS_SELECTION_FIRST_DRIVER_H

#include "hook/scan.h"

/*
 * What is known beforehand: a driver that is part of the next kernel is there first, and
 * what the early program found in this boot it finds again with the same kernel.
 */
struct first_drivers;

/* malloc'ed, for first_drivers_free. */
struct first_drivers *first_drivers_read(void);
void first_drivers_free(struct first_drivers *known);
/* Sets the function's driver to the one that will be there; "" is none. */
void first_driver_set(const struct first_drivers *known, struct device *device);

#endif
