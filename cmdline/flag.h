/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flag: vfio_early=off | SELECTOR[,SELECTOR...] */
#ifndef CMDLINE_FLAG_H
#define CMDLINE_FLAG_H

#include "cmdline/selector.h"

#define FLAG_NAME "vfio_early"

enum { FLAG_SELECTORS_MAX = 32 };

enum flag_state {
	FLAG_ABSENT, /* no vfio_early= on the line */
	FLAG_OFF,    /* off, 0, no or empty */
	FLAG_ON,     /* selectors, some of which may be wrong */
	FLAG_BAD,    /* not to be trusted at all: nothing is bound */
};

struct flag_item {
	struct span word;
	const char *error; /* NULL, or what is wrong with the word */
	struct span bad;   /* the piece that the error speaks of */
	struct selector selector;
};

struct flag {
	enum flag_state state;
	struct span value; /* as it stands on the line */
	const char *error; /* FLAG_BAD: why */
	struct span bad;   /* FLAG_BAD: the piece that the error speaks of */
	unsigned int count;
	struct flag_item item[FLAG_SELECTORS_MAX];
};

/*
 * Finds the last vfio_early= before "--" on a kernel command line and reads it. The spans
 * in `*flag` point into `line`.
 */
void flag_find(const char *line, size_t length, struct flag *flag);

/* Reads the value alone: what stands behind "vfio_early=". Never gives FLAG_ABSENT. */
void flag_parse(struct span value, struct flag *flag);

#endif
