/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot loaders as enable, disable, status, confirm and diagnose see them: one file or
 * room and one of these structs each; loaders.c lists them. */
#ifndef TOOLS_BOOT_BOOT_LOADER_H
#define TOOLS_BOOT_BOOT_LOADER_H

#include <stdbool.h>

#include "tools/text/lines.h"

struct boot_evidence;
struct kernels;

/* How far it is known that a boot loader boots this machine. */
enum boot_proof {
	BOOT_NOT_HERE,
	BOOT_FILES_HERE, /* but nothing shows that they are read */
	BOOT_PROVEN,
};

/* Whether the boot loader can keep the marks that the guard and --once need. */
struct boot_guard {
	bool save;    /* --once works */
	bool on;      /* and a boot that does not come up is not repeated */
	char *reason; /* a clause without a full stop on what is not so; NULL */
};

/* What the passthrough entries are made from: the same inputs, the same entries. */
struct entry_inputs {
	char *parameters; /* "vfio_early=... intel_iommu=on iommu=pt" */
	struct boot_guard guard;
};

enum boot_switch {
	BOOT_OFF,
	BOOT_ON,
	BOOT_ONCE, /* for the next boot only */
};

enum next_entry {
	NEXT_UNKNOWN,
	NEXT_NORMAL,
	NEXT_PASSTHROUGH,
};

/* Whether a passthrough boot was shut down in good order before it was confirmed. */
enum boot_stopped {
	STOPPED_NOT,
	STOPPED_NOW,	/* this one: the next boot is a normal one */
	STOPPED_BEFORE, /* the one before: this boot was the normal one for that */
};

/* Everything that is read of a boot loader, and all that others know of it. */
struct boot_state {
	const struct boot_loader
		*loader; /* NULL: none that is known to boot this system */
	char *evidence;	 /* a clause: what shows that it does; NULL without one */

	bool on;      /* the passthrough entry is the default */
	bool once;    /* for the next boot only */
	bool pending; /* a passthrough boot is to be confirmed */
	bool failed;  /* one was not: normal boots from then on */
	enum boot_stopped stopped;
	char *trouble; /* a sentence: why these cannot be read; NULL */

	bool present; /* our entries are there */
	/* What they were made from. All empty if they are not present, or were made by
	 * another version of vfio-early. */
	struct entry_inputs inputs;
	/* The versions of the kernels that they boot; of a kernel that is gone, a name
	 * that is no installed kernel's version. */
	struct lines kernels;
	/* Those of them whose entry loads our archive as well (kernels.h, enum carrier).
	 */
	struct lines behind, in_front;

	enum next_entry next;
	char *why; /* a clause without a full stop on `next` */
	/* The kernel command line that it will give: of our entry, or of the first normal
	 * one; NULL if that is not known. */
	char *parameters;
};

/* Strings are not to be freed, those that functions return are malloc'ed. Paths are below
 * --root. */
struct boot_loader {
	const char *name; /* "GRUB" */
	const char *menu; /* what holds the entries, in a sentence: "grub.cfg" */
	/* Where a person keeps the parameters of all boots, in a sentence. */
	const char *place_of_parameters;
	/* The mark of a boot that did not come up, as it stands where the switch is. */
	const char *failed_mark;
	/* A file that is installed with vfio-early and makes the entries; NULL: none. */
	const char *own_file;

	/* Whether it boots this machine; a clause on why that is not proven where its
	 * files are here. */
	enum boot_proof (*here)(const struct boot_evidence *evidence, char **why);
	/* What is not, as an object of "there is no ...". */
	char *(*missing)(void);
	/* Fills a state that has nothing but the loader. */
	void (*read)(struct boot_state *state);
	void (*guard)(struct boot_guard *guard);
	/* What would stop a change half-way, other than what is known by `trouble`: a
	 * sentence, or NULL. */
	char *(*obstacle)(const struct boot_guard *guard, enum boot_switch to);

	/* The command that makes the entries, for people. */
	char *(*command)(void);
	char *(*place_of_entries)(void); /* a path: what lies there is synced as well */
	char *(*place_of_switch)(void);	 /* a path, for people */
	/*
	 * Makes the entries, and then looks at them: 0 only if there is one for every
	 * kernel that is ready, from these inputs. `*changed`: they are others than
	 * before. Lines for `notes`: what changed that is not ours. 0, or -errno and a
	 * sentence.
	 */
	int (*make_entries)(const struct entry_inputs *inputs,
		const struct kernels *kernels, bool *changed, struct lines *notes,
		char **why);
	/* Sets the switch, and takes the marks of the guard away. Where all is off, off
	 * writes nothing, and is asked of loaders that are not here, too. 0, or -errno
	 * and a sentence. */
	int (*set)(enum boot_switch to, bool *changed, char **why);
	/*
	 * Of a file that others write to as well, and that has the text `now`: the text
	 * with our part of it as it is in the text `like`; NULL: as before the file was
	 * made, "": without ours. malloc'ed; "": nothing is left, and the file goes.
	 * NULL: it is not a file of this loader, or our part cannot be told from the
	 * rest.
	 */
	char *(*part)(const char *path, const char *now, const char *like);
	/* This boot came up: takes away the mark that it is to be confirmed. Likewise. */
	int (*confirm)(bool *changed, char **why);
	/* This boot is shut down: if it was to be confirmed and was not, the next one is
	 * a normal one, and those after it are as they were to be. Likewise. */
	int (*stop)(bool *changed, char **why);
};

extern const struct boot_loader boot_loader_grub;

/* loaders.c: NULL-terminated; of several that are here the first one counts. */
extern const struct boot_loader *const boot_loaders[];

#endif
