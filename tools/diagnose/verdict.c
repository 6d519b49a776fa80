/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/guests/container-guest.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"

enum { WORDS_MAX = 9 };

struct words {
	const char *word[WORDS_MAX]; /* {1} is the first */
	size_t count;
};

static struct words take_words(va_list list)
{
	struct words words = {0};
	const char *word;

	while ((word = va_arg(list, const char *)) != NULL && words.count < WORDS_MAX)
		words.word[words.count++] = word;
	return words;
}

/* What stands for {NAME} in what is said of a container; NULL: nothing. */
static const char *container_word(const struct container_guest *guest, struct span name)
{
	const struct container_words *words = &guest->words;
	const struct {
		const char *name, *word;
	} table[] = {
		{"id", guest->id},
		{"system", words->system},
		{"gives", words->gives},
		{"start", words->start},
		{"restart", words->restart},
		{"inside", words->inside},
		{"usable", words->usable},
		{"unset", words->unset},
		{"allowed", words->allowed},
		{"file", words->file},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (span_is(name, table[i].name))
			return table[i].word;
	return NULL;
}

/* What stands for {NAME}, or NULL: the check has no such thing. `*number` is room. */
static const char *find_word(const struct findings *findings, const struct words *words,
	struct span name, char number[24])
{
	const struct intent *intent = findings->intent;
	size_t index = name.length == 1 ? (size_t)(name.text[0] - '1') : WORDS_MAX;

	if (index < words->count)
		return words->word[index];
	if (span_is(name, "file"))
		return findings->file;
	if (findings->container != NULL) {
		const char *word = container_word(findings->container, name);

		if (word != NULL)
			return word;
	}
	if (span_is(name, "id")) {
		snprintf(number, 24, "%ld", findings->number);
		return number;
	}
	if (intent == NULL)
		return NULL;
	if (span_is(name, "device"))
		return intent->device->address;
	if (span_is(name, "driver"))
		return driver_text(intent->device);
	return span_is(name, "who") ? intent_who(intent) : NULL;
}

/* The sentence with its words, malloc'ed; NULL for NULL. A name without a word stays as
 * it is written. */
static char *fill(
	const struct findings *findings, const char *sentence, const struct words *words)
{
	char *text = NULL, number[24];
	size_t size;
	FILE *to;

	if (sentence == NULL)
		return NULL;
	to = open_memstream(&text, &size);
	while (*sentence != '\0') {
		size_t plain = strcspn(sentence, "{");
		size_t name = sentence[plain] == '{' ? strcspn(sentence + plain, "}") : 0;
		const char *word =
			name == 0 ? NULL
				  : find_word(findings, words,
					    (struct span){sentence + plain + 1, name - 1},
					    number);
		bool closed = name > 0 && sentence[plain + name] == '}';

		fwrite(sentence, 1, plain, to);
		if (word != NULL)
			fputs(word, to);
		else
			fwrite(sentence + plain, 1, name + closed, to);
		sentence += plain + name + closed;
	}
	fclose(to);
	return text;
}

/* The row of a verdict whose sentences are filled in; `commands` is cut into lines. */
static void make_row(struct findings *findings, const struct verdict *verdict,
	const char *title, const char *remedy, char *commands)
{
	bool worth_knowing =
		verdict->for_vm && !context_wants(findings->context, WANT_VM);
	char *command;

	finding(findings, worth_knowing ? CHECK_INFO : verdict->status, "%s", title);
	if (findings->subject != NULL)
		finding_subject(findings, findings->subject);
	if (remedy != NULL)
		finding_remedy(findings, "%s", remedy);
	while (commands != NULL && (command = strsep(&commands, "\n")) != NULL)
		finding_command(findings, "%s", command);
	if (verdict->reboot)
		finding_needs_reboot(findings);
}

void verdict_row(struct findings *findings, const struct verdict *verdict, ...)
{
	CLEANUP_FREE char *title = NULL, *remedy = NULL, *commands = NULL;
	struct words words;
	va_list list;

	va_start(list, verdict);
	words = take_words(list);
	va_end(list);
	title = fill(findings, verdict->title, &words);
	remedy = fill(findings, verdict->remedy, &words);
	commands = fill(findings, verdict->commands, &words);
	make_row(findings, verdict, title, remedy, commands);
}

static int badness(const struct verdict *verdict)
{
	static const int ranks[] = {
		[CHECK_PASS] = 0,
		[CHECK_SKIP] = 0,
		[CHECK_INFO] = 1,
		[CHECK_UNKNOWN] = 2,
		[CHECK_WARN] = 3,
		[CHECK_FAIL] = 4,
	};

	return verdict != NULL ? ranks[verdict->status] : 0;
}

static void free_worst(struct verdict_notes *notes)
{
	free(notes->title);
	free(notes->remedy);
	free(notes->commands);
}

void verdict_note(struct findings *findings, struct verdict_notes *notes,
	const struct verdict *verdict, const char *path, const char *value, ...)
{
	struct words words;
	va_list list;

	lines_add(&notes->path, "%s", path);
	lines_add(&notes->value, "%s", value);
	if (badness(verdict) == 0 || badness(verdict) < badness(notes->worst))
		return;
	if (badness(verdict) == badness(notes->worst)) {
		notes->count++;
		return;
	}
	va_start(list, value);
	words = take_words(list);
	va_end(list);
	free_worst(notes);
	notes->title = fill(findings, verdict->title, &words);
	notes->remedy = fill(findings, verdict->remedy, &words);
	notes->commands = fill(findings, verdict->commands, &words);
	notes->worst = verdict;
	notes->count = 1;
}

void verdict_conclude(struct findings *findings, struct verdict_notes *notes,
	const struct verdict *well)
{
	if (notes->worst == NULL) {
		verdict_row(findings, well, NULL);
	} else {
		CLEANUP_FREE char *title =
			notes->count > 1 ? format_text("%s (and %zu more)", notes->title,
						   notes->count - 1)
					 : copy_text(notes->title);

		make_row(findings, notes->worst, title, notes->remedy, notes->commands);
	}
	for (size_t i = 0; i < notes->path.count; i++)
		finding_evidence(
			findings, notes->path.line[i], "%s", notes->value.line[i]);
	lines_free(&notes->path);
	lines_free(&notes->value);
	free_worst(notes);
	*notes = (struct verdict_notes){0};
}
