/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/report/document.h"
#include "tools/diagnose/report/appendix.h"

static const char *want_name(enum want want)
{
	static const char *const names[] = {
		[WANT_NOTHING] = "nothing",
		[WANT_VM] = "vm",
		[WANT_HOST] = "host",
		[WANT_BOTH] = "both",
	};

	return names[want];
}

/* The rest of a sentence that begins with the device. */
static json_t *purpose(const struct intent *intent)
{
	const char *asked = intent->asked ? ", as asked" : "";

	switch (intent->want) {
	case WANT_NOTHING:
		break;
	case WANT_VM:
		return json_sprintf(
			"for %s%s", intent->who != NULL ? intent->who : "a VM", asked);
	case WANT_HOST:
		if (intent->who == NULL)
			return json_sprintf("for the host%s", asked);
		return json_sprintf(
			"for %s, so with the host's own driver%s", intent->who, asked);
	case WANT_BOTH:
		return json_string("wanted in a VM and by the host, which cannot be");
	}
	return json_string("nothing says what it is for");
}

static json_t *describe_intent(const struct intent *intent)
{
	json_t *evidence = json_array();

	for (size_t i = 0; i < intent->count; i++) {
		json_t *one =
			json_evidence(intent->wish[i]->source, intent->wish[i]->text);

		json_object_set_new(
			one, "want", json_string(want_name(intent->wish[i]->want)));
		json_object_set_new(one, "who", json_text(intent->wish[i]->who));
		json_array_append_new(evidence, one);
	}
	return json_pack("{so so so so so so ss so sb so}", "address",
		json_text(intent->device->address), "id", json_text(intent->device->id),
		"name", json_text(intent->device->name), "driver",
		intent->device->facts.driver[0] != '\0'
			? json_text(intent->device->facts.driver)
			: json_null(),
		"iommu_group",
		intent->device->facts.group >= 0
			? json_integer(intent->device->facts.group)
			: json_null(),
		"who", json_text(intent->who), "want", want_name(intent->want), "purpose",
		purpose(intent), "asked", intent->asked, "evidence", evidence);
}

void report_describe_whole(const struct context *context, json_t *report)
{
	report_describe(context, report);
	json_object_set_new(report, "sections", sections_describe(context));
}

void report_describe(const struct context *context, json_t *report)
{
	json_t *intents = json_array(), *notes = json_array(), *wrong = json_array();

	for (size_t i = 0; i < context->intents; i++)
		json_array_append_new(intents, describe_intent(&context->intent[i]));
	if (!context->root)
		json_array_append_new(notes,
			json_text("Not run as root: some of this could not be read, and "
				  "is unknown here."));
	for (size_t i = 0; i < context->wrong.count; i++)
		json_array_append_new(wrong, json_text(context->wrong.line[i]));
	json_object_set_new(report, "wrong", wrong);
	json_object_set_new(report, "intents", intents);
	json_object_set_new(report, "notes", notes);
	json_object_set_new(report, "log",
		json_pack("{so sb so sI}", "source", json_text(context->log->source),
			"complete", context->log->complete, "reason",
			json_text(context->log->reason), "records",
			(json_int_t)context->log->count));
}

/* Whether the guest is one of those that want the device. */
static bool wants_it(const json_t *intent, const char *guest)
{
	const char *who = json_string_value(json_object_get(intent, "who"));
	json_t *wish;
	size_t i;

	if (who != NULL && strcmp(who, guest) == 0)
		return true;
	json_array_foreach (json_object_get(intent, "evidence"), i, wish) {
		who = json_string_value(json_object_get(wish, "who"));
		if (who != NULL && strcmp(who, guest) == 0)
			return true;
	}
	return false;
}

/* Whether a row that is not about one device speaks of this one all the same. */
static bool is_about(const json_t *row, const json_t *intent)
{
	static const char *const guests[] = {"container ", "VM ", "libvirt domain "};
	const char *subject = json_string_value(json_object_get(row, "subject"));
	const char *address = json_string_value(json_object_get(intent, "address"));
	struct pci_address function;

	if (subject == NULL)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++)
		if (text_begins(subject, guests[i]))
			return wants_it(intent, subject);
	/* a function of this card or another, or a kernel, which is everybody's */
	if (pci_address_parse((struct span){subject, strlen(subject)}, &function))
		return strncmp(subject, address, strcspn(address, ".")) == 0;
	return true;
}

/* The rows that stand in somebody's way, or may: sorted once, since a machine may have
 * thousands of devices. */
struct obstacles {
	json_t *bad, *unknown; /* how many rows, by the device's address */
	json_t *rest;	       /* the rows that are about no device in particular */
	bool strict;
};

static bool is_bad(const json_t *row, bool strict)
{
	const char *status = json_string_value(json_object_get(row, "status"));

	return strcmp(status, "fail") == 0 || (strict && strcmp(status, "warn") == 0);
}

static bool is_unknown(const json_t *row)
{
	return strcmp(json_string_value(json_object_get(row, "status")), "unknown") == 0;
}

static void find_obstacles(const json_t *report, struct obstacles *obstacles)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(report, "checks"), i, row) {
		const char *device = json_string_value(json_object_get(row, "device"));
		bool bad = is_bad(row, obstacles->strict);
		json_t *counts = bad ? obstacles->bad : obstacles->unknown;

		if (!bad && !is_unknown(row))
			continue;
		if (device == NULL)
			json_array_append(obstacles->rest, row);
		else
			json_object_set_new(counts, device,
				json_integer(json_integer_value(
						     json_object_get(counts, device)) +
					     1));
	}
}

/* The sentence for one device that somebody wants; NULL if nobody does. */
static json_t *device_verdict(const json_t *intent, const struct obstacles *obstacles)
{
	const char *address = json_string_value(json_object_get(intent, "address"));
	const char *want = json_string_value(json_object_get(intent, "want"));
	const char *who = json_string_value(json_object_get(intent, "who"));
	json_int_t bad = json_integer_value(json_object_get(obstacles->bad, address));
	json_int_t unknown =
		json_integer_value(json_object_get(obstacles->unknown, address));
	json_t *row;
	size_t i;

	if (strcmp(want, "nothing") == 0)
		return NULL;
	if (strcmp(want, "both") == 0)
		return json_sprintf(
			"%s is wanted in a VM and by the host: it cannot be both.",
			address);
	if (who == NULL)
		who = strcmp(want, "vm") == 0 ? "a VM" : "the host's own driver";
	json_array_foreach (obstacles->rest, i, row) {
		if (!is_about(row, intent))
			continue;
		if (is_bad(row, obstacles->strict))
			bad++;
		else
			unknown++;
	}
	if (bad > 0)
		return json_sprintf("%d thing%s between %s and %s.", (int)bad,
			bad == 1 ? " stands" : "s stand", address, who);
	if (unknown > 0)
		return json_sprintf("Nothing was found between %s and %s, but %d check%s "
				    "could not be made.",
			address, who, (int)unknown, unknown == 1 ? "" : "s");
	return json_sprintf("Nothing stands between %s and %s.", address, who);
}

static json_t *device_verdicts(const json_t *report, bool strict)
{
	struct obstacles obstacles = {json_object(), json_object(), json_array(), strict};
	json_t *verdicts = json_array(), *intent;
	size_t i;

	find_obstacles(report, &obstacles);
	json_array_foreach (json_object_get(report, "intents"), i, intent) {
		json_t *sentence = device_verdict(intent, &obstacles);

		if (sentence != NULL)
			json_array_append_new(verdicts, sentence);
	}
	json_decref(obstacles.bad);
	json_decref(obstacles.unknown);
	json_decref(obstacles.rest);
	return verdicts;
}

/* {"kind": "container", "name": "901"} */
static json_t *describe_request(const struct request *request)
{
	if (request->container >= 0)
		return json_pack("{ss so}", "kind", "container", "name",
			json_sprintf("%ld", request->container));
	if (request->machine >= 0)
		return json_pack("{ss so}", "kind", "vm", "name",
			json_sprintf("%ld", request->machine));
	if (request->domain != NULL)
		return json_pack(
			"{ss so}", "kind", "domain", "name", json_text(request->domain));
	return json_pack("{ss sn}", "kind", "machine", "name");
}

void report_conclude(json_t *report, const struct request *request, bool strict)
{
	json_t *summary = json_pack("{}"), *verdict = device_verdicts(report, strict);
	json_int_t count[CHECK_UNKNOWN + 1] = {0}, bad;
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(report, "checks"), i, item)
		for (enum check_status s = CHECK_PASS; s <= CHECK_UNKNOWN; s++)
			count[s] += strcmp(check_status_name(s),
					    json_string_value(json_object_get(
						    item, "status"))) == 0;
	for (enum check_status s = CHECK_PASS; s <= CHECK_UNKNOWN; s++)
		json_object_set_new(
			summary, check_status_name(s), json_integer(count[s]));
	bad = count[CHECK_FAIL] + (strict ? count[CHECK_WARN] : 0);
	if (json_array_size(verdict) == 0)
		json_array_append_new(verdict,
			json_string(bad > 0 ? "Something is wrong, see above."
					    : "Nothing is wrong, and nothing says what a "
					      "graphics card is wanted for."));
	json_object_set_new(report, "about", describe_request(request));
	json_object_set_new(report, "summary", summary);
	json_object_set_new(report, "verdict", verdict);
	json_object_set_new(
		report, "exit", json_integer(bad > 0 ? STATUS_FAILED : STATUS_OK));
}

static void make_printable(json_t *value, const char *keep)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(value)) {
		CLEANUP_FREE char *text = printable_text(json_string_value(value), keep);

		json_string_set(value, text);
	} else if (json_is_array(value)) {
		json_array_foreach (value, i, item)
			make_printable(item, keep);
	} else if (json_is_object(value)) {
		json_object_foreach (value, key, item)
			make_printable(item, keep);
	}
}

void report_make_printable(json_t *report)
{
	json_t *sections = json_object_get(report, "sections");

	json_incref(sections);
	json_object_del(report, "sections");
	make_printable(report, "");
	if (sections == NULL)
		return;
	if (json_is_true(json_object_get(report, "redacted")))
		make_printable(sections, "\n\t");
	json_object_set_new(report, "sections", sections);
}
