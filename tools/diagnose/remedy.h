/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of remedies that differ from host to host. */
#ifndef TOOLS_DIAGNOSE_REMEDY_H
#define TOOLS_DIAGNOSE_REMEDY_H

/* What makes all initramfs images anew here. */
const char *image_command(void);

#endif
