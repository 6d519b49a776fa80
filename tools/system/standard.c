/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/system/standard.h"

void standard_begin(void)
{
	/* The lowest number that is free is the one; and what is open to be looked at
	 * only cannot be written to, so that a closed output remains an error. */
	for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
		if (fcntl(file, F_GETFD) < 0 && open("/", O_PATH) < 0)
			return;
}

int standard_finish(void)
{
	bool failed = ferror(stdout) != 0;

	/* Why it failed before is asked once more. */
	if (failed) {
		clearerr(stdout);
		putchar('\n');
	}
	if (fflush(stdout) != 0)
		return errno != 0 ? -errno : -EIO;
	return failed ? -EIO : 0;
}
