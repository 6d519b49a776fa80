/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/needs/crypttab.h"
#include "tools/needs/disk-parameters.h"
#include "tools/needs/fstab.h"
#include "tools/needs/keyboards.h"
#include "tools/needs/needs.h"
#include "tools/needs/network-parameters.h"
#include "tools/needs/network-storage.h"
#include "tools/needs/unlockers.h"

static void (*const sources[])(const struct next_boot *, struct needs *) = {
	needs_of_network_storage,
	needs_of_network_parameters,
	needs_of_disk_parameters,
	needs_of_fstab,
	needs_of_crypttab,
	needs_of_keyboards,
	needs_of_unlockers,
};

void needs_find(const struct next_boot *boot, struct needs *needs)
{
	*needs = (struct needs){0};
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		sources[i](boot, needs);
}
