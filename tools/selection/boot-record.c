/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "hook/plan.h"
#include "tools/text/lines.h"
#include "tools/selection/boot-record.h"
#include "tools/system/root.h"

static const char header[] = "vfio-early 1";

/* The text behind "KEY=", NULL if the word is another one. */
static const char *value_of(const char *word, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(word, key, length) != 0 || word[length] != '=')
		return NULL;
	return word + length + 1;
}

static bool read_number(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static bool read_outcome(const char *word, enum outcome *out)
{
	for (enum outcome i = OUTCOME_LEFT; i <= OUTCOME_FAILED; i++)
		if (strcmp(word, outcome_text(i)) == 0) {
			*out = i;
			return true;
		}
	return false;
}

/* "VVVV:DDDD" */
static bool read_id(const char *word, struct record_line *line)
{
	unsigned int vendor, device;
	int end = 0;

	if (strlen(word) != 9 || sscanf(word, "%4x:%4x%n", &vendor, &device, &end) != 2 ||
		end != 9)
		return false;
	line->vendor = (uint16_t)vendor;
	line->device = (uint16_t)device;
	return true;
}

static void set_driver(char **driver, const char *value)
{
	free(*driver);
	*driver = copy_text(strcmp(value, "-") == 0 ? "" : value);
}

/* KEY=VALUE words; keys that a newer early program may write are passed over. */
static const char *read_words(char *rest, struct record_line *line)
{
	char *word;

	while (rest != NULL && *rest != '\0') {
		const char *value = value_of(rest, "reason");

		if (value != NULL) {
			line->reason = copy_text(value);
			break;
		}
		word = strsep(&rest, " ");
		if (strchr(word, '=') == NULL)
			return "a word without '='";
		if ((value = value_of(word, "before")) != NULL)
			set_driver(&line->before, value);
		else if ((value = value_of(word, "after")) != NULL)
			set_driver(&line->after, value);
		else if ((value = value_of(word, "driver")) != NULL)
			set_driver(&line->driver, value);
	}
	if (line->before == NULL || line->after == NULL || line->driver == NULL)
		return "before=, after= or driver= is missing";
	if (line->reason == NULL)
		line->reason = copy_text("");
	return NULL;
}

/* ADDRESS ID OUTCOME KEY=VALUE... [reason=TEXT] */
static const char *read_function(struct record *record, char *rest)
{
	struct record_line *line;
	char *word = strsep(&rest, " ");

	record->line =
		allocate_more(record->line, (record->count + 1) * sizeof(*record->line));
	line = &record->line[record->count++];
	*line = (struct record_line){0};
	if (!pci_address_parse((struct span){word, strlen(word)}, &line->address))
		return "neither KEY=VALUE nor the address of a device";
	word = strsep(&rest, " ");
	if (word == NULL || !read_id(word, line))
		return "no ID behind the address";
	word = strsep(&rest, " ");
	if (word == NULL || !read_outcome(word, &line->outcome))
		return "no outcome behind the ID";
	return read_words(rest, line);
}

static const char *read_line(struct record *record, char *line)
{
	static const char bad_number[] = "not a number of microseconds";
	const char *value;

	if ((value = value_of(line, "flag")) != NULL) {
		free(record->flag);
		record->flag = copy_text(value);
	} else if ((value = value_of(line, "error")) != NULL) {
		lines_add(&record->errors, "%s", value);
	} else if ((value = value_of(line, "start")) != NULL) {
		return read_number(value, &record->start) ? NULL : bad_number;
	} else if ((value = value_of(line, "end")) != NULL) {
		return read_number(value, &record->end) ? NULL : bad_number;
	} else if (strchr(line, ' ') != NULL || strchr(line, '=') == NULL) {
		return read_function(record, line);
	}
	return NULL;
}

static int parse(struct record *record, char *text, char **why)
{
	CLEANUP_FREE char *path = root_path(RECORD_PATH);
	char *line = strsep(&text, "\n");

	if (strcmp(line, header) != 0) {
		*why = format_text(
			"%s:1: not a record of this version (\"%s\" is missing)", path,
			header);
		return -EPROTO;
	}
	for (size_t number = 2; text != NULL && *text != '\0'; number++) {
		const char *wrong = read_line(record, strsep(&text, "\n"));

		if (wrong != NULL) {
			*why = format_text("%s:%zu: %s", path, number, wrong);
			return -EPROTO;
		}
	}
	if (record->flag == NULL) {
		*why = format_text("%s: the line flag= is missing", path);
		return -EPROTO;
	}
	return 0;
}

int record_read(struct record *record, char **why)
{
	CLEANUP_FREE char *text = NULL;
	int error = root_read(RECORD_PATH, &text, NULL);

	*record = (struct record){0};
	if (error == -ENOENT || error == -ENOTDIR)
		return -ENOENT;
	if (error < 0) {
		*why = format_text("cannot read %s%s: %s", root_directory, RECORD_PATH,
			strerror(-error));
		return error;
	}
	error = parse(record, text, why);
	if (error < 0)
		record_free(record);
	return error;
}

void record_free(struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		free(record->line[i].before);
		free(record->line[i].after);
		free(record->line[i].driver);
		free(record->line[i].reason);
	}
	free(record->line);
	free(record->flag);
	lines_free(&record->errors);
	*record = (struct record){0};
}

const struct record_line *record_of(
	const struct record *record, const struct pci_address *address)
{
	for (size_t i = 0; i < record->count; i++)
		if (pci_address_compare(&record->line[i].address, address) == 0)
			return &record->line[i];
	return NULL;
}

enum record_fate record_fate(const struct record_line *line, const char *driver)
{
	if (driver_is_same(driver, line->driver))
		return FATE_AS_WANTED;
	if (line->outcome == OUTCOME_TAKEN || line->outcome == OUTCOME_KEPT ||
		line->outcome == OUTCOME_HELD)
		return FATE_CHANGED;
	/* "stays with the host" by the plan, "could not be taken" when it was tried */
	if (text_begins(line->reason, "another function of this card"))
		return FATE_WITH_CARD;
	return strcmp(line->reason, reason_text(REASON_BOOT_DISPLAY)) == 0
		       ? FATE_BOOT_DISPLAY
		       : FATE_NOT_TAKEN;
}
