/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What remedies differ in from host to host. */
#ifndef TOOLS_DIAGNOSE_REMEDY_H
#define TOOLS_DIAGNOSE_REMEDY_H

struct findings;

/* Adds to the row's remedy how all initramfs images are made anew here: the command; in
 * words where no program that makes them is known. */
void remedy_make_images(struct findings *findings);

#endif
