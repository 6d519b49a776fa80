/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An earlier pass whose record is lost: the kernel log is what survives everywhere. */
#ifndef HOOK_EARLIER_H
#define HOOK_EARLIER_H

#include <stdint.h>

/*
 * When the first line of ours was written to the kernel log, in microseconds since boot;
 * `otherwise` if there is none before that time, or the log cannot be read. An initramfs
 * may mount another /run over the one that had the record.
 */
uint64_t earlier_pass(int root, uint64_t otherwise);

#endif
