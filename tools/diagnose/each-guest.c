/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/diagnose/each-guest.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/wishes-of-guests.h"

VERDICT unread = {CHECK_UNKNOWN, "the guests' configuration could not be read"};
VERDICT about_another = {CHECK_SKIP, "the question is about {1}"};
VERDICT not_here = {CHECK_SKIP, "there is no {1} here"};
VERDICT unread_container = {
	CHECK_SKIP, "the container's file cannot be read: see CT-CONF-PARSE"};
VERDICT none_has_device = {CHECK_SKIP, "no {1} here has a device of the host"};

/* Whom the question is about; NULL: nobody in particular. */
static char *asked_about(const struct context *context)
{
	const struct request *request = &context->request;

	if (request->container != NULL)
		return format_text("container %s", request->container);
	if (request->machine >= 0)
		return format_text("VM %ld", request->machine);
	if (request->domain != NULL)
		return format_text("libvirt domain %s", request->domain);
	return NULL;
}

/* Whether the check could have been asked about the guest that the question names. */
static bool is_of_kind(const struct check *check, const struct request *request)
{
	if (request->container != NULL)
		return check->run_container != NULL;
	if (request->machine >= 0)
		return check->run_vm != NULL;
	return check->run_domain != NULL;
}

static void say_why_none(const struct check *check, const struct context *context,
	struct findings *findings)
{
	CLEANUP_FREE char *asked = asked_about(context);

	if (context->guests == NULL)
		verdict_row(findings, &unread, NULL);
	else if (asked != NULL)
		verdict_row(findings,
			is_of_kind(check, &context->request) ? &not_here : &about_another,
			asked, NULL);
	else
		verdict_row(findings, &none_has_device,
			check->run_container != NULL ? "container"
			: check->run_vm != NULL	     ? "VM"
						     : "libvirt domain",
			NULL);
}

static void set_guest(
	struct findings *findings, const char *name, const char *path, long number)
{
	findings->subject = name;
	findings->file = path;
	findings->number = number;
	findings->container = NULL;
}

/* What the container's file says is judged; where it cannot be read, that is said once.
 */
static void ask_container(const struct check *check, const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	set_guest(findings, guest->name, guest->path, 0);
	findings->container = guest;
	if (guest->error == 0 || strcmp(check->id, "CT-CONF-PARSE") == 0)
		check->run_container(context, guest, findings);
	else
		verdict_row(findings, &unread_container, NULL);
}

void each_guest_ask(const struct check *check, const struct context *context,
	struct findings *findings)
{
	const struct container_guest *container = NULL;
	const struct domain_guest *domain = NULL;
	const struct vm_guest *vm = NULL;
	bool any = false;

	while (check->run_container != NULL &&
		(container = guests_next_container(context, container)) != NULL) {
		ask_container(check, context, container, findings);
		any = true;
	}
	while (check->run_vm != NULL && (vm = guests_next_vm(context, vm)) != NULL) {
		set_guest(findings, vm->name, vm->path, vm->id);
		check->run_vm(context, vm, findings);
		any = true;
	}
	while (check->run_domain != NULL &&
		(domain = guests_next_domain(context, domain)) != NULL) {
		set_guest(findings, domain->name, domain->path, 0);
		check->run_domain(context, domain, findings);
		any = true;
	}
	if (!any)
		say_why_none(check, context, findings);
}
