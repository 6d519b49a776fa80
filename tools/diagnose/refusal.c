/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/diagnose/intent.h"
#include "tools/diagnose/refusal.h"
#include "tools/selection/refuse.h"
#include "tools/text/string.h"

static char *refusal_of(const struct context *context, const struct intent *intent)
{
	const struct candidate candidate = {
		.card = intent_card(context, intent), .by_address = true};
	struct lines reasons = {0}, warnings = {0};
	char *reason = NULL;

	refuse_cards(&context->devices, &candidate, 1, false, &reasons, &warnings);
	if (reasons.count > 0)
		reason = copy_text(reasons.line[0]);
	lines_free(&reasons);
	lines_free(&warnings);
	return reason;
}

char *enable_refusal(const struct context *context, const struct intent *intent)
{
	char *reason = NULL;

	if (intent != NULL)
		return refusal_of(context, intent);
	for (size_t i = 0; i < context->intents && reason == NULL; i++)
		if (intent_is_vm(&context->intent[i]))
			reason = refusal_of(context, &context->intent[i]);
	return reason;
}
