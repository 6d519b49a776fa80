/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/selector.h"
#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/diagnose/report/verdict.h"

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
	static const char *const guests[] = {"container ", "LXC container ",
		"Incus container ", "LXD container ", "VM ", "libvirt domain "};
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

json_t *report_verdicts(const json_t *report, bool strict)
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
