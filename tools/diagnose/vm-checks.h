/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of VMs that checks-vm.c lists and others define. */
#ifndef TOOLS_DIAGNOSE_VM_CHECKS_H
#define TOOLS_DIAGNOSE_VM_CHECKS_H

#include "tools/diagnose/gathered.h"

/* checks-vm-address.c */
void check_addresses(const struct context *context, struct findings *findings);
/* checks-vm-mapping.c */
void check_mapping(const struct context *context, struct findings *findings);
/* checks-vm-use.c */
void check_double_use(const struct context *context, struct findings *findings);
void check_memory(const struct context *context, struct findings *findings);

#endif
