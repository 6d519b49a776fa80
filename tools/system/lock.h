/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One change at a time. The locks are files in /run/vfio-early, below --root; they go
 * with the process that holds them, however it ends, and no program that it runs inherits
 * them. Who takes the command's and another one takes the command's first.
 */
#ifndef TOOLS_SYSTEM_LOCK_H
#define TOOLS_SYSTEM_LOCK_H

/* For the whole of a command that reads the conf and the boot loader's files, and writes
 * what it made of them. */
#define LOCK_COMMAND "command.lock"

/*
 * Takes a lock for `who`, a subcommand, and waits for it if it must. 0 and what lock_drop
 * takes; -EBUSY and a sentence if another one still has it after so many seconds; another
 * -errno and a sentence if there can be no lock, because nothing can be written in /run.
 */
int lock_take(
	const char *name, const char *who, unsigned int seconds, int *lock, char **why);
/* Gives it back; -1 is none. The end of the process does so, too. */
void lock_drop(int lock);

#endif
