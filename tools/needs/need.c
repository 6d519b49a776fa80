/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/needs/need.h"
#include "tools/text/span.h"

/* The same need may be named twice: by root= and by fstab, in two lines for one key. */
static bool is_known(
	const struct needs *needs, const struct pci_device *device, const char *sentence)
{
	for (size_t i = 0; i < needs->count; i++)
		if (needs->need[i].device == device &&
			strcmp(needs->need[i].sentence, sentence) == 0)
			return true;
	return false;
}

void need_add(struct needs *needs, const struct pci_device *device,
	enum need_weight weight, const char *format, ...)
{
	char *sentence;
	va_list list;

	va_start(list, format);
	sentence = format_list(format, list);
	va_end(list);
	if (is_known(needs, device, sentence))
		free(sentence);
	else
		*ARRAY_ADD(needs->need, needs->count) =
			(struct need){device, weight, sentence};
}

void needs_free(struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		free(needs->need[i].sentence);
	free(needs->need);
	*needs = (struct needs){0};
}
