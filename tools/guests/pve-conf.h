/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files in /etc/pve/lxc and /etc/pve/qemu-server, by PVE's own grammar (pve-container
 * src/PVE/LXC/Config.pm parse_pct_config, qemu-server PVE/QemuServer.pm parse_vm_config).
 * Pure: text in, lines out. What PVE would warn about and drop is a problem here.
 */
#ifndef TOOLS_GUESTS_PVE_CONF_H
#define TOOLS_GUESTS_PVE_CONF_H

#include "tools/text/span.h"

enum pve_kind { PVE_CONTAINER, PVE_VM };

enum pve_section_kind {
	PVE_MAIN,
	PVE_PENDING,  /* not applied until the guest is restarted */
	PVE_SNAPSHOT, /* of no effect on the guest */
	PVE_SPECIAL,  /* [special:cloudinit] and its like */
	PVE_UNKNOWN,  /* PVE skips it */
};

struct pve_section {
	enum pve_section_kind kind;
	struct span name;  /* between the brackets; empty for PVE_MAIN */
	unsigned int line; /* of its header; 0 for PVE_MAIN */
};

struct pve_line {
	const char *file; /* NULL: the guest's own; else one that it includes */
	unsigned int line;
	unsigned int column; /* of the value, from 1 */
	size_t section;
	struct span key;
	struct span value;
};

struct pve_problem {
	const char *file; /* as of a line */
	unsigned int line;
	unsigned int column;
	struct span text; /* the piece of the line that it speaks of */
	const char *what; /* a sentence without a full stop */
};

struct pve_conf {
	struct pve_section *section; /* the first is always PVE_MAIN */
	size_t section_count;
	struct pve_line *line;
	size_t line_count;
	struct pve_problem *problem; /* in the order of the lines */
	size_t problem_count;
};

/* The spans in `*conf` point into `text`. Never fails; pve_conf_free afterwards. */
void pve_conf_read(struct span text, enum pve_kind kind, struct pve_conf *conf);
void pve_conf_free(struct pve_conf *conf);

enum pve_section_kind pve_line_where(
	const struct pve_conf *conf, const struct pve_line *line);
/* The value that counts: the last of this key in the main section; NULL if none. */
const struct pve_line *pve_conf_find(const struct pve_conf *conf, const char *key);
/* The line at which the first snapshot begins: what follows has no effect. The highest
 * number there is if there is none. */
unsigned int pve_conf_first_snapshot(const struct pve_conf *conf);
/* The setting on a line of the file; NULL if it is none. */
const struct pve_line *pve_conf_at(const struct pve_conf *conf, unsigned int line);
/* "hostpci0: 01:00,pcie=1"; malloc'ed. */
char *pve_line_text(const struct pve_line *line);
/* "dev3" with the stem "dev" gives 3; -1 if the key is another. */
int pve_key_number(struct span key, const char *stem);

/*
 * A property string such as "/dev/nvidia0,gid=44": takes the next key and value off the
 * front of `rest`. A value without "=" gets the key `unnamed`. Returns NULL with
 * `*more` false at the end, or what is wrong with the piece (in `*value`).
 */
const char *pve_property_next(struct span *rest, const char *unnamed, struct span *key,
	struct span *value, bool *more);

/* Where a wrong property begins: at its key if it has one, else at its value. */
struct span pve_property_at(struct span key, struct span value);

#endif
