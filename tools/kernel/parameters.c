/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/text/lines.h"
#include "cmdline/flag.h"
#include "tools/kernel/parameters.h"
#include "tools/kernel/iommu.h"

char *passthrough_parameters(const char *value)
{
	const char *iommu = iommu_words();

	return format_text(
		FLAG_NAME "=%s%s%s", value, iommu[0] != '\0' ? " " : "", iommu);
}

bool parameters_find(const char *line, const char *name, struct parameter *found)
{
	struct cmdline cmdline = cmdline_read(line, strlen(line));
	struct parameter parameter;
	bool is_there = false;

	while (cmdline_next(&cmdline, &parameter))
		if (parameter_is(&parameter, name)) {
			*found = parameter;
			is_there = true;
		}
	return is_there;
}

/* What the user's own parameters say already. */
struct said {
	bool intel_on;
	bool passthrough; /* iommu=pt, or a decision against it */
};

/* A flag of the user would be overruled by ours, which is the last; two of them would
 * only puzzle whoever reads the line. */
static bool undoes_ours(const struct parameter *parameter)
{
	return parameter_is(parameter, FLAG_NAME) || iommu_is_off_word(parameter);
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
	text_append(line, "%s%.*s", **line != '\0' ? " " : "", (int)length, word);
}

/* The user's parameters up to "--"; `*rest` is from there on, "" if there is none. */
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

void parameters_join(const char *always, const char *normal, const char *ours,
	struct joined_parameters *joined)
{
	const char *behind_always, *behind_normal;
	struct said said = {0};

	*joined = (struct joined_parameters){0};
	joined->always = keep(always, &said, &joined->left_out, &behind_always);
	joined->normal = keep(normal, &said, &joined->left_out, &behind_normal);
	/* 10_linux writes "always normal": behind a "--" in the first, all is init's. */
	append_ours(behind_always[0] != '\0' ? &joined->always : &joined->normal, ours,
		&said);
	if (behind_always[0] != '\0')
		append(&joined->always, behind_always, strlen(behind_always));
	if (behind_normal[0] != '\0')
		append(&joined->normal, behind_normal, strlen(behind_normal));
}

void joined_parameters_free(struct joined_parameters *joined)
{
	free(joined->always);
	free(joined->normal);
	lines_free(&joined->left_out);
	*joined = (struct joined_parameters){0};
}

/* init=/sbin/init is what it would be anyhow. */
static bool is_usual_init(struct span path)
{
	CLEANUP_FREE char *name = span_copy(path);

	return text_ends(name, "/init") || text_ends(name, "/systemd");
}

/* What systemd (kernel-command-line(7)), initramfs-tools and dracut have for it. */
static bool stops(const struct parameter *parameter)
{
	static const char *const words[] = {
		"single", "s", "S", "1", "rescue", "emergency", "-b"};
	struct span value = parameter->value;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (span_is(parameter->word, words[i]))
			return true;
	if (parameter_is(parameter, "systemd.unit"))
		return span_starts(value, "rescue") || span_starts(value, "emergency");
	if (parameter_is(parameter, "init"))
		return !is_usual_init(value);
	return parameter_is(parameter, "rd.break") || parameter_is(parameter, "break");
}

char *parameters_stop(const char *line)
{
	struct cmdline cmdline = cmdline_read(line, strlen(line));
	struct parameter parameter;

	while (cmdline_next(&cmdline, &parameter))
		if (stops(&parameter))
			return span_copy(parameter.word);
	return NULL;
}
