/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/text.h"
#include "tools/text/string.h"
#include "tools/diagnose/log/kmsg.h"

/* \xNN back to bytes; but a NUL, which no text can have, stays as it is written. */
static char *unescape(const char *text, size_t length)
{
	char *plain = allocate_more(NULL, length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		bool escaped = text[i] == '\\' && i + 3 < length && text[i + 1] == 'x' &&
			       hex_digit(text[i + 2]) >= 0 && hex_digit(text[i + 3]) >= 0;
		int byte = escaped ? hex_digit(text[i + 2]) << 4 | hex_digit(text[i + 3])
				   : 0;

		plain[used++] = byte != 0 ? (char)byte : text[i];
		i += byte != 0 ? 3 : 0;
	}
	plain[used] = '\0';
	return plain;
}

/*
 * One line of it: what would break it becomes a blank, and blanks at its end go. NVIDIA's
 * driver begins each line of a message with its name, which is not part of the sentence.
 */
static char *fold(const char *text)
{
	static const char prefix[] = "NVRM: ";
	char *line = allocate_more(NULL, strlen(text) + 1);
	size_t used = 0;

	for (; *text != '\0'; text++) {
		line[used++] = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
		if (*text == '\n' && text_begins(text + 1, prefix))
			text += sizeof(prefix) - 1;
	}
	while (used > 0 && line[used - 1] == ' ')
		used--;
	line[used] = '\0';
	return line;
}

void log_record_free(struct log_record *record)
{
	free(record->text);
	free(record->raw);
	free(record->device);
	*record = (struct log_record){0};
}

void log_record_append(struct log_record *record, const char *text, size_t length)
{
	char *raw = format_text("%s\n%.*s",
		record->raw != NULL ? record->raw : record->text, (int)length, text);

	free(record->raw);
	free(record->text);
	record->raw = raw;
	record->text = fold(raw);
}

/* Each h of the form stands for a hexadecimal digit, everything else for itself. */
static bool has_form(const char *text, const char *form)
{
	for (; *form != '\0'; form++, text++)
		if (*form == 'h' ? hex_digit(*text) < 0 : *text != *form)
			return false;
	return true;
}

/*
 * The PCI function that the words speak of. Drivers that log without a device have their
 * own ways of writing it.
 */
static char *device_in_text(const char *text)
{
	static const struct {
		const char *form;
		size_t skip, length; /* what of it is the address */
		const char *front, *back;
	} forms[] = {
		{"hhhh:hh:hh.h", 0, 12, "", ""},
		{"PCI:hhhh:hh:hh", 4, 10, "", ".0"},
		{"[hh:hh.h]", 1, 7, "0000:", ""},
		{"device=hh:hh.h", 7, 7, "0000:", ""},
	};

	for (size_t i = 0; text[i] != '\0'; i++)
		for (size_t j = 0; j < ARRAY_SIZE(forms); j++) {
			const char *at = text + i;

			if (!has_form(at, forms[j].form) ||
				(i > 0 && hex_digit(text[i - 1]) >= 0))
				continue;
			return format_text("%s%.*s%s", forms[j].front,
				(int)forms[j].length, at + forms[j].skip, forms[j].back);
		}
	return NULL;
}

bool kmsg_looks_like(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && text[digits] == ',' &&
	       isdigit((unsigned char)text[digits + 1]);
}

/* A number and the character behind it; false if they are not there. */
static bool number(const char **at, char end, unsigned long long *value)
{
	const char *digit = *at;

	*value = 0;
	while (isdigit((unsigned char)*digit))
		*value = *value * 10 + (unsigned long long)(*digit++ - '0');
	if (digit == *at || *digit != end)
		return false;
	*at = digit + 1;
	return true;
}

size_t kmsg_record(const char *text, size_t length, struct log_record *record)
{
	static const char key[] = " DEVICE=+pci:";
	unsigned long long priority, sequence, time;
	const char *at = text, *message, *end;

	if (!number(&at, ',', &priority) || !number(&at, ',', &sequence) ||
		!number(&at, ',', &time))
		return 0;
	/* flags, and fields that later kernels add */
	message = at + strcspn(at, ";\n");
	if (*message != ';')
		return 0;
	message++;
	end = message + strcspn(message, "\n");
	*record = (struct log_record){
		.sequence = sequence,
		.time = time,
		.level = (int)(priority & 7),
		.raw = unescape(message, (size_t)(end - message)),
	};
	record->text = fold(record->raw);
	while (*end == '\n' && end[1] == ' ') {
		const char *field = end + 1;
		size_t size = strcspn(field, "\n");

		if (text_begins(field, key)) {
			free(record->device);
			record->device = unescape(
				field + sizeof(key) - 1, size - (sizeof(key) - 1));
		}
		end = field + size;
	}
	if (record->device == NULL)
		record->device = device_in_text(record->text);
	if (*end == '\n')
		end++;
	/* a NUL inside ends the text for us; nothing behind it is looked at */
	return (size_t)(end - text) > length ? length : (size_t)(end - text);
}

/* "[    1.234567]", "[Sat Nov 21 08:49:38 2026]" or "[T123]" at the front. */
static const char *behind_bracket(const char *at, unsigned long long *time)
{
	const char *close = strchr(at, ']');
	unsigned long long seconds = 0, micro = 0;
	const char *digit;

	if (*at != '[' || close == NULL || close - at > 32)
		return at;
	digit = at + 1 + strspn(at + 1, " ");
	if (number(&digit, '.', &seconds) && number(&digit, ']', &micro))
		*time = seconds * 1000000 + micro;
	else if (memchr(at, ':', (size_t)(close - at)) == NULL && at[1] != 'T' &&
		 at[1] != 'C' && at[1] != ' ')
		return at; /* a message that begins with a bracket */
	at = close + 1;
	return at + strspn(at, " ");
}

size_t dmesg_record(const char *text, size_t length, unsigned long long line,
	struct log_record *record)
{
	size_t size = strcspn(text, "\n");
	CLEANUP_FREE char *plain = unescape(text, size);
	CLEANUP_FREE char *copy = fold(plain);
	const char *at = copy, *found;

	if (size == 0)
		return 0;
	*record = (struct log_record){.sequence = line, .level = -1};
	/* journalctl and syslog: "Nov 21 08:49:38 host kernel: " */
	found = strstr(at, " kernel: ");
	if (found != NULL && found - at < 96)
		at = found + 9;
	/* dmesg -r: "<6>" */
	if (at[0] == '<' && isdigit((unsigned char)at[1])) {
		record->level = atoi(at + 1) & 7;
		at += strcspn(at, ">");
		at += *at == '>';
	}
	/* dmesg -x: "kern  :info  : " */
	if (text_begins(at, "kern ") && (found = strstr(at, ": [")) != NULL)
		at = found + 2;
	for (found = NULL; found != at;) {
		found = at;
		at = behind_bracket(at, &record->time);
	}
	/* dmesg --time-format iso */
	if (has_form(at, "hhhh-hh-hhThh:hh:hh"))
		at += strcspn(at, " ") + (strchr(at, ' ') != NULL);
	record->text = copy_text(at);
	record->device = device_in_text(at);
	size += text[size] == '\n';
	return size > length ? length : size;
}
