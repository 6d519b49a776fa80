/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/pve-mapping.h"

static void problem(struct mapping *mapping, unsigned int number, struct span line,
	struct span text, const char *what)
{
	*ARRAY_ADD(mapping->problem, mapping->problem_count) = (struct pve_problem){
		.line = number,
		.column = (unsigned int)(text.text - line.text) + 1,
		.text = text,
		.what = what,
	};
}

static const char *property(
	struct mapping_entry *entry, struct span key, struct span value)
{
	uint64_t number;

	if (span_is(key, "node")) {
		entry->node = value;
	} else if (span_is(key, "path")) {
		entry->path = value;
	} else if (span_is(key, "id")) {
		entry->id = value;
	} else if (span_is(key, "subsystem-id")) {
		entry->subsystem = value;
	} else if (span_is(key, "iommugroup")) {
		if (!span_number(value, 10, INT32_MAX, &number))
			return "an IOMMU group is a number";
		entry->group = (int64_t)number;
	} else if (!span_is(key, "description")) {
		return "PVE knows no such property of a map: it ignores this map";
	}
	return NULL;
}

static void read_map(struct mapping *mapping, unsigned int number, struct span line,
	struct span name, struct span text)
{
	struct mapping_entry entry = {.line = number, .name = name, .group = -1};
	struct span key, value;
	const char *wrong;
	bool more;

	for (;;) {
		wrong = pve_property_next(&text, "", &key, &value, &more);
		if (!more)
			break;
		if (wrong == NULL && key.length == 0)
			wrong = "a key and an equals sign are missing: PVE ignores this map";
		if (wrong == NULL)
			wrong = property(&entry, key, value);
		if (wrong != NULL) {
			problem(mapping, number, line, value, wrong);
			return;
		}
	}
	if (entry.node.length == 0 || entry.path.length == 0)
		problem(mapping, number, line, span_trim(line),
			"a map needs a node and a path: PVE ignores this one");
	else
		*ARRAY_ADD(mapping->entry, mapping->entry_count) = entry;
}

void mapping_read(struct span text, struct mapping *mapping)
{
	struct span line, word, rest, name = {0};
	unsigned int number = 0;

	*mapping = (struct mapping){0};
	while (span_line(&text, &line)) {
		number++;
		rest = span_trim(line);
		if (rest.length > 0 && rest.text[0] == '#')
			continue;
		/* A section ends with an empty line, and only there. */
		if (line.length == 0) {
			name.length = 0;
			continue;
		}
		if (name.length == 0) {
			if (!span_word(&rest, &word) || word.text != line.text ||
				span_trim(rest).length > 0) {
				problem(mapping, number, line, line,
					"a section begins with its name alone, in the "
					"first column: PVE ignores this line");
				continue;
			}
			name = word;
			*ARRAY_ADD(mapping->name, mapping->name_count) = name;
		} else if (rest.text == line.text) {
			problem(mapping, number, line, line,
				"an empty line must stand before a new section: PVE ignores "
				"this line");
		} else if (span_word(&rest, &word) && span_is(word, "map")) {
			read_map(mapping, number, line, name, span_trim(rest));
		}
	}
}

void mapping_free(struct mapping *mapping)
{
	free(mapping->entry);
	free(mapping->problem);
	free(mapping->name);
	*mapping = (struct mapping){0};
}

bool mapping_has(const struct mapping *mapping, struct span name)
{
	for (size_t i = 0; i < mapping->name_count; i++)
		if (span_same(mapping->name[i], name))
			return true;
	return false;
}
