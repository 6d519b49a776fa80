/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/diagnose/findings.h"
#include "tools/diagnose/refusal.h"

json_t *json_evidence(const char *path, const char *value)
{
	return json_pack("{so so}", "path", json_text(path), "value", json_text(value));
}

const char *check_status_name(enum check_status status)
{
	static const char *const names[] = {
		[CHECK_PASS] = "pass",
		[CHECK_INFO] = "info",
		[CHECK_WARN] = "warn",
		[CHECK_FAIL] = "fail",
		[CHECK_SKIP] = "skip",
		[CHECK_UNKNOWN] = "unknown",
	};

	return names[status];
}

void finding(struct findings *findings, enum check_status status, const char *title, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list list;

	va_start(list, title);
	text = format_list(title, list);
	va_end(list);
	findings->refused = false;
	findings->current = json_pack("{ss ss so s[] sn}", "id", findings->id, "status",
		check_status_name(status), "title", json_text(text), "evidence",
		"remedy");
	if (findings->device != NULL)
		json_object_set_new(
			findings->current, "device", json_text(findings->device));
	json_array_append_new(findings->rows, findings->current);
}

size_t findings_count(const struct findings *findings)
{
	return json_array_size(findings->rows);
}

void finding_subject(struct findings *findings, const char *subject)
{
	json_object_set_new(findings->current, "subject", json_text(subject));
}

void finding_evidence(struct findings *findings, const char *path, const char *value, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list list;

	va_start(list, value);
	text = format_list(value, list);
	va_end(list);
	json_array_append_new(json_object_get(findings->current, "evidence"),
		json_evidence(path, text));
}

static json_t *remedy(struct findings *findings)
{
	json_t *found = json_object_get(findings->current, "remedy");

	if (!json_is_object(found)) {
		found = json_pack(
			"{ss s[] sb}", "text", "", "commands", "needs_reboot", false);
		json_object_set_new(findings->current, "remedy", found);
	}
	return found;
}

void finding_remedy(struct findings *findings, const char *text, ...)
{
	CLEANUP_FREE char *sentence = NULL;
	va_list list;

	va_start(list, text);
	sentence = format_list(text, list);
	va_end(list);
	json_object_set_new(remedy(findings), "text", json_text(sentence));
}

void finding_remedy_add(struct findings *findings, const char *text)
{
	const char *before = json_string_value(json_object_get(remedy(findings), "text"));
	CLEANUP_FREE char *both = before != NULL && before[0] != '\0'
					  ? format_text("%s; %s", before, text)
					  : copy_text(text);

	finding_remedy(findings, "%s", both);
}

/* An `enable` that would refuse is no remedy: its reason is said instead, and the reboot
 * behind it falls away. */
static bool is_refused(struct findings *findings, const char *command)
{
	bool behind = findings->refused && text_begins(command, "reboot");
	CLEANUP_FREE char *reason = NULL;
	CLEANUP_FREE char *sentence = NULL;

	if (findings->refused)
		findings->refused = false;
	if (behind || findings->context == NULL ||
		!text_begins(command, "vfio-early enable") ||
		strstr(command, "DEVICE") != NULL)
		return behind;
	reason = enable_refusal(findings->context, findings->intent);
	if (reason == NULL)
		return false;
	sentence = format_text("but 'vfio-early enable' refuses this: %s", reason);
	finding_remedy_add(findings, sentence);
	findings->refused = true;
	return true;
}

void finding_command(struct findings *findings, const char *command, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list list;

	va_start(list, command);
	text = format_list(command, list);
	va_end(list);
	if (is_refused(findings, text))
		return;
	json_array_append_new(
		json_object_get(remedy(findings), "commands"), json_text(text));
}

void finding_needs_reboot(struct findings *findings)
{
	json_object_set_new(remedy(findings), "needs_reboot", json_true());
}
