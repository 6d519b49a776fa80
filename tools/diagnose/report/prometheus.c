/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <stdlib.h>
#include <time.h>

#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/report/prometheus.h"
#include "tools/diagnose/checks/catalogue.h"

/* ,NAME="VALUE" by the text format's rules for what is inside the quotes. */
static void print_label(
	FILE *to, const char *between, const char *name, const char *value)
{
	fprintf(to, "%s%s=\"", between, name);
	for (; *value != '\0'; value++)
		if (*value == '\\' || *value == '"')
			fprintf(to, "\\%c", *value);
		else if (*value == '\n')
			fputs("\\n", to);
		else
			fputc(*value, to);
	fputc('"', to);
}

static void print_head(FILE *to, const char *name, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* What is wrong with the machine concerns the devices that somebody wants. */
static bool is_well(const json_t *report, const json_t *intent)
{
	const char *address = json_text_at(intent, "address");
	bool wanted = strcmp(json_text_at(intent, "want"), "nothing") != 0;
	size_t i;
	json_t *row;

	json_array_foreach (json_object_get(report, "checks"), i, row) {
		const char *device = json_string_value(json_object_get(row, "device"));

		if (strcmp(json_text_at(row, "status"), "fail") == 0 &&
			(device == NULL ? wanted : strcmp(device, address) == 0))
			return false;
	}
	return true;
}

static void print_devices(const json_t *report, FILE *to)
{
	size_t i;
	json_t *intent;

	print_head(to, "vfio_early_device_info", "A device that was looked at, value 1.");
	json_array_foreach (json_object_get(report, "intents"), i, intent) {
		char vendor[5] = "", device[5] = "", group[16] = "";
		const json_t *number = json_object_get(intent, "iommu_group");

		sscanf(json_text_at(intent, "id"), "%4[^:]:%4s", vendor, device);
		if (json_is_integer(number))
			snprintf(group, sizeof(group), "%lld",
				(long long)json_integer_value(number));
		fputs("vfio_early_device_info", to);
		print_label(to, "{", "bdf", json_text_at(intent, "address"));
		print_label(to, ",", "vendor", vendor);
		print_label(to, ",", "device", device);
		print_label(to, ",", "driver", json_text_at(intent, "driver"));
		print_label(to, ",", "want", json_text_at(intent, "want"));
		print_label(to, ",", "iommu_group", group);
		fputs("} 1\n", to);
	}
	print_head(to, "vfio_early_device_ok",
		"Whether nothing stands between the device and what it is for.");
	json_array_foreach (json_object_get(report, "intents"), i, intent) {
		fputs("vfio_early_device_ok", to);
		print_label(to, "{", "bdf", json_text_at(intent, "address"));
		fprintf(to, "} %d\n", is_well(report, intent) ? 1 : 0);
	}
}

/* The worst row of a check that has several. */
static const char *worst(const json_t *report, const char *id)
{
	static const char *const order[] = {
		"fail", "warn", "unknown", "info", "pass", "skip"};
	size_t best = ARRAY_SIZE(order), i;
	json_t *row;

	json_array_foreach (json_object_get(report, "checks"), i, row)
		for (size_t j = 0; j < best; j++)
			if (strcmp(json_text_at(row, "id"), id) == 0 &&
				strcmp(json_text_at(row, "status"), order[j]) == 0)
				best = j;
	return best < ARRAY_SIZE(order) ? order[best] : NULL;
}

/* Fixed with SOURCE_DATE_EPOCH, as for reproducible builds. */
static long long run_time(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");

	return fixed != NULL ? atoll(fixed) : (long long)time(NULL);
}

void report_print_prom(const json_t *report, FILE *to)
{
	const char *pending = worst(report, "EARLY-REBOOT-PENDING");

	print_devices(report, to);
	print_head(to, "vfio_early_check_status",
		"What a check came to, its worst answer; value 1.");
	for (size_t i = 0; check_at(i) != NULL; i++) {
		const char *status = worst(report, check_at(i)->id);

		if (status == NULL)
			continue;
		fputs("vfio_early_check_status", to);
		print_label(to, "{", "id", check_at(i)->id);
		print_label(to, ",", "status", status);
		fputs("} 1\n", to);
	}
	print_head(to, "vfio_early_reboot_required",
		"Whether the next boot will be another than this one was.");
	fprintf(to, "vfio_early_reboot_required %d\n",
		pending != NULL && strcmp(pending, "pass") != 0 &&
				strcmp(pending, "skip") != 0
			? 1
			: 0);
	print_head(to, "vfio_early_last_run_timestamp_seconds",
		"When this was written, in seconds since the epoch.");
	fprintf(to, "vfio_early_last_run_timestamp_seconds %lld\n", run_time());
}
