/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/text/string.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/text/span.h"

/*
 * Intel's IOMMU is off by default in some distributions' kernels, AMD's never is, and
 * "amd_iommu=on" is no option of the kernel (drivers/iommu/amd/init.c). "iommu=pt" leaves
 * the host's own devices untranslated. Elsewhere the IOMMU is on by itself.
 */
static const struct {
	const char *cpu; /* vendor_id in /proc/cpuinfo */
	enum iommu_maker maker;
} known[] = {
	{"GenuineIntel", IOMMU_INTEL},
	{"CentaurHauls", IOMMU_INTEL},
	{"Shanghai", IOMMU_INTEL},
	{"AuthenticAMD", IOMMU_AMD},
	{"HygonGenuine", IOMMU_AMD},
};

enum iommu_maker iommu_maker(void)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *end;

	if (root_read("/proc/cpuinfo", &text, NULL) < 0)
		return IOMMU_OTHER;
	line = strstr(text, "vendor_id");
	if (line == NULL)
		return IOMMU_OTHER;
	end = strchr(line, '\n');
	if (end != NULL)
		*end = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strstr(line, known[i].cpu) != NULL)
			return known[i].maker;
	return IOMMU_OTHER;
}

const char *iommu_words(void)
{
	static const char *const words[] = {
		[IOMMU_OTHER] = "",
		[IOMMU_INTEL] = "intel_iommu=on iommu=pt",
		[IOMMU_AMD] = "iommu=pt",
	};

	return words[iommu_maker()];
}

bool iommu_has_option(struct span list, const char *option)
{
	while (list.length > 0) {
		const char *comma = memchr(list.text, ',', list.length);
		struct span one = list;

		if (comma != NULL)
			one.length = (size_t)(comma - list.text);
		if (span_is(one, option))
			return true;
		if (comma == NULL)
			return false;
		list.length -= one.length + 1;
		list.text = comma + 1;
	}
	return false;
}

/* The last of "on" and "off" in a list counts (drivers/iommu/intel/iommu.c). */
static enum iommu last_said(struct span list)
{
	enum iommu said = IOMMU_UNSAID;
	struct span option;

	while (span_piece(&list, ',', &option))
		said = span_is(option, "off")  ? IOMMU_OFF
		       : span_is(option, "on") ? IOMMU_ON
					       : said;
	return said;
}

bool iommu_is_off_word(const struct parameter *parameter)
{
	return (parameter_is(parameter, "iommu") ||
		       parameter_is(parameter, "intel_iommu") ||
		       parameter_is(parameter, "amd_iommu")) &&
	       iommu_has_option(parameter->value, "off");
}

/*
 * iommu=off is for every x86 IOMMU (arch/x86/kernel/pci-dma.c), amd_iommu=off for AMD's
 * (drivers/iommu/amd/init.c), and nothing sets their flag back.
 */
static bool is_final(const struct parameter *parameter, enum iommu_maker maker)
{
	return iommu_is_off_word(parameter) &&
	       (parameter_is(parameter, "iommu") ||
		       (parameter_is(parameter, "amd_iommu") && maker != IOMMU_INTEL));
}

enum iommu iommu_in(const char *line, struct parameter *off)
{
	struct cmdline cmdline = cmdline_read(line, strlen(line));
	enum iommu_maker maker = iommu_maker();
	enum iommu result = IOMMU_UNSAID, said;
	struct parameter parameter;

	while (cmdline_next(&cmdline, &parameter)) {
		bool final = is_final(&parameter, maker);

		said = final ? IOMMU_OFF : IOMMU_UNSAID;
		if (parameter_is(&parameter, "intel_iommu") && maker != IOMMU_AMD)
			said = last_said(parameter.value);
		if (said == IOMMU_OFF && off != NULL)
			*off = parameter;
		if (final)
			return IOMMU_OFF;
		if (said != IOMMU_UNSAID)
			result = said;
	}
	return result;
}

static bool has_entries(const char *directory)
{
	char **names = root_list(directory);
	bool any = names[0] != NULL;

	root_list_free(names);
	return any;
}

/* VFIO without an IOMMU (enable_unsafe_noiommu_mode) makes groups as well, but no unit.
 */
bool iommu_is_on(void)
{
	return has_entries(IOMMU_UNITS) && has_entries(IOMMU_GROUPS);
}

char *iommu_table(void)
{
	static const char *const names[] = {"DMAR", "IVRS", "IORT", "VIOT"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = format_text(IOMMU_TABLES "/%s", names[i]);

		if (root_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

bool iommu_in_firmware(void)
{
	CLEANUP_FREE char *table = iommu_table();

	return table != NULL || !root_exists(IOMMU_TABLES);
}
