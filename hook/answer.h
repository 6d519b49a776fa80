/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While an unbind of a function waits for whoever uses it, Linux 6.1 and 6.17 let
 * everybody who reads or writes its driver_override wait as well, and no signal ends
 * that. The driver link is gone by then.
 */
#ifndef HOOK_ANSWER_H
#define HOOK_ANSWER_H

#include <stdbool.h>

#include "cmdline/selector.h"

/* Whether a function without a driver answers within a second. `root` as in sysfs.h. */
bool device_answers(int root, const struct pci_address *address);

#endif
