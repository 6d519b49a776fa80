/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an instance's backup.yaml others may see: what speaks of devices. */
#ifndef TOOLS_DIAGNOSE_PRIVACY_DAEMON_FILTER_H
#define TOOLS_DIAGNOSE_PRIVACY_DAEMON_FILTER_H

#include <stdio.h>

/* Prints the text with the other lines left empty, so that numbers of lines stay. */
void daemon_conf_print(FILE *to, const char *text);

#endif
