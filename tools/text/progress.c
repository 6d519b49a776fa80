/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/text/progress.h"

bool progress_quiet;

void print_progress(const char *format, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list list;

	if (progress_quiet)
		return;
	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	print_message("%s", text);
}
