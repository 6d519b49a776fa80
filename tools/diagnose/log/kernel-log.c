/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/diagnose/log/kmsg.h"
#include "tools/diagnose/log/kernel-log.h"

/* The kernel's longest record with its fields, CONSOLE_EXT_LOG_MAX; a buffer below it
 * makes read fail with EINVAL. */
enum { RECORD_MAX = 8192 };

static struct log_record *add(struct log *log)
{
	/* doubling: a log has thousands of records */
	if ((log->count & (log->count - 1)) == 0)
		log->record = allocate_more(log->record,
			(log->count == 0 ? 1 : log->count * 2) * sizeof(*log->record));
	return &log->record[log->count++];
}

static void incomplete(struct log *log, char *reason)
{
	log->complete = false;
	if (log->reason == NULL)
		log->reason = reason;
	else
		free(reason);
}

/* One read gives one record. The log is at its end when there is nothing to wait for. */
static void read_device(struct log *log, int file)
{
	char *buffer = allocate_more(NULL, RECORD_MAX + 1);
	unsigned int overwritten = 0;

	for (;;) {
		ssize_t got = read(file, buffer, RECORD_MAX);
		struct log_record record;

		if (got > 0) {
			buffer[got] = '\0';
			if (kmsg_record(buffer, (size_t)got, &record) > 0)
				*add(log) = record;
		} else if (got < 0 && errno == EPIPE) {
			/* overwritten while we read: the next read goes on behind it */
			if (++overwritten > 1000)
				break;
		} else if (got < 0 && errno == EINTR) {
			continue;
		} else {
			if (got < 0 && errno != EAGAIN)
				incomplete(log, format_text("reading stopped: %s",
							strerror(errno)));
			break;
		}
	}
	if (overwritten > 0)
		incomplete(
			log, copy_text("records were overwritten while they were read"));
	free(buffer);
}

static void read_text(struct log *log, char *text, size_t length)
{
	bool kmsg = kmsg_looks_like(text), stamped = text[0] == '[';
	unsigned long long line = 1;

	for (size_t at = 0; at < length;) {
		struct log_record record;
		size_t used;

		if (!kmsg && stamped && log->count > 0 && text[at] != '[' &&
			text[at] != '\n') {
			/* dmesg stamps the first line of a message only */
			used = strcspn(text + at, "\n");
			log_record_append(&log->record[log->count - 1], text + at, used);
			at += used + 1;
			line++;
			continue;
		}
		if (kmsg)
			used = kmsg_record(text + at, length - at, &record);
		else
			used = dmesg_record(text + at, length - at, line++, &record);
		if (used == 0)
			/* not a record: on with the next line */
			used = strcspn(text + at, "\n") + 1;
		else
			*add(log) = record;
		at += used;
	}
}

static bool begins_boot(const struct log_record *record)
{
	return text_begins(record->text, "Linux version ");
}

/* The kernel says its version at the start of a boot: the log has everything since if it
 * has that, or the very first record. A saved log may hold several boots: only the last
 * one speaks of today. */
static void judge(struct log *log, bool device)
{
	size_t first = 0, boots = 0;

	for (size_t i = 0; i < log->count; i++)
		if (begins_boot(&log->record[i])) {
			first = i;
			boots++;
		}
	if (log->count == 0)
		incomplete(log, copy_text("it is empty"));
	else if (boots == 0 && !(device && log->record[0].sequence == 0))
		incomplete(log, copy_text("its beginning is gone: older messages were "
					  "overwritten"));
	if (boots < 2)
		return;
	for (size_t i = 0; i < first; i++)
		log_record_free(&log->record[i]);
	log->count -= first;
	memmove(log->record, log->record + first, log->count * sizeof(*log->record));
}

struct log *log_missing(const char *reason)
{
	struct log *log = allocate_more(NULL, sizeof(*log));

	*log = (struct log){.source = "/dev/kmsg", .reason = copy_text(reason)};
	return log;
}

struct log *log_of(const char *source, char *text, size_t length)
{
	struct log *log = allocate_more(NULL, sizeof(*log));

	*log = (struct log){.complete = true, .source = source};
	read_text(log, text, length);
	judge(log, kmsg_looks_like(text));
	return log;
}

struct log *log_read(const char *saved)
{
	struct log *log = allocate_more(NULL, sizeof(*log));
	CLEANUP_FREE char *path =
		saved != NULL ? copy_text(saved) : root_path("/dev/kmsg");
	CLEANUP_FREE char *text = NULL;
	const char *root = root_directory;
	size_t length;
	int file, error;

	*log = (struct log){
		.complete = true, .source = saved != NULL ? saved : "/dev/kmsg"};
	file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0) {
		incomplete(log, format_text(errno == EPERM || errno == EACCES
						    ? "reading it needs root (%s)"
						    : "it cannot be read (%s)",
					strerror(errno)));
		return log;
	}
	if (lseek(file, 0, SEEK_END) <= 0) {
		/* a device, whose end is 0: its records come one a read */
		lseek(file, 0, SEEK_SET);
		read_device(log, file);
		close(file);
		judge(log, true);
		return log;
	}
	close(file);
	root_directory = saved != NULL ? "" : root;
	error = root_read(saved != NULL ? saved : "/dev/kmsg", &text, &length);
	root_directory = root;
	if (error < 0)
		incomplete(log, format_text("it cannot be read (%s)", strerror(-error)));
	else
		read_text(log, text, length);
	judge(log, text != NULL && kmsg_looks_like(text));
	return log;
}

void log_free(struct log *log)
{
	for (size_t i = 0; i < log->count; i++)
		log_record_free(&log->record[i]);
	free(log->record);
	free(log->reason);
	free(log);
}

bool log_matches(const char *text, const char *pattern)
{
	char literal[256];

	while (*pattern != '\0') {
		size_t length = strcspn(pattern, "%");
		const char *found;

		if (length >= sizeof(literal))
			return false;
		memcpy(literal, pattern, length);
		literal[length] = '\0';
		found = strstr(text, literal);
		if (found == NULL)
			return false;
		text = found + length;
		pattern += length;
		if (*pattern == '%')
			pattern++;
	}
	return true;
}

const struct log_record *log_find(
	const struct log *log, const struct log_record *after, const char *pattern)
{
	for (size_t i = after == NULL ? 0 : (size_t)(after - log->record) + 1;
		i < log->count; i++)
		if (log_matches(log->record[i].text, pattern))
			return &log->record[i];
	return NULL;
}

const struct log_record *log_unknown_parameter(const struct log *log, const char *name)
{
	static const char front[] = "Unknown kernel command line parameters";
	const struct log_record *record = NULL;
	size_t length = strlen(name);

	while ((record = log_find(log, record, front)) != NULL) {
		const char *at = record->text;

		while ((at = strstr(at, name)) != NULL) {
			if ((at[-1] == ' ' || at[-1] == '"') &&
				strchr("= \",", at[length]) != NULL)
				return record;
			at += length;
		}
	}
	return NULL;
}
