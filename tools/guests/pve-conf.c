/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/pve-conf.h"

/* Characters of a key: PVE's classes, where ranges of letters are lower case only. */
static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* [a-z][a-z0-9_\-]+ in either case */
static bool is_snapshot_name(struct span name)
{
	if (name.length < 2 || !is_letter(name.text[0]))
		return false;
	for (size_t i = 1; i < name.length; i++) {
		char c = name.text[i];

		if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-')
			return false;
	}
	return true;
}

struct conf_reader {
	struct pve_conf *conf;
	enum pve_kind kind;
	unsigned int number;
	struct span line;
	bool skip; /* below a header that PVE does not know */
};

static void problem(struct conf_reader *reader, struct span text, const char *what)
{
	struct pve_conf *conf = reader->conf;
	struct pve_problem *problem = ARRAY_ADD(conf->problem, conf->problem_count);

	*problem = (struct pve_problem){
		.line = reader->number,
		.column = (unsigned int)(text.text - reader->line.text) + 1,
		.text = text,
		.what = what,
	};
}

static void start_section(
	struct conf_reader *reader, enum pve_section_kind kind, struct span name)
{
	struct pve_conf *conf = reader->conf;
	struct pve_section *section;

	for (size_t i = 1; i < conf->section_count; i++)
		if (span_same(conf->section[i].name, name))
			problem(reader, name,
				reader->kind == PVE_VM
					? "this section was there before: PVE refuses the second one"
					: "this section was there before: the second one replaces it");
	section = ARRAY_ADD(conf->section, conf->section_count);
	*section = (struct pve_section){kind, name, reader->number};
	reader->skip = false;
}

/* Whether the line is a header, and if so the section it opens. */
static bool read_header(struct conf_reader *reader)
{
	struct span line = span_trim(reader->line), name;

	/* A header stands in the first column; blanks behind it do not matter. */
	if (line.length < 2 || reader->line.text[0] != '[' ||
		line.text[line.length - 1] != ']')
		return false;
	name = (struct span){line.text + 1, line.length - 2};
	if (reader->kind == PVE_CONTAINER) {
		if (span_is_nocase(name, "pve:pending"))
			start_section(reader, PVE_PENDING, name);
		else if (is_snapshot_name(name))
			start_section(reader, PVE_SNAPSHOT, name);
		else
			return false;
		return true;
	}
	if (span_is_nocase(name, "PENDING")) {
		start_section(reader, PVE_PENDING, name);
	} else if (span_is_nocase(name, "special:cloudinit") ||
		   span_is_nocase(name, "special:fleecing")) {
		start_section(reader, PVE_SPECIAL, name);
	} else if (is_snapshot_name(name)) {
		start_section(reader, PVE_SNAPSHOT, name);
	} else if (memchr(name.text, ']', name.length) == NULL) {
		start_section(reader, PVE_UNKNOWN, name);
		problem(reader, name, "no section has this name: PVE skips all of it");
		reader->skip = true;
	} else {
		return false;
	}
	return true;
}

static void add_line(struct conf_reader *reader, size_t key_length, struct span value)
{
	struct pve_conf *conf = reader->conf;
	struct pve_line *line = ARRAY_ADD(conf->line, conf->line_count);

	value = span_trim(value);
	*line = (struct pve_line){
		.line = reader->number,
		.column = (unsigned int)(value.text - reader->line.text) + 1,
		.section = conf->section_count - 1,
		.key = {reader->line.text, key_length},
		.value = value,
	};
}

/* lxc.KEY: VALUE or lxc.KEY = VALUE; blanks may stand before "=" but not before ":" */
static bool read_raw(struct conf_reader *reader)
{
	struct span line = reader->line;
	size_t key = 4, sign;

	if (!span_starts(line, "lxc."))
		return false;
	while (key < line.length &&
		(is_lower(line.text[key]) || is_digit(line.text[key]) ||
			line.text[key] == '_' || line.text[key] == '-' ||
			line.text[key] == '.'))
		key++;
	if (key == 4)
		return false;
	sign = key;
	while (sign < line.length && (line.text[sign] == ' ' || line.text[sign] == '\t'))
		sign++;
	if (sign < line.length && line.text[sign] == '=') {
		add_line(reader, key, span_from(line, sign + 1));
		return true;
	}
	if (key < line.length && line.text[key] == ':') {
		add_line(reader, key, span_from(line, key + 1));
		return true;
	}
	return false;
}

/* KEY: VALUE, the key in the first column: [a-z][a-z_]*[0-9]* and for a VM "-" too. PVE's
 * (.+?) takes a blank for a value where there is nothing else. */
static bool read_ordinary(struct conf_reader *reader)
{
	struct span line = reader->line;
	size_t key = 0;

	if (line.length == 0 || !is_lower(line.text[0]))
		return false;
	while (key < line.length &&
		(is_lower(line.text[key]) || line.text[key] == '_' ||
			(line.text[key] == '-' && reader->kind == PVE_VM)))
		key++;
	while (key < line.length && is_digit(line.text[key]))
		key++;
	if (key == line.length || line.text[key] != ':' || key + 1 == line.length)
		return false;
	add_line(reader, key, span_from(line, key + 1));
	return true;
}

static const char *why_unreadable(struct conf_reader *reader)
{
	struct span line = reader->line, rest = span_trim(line);
	const char *colon = memchr(rest.text, ':', rest.length);
	const char *equals = memchr(rest.text, '=', rest.length);

	if (rest.text != line.text)
		return "a key must stand in the first column: PVE drops this line";
	if (rest.text[0] == '[')
		return "this is no section header: PVE drops this line";
	if (colon != NULL && colon > rest.text && (colon[-1] == ' ' || colon[-1] == '\t'))
		return "a blank stands before the colon: PVE drops this line";
	if (equals != NULL && (colon == NULL || equals < colon))
		return "a key ends in a colon, not in an equals sign: PVE drops this line";
	if (colon == rest.text + rest.length - 1)
		return "there is no value behind the key: PVE drops this line";
	return "this is no 'key: value': PVE drops this line";
}

static void read_line(struct conf_reader *reader)
{
	struct pve_conf *conf = reader->conf;
	struct span trimmed = span_trim(reader->line);

	if (trimmed.length == 0 || read_header(reader) || reader->skip)
		return;
	if (reader->line.text[0] == '#')
		return;
	if (reader->kind == PVE_CONTAINER && read_raw(reader))
		return;
	if (span_starts(reader->line, "delete:") &&
		conf->section[conf->section_count - 1].kind != PVE_PENDING &&
		span_trim(span_from(reader->line, 7)).length > 0) {
		problem(reader, trimmed,
			"'delete' is only legal among the pending changes: PVE drops this line");
		return;
	}
	if (!read_ordinary(reader))
		problem(reader, trimmed, why_unreadable(reader));
}

void pve_conf_read(struct span text, enum pve_kind kind, struct pve_conf *conf)
{
	struct conf_reader reader = {.conf = conf, .kind = kind};

	*conf = (struct pve_conf){0};
	*ARRAY_ADD(conf->section, conf->section_count) = (struct pve_section){0};
	while (span_line(&text, &reader.line)) {
		reader.number++;
		read_line(&reader);
	}
}

void pve_conf_free(struct pve_conf *conf)
{
	free(conf->section);
	free(conf->line);
	free(conf->problem);
	*conf = (struct pve_conf){0};
}

enum pve_section_kind pve_line_where(
	const struct pve_conf *conf, const struct pve_line *line)
{
	return conf->section[line->section].kind;
}

const struct pve_line *pve_conf_find(const struct pve_conf *conf, const char *key)
{
	for (size_t i = conf->line_count; i-- > 0;)
		if (conf->line[i].section == 0 && span_is(conf->line[i].key, key))
			return &conf->line[i];
	return NULL;
}

const struct pve_line *pve_conf_at(const struct pve_conf *conf, unsigned int line)
{
	for (size_t i = 0; i < conf->line_count; i++)
		if (conf->line[i].line == line)
			return &conf->line[i];
	return NULL;
}

int pve_key_number(struct span key, const char *stem)
{
	uint64_t number;

	if (!span_starts(key, stem) ||
		!span_number(span_from(key, strlen(stem)), 10, 9999, &number))
		return -1;
	return (int)number;
}

const char *pve_property_next(struct span *rest, const char *unnamed, struct span *key,
	struct span *value, bool *more)
{
	const char *equals;

	*more = true;
	do {
		if (!span_piece(rest, ',', value)) {
			*more = false;
			return NULL;
		}
	} while (span_trim(*value).length == 0);
	equals = memchr(value->text, '=', value->length);
	if (equals == NULL) {
		*key = span_of(unnamed);
		return NULL;
	}
	*key = (struct span){value->text, (size_t)(equals - value->text)};
	if (key->length == 0 || key->length + 1 == value->length)
		return "a key or a value is missing at the equals sign";
	*value = span_from(*value, key->length + 1);
	return NULL;
}

struct span pve_property_at(struct span key, struct span value)
{
	/* the name of a value without one stands elsewhere */
	return key.text + key.length + 1 == value.text ? key : value;
}

unsigned int pve_conf_first_snapshot(const struct pve_conf *conf)
{
	for (size_t i = 1; i < conf->section_count; i++)
		if (conf->section[i].kind == PVE_SNAPSHOT)
			return conf->section[i].line;
	return (unsigned int)-1;
}

char *pve_line_text(const struct pve_line *line)
{
	return format_text("%.*s: %.*s", SPAN(line->key), SPAN(line->value));
}
