/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the checks as JSON: what check.h's functions fill. */
#ifndef TOOLS_DIAGNOSE_FINDINGS_H
#define TOOLS_DIAGNOSE_FINDINGS_H

#include "tools/text/json.h"
#include "tools/diagnose/check.h"

struct findings {
	const struct context *context;
	const struct intent *intent; /* the card that is asked about; NULL */
	/* the guest that is asked about; NULL: none */
	const char *subject; /* "VM 100" */
	const char *file;    /* its configuration */
	long number;
	json_t *rows;	    /* array of what check rows are in the report */
	json_t *current;    /* borrowed from rows */
	const char *id;	    /* of the check that runs */
	const char *device; /* address that it is asked for; NULL */
};

/* {"path": path, "value": value} */
json_t *json_evidence(const char *path, const char *value);

#endif
