/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cards are for, and statements that contradict each other. */
#include <string.h>

#include "tools/guests/guests.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/checks/set-nodes-daemon.h"

static void show_wishes(
	struct findings *findings, const struct intent *intent, enum want want)
{
	for (size_t i = 0; i < intent->count; i++)
		if (want == WANT_NOTHING || intent->wish[i]->want == want)
			finding_evidence(findings, intent->wish[i]->source, "%s",
				intent->wish[i]->text);
}

VERDICT no_purpose = {CHECK_INFO,
	"nothing says what the card is for, so that nobody's driver is wrong",
	"nothing needs to be done; --want vm or --want host judges it for that"};
VERDICT two_purposes = {
	CHECK_INFO, "the card is wanted in a VM and by the host", "see MODE-CONFLICT"};
VERDICT purpose = {CHECK_PASS, "the card is for {who}"};
VERDICT purpose_asked = {CHECK_PASS, "the card is for {who}, as asked"};

static void check_intent(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	(void)context;
	verdict_row(findings,
		intent->want == WANT_NOTHING ? &no_purpose
		: intent->want == WANT_BOTH  ? &two_purposes
		: intent->asked		     ? &purpose_asked
					     : &purpose,
		NULL);
	show_wishes(findings, intent, WANT_NOTHING);
}

static const struct wish *first_wish(const struct intent *intent, enum want want)
{
	for (size_t i = 0; i < intent->count; i++)
		if (intent->wish[i]->want == want)
			return intent->wish[i];
	return NULL;
}

/* The wish of a guest rather than that of the host's configuration: it has a name. */
static const struct wish *named_wish(const struct intent *intent, enum want want)
{
	for (size_t i = 0; i < intent->count; i++)
		if (intent->wish[i]->want == want && intent->wish[i]->who != NULL)
			return intent->wish[i];
	return first_wish(intent, want);
}

/* "VM 100" to 100; NULL if the wish is of another kind. */
static const char *number_of(const struct wish *wish, const char *kind)
{
	if (wish->who == NULL || !text_begins(wish->who, kind))
		return NULL;
	return wish->who + strlen(kind);
}

/* What stands in front of the colon. */
static char *key_of(const struct wish *wish)
{
	return format_text("%.*s", (int)strcspn(wish->text, ":"), wish->text);
}

/* "hostpci0: 01:00,pcie=1" to "hostpci0", if it is an option of that name. */
static char *option_of(const struct wish *wish, const char *stem)
{
	size_t length = strlen(stem);

	if (!text_begins(wish->text, stem) || wish->text[length] < '0' ||
		wish->text[length] > '9')
		return NULL;
	return key_of(wish);
}

#define CANNOT_BE_BOTH \
	"{1} wants the card in a VM, and {2} wants it with the host: it cannot be both", \
		"choose one of the two recipes below: a card cannot be both, unless it is " \
		"split (vGPU, MIG, SR-IOV). For the VM {4} goes away, for the host {3}"
VERDICT nobody_else = {CHECK_PASS, "nobody else wants the card otherwise"};
VERDICT conflict = {CHECK_FAIL, CANNOT_BE_BOTH, .reboot = true};
/* one of them was asked for */
VERDICT conflict_decided = {CHECK_WARN, CANNOT_BE_BOTH, .reboot = true};

static const char give_to_vm[] = "vfio-early enable %s    # for the VM: 2",
		  boot_for_vm[] = "reboot    # for the VM: 3",
		  take_from_vm[] = "qm set %s -delete %s    # for the host: 1",
		  give_to_host[] = "vfio-early disable    # for the host: 2",
		  boot_for_host[] = "reboot    # for the host: 3",
		  give_to_container[] = "pct set %s -dev0 %s    # for the host: 4";

/* The container that has the wish; NULL: somebody else has. */
static const struct container_guest *container_of(
	const struct context *context, const struct wish *wish)
{
	const struct guests *guests = context->guests;

	for (size_t i = 0; guests != NULL && wish->who != NULL && i < guests->containers;
		i++)
		if (strcmp(guests->container[i].name, wish->who) == 0)
			return &guests->container[i];
	return NULL;
}

/* The lines of the container's own file that want the card: "12d;13d", for sed. */
static char *lines_of(const struct intent *intent, const struct container_guest *guest)
{
	CLEANUP_FREE char *front = format_text("%s:", guest->path);
	char *lines = NULL;

	for (size_t i = 0; i < intent->count; i++) {
		const struct wish *wish = intent->wish[i];

		if (wish->who != NULL && strcmp(wish->who, guest->name) == 0 &&
			text_begins(wish->source, front))
			text_append(&lines, "%s%sd", lines != NULL ? ";" : "",
				wish->source + strlen(front));
	}
	return lines;
}

static void take_from_container(struct findings *findings, const struct intent *intent,
	const struct container_guest *guest, const struct wish *host)
{
	CLEANUP_FREE char *device = guest->system == CONTAINER_PROXMOX
					    ? option_of(host, "dev")
				    : guest->system == CONTAINER_LXC ? NULL
								     : key_of(host);
	CLEANUP_FREE char *lines =
		guest->system == CONTAINER_LXC ? lines_of(intent, guest) : NULL;
	CLEANUP_FREE char *command =
		lines != NULL	 ? format_text("sed -i '%s' %s", lines, guest->path)
		: device == NULL ? NULL
		: guest->system == CONTAINER_PROXMOX
			? format_text("pct set %s -delete %s", guest->id, device)
			: daemon_remove_command(guest, device);

	if (command != NULL)
		finding_command(findings, "%s    # for the VM: 1", command);
}

/* Both ways out, in full: which one is the user's choice. */
static void show_recipes(struct findings *findings, const struct intent *intent,
	const struct wish *vm, const struct wish *host)
{
	const char *machine = number_of(vm, "VM ");
	const struct container_guest *guest = container_of(findings->context, host);
	CLEANUP_FREE char *hostpci = option_of(vm, "hostpci");
	CLEANUP_FREE char *dev = option_of(host, "dev");

	if (guest != NULL)
		take_from_container(findings, intent, guest, host);
	finding_command(findings, give_to_vm, intent->device->address);
	finding_command(findings, boot_for_vm);
	if (machine != NULL && hostpci != NULL)
		finding_command(findings, take_from_vm, machine, hostpci);
	finding_command(findings, give_to_host);
	finding_command(findings, boot_for_host);
	if (guest != NULL && guest->system == CONTAINER_PROXMOX && dev == NULL &&
		host->what[0] == '/')
		finding_command(findings, give_to_container, guest->id, host->what);
}

static void check_conflict(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	const struct wish *vm = named_wish(intent, WANT_VM);
	const struct wish *host = named_wish(intent, WANT_HOST);

	(void)context;
	if (vm == NULL || host == NULL) {
		verdict_row(findings, &nobody_else, NULL);
		return;
	}
	verdict_row(findings, intent->asked ? &conflict_decided : &conflict,
		vm->who != NULL ? vm->who : vm->source,
		host->who != NULL ? host->who : host->source, vm->source, host->source,
		NULL);
	show_wishes(findings, intent, WANT_VM);
	show_wishes(findings, intent, WANT_HOST);
	show_recipes(findings, intent, vm, host);
}

const struct check mode_checks[] = {
	{.id = "MODE-INTENT",
		.about = "what each card is for, and what says so",
		.run_device = check_intent},
	{.id = "MODE-CONFLICT",
		.about = "whether a card is wanted in a VM and by the host",
		.run_device = check_conflict},
	{0},
};
