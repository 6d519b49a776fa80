/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every fuzz driver needs: a promise, and spans that stay inside their text. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "cmdline/text.h"

/* A promise of the parser's; breaking it is as bad as a crash. */
#define PROMISE(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, \
				#condition); \
			abort(); \
		} \
	} while (0)

static inline bool inside(struct span piece, struct span text)
{
	return piece.length == 0 ||
	       (piece.text >= text.text &&
		       piece.text + piece.length <= text.text + text.length);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#endif
