/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/system/terminal.h"

/* Below this nothing is readable, and what was said is surely a mistake. */
enum { NARROWEST = 40 };

size_t terminal_width(int file)
{
	const char *wish = getenv("COLUMNS");
	long columns = wish != NULL ? strtol(wish, NULL, 10) : 0;
	struct winsize size;

	if (columns <= 0 && !isatty(file))
		return 0;
	if (columns <= 0 && ioctl(file, TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	if (columns <= 0)
		columns = 80;
	return columns < NARROWEST ? NARROWEST : (size_t)columns;
}
