/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line, word by word, by the kernel's own rules. */
#ifndef CMDLINE_CMDLINE_H
#define CMDLINE_CMDLINE_H

#include "cmdline/text.h"

/* COMMAND_LINE_SIZE of x86 and arm64, with its NUL. What stands behind is never read. */
enum { CMDLINE_SIZE = 2048 };

struct cmdline {
	struct span rest;
	bool cut;   /* the line was longer than the kernel takes */
	bool ended; /* "--" has been seen: the rest is for init */
};

struct parameter {
	struct span word; /* as it stands in the line, with its quotes */
	struct span name;
	struct span value; /* without the quotes around it; empty if there is no "=" */
	bool has_value;
	bool cut; /* the line was cut inside this word */
};

/* Starts at the front of `line` (`length` bytes, no NUL needed). */
struct cmdline cmdline_read(const char *line, size_t length);
/* The next word before "--"; false at the end. */
bool cmdline_next(struct cmdline *cmdline, struct parameter *parameter);
/* Whether a parameter has this name; "-" and "_" are the same to the kernel. */
bool parameter_is(const struct parameter *parameter, const char *name);

#endif
