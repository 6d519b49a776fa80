/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record of a kernel log as text: pure, for kernel-log.c and the fuzzer. */
#ifndef TOOLS_DIAGNOSE_LOG_KMSG_H
#define TOOLS_DIAGNOSE_LOG_KMSG_H

#include <stdbool.h>
#include <stddef.h>

struct log_record {
	unsigned long long sequence; /* or the line of a saved log, from 1 */
	unsigned long long time;     /* microseconds since boot */
	int level;		     /* 0 emergency to 7 debug; -1: not known */
	char *text;   /* unescaped, with newlines folded to blanks: for matching */
	char *raw;    /* unescaped, newlines and all; NULL: the same as `text` */
	char *device; /* the PCI function it is about, "0000:01:00.0"; NULL */
};

void log_record_free(struct log_record *record);

/* Whether the text is made of /dev/kmsg's records, and not of dmesg's lines. */
bool kmsg_looks_like(const char *text);

/*
 * Reads the record at the front of `text`:
 *
 *	PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,...];TEXT\n
 *	 KEY=VALUE\n ...
 *
 * (Documentation/ABI/testing/dev-kmsg), in which bytes that are not printable, and "\",
 * are written \xNN. `text` ends with a NUL at text[length]. Returns the bytes used and
 * fills `*record` with malloc'ed texts, or returns 0: no record begins here.
 */
size_t kmsg_record(const char *text, size_t length, struct log_record *record);

/*
 * Reads one line as dmesg (any of its forms), journalctl -k or syslog print it. Returns
 * the bytes used with the newline; 0 for an empty line.
 */
size_t dmesg_record(const char *text, size_t length, unsigned long long line,
	struct log_record *record);

/* Adds the next line of a message that has several. */
void log_record_append(struct log_record *record, const char *text, size_t length);

#endif
