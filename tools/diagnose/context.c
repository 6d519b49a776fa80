/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>

#include "tools/text/string.h"
#include "tools/diagnose/context.h"

struct wish *wish_add(struct context *context, enum want want, const char *what,
	const char *who, const char *source, const char *format, ...)
{
	struct wishes *wishes = &context->wishes;
	struct wish *wish;
	va_list list;
	char *text;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	wishes->wish =
		allocate_more(wishes->wish, (wishes->count + 1) * sizeof(*wishes->wish));
	wish = &wishes->wish[wishes->count++];
	*wish = (struct wish){
		.want = want,
		.what = copy_text(what),
		.who = who != NULL ? copy_text(who) : NULL,
		.source = copy_text(source),
		.text = text,
	};
	return wish;
}

bool context_wants(const struct context *context, enum want want)
{
	const struct request *request = &context->request;

	/* asked for, even if there is no card yet */
	if (want == WANT_VM && (request->want == WANT_VM || request->machine >= 0 ||
				       request->domain != NULL))
		return true;
	if (want == WANT_HOST &&
		(request->want == WANT_HOST || request->container != NULL))
		return true;
	for (size_t i = 0; i < context->intents; i++)
		if (context->intent[i].want == want ||
			(context->intent[i].want == WANT_BOTH && want != WANT_NOTHING))
			return true;
	return false;
}

bool context_has_choice(const struct context *context)
{
	return context->running_flag ||
	       (context->conf.devices != NULL && context->conf.devices[0] != '\0');
}
