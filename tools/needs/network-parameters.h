/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network that the kernel command line or the firmware sets up for the root. */
#ifndef TOOLS_NEEDS_NETWORK_PARAMETERS_H
#define TOOLS_NEEDS_NETWORK_PARAMETERS_H

#include "tools/needs/need.h"

void needs_of_network_parameters(const struct next_boot *boot, struct needs *needs);
/* Adds the interfaces that a text such as "enp4s0:dhcp" or "01-52-54-00-12-34-56" names,
 * by name or by hardware address. */
void interfaces_named(const char *text, struct lines *interfaces);

#endif
