/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h> /* renameat() is declared there; nothing else of it is used */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "hook/earlier.h"
#include "hook/log.h"
#include "hook/record.h"
#include "hook/sysfs.h"

static const char header[] = "vfio-early 1\n";

/* Large, and needed once: not for the stack. */
static char new_record[RECORD_MAX], old_record[RECORD_MAX];

void record_word_error(const struct flag *flag, const struct plan *plan,
	unsigned int item, struct text *text)
{
	text_add(text, "\"");
	text_add_printable(text, flag->item[item].word);
	text_add(text, "\": ");
	switch (plan->word[item]) {
	case WORD_FITS:
		break;
	case WORD_BAD:
		text_add(text, flag->item[item].error);
		break;
	case WORD_NO_DEVICE:
		text_add(text, "no such device");
		break;
	case WORD_WRONG_ID:
		text_add(text, reason_text(REASON_WRONG_ID));
		break;
	}
}

static void add_head(struct text *text, const struct flag *flag, const struct plan *plan)
{
	text_add(text, header);
	text_add(text, "flag=");
	text_add_printable(text, flag->value);
	text_add(text, "\n");
	if (flag->state == FLAG_BAD) {
		text_add(text, "error=\"");
		text_add_printable(text, flag->bad);
		text_add(text, "\": ");
		text_add(text, flag->error);
		text_add(text, "\n");
	}
	for (unsigned int i = 0; i < flag->count; i++) {
		if (plan->word[i] == WORD_FITS)
			continue;
		text_add(text, "error=");
		record_word_error(flag, plan, i, text);
		text_add(text, "\n");
	}
}

static void add_time(struct text *text, const char *name, uint64_t time)
{
	text_add(text, name);
	text_add_number(text, time);
}

static void add_driver(struct text *text, const char *name, const char *driver)
{
	text_add(text, name);
	text_add(text, driver[0] != '\0' ? driver : "-");
}

static void add_reason(
	struct text *text, const struct plan_entry *entry, const struct result *result)
{
	if (result != NULL && result->problem != NULL) {
		text_add(text, " reason=");
		text_add(text, result->problem);
		if (result->error != 0) {
			text_add(text, ", error ");
			text_add_number(text, (uint64_t)result->error);
		}
		return;
	}
	if (entry->reason != REASON_NONE) {
		text_add(text, " reason=");
		plan_add_reason(entry, text);
	} else if (result != NULL && (result->outcome == OUTCOME_RESTORED ||
					     result->outcome == OUTCOME_FAILED)) {
		text_add(
			text, " reason=another function of this card could not be taken");
	}
}

static void add_line(struct text *text, const struct plan_entry *entry,
	const char *outcome, const struct result *result)
{
	const struct pci_function *function = &entry->device->function;
	const char *driver = entry->driver;

	/* As it is registered, which may be with "_" for "-". */
	if (result != NULL &&
		(result->outcome == OUTCOME_TAKEN || result->outcome == OUTCOME_KEPT))
		driver = result->after;
	pci_address_format(&function->address, text);
	text_add(text, " ");
	text_add_hex(text, function->vendor, 4);
	text_add(text, ":");
	text_add_hex(text, function->device, 4);
	text_add(text, " ");
	text_add(text, outcome);
	add_driver(text,
		" before=", result != NULL ? result->before : entry->device->driver);
	if (result != NULL) {
		add_driver(text, " after=", result->after);
		add_time(text, " start=", result->start);
		add_time(text, " end=", result->end);
	}
	add_driver(text, " driver=", driver);
	add_reason(text, entry, result);
	text_add(text, "\n");
}

static void read_old(int root)
{
	ssize_t length =
		file_read(root, "run/vfio-early/boot", old_record, sizeof(old_record));

	/* Somebody else's file is no record of ours. */
	if (length < 0 || strncmp(old_record, header, strlen(header)) != 0)
		old_record[0] = '\0';
}

/* The old record's line about the address, with its newline; length 0 if there is none.
 */
static struct span old_line(const struct pci_address *address)
{
	char name[24];
	struct text text = text_in(name, sizeof(name));
	char *line = old_record;

	pci_address_format(address, &text);
	text_add(&text, " ");
	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
		if (strncmp(line, name, text.length) == 0)
			return (struct span){line, (size_t)(end + 1 - line)};
	return (struct span){line, 0};
}

static bool in_plan(const struct plan *plan, const struct pci_address *address)
{
	for (unsigned int i = 0; i < plan->count; i++)
		if (pci_address_compare(
			    &plan->entry[i].device->function.address, address) == 0)
			return true;
	return false;
}

/* What earlier passes said about functions that this one does not speak of. */
static void add_others(struct text *text, const struct plan *plan)
{
	char *line = old_record;

	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		const char *space = memchr(line, ' ', (size_t)(end - line));
		struct pci_address address;

		if (space == NULL ||
			!pci_address_parse(
				(struct span){line, (size_t)(space - line)}, &address) ||
			in_plan(plan, &address))
			continue;
		text_add_span(text, (struct span){line, (size_t)(end + 1 - line)});
	}
}

/* The first pass's time, `line` of the record, which later passes keep. */
static void add_first(struct text *text, const char *line, uint64_t time)
{
	const char *old = strstr(old_record, line);

	text_add(text, line + 1);
	if (old == NULL)
		text_add_number(text, time);
	else
		text_add_span(text, (struct span){old + strlen(line),
					    strspn(old + strlen(line), "0123456789")});
	text_add(text, "\n");
}

static void replace(int root, const char *content)
{
	static const char name[] = "run/vfio-early/boot",
			  fresh[] = "run/vfio-early/boot.new";
	int file;

	mkdirat(root, "run/vfio-early", 0755);
	file = openat(root, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0)
		return;
	close(file);
	if (file_write(root, fresh, content) == 0)
		renameat(root, fresh, root, name);
	else
		unlinkat(root, fresh, 0);
}

/* Whether the line has this outcome for the very device that is there now. */
static bool line_says(
	struct span line, const struct pci_function *function, enum outcome outcome)
{
	char start[64];
	struct text text = text_in(start, sizeof(start));

	pci_address_format(&function->address, &text);
	text_add(&text, " ");
	text_add_hex(&text, function->vendor, 4);
	text_add(&text, ":");
	text_add_hex(&text, function->device, 4);
	text_add(&text, " ");
	text_add(&text, outcome_text(outcome));
	text_add(&text, " ");
	return line.length > text.length && strncmp(line.text, start, text.length) == 0;
}

void record_write(int root, const struct flag *flag, const struct plan *plan,
	const struct result result[SCAN_MAX], uint64_t start)
{
	struct text text = text_in(new_record, sizeof(new_record));
	uint64_t first = start;

	read_old(root);
	/* The first pass's record may be lost. */
	if (old_record[0] == '\0')
		first = earlier_pass(root, start);
	add_head(&text, flag, plan);
	add_first(&text, "\nstart=", first);
	add_first(&text, "\nend=", first < start ? first : time_since_boot());
	for (unsigned int i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entry[i];
		const struct pci_function *function = &entry->device->function;
		struct span old = old_line(&function->address);

		/* "kept" says nothing new about what an earlier pass took. */
		if (result[i].outcome == OUTCOME_KEPT &&
			(line_says(old, function, OUTCOME_TAKEN) ||
				line_says(old, function, OUTCOME_KEPT)))
			text_add_span(&text, old);
		else
			add_line(&text, entry, outcome_text(result[i].outcome),
				&result[i]);
	}
	add_others(&text, plan);
	replace(root, new_record);
}

bool record_knows(int root, const struct plan *plan, bool initramfs)
{
	read_old(root);
	for (unsigned int i = 0; i < plan->count; i++) {
		const struct pci_function *function = &plan->entry[i].device->function;
		struct span line = old_line(&function->address);
		bool known = false;

		switch (plan->entry[i].action) {
		case ACTION_LEAVE:
			known = line_says(line, function, OUTCOME_LEFT);
			break;
		case ACTION_KEEP:
			known = line_says(line, function, OUTCOME_TAKEN) ||
				line_says(line, function, OUTCOME_KEPT);
			break;
		case ACTION_TAKE:
			known = line_says(line, function, OUTCOME_RESTORED) ||
				line_says(line, function, OUTCOME_FAILED) ||
				(initramfs && line_says(line, function, OUTCOME_HELD));
			break;
		}
		if (!known)
			return false;
	}
	return true;
}

bool record_holds(int root, const struct plan_entry *entry)
{
	const struct pci_function *function = &entry->device->function;

	read_old(root);
	return line_says(old_line(&function->address), function, OUTCOME_HELD);
}

void record_print_plan(const struct flag *flag, const struct plan *plan)
{
	struct text text = text_in(new_record, sizeof(new_record));
	ssize_t done;

	add_head(&text, flag, plan);
	for (unsigned int i = 0; i < plan->count; i++) {
		static const char *const word[] = {[ACTION_LEAVE] = "leave",
			[ACTION_TAKE] = "take",
			[ACTION_KEEP] = "keep"};

		add_line(&text, &plan->entry[i], word[plan->entry[i].action], NULL);
	}
	done = write(STDOUT_FILENO, new_record, text.length);
	(void)done;
}
