/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/diagnose/privacy/daemon-filter.h"

/* Which lines are kept, by how far they are moved in: the daemon writes one key a line.
 */
struct outline {
	size_t part, setting; /* columns of "config:" and of what is below; 0: not seen */
	bool instance, devices, config, kept;
};

static bool is_one_of(struct span key, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (span_starts(key, names[i]))
			return true;
	return false;
}

/* A line of the outermost level: the instance, its snapshots, its volume. */
static bool begin_document(struct outline *outline, struct span line)
{
	static const char *const names[] = {"container:", "instance:", NULL};

	*outline = (struct outline){.instance = is_one_of(line, names)};
	return outline->instance;
}

static bool begin_part(struct outline *outline, struct span line, size_t column)
{
	outline->part = column;
	outline->setting = 0;
	outline->devices =
		span_starts(line, "devices:") || span_starts(line, "expanded_devices:");
	outline->config =
		span_starts(line, "config:") || span_starts(line, "expanded_config:");
	return outline->devices || outline->config;
}

static bool keeps(struct outline *outline, struct span line, size_t column)
{
	static const char *const settings[] = {"nvidia.", "raw.lxc", "security.",
		"volatile.idmap.", "volatile.last_state.idmap", NULL};

	if (column == 0)
		return begin_document(outline, line);
	if (!outline->instance)
		return false;
	if (outline->part == 0 || column <= outline->part)
		return begin_part(outline, line, column);
	if (outline->devices || !outline->config)
		return outline->devices;
	if (outline->setting == 0)
		outline->setting = column;
	/* what is further in belongs to the setting above */
	if (column <= outline->setting)
		outline->kept = is_one_of(line, settings);
	return outline->kept;
}

void daemon_conf_print(FILE *to, const char *text)
{
	struct outline outline = {0};
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line)) {
		struct span trimmed = span_trim(line);
		size_t column =
			trimmed.length > 0 ? (size_t)(trimmed.text - line.text) : 0;

		if (trimmed.length > 0 && keeps(&outline, trimmed, column))
			fprintf(to, "%.*s", SPAN(line));
		fputc('\n', to);
	}
}
