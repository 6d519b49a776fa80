/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "cmdline/flag.h"
#include "tools/kernel/parameters.h"
#include "tools/kernel/iommu.h"

/* What the user's own words say already. */
struct said {
	bool intel_on;
	bool passthrough; /* iommu=pt, or a decision against it */
};

/*
 * "iommu=off" turns every IOMMU off, and no later word turns it on again
 * (arch/x86/kernel/pci-dma.c). A flag of the user would be overruled by ours, which is
 * the last; two of them would only puzzle whoever reads the line.
 */
static bool undoes_ours(const struct parameter *parameter)
{
	if (parameter_is(parameter, FLAG_NAME))
		return true;
	return (parameter_is(parameter, "iommu") ||
		       parameter_is(parameter, "intel_iommu") ||
		       parameter_is(parameter, "amd_iommu")) &&
	       iommu_has_option(parameter->value, "off");
}

static void listen(const struct parameter *parameter, struct said *said)
{
	if (parameter_is(parameter, "intel_iommu") &&
		iommu_has_option(parameter->value, "on"))
		said->intel_on = true;
	if (parameter_is(parameter, "iommu.passthrough") ||
		(parameter_is(parameter, "iommu") &&
			(iommu_has_option(parameter->value, "pt") ||
				iommu_has_option(parameter->value, "nopt"))))
		said->passthrough = true;
}

static void append(char **line, const char *word, size_t length)
{
	char *longer = format_text(
		"%s%s%.*s", *line, **line != '\0' ? " " : "", (int)length, word);

	free(*line);
	*line = longer;
}

/* The user's words up to "--"; `*rest` is from there on, "" if there is none. */
static char *keep(
	const char *line, struct said *said, struct lines *left_out, const char **rest)
{
	struct cmdline cmdline = cmdline_read(line, strlen(line));
	char *kept = copy_text("");
	struct parameter parameter;

	while (cmdline_next(&cmdline, &parameter)) {
		struct span word = parameter.word;

		if (undoes_ours(&parameter)) {
			lines_add(left_out, "%.*s", (int)word.length, word.text);
			continue;
		}
		listen(&parameter, said);
		append(&kept, word.text, word.length);
	}
	*rest = cmdline.ended ? cmdline.rest.text - strlen("--") : "";
	return kept;
}

/* Ours, without what is said already. */
static void append_ours(char **line, const char *ours, const struct said *said)
{
	struct cmdline cmdline = cmdline_read(ours, strlen(ours));
	struct parameter parameter;

	while (cmdline_next(&cmdline, &parameter))
		if (!(said->intel_on && parameter_is(&parameter, "intel_iommu")) &&
			!(said->passthrough && parameter_is(&parameter, "iommu")))
			append(line, parameter.word.text, parameter.word.length);
}

void grub_words_join(const char *always, const char *normal, const char *ours,
	struct grub_words *words)
{
	const char *behind_always, *behind_normal;
	struct said said = {0};

	*words = (struct grub_words){0};
	words->always = keep(always, &said, &words->left_out, &behind_always);
	words->normal = keep(normal, &said, &words->left_out, &behind_normal);
	/* 10_linux writes "always normal": behind a "--" in the first, all is init's. */
	append_ours(
		behind_always[0] != '\0' ? &words->always : &words->normal, ours, &said);
	if (behind_always[0] != '\0')
		append(&words->always, behind_always, strlen(behind_always));
	if (behind_normal[0] != '\0')
		append(&words->normal, behind_normal, strlen(behind_normal));
}

void grub_words_free(struct grub_words *words)
{
	free(words->always);
	free(words->normal);
	lines_free(&words->left_out);
	*words = (struct grub_words){0};
}
