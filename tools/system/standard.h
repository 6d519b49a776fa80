/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard input, output and error, as whoever started us left them. */
#ifndef TOOLS_SYSTEM_STANDARD_H
#define TOOLS_SYSTEM_STANDARD_H

/* Takes the places of those that are closed: the next file that is opened would get such
 * a number, and what is meant for a person would be written into it. */
void standard_begin(void);
/* Whether all that was printed has been written: 0, or -errno. */
int standard_finish(void);

#endif
