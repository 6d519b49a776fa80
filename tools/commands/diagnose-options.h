/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of `vfio-early diagnose`. */
#ifndef TOOLS_COMMANDS_DIAGNOSE_OPTIONS_H
#define TOOLS_COMMANDS_DIAGNOSE_OPTIONS_H

#include <getopt.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/diagnose/context.h"

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_PROM };

enum listing { LIST_NOTHING, LIST_CHECKS, LIST_SIGNATURES };

struct wanted {
	struct request request;
	struct lines only, ignore; /* ids of checks */
	enum format format;
	const char *output; /* a file; NULL: standard output */
	enum listing list;
	bool strict, all, verbose;
	int colour;	/* 1 and 0; -1: as the terminal has it */
	double seconds; /* for each check */
};

extern const char diagnose_help[];
extern const struct option diagnose_options[];

/* Reads them into `*wanted`, which has the defaults; false after a complaint. */
bool diagnose_options_read(int argc, char **argv, struct wanted *wanted);
void diagnose_options_free(struct wanted *wanted);

#endif
