/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows that a check answers with, as JSON. */
#ifndef TOOLS_DIAGNOSE_FINDINGS_H
#define TOOLS_DIAGNOSE_FINDINGS_H

#include "tools/text/json.h"
#include "tools/diagnose/check.h"

struct findings {
	const struct context *context;
	const struct intent *intent; /* the card that is asked about; NULL */
	/* the guest that is asked about; NULL: none */
	const char *subject;			 /* "VM 100" */
	const char *file;			 /* its configuration */
	long number;				 /* a VM's; 0 */
	const struct container_guest *container; /* if it is one; NULL */
	json_t *rows;	    /* array of what check rows are in the report */
	json_t *current;    /* borrowed from rows */
	const char *id;	    /* of the check that runs */
	const char *device; /* address that it is asked for; NULL */
	bool refused;	    /* the row's last command was an enable that would refuse */
};

/*
 * Starts a row: what the functions below say goes to it until the next one starts. The
 * title is one sentence in the user's terms, without a full stop. A check that returns
 * without a row has passed over its subject in silence, which is a mistake in the check:
 * say CHECK_SKIP and why.
 */
void finding(struct findings *findings, enum check_status status, const char *title, ...)
	PRINTF(3, 4);
/* Whom the row is about where it is not the device asked for: "VM 100". */
void finding_subject(struct findings *findings, const char *subject);
/* Evidence: path = value. A line of a file has it as "/etc/pve/lxc/901.conf:14". */
void finding_evidence(struct findings *findings, const char *path, const char *value, ...)
	PRINTF(3, 4);
/* What to do: a sentence. Every CHECK_WARN and CHECK_FAIL has one, if only to say that
 * nothing needs to be done. */
void finding_remedy(struct findings *findings, const char *text, ...) PRINTF(2, 3);
/* One more piece of that sentence, behind a semicolon. */
void finding_remedy_add(struct findings *findings, const char *text);
/* A command that does it, as typed into a root shell; may be repeated. */
void finding_command(struct findings *findings, const char *command, ...) PRINTF(2, 3);
/* The remedy takes effect with the next boot only. */
void finding_needs_reboot(struct findings *findings);

/* How many rows there are so far. */
size_t findings_count(const struct findings *findings);

/* "pass", "info", "warn", "fail", "skip", "unknown" */
const char *check_status_name(enum check_status status);
/* {"path": path, "value": value} */
json_t *json_evidence(const char *path, const char *value);

#endif
