/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read for a diagnosis. */
#ifndef TOOLS_DIAGNOSE_COLLECT_H
#define TOOLS_DIAGNOSE_COLLECT_H

#include "tools/diagnose/context.h"

/*
 * The collectors fill their part of the context before the first check runs, in this
 * order; each runs bounded like a check. Ended by one without a name.
 */
struct collector {
	const char *name; /* "the kernel log": what cannot be read if it fails */
	void (*collect)(struct context *context);
	bool vital; /* without it no check can be asked */
	/* What it does instead once it has crashed or hung; NULL: nothing */
	void (*instead)(struct context *context);
};
extern const struct collector collectors[];

#endif
