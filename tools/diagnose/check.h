/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A check: one question to the machine, and the rows that answer it. */
#ifndef TOOLS_DIAGNOSE_CHECK_H
#define TOOLS_DIAGNOSE_CHECK_H

#include "tools/text/string.h"

struct context;
struct intent;
struct container_guest;
struct vm_guest;
struct domain_guest;
struct findings;

enum check_status {
	CHECK_PASS,
	CHECK_INFO,    /* worth knowing, nothing to do */
	CHECK_WARN,    /* works, or may work, but not as it should */
	CHECK_FAIL,    /* stands in the way of what the user wants */
	CHECK_SKIP,    /* does not apply: the title says why */
	CHECK_UNKNOWN, /* could not be found out: the title says why */
};

/*
 * A check runs in a child process with a time limit: it may crash or hang and is then one
 * row. It reads the context and files below --root (tools/root.h, node.h), and changes
 * nothing, anywhere.
 */
struct check {
	const char *id;	   /* "GROUP-VIABLE": people and scripts rely on it */
	const char *about; /* what it asks, one line for --list-checks */
	/* One of these: asked once, or once for each device that the diagnosis is about.
	 */
	void (*run)(const struct context *context, struct findings *findings);
	void (*run_device)(const struct context *context, const struct intent *intent,
		struct findings *findings);
	/* or once for each guest that the diagnosis is about */
	void (*run_container)(const struct context *context,
		const struct container_guest *guest, struct findings *findings);
	void (*run_vm)(const struct context *context, const struct vm_guest *guest,
		struct findings *findings);
	void (*run_domain)(const struct context *context,
		const struct domain_guest *guest, struct findings *findings);
	unsigned int seconds; /* how long it may take; 0: as long as the others */
};

/* One array a subject, in its own file, ended by a check without an id. */
extern const struct check environment_checks[], iommu_checks[], iommu_words_checks[],
	device_checks[], memory_checks[], twins_checks[], module_checks[],
	nvidia_checks[], group_checks[], viable_checks[], driver_checks[], early_checks[],
	boot_checks[], boot_display_checks[], mode_checks[], log_checks[], claim_checks[],
	container_checks[], container_section_checks[], container_nodes_checks[],
	container_hooks_checks[], container_idmap_checks[], container_rules_checks[],
	container_inside_checks[], container_access_checks[], container_library_checks[],
	container_restart_checks[], vm_checks[], vm_address_checks[], vm_mapping_checks[],
	vm_machine_checks[], vm_use_checks[], vm_memory_checks[], vm_split_checks[],
	vm_refusal_checks[], libvirt_checks[];

#endif
