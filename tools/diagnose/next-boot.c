/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cmdline/driver.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/next-boot.h"
#include "tools/selection/predict.h"
#include "tools/text/string.h"

bool next_boot_takes(const struct context *context, const struct intent *intent)
{
	const struct boot_state *boot = &context->boot;
	CLEANUP_FREE struct prediction *next = NULL;
	CLEANUP_FREE char *why = NULL;
	const struct plan_entry *entry;

	if (!intent_is_vm(intent) || driver_is_vfio(intent->device->facts.driver) ||
		boot->next == NEXT_UNKNOWN || boot->parameters == NULL || boot->failed)
		return false;
	next = predict_boot(boot->parameters, true, &why);
	entry = next != NULL ? prediction_of(
				       next, &intent->device->facts.function.address)
			     : NULL;
	return entry != NULL && entry->action != ACTION_LEAVE;
}

bool next_boot_returns(const struct context *context, const struct intent *intent)
{
	return intent_is_host(intent) && intent_is_ours(intent) &&
	       driver_is_vfio(intent->device->facts.driver) &&
	       context->boot.next == NEXT_NORMAL;
}
