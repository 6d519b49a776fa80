/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cmdline/driver.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/next-boot.h"
#include "tools/selection/predict.h"
#include "tools/text/string.h"

/* Whether the early program gives the card to a VFIO driver where this is the kernel's
 * command line. */
static bool is_taken_by(const char *line, const struct intent *intent)
{
	CLEANUP_FREE char *why = NULL;
	CLEANUP_FREE struct prediction *boot = predict_boot(line, true, &why);
	const struct plan_entry *entry =
		boot != NULL
			? prediction_of(boot, &intent->device->facts.function.address)
			: NULL;

	return entry != NULL && entry->action != ACTION_LEAVE;
}

bool next_boot_takes(const struct context *context, const struct intent *intent)
{
	const struct boot_state *boot = &context->boot;

	if (!intent_is_vm(intent) || !intent_is_ours(intent) ||
		driver_is_vfio(intent->device->facts.driver) ||
		boot->next == NEXT_UNKNOWN || boot->parameters == NULL || boot->failed)
		return false;
	/* where this boot was told already, another one changes nothing */
	return is_taken_by(boot->parameters, intent) &&
	       !is_taken_by(context->cmdline, intent);
}

bool next_boot_returns(const struct context *context, const struct intent *intent)
{
	return intent_is_host(intent) && intent_is_ours(intent) &&
	       driver_is_vfio(intent->device->facts.driver) &&
	       context->boot.next == NEXT_NORMAL;
}
