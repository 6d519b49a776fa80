/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What remedies differ in from host to host. */
#ifndef TOOLS_DIAGNOSE_REMEDY_H
#define TOOLS_DIAGNOSE_REMEDY_H

struct context;
struct findings;

/* Adds to the row's remedy how all initramfs images are made anew here: the command; in
 * words where no program that makes them is known. */
void remedy_make_images(struct findings *findings);

/* Where the kernel command line is changed here so that it counts at the next boot:
 * " (/etc/default/grub, then update-grub)"; "" if that is not known. malloc'ed. */
char *remedy_cmdline_place(const struct context *context);

#endif
