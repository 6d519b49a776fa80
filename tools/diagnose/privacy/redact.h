/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and numbers that identify a machine or a person, replaced for a report. */
#ifndef TOOLS_DIAGNOSE_PRIVACY_REDACT_H
#define TOOLS_DIAGNOSE_PRIVACY_REDACT_H

#include <jansson.h>
#include <stddef.h>

struct pseudonym {
	char *original;
	char *name; /* "mac-1" */
};

/* The same original gets the same pseudonym as long as this lives. */
struct redaction {
	char *host; /* this machine's name; NULL: none to look for */
	struct pseudonym *pseudonym;
	size_t count;
};

/* Reads the machine's name below --root. */
void redact_begin(struct redaction *redaction);
void redact_end(struct redaction *redaction);

/*
 * The text with host names, user names, MAC and IP addresses, UUIDs and serial numbers
 * replaced; malloc'ed. PCI addresses and IDs, drivers and versions stay.
 */
char *redact_text(struct redaction *redaction, const char *text);
/* Every string inside, not the keys. */
void redact_json(struct redaction *redaction, json_t *value);

#endif
