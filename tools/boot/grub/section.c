/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grub-mkconfig prints around each script's output an empty line, "### BEGIN PATH ###"
 * and
 * "### END PATH ###".
 */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/section.h"

#define SCRIPT "/45_vfio_early ###\n"

/* The line that begins so and ends with our script's name; NULL if there is none. */
static const char *find_line(const char *text, const char *start)
{
	size_t length = strlen(start), tail = strlen(SCRIPT);

	while (text != NULL && *text != '\0') {
		const char *end = strchr(text, '\n');
		size_t line = end != NULL ? (size_t)(end + 1 - text) : 0;

		if (line >= length + tail && strncmp(text, start, length) == 0 &&
			strncmp(text + line - tail, SCRIPT, tail) == 0)
			return text;
		text = end != NULL ? end + 1 : NULL;
	}
	return NULL;
}

static const char *behind_line(const char *line)
{
	return strchr(line, '\n') + 1;
}

char *grub_section(const char *config)
{
	const char *begin = find_line(config, "### BEGIN ");
	const char *end = begin != NULL ? find_line(begin, "### END ") : NULL;

	if (end == NULL)
		return NULL;
	begin = behind_line(begin);
	return format_text("%.*s", (int)(end - begin), begin);
}

char *grub_section_with(const char *config, const char *section)
{
	const char *begin = find_line(config, "### BEGIN ");
	const char *end = begin != NULL ? find_line(begin, "### END ") : NULL;

	if (end == NULL)
		return copy_text(config);
	begin = behind_line(begin);
	return format_text("%.*s%s%s", (int)(begin - config), config, section, end);
}

char *grub_section_rest(const char *config)
{
	const char *begin = find_line(config, "### BEGIN ");
	const char *end = begin != NULL ? find_line(begin, "### END ") : NULL;

	if (end == NULL)
		return copy_text(config);
	/* The empty line in front comes with the section. */
	if (begin - config >= 2 && begin[-1] == '\n' && begin[-2] == '\n')
		begin--;
	return format_text("%.*s%s", (int)(begin - config), config, behind_line(end));
}
