/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which known message a record of the log is. */
#ifndef TOOLS_DIAGNOSE_CHECKS_SIGNATURE_MATCH_H
#define TOOLS_DIAGNOSE_CHECKS_SIGNATURE_MATCH_H

#include <stdbool.h>

#include "tools/diagnose/checks/signatures.h"

/* Whether the text of a log record is this message, in any of its spellings. */
bool signature_fits(const struct signature *signature, const char *text);

#endif
