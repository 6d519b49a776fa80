/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <unistd.h>

#include "hook/log.h"

void log_line(int root, enum log_level level, const char *line)
{
	char buffer[LOG_LINE_MAX];
	struct text text = text_in(buffer, sizeof(buffer) - 1);
	int kmsg = openat(root, "dev/kmsg", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
	size_t prefix;
	ssize_t done = -1;

	text_add(&text, "<");
	text_add_number(&text, (uint64_t)level);
	text_add(&text, ">");
	prefix = text.length;
	text_add(&text, "vfio-early: ");
	text_add(&text, line);
	buffer[text.length++] = '\n';

	if (kmsg >= 0) {
		done = write(kmsg, buffer, text.length);
		close(kmsg);
	}
	if (done < 0)
		done = write(STDERR_FILENO, buffer + prefix, text.length - prefix);
	(void)done; /* there is nobody left to tell */
}

void text_add_printable(struct text *text, struct span span)
{
	for (size_t i = 0; i < span.length; i++) {
		bool printable = span.text[i] >= ' ' && span.text[i] <= '~';

		text_add_span(text, (struct span){printable ? span.text + i : "?", 1});
	}
}
