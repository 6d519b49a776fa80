/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "hook/earlier.h"

enum {
	MESSAGE_MAX = 8192,	/* more than the kernel gives (CONSOLE_EXT_LOG_MAX) */
	MESSAGES_MAX = 1000000, /* somebody may write them as fast as we read */
};

static bool read_number(const char **at, uint64_t *number)
{
	const char *start = *at;

	*number = 0;
	for (; **at >= '0' && **at <= '9'; (*at)++)
		*number = *number * 10 + (uint64_t)(**at - '0');
	return *at > start;
}

/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;vfio-early: TEXT"
 * (Documentation/ABI/testing/dev-kmsg) */
static bool is_ours(const char *line, uint64_t *time)
{
	static const char name[] = ";vfio-early: ";
	uint64_t passed_over;

	if (!read_number(&line, &passed_over) || *line++ != ',' ||
		!read_number(&line, &passed_over) || *line++ != ',' ||
		!read_number(&line, time))
		return false;
	line += strcspn(line, ";\n");
	return strncmp(line, name, strlen(name)) == 0;
}

/* Whether a line of the message is ours; those behind the first begin with a blank. */
static bool has_ours(const char *message, uint64_t *time)
{
	for (; message != NULL; message = strchr(message, '\n')) {
		message += *message == '\n';
		if (is_ours(message, time))
			return true;
	}
	return false;
}

uint64_t earlier_pass(int root, uint64_t otherwise)
{
	static char message[MESSAGE_MAX];
	int log = openat(root, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	uint64_t time = otherwise;

	for (int i = 0; log >= 0 && i < MESSAGES_MAX; i++) {
		/* One message each time; EPIPE: the next one was overwritten meanwhile.
		 */
		ssize_t length = read(log, message, sizeof(message) - 1);

		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			break;
		message[length] = '\0';
		if (has_ours(message, &time))
			break;
		time = otherwise;
	}
	if (log >= 0)
		close(log);
	return time < otherwise ? time : otherwise;
}
