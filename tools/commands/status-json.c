/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/commands/explain-json.h"
#include "tools/boot/state.h"
#include "tools/text/json.h"
#include "tools/commands/status-read.h"
#include "tools/commands/status-json.h"
#include "tools/images/universal.h"

static json_t *device_json(const struct pci_device *device)
{
	json_t *object = json_object();

	json_object_set_new(object, "address", json_text(device->address));
	json_object_set_new(object, "id", json_text(device->id));
	json_object_set_new(object, "name", json_text(device->name));
	json_object_set_new(object, "driver",
		device->facts.driver[0] != '\0' ? json_text(device->facts.driver)
						: json_null());
	return object;
}

static json_t *selection_json(const struct status *status)
{
	json_t *list = json_array();

	for (size_t i = 0; i < status->devices.count; i++)
		if (prediction_selects(status->choice,
			    &status->devices.device[i].facts.function.address))
			json_array_append_new(
				list, device_json(&status->devices.device[i]));
	return list;
}

static json_t *text_or_null(const char *text)
{
	return text[0] != '\0' ? json_text(text) : json_null();
}

static json_t *now_devices_json(const struct status *status)
{
	json_t *list = json_array();

	for (size_t i = 0; i < status->devices.count; i++) {
		const struct pci_device *device = &status->devices.device[i];
		const struct record_line *line = NULL;
		json_t *object;

		if (!status_concerns(status, device))
			continue;
		if (status->has_record)
			line = record_of(
				&status->record, &device->facts.function.address);
		object = device_json(device);
		json_object_set_new(object, "outcome",
			line != NULL ? json_text(outcome_text(line->outcome))
				     : json_null());
		json_object_set_new(object, "before",
			line != NULL ? text_or_null(line->before) : json_null());
		json_object_set_new(object, "after",
			line != NULL ? text_or_null(line->after) : json_null());
		json_object_set_new(object, "reason",
			line != NULL ? text_or_null(line->reason) : json_null());
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *now_json(const struct status *status)
{
	const struct flag *flag = &status->running->flag;
	json_t *object = json_object(), *errors = json_array();

	for (size_t i = 0; i < status->record.errors.count; i++)
		json_array_append_new(errors, json_text(status->record.errors.line[i]));
	json_object_set_new(
		object, "passthrough", json_boolean(status_is_passthrough(status)));
	json_object_set_new(object, "flag",
		flag->state != FLAG_ABSENT
			? json_text_of(flag->value.text, flag->value.length)
			: json_null());
	json_object_set_new(object, "record", json_boolean(status->has_record));
	json_object_set_new(object, "start_us",
		status->has_record ? json_integer((json_int_t)status->record.start)
				   : json_null());
	json_object_set_new(object, "end_us",
		status->has_record ? json_integer((json_int_t)status->record.end)
				   : json_null());
	json_object_set_new(object, "errors", errors);
	json_object_set_new(object, "devices", now_devices_json(status));
	return object;
}

/* null where the marks could not be read. */
static json_t *known_boolean(bool known, bool value)
{
	return known ? json_boolean(value) : json_null();
}

static json_t *next_json(const struct status *status)
{
	const struct boot_state *boot = &status->boot;
	const struct boot_guard *guard = &boot->inputs.guard;
	bool known = boot->inputs.parameters != NULL, read = boot->trouble == NULL;
	json_t *object = json_object();

	json_object_set_new(object, "loader",
		json_text(boot->loader != NULL ? boot->loader->name : NULL));
	json_object_set_new(object, "loader_evidence", json_text(boot->evidence));
	json_object_set_new(object, "entry", json_text(next_entry_text(boot->next)));
	json_object_set_new(object, "reason", json_text(boot->why));
	json_object_set_new(object, "enabled", known_boolean(read, boot->on));
	json_object_set_new(object, "once", known_boolean(read, boot->once));
	json_object_set_new(object, "failed", known_boolean(read, boot->failed));
	json_object_set_new(object, "pending", known_boolean(read, boot->pending));
	json_object_set_new(
		object, "stopped", json_boolean(boot->stopped != STOPPED_NOT));
	json_object_set_new(
		object, "guard", known ? json_boolean(guard->on) : json_null());
	json_object_set_new(
		object, "guard_reason", known ? json_text(guard->reason) : json_null());
	json_object_set_new(object, "words", json_text(boot->parameters));
	json_object_set_new(object, "devices",
		status->next != NULL
			? explain_devices_json(status->next, &status->devices)
			: json_null());
	return object;
}

static json_t *archive_json(const struct kernel *kernel)
{
	CLEANUP_FREE char *path =
		kernel->carrier != CARRIER_IMAGE ? archive_path(kernel->image) : NULL;

	return json_text(path);
}

static json_t *kernels_json(const struct status *status)
{
	json_t *list = json_array();

	for (size_t i = 0; i < status->kernels.count; i++) {
		const struct kernel *kernel = &status->kernels.kernel[i];

		json_array_append_new(list,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version",
				json_text(kernel->version), "ready",
				known_boolean(!kernel->unknown, kernel->ready), "reason",
				json_text(kernel->reason), "stale",
				json_text(kernel->stale), "note", json_text(kernel->note),
				"image", json_text(kernel->image), "archive",
				archive_json(kernel)));
	}
	return list;
}

json_t *status_json(const struct status *status)
{
	json_t *differences = json_array();

	for (size_t i = 0; i < status->differences; i++) {
		const struct difference *difference = &status->difference[i];

		json_array_append_new(
			differences, json_pack("{s:s, s:o, s:b}", "id", difference->id,
					     "text", json_text(difference->text),
					     "healthy", difference->healthy));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "selection",
		selection_json(status), "now", now_json(status), "next_boot",
		next_json(status), "kernels", kernels_json(status), "differences",
		differences, "healthy", status_is_healthy(status));
}
