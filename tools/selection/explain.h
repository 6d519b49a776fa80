/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A prediction in words: each device, and each word of the flag that is wrong. */
#ifndef TOOLS_SELECTION_EXPLAIN_H
#define TOOLS_SELECTION_EXPLAIN_H

#include <stddef.h>

#include "tools/text/string.h"
#include "tools/pci/devices.h"
#include "tools/selection/predict.h"

/* A word of the flag that cannot be read, or that fits nothing on this machine. */
struct wrong_word {
	struct span word; /* in the flag's value */
	struct span bad;  /* the piece of it that is wrong */
	char *sentence;	  /* what is wrong with it */
};

struct wrong_words {
	struct wrong_word *word;
	size_t count;
};

void wrong_words_find(const struct prediction *prediction, const struct devices *devices,
	struct wrong_words *wrong);
void wrong_words_free(struct wrong_words *wrong);

/* What comes from outside, fit for a terminal: one column for one byte. malloc'ed. */
char *explain_printable(struct span span);
/* Why one function is not given, or what there is to say; may be "". malloc'ed. */
char *explain_reason(const struct plan_entry *entry);
/* What happens to one function, a part of a sentence: "is given to vfio-pci". malloc'ed.
 */
char *explain_entry(const struct prediction *prediction, const struct plan_entry *entry);

#endif
