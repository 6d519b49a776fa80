/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person does where vfio-early makes no boot entries by itself. */
#ifndef TOOLS_BOOT_BY_HAND_H
#define TOOLS_BOOT_BY_HAND_H

#include "tools/boot/evidence.h"

/*
 * A clause without a full stop: the file of what booted this system into which the
 * parameters go, and the command behind that. `words` are the parameters; NULL: they are
 * not known yet. malloc'ed; NULL if nothing is known of it.
 */
char *boot_by_hand(const struct boot_evidence *evidence, const char *words);

#endif
