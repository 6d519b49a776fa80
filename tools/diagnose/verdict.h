/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check may come to, as data: the check judges and gathers evidence, and every
 * sentence and command that it may say stands in a table beside it.
 */
#ifndef TOOLS_DIAGNOSE_VERDICT_H
#define TOOLS_DIAGNOSE_VERDICT_H

#include "tools/text/lines.h"
#include "tools/diagnose/findings.h"

/*
 * In title, remedy and commands {device}, {driver} and {who} stand for the card that is
 * asked about and whom it is for, {id} and {file} for the guest, {system}, {gives},
 * {start}, {restart}, {inside}, {usable} and {allowed} for the words of a container's
 * system (struct container_words), and {1} to {9} for the words that the check gives with
 * the verdict.
 */
struct verdict {
	enum check_status status;
	const char *title;    /* one sentence, as finding() wants it */
	const char *remedy;   /* NULL: nothing is to be done */
	const char *commands; /* one a line; NULL: none */
	bool reboot;	      /* the remedy takes effect with the next boot only */
	bool for_vm; /* that bad only where a card is wanted in a VM; else CHECK_INFO */
};

/*
 * Begins one: "VERDICT fits = {CHECK_PASS, "the machine type fits the devices"};". The
 * linker puts all of them side by side, so that a test can ask of each whether a fixture
 * reaches it.
 */
#define VERDICT \
	static const struct verdict __attribute__(( \
		section("verdicts"), aligned(__alignof__(struct verdict))))

/* Makes the row that says this; the words end with NULL. */
void verdict_row(struct findings *findings, const struct verdict *verdict, ...)
	__attribute__((sentinel));

/* Evidence noted before the verdict is known: the worst one is the row's. Starts as all
 * zero. */
struct verdict_notes {
	const struct verdict *worst; /* the first of the worst; NULL: nothing bad */
	char *title, *remedy, *commands;
	size_t count; /* of things that are that bad */
	struct lines path, value;
};

/* One thing: its evidence and what it means, or evidence alone with a NULL verdict. */
void verdict_note(struct findings *findings, struct verdict_notes *notes,
	const struct verdict *verdict, const char *path, const char *value, ...)
	__attribute__((sentinel));
/* Makes the row: the worst verdict "(and 2 more)", or `well`. Frees what was noted. */
void verdict_conclude(struct findings *findings, struct verdict_notes *notes,
	const struct verdict *well);

#endif
