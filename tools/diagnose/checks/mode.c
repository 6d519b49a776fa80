/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cards are for, and statements that contradict each other. */
#include <string.h>

#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/intent.h"

static void show_wishes(
	struct findings *findings, const struct intent *intent, enum want want)
{
	for (size_t i = 0; i < intent->count; i++)
		if (want == WANT_NOTHING || intent->wish[i]->want == want)
			finding_evidence(findings, intent->wish[i]->source, "%s",
				intent->wish[i]->text);
}

static void check_intent(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	(void)context;
	switch (intent->want) {
	case WANT_NOTHING:
		finding(findings, CHECK_INFO,
			"nothing says what the card is for, so that nobody's driver is "
			"wrong");
		finding_remedy(findings,
			"nothing needs to be done; --want vm or --want host judges it for "
			"that");
		break;
	case WANT_BOTH:
		finding(findings, CHECK_INFO,
			"the card is wanted in a VM and by the host");
		finding_remedy(findings, "see MODE-CONFLICT");
		break;
	case WANT_VM:
	case WANT_HOST:
		finding(findings, CHECK_PASS, "the card is for %s%s", intent_who(intent),
			intent->asked ? ", as asked" : "");
		break;
	}
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

/* "container 901" to 901; NULL if the wish is of another kind. */
static const char *number_of(const struct wish *wish, const char *kind)
{
	size_t length = strlen(kind);

	if (wish->who == NULL || strncmp(wish->who, kind, length) != 0)
		return NULL;
	return wish->who + length;
}

/* "hostpci0: 01:00,pcie=1" to "hostpci0", if it is an option of that name. */
static char *option_of(const struct wish *wish, const char *stem)
{
	size_t length = strlen(stem);

	if (strncmp(wish->text, stem, length) != 0 || wish->text[length] < '0' ||
		wish->text[length] > '9')
		return NULL;
	return format_text("%.*s", (int)strcspn(wish->text, ":"), wish->text);
}

/* Both ways out, in full: which one is the user's choice. */
static void show_recipes(struct findings *findings, const struct intent *intent,
	const struct wish *vm, const struct wish *host)
{
	const char *machine = number_of(vm, "VM ");
	const char *container = number_of(host, "container ");
	CLEANUP_FREE char *hostpci = option_of(vm, "hostpci");
	CLEANUP_FREE char *dev = option_of(host, "dev");

	finding_remedy(findings,
		"choose one of the two recipes below: a card cannot be both, unless it is "
		"split (vGPU, MIG, SR-IOV). For the VM %s goes away, for the host %s",
		host->source, vm->source);
	if (container != NULL && dev != NULL)
		finding_command(findings, "pct set %s -delete %s    # for the VM: 1",
			container, dev);
	finding_command(findings, "vfio-early enable %s    # for the VM: 2",
		intent->device->address);
	finding_command(findings, "reboot    # for the VM: 3");
	if (machine != NULL && hostpci != NULL)
		finding_command(findings, "qm set %s -delete %s    # for the host: 1",
			machine, hostpci);
	finding_command(findings, "vfio-early disable    # for the host: 2");
	finding_command(findings, "reboot    # for the host: 3");
	if (container != NULL && dev == NULL && host->what[0] == '/')
		finding_command(findings, "pct set %s -dev0 %s    # for the host: 4",
			container, host->what);
	finding_needs_reboot(findings);
}

static void check_conflict(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	const struct wish *vm = named_wish(intent, WANT_VM);
	const struct wish *host = named_wish(intent, WANT_HOST);

	(void)context;
	if (vm == NULL || host == NULL) {
		finding(findings, CHECK_PASS, "nobody else wants the card otherwise");
		return;
	}
	finding(findings, intent->asked ? CHECK_WARN : CHECK_FAIL,
		"%s wants the card in a VM, and %s wants it with the host: it cannot be "
		"both",
		vm->who != NULL ? vm->who : vm->source,
		host->who != NULL ? host->who : host->source);
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
