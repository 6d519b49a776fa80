/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/wishes-of-guests.h"
#include "tools/diagnose/report/document.h"
#include "tools/diagnose/report/appendix.h"
#include "tools/diagnose/report/verdict.h"

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
	json_object_set_new(report, "missing", json_boolean(guests_lack_named(context)));
	json_object_set_new(report, "intents", intents);
	json_object_set_new(report, "notes", notes);
	json_object_set_new(report, "log",
		json_pack("{so sb so sI}", "source", json_text(context->log->source),
			"complete", context->log->complete, "reason",
			json_text(context->log->reason), "records",
			(json_int_t)context->log->count));
}

/* {"kind": "container", "name": "901"} */
static json_t *describe_request(const struct request *request)
{
	if (request->container != NULL)
		return json_pack("{ss so}", "kind", "container", "name",
			json_text(request->container));
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
	json_t *summary = json_pack("{}"), *verdict = report_verdicts(report, strict);
	bool missing = json_is_true(json_object_get(report, "missing"));
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
			json_string(missing ? "There is nothing to diagnose."
				    : bad > 0
					    ? "Something is wrong, see above."
					    : "Nothing is wrong, and nothing says what a "
					      "graphics card is wanted for."));
	json_object_set_new(report, "about", describe_request(request));
	json_object_set_new(report, "summary", summary);
	json_object_set_new(report, "verdict", verdict);
	json_object_set_new(report, "exit",
		json_integer(missing   ? STATUS_USAGE
			     : bad > 0 ? STATUS_FAILED
				       : STATUS_OK));
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
