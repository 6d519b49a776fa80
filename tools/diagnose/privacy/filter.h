/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a file goes into a capture. */
#ifndef TOOLS_DIAGNOSE_PRIVACY_FILTER_H
#define TOOLS_DIAGNOSE_PRIVACY_FILTER_H

#include <stdbool.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/diagnose/privacy/redact.h"

struct filter {
	struct redaction redaction;
	struct lines ids;     /* "10de:2d04": whose names are kept */
	struct lines modules; /* "/i915.ko": whose lines are kept */
	bool raw;
};

void filter_begin(struct filter *filter, bool raw);
void filter_end(struct filter *filter);

/* A device of this machine. */
void filter_add_id(struct filter *filter, const char *id);
/* A module that the diagnosis asks the kernel's lists about, beside vfio's and NVIDIA's.
 */
void filter_add_module(struct filter *filter, const char *module);
/* The name of a file or the target of a link; malloc'ed. */
char *filter_name(struct filter *filter, const char *name);
/* Whether more than the file's being there counts: not for images. */
bool filter_wants_content(const char *path);
/* The content of the file, malloc'ed: as many lines as there are, so that line numbers
 * stay, but of long lists only what the diagnosis is about. */
char *filter_content(struct filter *filter, const char *path, const char *text);
/* The records of /dev/kmsg, malloc'ed. */
char *filter_log(struct filter *filter);

/* A guest's configuration without what names its owner or lets somebody in: names,
 * descriptions, passwords, keys. */
void guest_conf_print(FILE *to, const char *text);
/* The same for libvirt's XML. */
void domain_print(FILE *to, const char *text);

#endif
