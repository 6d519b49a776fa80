/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence gathered before the verdict is known: verdict.h has the better form. */
#ifndef TOOLS_DIAGNOSE_GATHERED_H
#define TOOLS_DIAGNOSE_GATHERED_H

#include "tools/text/lines.h"
#include "tools/diagnose/check.h"

/* Evidence gathered before the verdict is known. Starts as all zero, which is a pass. */
struct gathered {
	enum check_status status; /* the worst of what was gathered */
	char *sentence;		  /* of the first thing that is that bad */
	size_t count;		  /* of things that are that bad */
	struct lines path, value; /* evidence */
};

/* One thing: its evidence, and what it means in one sentence. */
void gather(struct gathered *gathered, enum check_status status, const char *path,
	const char *value, const char *sentence, ...) PRINTF(5, 6);
/* Evidence alone. */
void gather_evidence(struct gathered *gathered, const char *path, const char *value, ...)
	PRINTF(3, 4);
/* Makes the row: the sentence of the worst, or `well` if there was nothing bad. Frees
 * what was gathered. */
void gathered_say(struct gathered *gathered, struct findings *findings,
	const char *subject, const char *well, ...) PRINTF(4, 5);

#endif
