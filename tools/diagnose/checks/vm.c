/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: whether their configuration is understood. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/vm-checks.h"

static void gather_problem(struct gathered *gathered, const struct vm_guest *guest,
	const struct pve_problem *problem)
{
	CLEANUP_FREE char *path = line_path(guest->path, problem->line);
	CLEANUP_FREE char *text = span_copy(problem->text);
	const struct pve_line *line = pve_conf_at(&guest->vm.conf, problem->line);
	/* a line that PVE drops whole has no key to go by */
	bool about_devices = line != NULL ? pve_key_number(line->key, "hostpci") >= 0
					  : span_has(problem->text, "hostpci");

	gather(gathered, about_devices ? CHECK_FAIL : CHECK_WARN, path, text,
		"line %u, column %u: %s", problem->line, problem->column, problem->what);
}

/* hostpci lines that stand only where they have no effect. */
static void gather_strays(struct gathered *gathered, const struct context *context,
	const struct vm_guest *guest)
{
	const struct pve_conf *conf = &guest->vm.conf;

	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct pve_line *from = guest->vm.hostpci[i].from;
		const struct pve_section *section = &conf->section[from->section];
		CLEANUP_FREE char *line = line_path(guest->path, from->line);
		CLEANUP_FREE char *text =
			format_text("%.*s: %.*s", SPAN(from->key), SPAN(from->value));
		CLEANUP_FREE char *key = span_copy(from->key);
		bool asked = context->request.machine == guest->id;

		if (section->kind == PVE_MAIN || pve_conf_find(conf, key) != NULL)
			continue;
		if (section->kind == PVE_PENDING)
			gather(gathered, asked ? CHECK_FAIL : CHECK_WARN, line, text,
				"%s is a pending change, which takes effect when the VM is stopped and "
				"started",
				key);
		else if (from->section == conf->section_count - 1)
			gather(gathered, asked ? CHECK_FAIL : CHECK_WARN, line, text,
				"%s stands in the section [%.*s], where it has no effect",
				key, SPAN(section->name));
	}
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct pve_conf *conf = &guest->vm.conf;
	struct gathered gathered = {0};
	const struct intent *intent = guest_device(context, guest->name, NULL);
	unsigned int end = (unsigned int)-1;
	enum check_status status;

	for (size_t i = conf->section_count; i-- > 1;)
		if (conf->section[i].kind == PVE_SNAPSHOT)
			end = conf->section[i].line;
	for (size_t i = 0; i < conf->problem_count; i++)
		if (conf->problem[i].line < end)
			gather_problem(&gathered, guest, &conf->problem[i]);
	gather_strays(&gathered, context, guest);
	status = gathered.status;
	if (gathered.path.count == 0)
		gather_evidence(&gathered, guest->path, "%zu settings", conf->line_count);
	gathered_say(&gathered, findings, guest->name,
		"Proxmox understands every line of the configuration");
	if (status == CHECK_PASS)
		return;
	finding_remedy(findings,
		"set it anew, which writes the right form to the right place, and start "
		"the VM again");
	if (intent != NULL)
		finding_command(findings, "qm set %ld -hostpci0 %.*s,pcie=1", guest->id,
			(int)strcspn(intent->device->address, "."),
			intent->device->address);
}

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	(void)context;
	finding(findings, guest->why != NULL ? CHECK_FAIL : CHECK_PASS,
		guest->why != NULL ? "the file is not sound XML"
				   : "the file is sound XML");
	finding_subject(findings, guest->name);
	if (guest->why == NULL) {
		finding_evidence(findings, guest->path, "%zu host devices",
			guest->domain.hostdev_count);
		return;
	}
	finding_evidence(findings, guest->path, "line %s", guest->why);
	finding_remedy(findings, "correct it with libvirt's own editor");
	finding_command(
		findings, "virsh edit %s", guest->name + strlen("libvirt domain "));
}

/* The named VM or domain is not here. */
static void say_missing(const struct context *context, struct findings *findings)
{
	const struct request *request = &context->request;
	CLEANUP_FREE char *path =
		request->domain != NULL
			? format_text("/etc/libvirt/qemu/%s.xml", request->domain)
			: format_text("/etc/pve/qemu-server/%ld.conf", request->machine);
	CLEANUP_FREE char *name =
		request->domain != NULL
			? format_text("libvirt domain %s", request->domain)
			: format_text("VM %ld", request->machine);
	bool readable = context->root || !root_exists(path);

	finding(findings, readable ? CHECK_FAIL : CHECK_UNKNOWN,
		readable ? "there is no %s here"
			 : "the configuration of %s cannot be read",
		name);
	finding_evidence(findings, path, readable ? "absent" : "not readable");
	finding_remedy(findings, "look up its name");
	finding_command(
		findings, "%s", request->domain != NULL ? "virsh list --all" : "qm list");
}

static void check_parse(const struct context *context, struct findings *findings)
{
	const struct request *request = &context->request;

	if (context->guests != NULL &&
		((request->machine >= 0 && guests_next_vm(context, NULL) == NULL) ||
			(request->domain != NULL &&
				guests_next_domain(context, NULL) == NULL)))
		say_missing(context, findings);
	else
		each_vm(context, findings, check_vm, check_domain);
}

const struct check vm_checks[] = {
	{.id = "VM-CONF-PARSE",
		.about = "whether Proxmox or libvirt understands the VM's file",
		.run = check_parse},
	{.id = "VM-ADDR",
		.about = "whether the devices it names are there",
		.run = check_addresses},
	{.id = "VM-MAPPING",
		.about = "whether its resource mappings fit the hardware",
		.run = check_mapping},
	{0},
};
