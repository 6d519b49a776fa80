/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The early program as process 1 (rdinit=), ahead of an initramfs image that knows
 * nothing of it. */
#ifndef HOOK_INIT_H
#define HOOK_INIT_H

/*
 * Has one pass made by a child that it bounds, and then becomes the image's own init,
 * with the arguments and the environment that the kernel gave. Whatever becomes of the
 * child, that init runs; where there is none, the kernel panics as it would have without
 * us.
 */
_Noreturn void init_run(int argc, char **argv, int (*pass)(void));

#endif
