/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/boot/kexec.h"
#include "tools/text/lines.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/text/json.h"
#include "tools/system/write.h"

int changes_print(
	const struct options *options, const struct changes *changes, const char *failure)
{
	const char *heading = write_dry_run ? "Would be done:" : "Done:";

	for (size_t i = 0; i < changes->refused.count; i++)
		print_message("refused: %s", changes->refused.line[i]);
	if (options->json) {
		if (failure != NULL)
			print_message("%s", failure);
		return json_print(json_pack("{s:b, s:b, s:b, s:o, s:o, s:o, s:o}",
			"changed", changes->changed, "dry_run", write_dry_run,
			"reboot_required", changes->reboot_required, "steps",
			json_lines(&changes->steps), "notes", json_lines(&changes->notes),
			"refused", json_lines(&changes->refused), "error",
			json_text(failure)));
	}
	if (failure != NULL && !write_dry_run)
		heading = "Done before it failed:";
	if (changes->steps.count > 0)
		print_plain("%s\n", heading);
	else if (failure == NULL)
		print_plain("Nothing to do: all is as it should be.\n");
	for (size_t i = 0; i < changes->steps.count; i++)
		print_plain("  %s\n", changes->steps.line[i]);
	for (size_t i = 0; i < changes->notes.count; i++)
		print_plain("Note: %s.\n", changes->notes.line[i]);
	fflush(stdout);
	if (failure != NULL)
		print_message("%s", failure);
	return 0;
}

void changes_note_kexec(struct changes *changes)
{
	CLEANUP_FREE char *warning = changes->reboot_required ? kexec_warning() : NULL;

	if (warning != NULL)
		lines_add(&changes->notes, "%s", warning);
}

void changes_free(struct changes *changes)
{
	lines_free(&changes->steps);
	lines_free(&changes->refused);
	lines_free(&changes->notes);
}
