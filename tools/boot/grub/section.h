/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub.cfg in two: our section, and all that is not ours. Pure. */
#ifndef TOOLS_BOOT_GRUB_SECTION_H
#define TOOLS_BOOT_GRUB_SECTION_H

/* Ids of our entries: nothing else in grub.cfg begins so. */
#define GRUB_ENTRY_ID "vfio-early"	     /* the newest kernel, the default */
#define GRUB_SUBMENU_ID "vfio-early-kernels" /* every kernel */

/* What 45_vfio_early printed; malloc'ed, NULL if it is not there or not whole. */
char *grub_section(const char *config);
/* grub.cfg with this in its place; malloc'ed, the same text if it is not there. */
char *grub_section_with(const char *config, const char *section);
/* Everything else, as if 45_vfio_early had never been installed; malloc'ed. */
char *grub_section_rest(const char *config);

#endif
