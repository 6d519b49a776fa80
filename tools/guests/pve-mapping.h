/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/pve/mapping/pci.cfg, by the grammar of PVE::SectionConfig. Pure. */
#ifndef TOOLS_GUESTS_PVE_MAPPING_H
#define TOOLS_GUESTS_PVE_MAPPING_H

#include "tools/guests/pve-conf.h"

/* One "map": what a name means on one node. */
struct mapping_entry {
	unsigned int line;
	struct span name; /* of the section it stands in */
	struct span node;
	struct span path;      /* [DDDD:]BB:DD[.F], several with ";" between */
	struct span id;	       /* "10de:2d04"; empty if not given */
	struct span subsystem; /* "10de:12a0"; empty if not given */
	int64_t group;	       /* -1 if not given */
};

struct mapping {
	struct mapping_entry *entry;
	size_t entry_count;
	struct pve_problem *problem;
	size_t problem_count;
	struct span *name; /* of every section, with or without entries */
	size_t name_count;
};

void mapping_read(struct span text, struct mapping *mapping);
void mapping_free(struct mapping *mapping);
bool mapping_has(const struct mapping *mapping, struct span name);

#endif
