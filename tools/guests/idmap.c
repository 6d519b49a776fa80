/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/idmap.h"

bool idmap_read(const struct pve_line *line, struct idmap_range *range)
{
	uint64_t *const number[] = {&range->inside, &range->outside, &range->count};
	struct span rest = line->value, word;

	*range = (struct idmap_range){.from = line};
	if (!span_word(&rest, &word) || word.length != 1 ||
		strchr("ugb", word.text[0]) == NULL)
		return false;
	range->kind = word.text[0];
	for (size_t i = 0; i < ARRAY_SIZE(number); i++)
		if (!span_word(&rest, &word) ||
			!span_number(word, 10, UINT32_MAX, number[i]))
			return false;
	return range->count > 0;
}

struct idmap_range *container_idmap(const struct container *container, size_t *count)
{
	struct idmap_range *ranges = NULL, range;

	*count = 0;
	for (size_t i = 0; i < container->conf.line_count; i++) {
		const struct pve_line *line = &container->conf.line[i];

		if (line->section == 0 && span_is(line->key, "lxc.idmap") &&
			idmap_read(line, &range))
			*ARRAY_ADD(ranges, *count) = range;
	}
	/* PVE::LXC's parse_id_maps, where the file has none */
	if (*count == 0 && container->unprivileged)
		*ARRAY_ADD(ranges, *count) =
			(struct idmap_range){NULL, 'b', 0, 100000, 65536};
	return ranges;
}

bool idmap_is_about(const struct idmap_range *range, char kind)
{
	return range->kind == kind || range->kind == 'b';
}

bool container_maps(
	const struct container *container, char kind, uint32_t outside, uint32_t *inside)
{
	size_t count;
	CLEANUP_FREE struct idmap_range *range = container_idmap(container, &count);

	*inside = outside;
	for (size_t i = 0; i < count; i++)
		if (idmap_is_about(&range[i], kind) && outside >= range[i].outside &&
			outside - range[i].outside < range[i].count) {
			*inside = (uint32_t)(range[i].inside +
					     (outside - range[i].outside));
			return true;
		}
	return count == 0;
}

uint32_t container_outside(const struct container *container, char kind, uint32_t inside)
{
	size_t count;
	CLEANUP_FREE struct idmap_range *range = container_idmap(container, &count);

	for (size_t i = 0; i < count; i++)
		if (idmap_is_about(&range[i], kind) && inside >= range[i].inside &&
			inside - range[i].inside < range[i].count)
			return (uint32_t)(range[i].outside + (inside - range[i].inside));
	return inside;
}
