/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running other programs, without a shell. */
#ifndef TOOLS_SYSTEM_RUN_H
#define TOOLS_SYSTEM_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/system/program.h"

/* An order to run a program of that system (program.h). */
struct run {
	/* NULL-terminated. The first is a name to look for in the usual directories, or a
	 * path. */
	const char *const *argv;
	/* "NAME=value" sets, "NAME" unsets; NULL-terminated, or NULL for none. */
	const char *const *environment;
	const char *input;    /* text for its standard input, or NULL for none */
	unsigned int timeout; /* seconds until it is killed; 0 waits for ever */
	/* It changes files: a signal that asks us to stop (stop.h) is passed to it and
	 * all that it started, and they are waited for. */
	bool writes;
	/* In a made-up root this machine's own program will do: it only works on the file
	 * or text that it is given. */
	bool host_will_do;
};

struct run_result {
	int status;   /* exit status; 128 and the signal if one ended it */
	char *output; /* what it wrote to standard output and standard error, each */
	char *errors; /* terminated */
};

/*
 * Runs it to its end. 0 however it ended, and a result for run_free; or -errno and a
 * sentence: -ENOENT (no such program), -ETIMEDOUT, -EINTR (`writes`: we are asked to
 * stop).
 */
int run_program(const struct run *run, struct run_result *result, char **why);
/* Like run, and -EIO with the last line of its errors for any exit status but 0. */
int run_program_well(const struct run *run, struct run_result *result, char **why);
void run_free(struct run_result *result);

#endif
