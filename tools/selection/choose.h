/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cards a command is about: those named, those chosen before, or the only one. */
#ifndef TOOLS_SELECTION_CHOOSE_H
#define TOOLS_SELECTION_CHOOSE_H

#include "tools/selection/conf.h"
#include "tools/pci/devices.h"

/*
 * The flag's value for the words of the user. 0 and a malloc'ed value; -EINVAL for wrong
 * usage, another -errno where nothing, or too much, fits.
 */
int choose_named(const struct devices *devices, char *const *words, size_t count,
	char **value, char **why);

/*
 * The same where nothing is named: what the conf holds, otherwise the one card that is
 * not the boot display. -ENODEV if there is none, -ENOTUNIQ and a list if there are more.
 */
int choose_unnamed(
	const struct devices *devices, const struct conf *conf, char **value, char **why);

#endif
