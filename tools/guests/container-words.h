/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the system that has a container is spoken of, and what is typed on its host. */
#ifndef TOOLS_GUESTS_CONTAINER_WORDS_H
#define TOOLS_GUESTS_CONTAINER_WORDS_H

#include <stdbool.h>

enum container_system {
	CONTAINER_PROXMOX,
	CONTAINER_LXC,	 /* LXC alone: lxc-start and its like */
	CONTAINER_INCUS, /* a daemon above LXC: devices, profiles, projects */
	CONTAINER_LXD,	 /* the same, whose command is called lxc */
};

/* Sentences are without a full stop, commands one a line. */
struct container_words {
	const char *system; /* "Proxmox", "LXC", "Incus", "LXD" */
	const char *gives;  /* what it gives a device with: "devN" */
	char *start;	    /* starts it */
	char *restart;	    /* starts it anew; the same as start where it does not run */
	char *inside;	    /* stands in front of a command that is to run in it */
	char *unset;	    /* takes a setting of a daemon's back; NULL */
	char *usable;	    /* how others than root inside come to use a node */
	char *file;	    /* where its lines of LXC's stand */
	char *allowed;	    /* how it comes to be allowed to open a node */
};

/* A container's words: it is called `id` there, in that project (NULL: in the usual one),
 * `file` is its configuration. They live as long as the program. */
struct container_words container_words(enum container_system system, const char *id,
	const char *project, const char *file, bool runs);

/* "container 901", "LXC container web", "Incus container web"; malloc'ed. */
char *container_name(enum container_system system, const char *id, const char *project);

/* The command of the daemon that has the container: "incus" or "lxc". */
const char *container_command(enum container_system system);

#endif
