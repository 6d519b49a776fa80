/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/diagnose/gathered.h"

static int rank(enum check_status status)
{
	static const int ranks[] = {
		[CHECK_PASS] = 0,
		[CHECK_SKIP] = 0,
		[CHECK_INFO] = 1,
		[CHECK_UNKNOWN] = 2,
		[CHECK_WARN] = 3,
		[CHECK_FAIL] = 4,
	};

	return ranks[status];
}

void gather(struct gathered *gathered, enum check_status status, const char *path,
	const char *value, const char *sentence, ...)
{
	va_list list;

	lines_add(&gathered->path, "%s", path);
	lines_add(&gathered->value, "%s", value);
	if (rank(status) < rank(gathered->status))
		return;
	if (rank(status) > rank(gathered->status) || gathered->sentence == NULL) {
		free(gathered->sentence);
		va_start(list, sentence);
		gathered->sentence = format_list(sentence, list);
		va_end(list);
		gathered->count = 0;
	}
	gathered->status = status;
	gathered->count++;
}

void gather_evidence(struct gathered *gathered, const char *path, const char *value, ...)
{
	va_list list;
	char *text;

	va_start(list, value);
	text = format_list(value, list);
	va_end(list);
	lines_add(&gathered->path, "%s", path);
	lines_add(&gathered->value, "%s", text);
	free(text);
}

void gathered_say(struct gathered *gathered, struct findings *findings,
	const char *subject, const char *well, ...)
{
	va_list list;

	if (gathered->status == CHECK_PASS || gathered->sentence == NULL) {
		free(gathered->sentence);
		va_start(list, well);
		gathered->sentence = format_list(well, list);
		va_end(list);
		gathered->count = 1;
	}
	if (gathered->count > 1)
		finding(findings, gathered->status, "%s (and %zu more)",
			gathered->sentence, gathered->count - 1);
	else
		finding(findings, gathered->status, "%s", gathered->sentence);
	if (subject != NULL)
		finding_subject(findings, subject);
	for (size_t i = 0; i < gathered->path.count; i++)
		finding_evidence(
			findings, gathered->path.line[i], "%s", gathered->value.line[i]);
	lines_free(&gathered->path);
	lines_free(&gathered->value);
	free(gathered->sentence);
	*gathered = (struct gathered){0};
}

void skip_guest(struct findings *findings, const char *name, const char *why)
{
	finding(findings, CHECK_SKIP, "%s", why);
	finding_subject(findings, name);
}

/* Whom the question is about instead; NULL: nobody in particular. */
static char *asked_about(const struct context *context)
{
	const struct request *request = &context->request;

	if (request->container >= 0)
		return format_text("container %ld", request->container);
	if (request->machine >= 0)
		return format_text("VM %ld", request->machine);
	if (request->domain != NULL)
		return format_text("libvirt domain %s", request->domain);
	return NULL;
}

static void say_why_none(
	const struct context *context, struct findings *findings, const char *kind)
{
	CLEANUP_FREE char *asked = asked_about(context);

	if (context->guests == NULL)
		finding(findings, CHECK_UNKNOWN,
			"the guests' configuration could not be read");
	else if (asked != NULL)
		finding(findings, CHECK_SKIP, "the question is about %s", asked);
	else
		finding(findings, CHECK_SKIP, "no %s here has a device of the host",
			kind);
}

void each_container(
	const struct context *context, struct findings *findings, container_check *check)
{
	const struct container_guest *guest = guests_next_container(context, NULL);

	if (guest == NULL && context->guests != NULL && context->request.container >= 0)
		finding(findings, CHECK_SKIP, "there is no container %ld here",
			context->request.container);
	else if (guest == NULL)
		say_why_none(context, findings, "container");
	for (; guest != NULL; guest = guests_next_container(context, guest))
		check(context, guest, findings);
}

void each_vm(const struct context *context, struct findings *findings, vm_check *check,
	domain_check *check_domain)
{
	const struct vm_guest *guest = guests_next_vm(context, NULL);
	const struct domain_guest *domain = guests_next_domain(context, NULL);
	bool any = false;

	for (; guest != NULL && check != NULL; guest = guests_next_vm(context, guest)) {
		check(context, guest, findings);
		any = true;
	}
	for (; domain != NULL && check_domain != NULL;
		domain = guests_next_domain(context, domain)) {
		check_domain(context, domain, findings);
		any = true;
	}
	if (!any && context->guests != NULL && context->request.machine >= 0 &&
		check != NULL)
		finding(findings, CHECK_SKIP, "there is no VM %ld here",
			context->request.machine);
	else if (!any && context->guests != NULL && context->request.domain != NULL &&
		 check_domain != NULL)
		finding(findings, CHECK_SKIP, "there is no libvirt domain %s here",
			context->request.domain);
	else if (!any)
		say_why_none(context, findings, check == NULL ? "libvirt domain" : "VM");
}

const struct intent *guest_device(
	const struct context *context, const char *name, const struct intent *after)
{
	size_t at = after != NULL ? (size_t)(after - context->intent) + 1 : 0;

	for (; at < context->intents; at++) {
		const struct intent *intent = &context->intent[at];

		if (intent->asked && intent->who != NULL &&
			strcmp(intent->who, name) == 0)
			return intent;
		for (size_t i = 0; i < intent->count; i++)
			if (intent->wish[i]->who != NULL &&
				strcmp(intent->wish[i]->who, name) == 0)
				return intent;
	}
	return NULL;
}

char *line_path(const char *path, unsigned int line)
{
	return format_text("%s:%u", path, line);
}

char *line_text(const struct pve_line *line)
{
	return format_text("%.*s: %.*s", SPAN(line->key), SPAN(line->value));
}
