/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What moves devices between drivers while the system runs: pure readers of one file's
 * text each. `path` goes into a claim's `source`.
 */
#ifndef TOOLS_CLAIMS_SCRIPTS_H
#define TOOLS_CLAIMS_SCRIPTS_H

#include "tools/claims/claim.h"

/* /etc/driverctl.d/pci-0000:01:00.0: the name is the device, the text the driver. */
void claims_in_driverctl(struct claims *claims, struct span text, const char *path);
void claims_in_udev(struct claims *claims, struct span text, const char *path);
/* A hook, a unit, a script: what it does to drivers. */
void claims_in_script(
	struct claims *claims, struct span text, const char *path, const char *who);

#endif
