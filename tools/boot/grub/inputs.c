/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/inputs.h"

/* Counts up when the generated section changes in form: the old one is then out of date.
 */
#define FORM "# vfio-early: form 2"
#define WORDS "# vfio-early: words "
#define NO_GUARD "# vfio-early: no guard: "
#define NO_SAVE "# vfio-early: no guard, no --once: "

char *grub_inputs_format(const struct entry_inputs *inputs)
{
	CLEANUP_FREE char *guard = copy_text("");

	if (!inputs->guard.on) {
		free(guard);
		guard = format_text("%s%s\n", inputs->guard.save ? NO_GUARD : NO_SAVE,
			inputs->guard.reason);
		/* A line break would end the comment. */
		for (char *at = guard; at[0] != '\0' && at[1] != '\0'; at++)
			if (*at == '\n')
				*at = ' ';
	}
	return format_text(FORM "\n" WORDS "%s\n%s", inputs->parameters, guard);
}

/* The rest of the first line that begins so; malloc'ed, NULL if there is none. */
static char *rest_of_line(const char *text, const char *start)
{
	size_t length = strlen(start);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, start, length) == 0)
			return format_text(
				"%.*s", (int)strcspn(text + length, "\n"), text + length);
	}
	return NULL;
}

bool grub_inputs_parse(const char *section, struct entry_inputs *inputs)
{
	CLEANUP_FREE char *form = rest_of_line(section, FORM);
	char *reason;

	*inputs = (struct entry_inputs){0};
	if (form == NULL || form[0] != '\0')
		return false;
	inputs->parameters = rest_of_line(section, WORDS);
	if (inputs->parameters == NULL)
		return false;
	reason = rest_of_line(section, NO_SAVE);
	inputs->guard.save = reason == NULL;
	if (reason == NULL)
		reason = rest_of_line(section, NO_GUARD);
	inputs->guard.on = reason == NULL;
	inputs->guard.reason = reason;
	return true;
}
