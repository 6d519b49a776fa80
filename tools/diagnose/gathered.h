/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks about guests share. */
#ifndef TOOLS_DIAGNOSE_GATHERED_H
#define TOOLS_DIAGNOSE_GATHERED_H

#include "tools/text/lines.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/context.h"
#include "tools/guests/guests.h"
#include "tools/system/node.h"

/* Evidence gathered before the verdict is known. Starts as all zero, which is a pass. */
struct gathered {
	enum check_status status; /* the worst of what was gathered */
	char *sentence;		  /* of the first thing that is that bad */
	size_t count;		  /* of things that are that bad */
	struct lines path, value; /* evidence */
};

/* One thing: its evidence, and what it means in one sentence. */
void gather(struct gathered *gathered, enum check_status status, const char *path,
	const char *value, const char *sentence, ...) PRINTF(5, 6);
/* Evidence alone. */
void gather_evidence(struct gathered *gathered, const char *path, const char *value, ...)
	PRINTF(3, 4);
/* Makes the row: the sentence of the worst, or `well` if there was nothing bad. Frees
 * what was gathered. */
void gathered_say(struct gathered *gathered, struct findings *findings,
	const char *subject, const char *well, ...) PRINTF(4, 5);

/* A row that says why the check does not apply to this guest. */
void skip_guest(struct findings *findings, const char *name, const char *why);

/* A check of containers: one row for each that the diagnosis is about, or one that says
 * why there is none. */
typedef void container_check(const struct context *context,
	const struct container_guest *guest, struct findings *findings);
void each_container(
	const struct context *context, struct findings *findings, container_check *check);
/* The same for VMs and domains. */
typedef void vm_check(const struct context *context, const struct vm_guest *guest,
	struct findings *findings);
typedef void domain_check(const struct context *context, const struct domain_guest *guest,
	struct findings *findings);
void each_vm(const struct context *context, struct findings *findings, vm_check *check,
	domain_check *domain);

/* The devices that this guest wants or is asked about: the next behind `after` (NULL: the
 * first); NULL at the end. */
const struct intent *guest_device(
	const struct context *context, const char *name, const struct intent *after);

/* "/etc/pve/lxc/901.conf:14"; malloc'ed. */
char *line_path(const char *path, unsigned int line);
/* "hostpci0: 01:00,pcie=1"; malloc'ed. */
char *line_text(const struct pve_line *line);

/* What a container needs of the card it is about, "/dev/nvidia0" and its like. */
void usual_nodes(const struct context *context, const struct container_guest *guest,
	struct lines *nodes);
/* The commands that give it these nodes, under free names, and restart it. */
void command_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes);

/* What a device node's numbers must be; false if its driver says none now. */
struct node_numbers {
	char type;
	unsigned int major, minor;
	bool any_minor; /* the driver gives it as it likes */
};
bool node_expected(struct span path, struct node_numbers *numbers);
#define NVIDIA_GPUS "/proc/driver/nvidia/gpus"
/* The N of a card's /dev/nvidiaN, as the driver says; -1 if it does not have the card. */
int nvidia_minor(const char *address);
/* Whether a card has it; true as well if the driver says nothing of any card. */
bool nvidia_has_minor(int minor);
/* "c 195:0 0666", or why it cannot be looked at; malloc'ed. */
char *node_text(int error, const struct node *node);

/* checks-container-section.c */
void check_section(const struct context *context, struct findings *findings);
void check_v1_keys(const struct context *context, struct findings *findings);
/* checks-container-nodes.c */
void check_nodes_host(const struct context *context, struct findings *findings);
/* checks-container-rules.c */
void check_majors(const struct context *context, struct findings *findings);
/* checks-container-use.c */
void check_permissions(const struct context *context, struct findings *findings);
void check_userspace(const struct context *context, struct findings *findings);

#endif
