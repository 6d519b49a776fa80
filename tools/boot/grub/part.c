/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/part.h"
#include "tools/boot/grub/section.h"
#include "tools/text/string.h"

static const char *const variables[] = {
	GRUBENV_ENABLED, GRUBENV_ONCE, GRUBENV_PENDING, GRUBENV_FAILED};

static bool is_ours(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		if (text_begins(line, variables[i]) && line[strlen(variables[i])] == '=')
			return true;
	return false;
}

/* Behind a line of the block: a backslash takes a newline into it. */
static const char *behind_line(const char *line)
{
	while (*line != '\0' && *line != '\n')
		line += line[0] == '\\' && line[1] != '\0' ? 2 : 1;
	return *line == '\n' ? line + 1 : line;
}

/* The lines that are not ours, without the "#" that fill the block. */
static char *others_in_block(const char *block)
{
	char *text = copy_text("");

	for (const char *at = block, *end; *at != '\0'; at = end) {
		end = behind_line(at);
		if (!is_ours(at) && end[-1] == '\n')
			text_append(&text, "%.*s", (int)(end - at), at);
	}
	return text;
}

static bool has_variables(const char *lines)
{
	for (; *lines != '\0'; lines = behind_line(lines))
		if (lines[0] != '#')
			return true;
	return false;
}

/* The block with our variables as in another one; as long as before. */
static char *block_like(const char *now, const char *like)
{
	CLEANUP_FREE char *text = others_in_block(now);
	size_t length, size = strlen(now);
	char *block;

	if (like == NULL && !has_variables(text))
		return copy_text("");
	for (size_t i = 0; like != NULL && i < ARRAY_SIZE(variables); i++) {
		CLEANUP_FREE char *value = grubenv_value(like, variables[i]);

		/* Ours are numbers: nothing in them needs a backslash. */
		if (value != NULL)
			text_append(&text, "%s=%s\n", variables[i], value);
	}
	length = strlen(text);
	if (length > size)
		return NULL;
	block = allocate_more(NULL, size + 1);
	memset(block, '#', size);
	memcpy(block, text, length);
	block[size] = '\0';
	return block;
}

static bool is_blank(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return *text == '\0';
}

/* grub.cfg with our section as in another one: not there in one of a time before us. */
static char *config_like(const char *now, const char *like)
{
	CLEANUP_FREE char *ours = grub_section(now);
	CLEANUP_FREE char *wanted = like != NULL ? grub_section(like) : NULL;

	if (like == NULL)
		return NULL;
	if (like[0] == '\0')
		return ours != NULL && !is_blank(ours) ? grub_section_with(now, "")
						       : copy_text(now);
	if (ours == NULL)
		return wanted == NULL || is_blank(wanted) ? copy_text(now) : NULL;
	return wanted != NULL ? grub_section_with(now, wanted) : grub_section_rest(now);
}

char *grub_part(const char *path, const char *now, const char *like)
{
	CLEANUP_FREE char *config = grub_file("grub.cfg");
	CLEANUP_FREE char *block = grub_file("grubenv");

	if (strcmp(path, config) == 0)
		return config_like(now, like);
	if (strcmp(path, block) == 0 && text_begins(now, "# GRUB Environment Block\n"))
		return block_like(now, like);
	return NULL;
}
