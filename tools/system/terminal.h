/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal that somebody reads at. */
#ifndef TOOLS_SYSTEM_TERMINAL_H
#define TOOLS_SYSTEM_TERMINAL_H

#include <stddef.h>

/*
 * How many columns this output has: COLUMNS, else the terminal's own, else 80. 0 for a
 * file or a pipe without COLUMNS: nothing there needs to be cut or broken.
 */
size_t terminal_width(int file);

#endif
