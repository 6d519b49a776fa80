/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

#include "tools/images/generator.h"

/*
 * A row each: NAME for the struct generator_NAME. The first that is installed makes the
 * images where none tells more, and whose mark comes first is an image's maker.
 */
#define GENERATORS(ROW) \
	ROW(initramfs_tools) \
	ROW(dracut) \
	ROW(mkinitcpio) \
	ROW(booster)

#define DECLARE(name) extern const struct generator generator_##name;
#define ADDRESS(name) &generator_##name,

GENERATORS(DECLARE)

const struct generator *const generators[] = {GENERATORS(ADDRESS) NULL};
