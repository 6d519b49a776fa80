/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: whether their configuration is understood. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/each-guest.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/wishes-of-guests.h"

/* Behind this remedy comes the command, if a card is known. */
#define SET_ANEW \
	"set it anew, which writes the right form to the right place, and start the VM again"
static const char line_title[] = "line {1}, column {2}: {3}";
static const char pending_title[] =
	"{1} is a pending change, which takes effect when the VM is stopped and started";
static const char section_title[] =
	"{1} stands in the section [{2}], where it has no effect";
VERDICT understood = {CHECK_PASS, "Proxmox understands every line of the configuration"};
VERDICT device_dropped = {CHECK_FAIL, line_title, SET_ANEW};
VERDICT line_dropped = {CHECK_WARN, line_title, SET_ANEW};
VERDICT asked_pending = {CHECK_FAIL, pending_title, SET_ANEW};
VERDICT pending = {CHECK_WARN, pending_title, SET_ANEW};
VERDICT asked_in_section = {CHECK_FAIL, section_title, SET_ANEW};
VERDICT in_section = {CHECK_WARN, section_title, SET_ANEW};

static void note_problem(struct findings *findings, struct verdict_notes *notes,
	const struct vm_guest *guest, const struct pve_problem *problem)
{
	CLEANUP_FREE char *path = line_path(guest->path, problem->line);
	CLEANUP_FREE char *text = span_copy(problem->text);
	CLEANUP_FREE char *number = format_text("%u", problem->line);
	CLEANUP_FREE char *column = format_text("%u", problem->column);
	const struct pve_line *line = pve_conf_at(&guest->vm.conf, problem->line);
	/* a line that PVE drops whole has no key to go by */
	bool about_devices = line != NULL ? pve_key_number(line->key, "hostpci") >= 0
					  : span_has(problem->text, "hostpci");

	verdict_note(findings, notes, about_devices ? &device_dropped : &line_dropped,
		path, text, number, column, problem->what, NULL);
}

/* What a hostpci line outside of the main section comes to; NULL: nothing. */
static const struct verdict *judge_section(
	const struct pve_conf *conf, size_t section, bool asked)
{
	if (conf->section[section].kind == PVE_MAIN)
		return NULL;
	if (conf->section[section].kind == PVE_PENDING)
		return asked ? &asked_pending : &pending;
	if (section != conf->section_count - 1)
		return NULL;
	return asked ? &asked_in_section : &in_section;
}

/* hostpci lines that stand only where they have no effect. */
static void note_strays(struct findings *findings, struct verdict_notes *notes,
	const struct vm_guest *guest, bool asked)
{
	const struct pve_conf *conf = &guest->vm.conf;

	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct pve_line *from = guest->vm.hostpci[i].from;
		const struct verdict *verdict = judge_section(conf, from->section, asked);
		CLEANUP_FREE char *line = line_path(guest->path, from->line);
		CLEANUP_FREE char *text = pve_line_text(from);
		CLEANUP_FREE char *key = span_copy(from->key);
		CLEANUP_FREE char *section = span_copy(conf->section[from->section].name);

		if (verdict != NULL && pve_conf_find(conf, key) == NULL)
			verdict_note(
				findings, notes, verdict, line, text, key, section, NULL);
	}
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct pve_conf *conf = &guest->vm.conf;
	const struct intent *intent = guest_device(context, guest->name, NULL);
	CLEANUP_FREE char *settings = format_text("%zu settings", conf->line_count);
	struct verdict_notes notes = {0};
	bool well;

	for (size_t i = 0; i < conf->problem_count; i++)
		if (conf->problem[i].line < pve_conf_first_snapshot(conf))
			note_problem(findings, &notes, guest, &conf->problem[i]);
	note_strays(findings, &notes, guest, context->request.machine == guest->id);
	well = notes.worst == NULL;
	if (well)
		verdict_note(findings, &notes, NULL, guest->path, settings, NULL);
	verdict_conclude(findings, &notes, &understood);
	if (!well && intent != NULL)
		finding_command(findings, "qm set %ld -hostpci0 %.*s,pcie=1", guest->id,
			(int)strcspn(intent->device->address, "."),
			intent->device->address);
}

VERDICT sound = {CHECK_PASS, "the file is sound XML"};
VERDICT not_sound = {CHECK_FAIL, "the file is not sound XML",
	"correct it with libvirt's own editor", "virsh edit {1}"};

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	(void)context;
	verdict_row(findings, guest->why != NULL ? &not_sound : &sound,
		domain_guest_name(guest), NULL);
	if (guest->why != NULL)
		finding_evidence(findings, guest->path, "line %s", guest->why);
	else
		finding_evidence(findings, guest->path, "%zu host devices",
			guest->domain.hostdev_count);
}

static const char no_guest[] = "there is no {1} here";
static const char hidden_title[] = "the configuration of {1} cannot be read";
static const char look_up[] = "look up its name";
VERDICT no_vm = {CHECK_FAIL, no_guest, look_up, "qm list"};
VERDICT no_domain = {CHECK_FAIL, no_guest, look_up, "virsh list --all"};
VERDICT hidden_vm = {CHECK_UNKNOWN, hidden_title, look_up, "qm list"};
VERDICT hidden_domain = {CHECK_UNKNOWN, hidden_title, look_up, "virsh list --all"};

VERDICT vm_elsewhere = {CHECK_FAIL, "{1} is on the node {2}", "run it on {2}"};
VERDICT is_container = {CHECK_FAIL, "there is no {1} here: {2} is a container",
	"ask about the container", "vfio-early diagnose --ct {2}"};

/* Where the VM is not, what has its number: another node's VM, or a container. */
static const struct verdict *judge_number(long id, char **word)
{
	CLEANUP_FREE char *container = format_text("/etc/pve/lxc/%ld.conf", id);
	CLEANUP_FREE char *number = format_text("%ld", id);

	*word = guests_other_node("qemu-server", number);
	if (*word != NULL)
		return &vm_elsewhere;
	*word = copy_text(number);
	return root_exists(container) ? &is_container : &no_vm;
}

/* The named VM or domain is not here. */
static void say_missing(
	const struct request *request, bool root, struct findings *findings)
{
	const char *domain = request->domain;
	CLEANUP_FREE char *path =
		domain != NULL
			? format_text("/etc/libvirt/qemu/%s.xml", domain)
			: format_text("/etc/pve/qemu-server/%ld.conf", request->machine);
	CLEANUP_FREE char *name = domain != NULL
					  ? format_text("libvirt domain %s", domain)
					  : format_text("VM %ld", request->machine);
	bool readable = root || !root_exists(path);
	CLEANUP_FREE char *word = NULL;

	const struct verdict *verdict = readable ? &no_domain : &hidden_domain;

	if (domain == NULL)
		verdict = readable ? judge_number(request->machine, &word) : &hidden_vm;
	verdict_row(findings, verdict, name, word, NULL);
	finding_evidence(findings, path, readable ? "absent" : "not readable");
}

static void check_parse(const struct context *context, struct findings *findings)
{
	static const struct check each = {.run_vm = check_vm, .run_domain = check_domain};
	const struct request *request = &context->request;

	if (context->guests != NULL &&
		((request->machine >= 0 && guests_next_vm(context, NULL) == NULL) ||
			(request->domain != NULL &&
				guests_next_domain(context, NULL) == NULL)))
		say_missing(request, context->root, findings);
	else
		each_guest_ask(&each, context, findings);
}

const struct check vm_checks[] = {
	{.id = "VM-CONF-PARSE",
		.about = "whether Proxmox or libvirt understands the VM's file",
		.run = check_parse},
	{0},
};
