/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/text/string.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"

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

enum iommu iommu_in(const char *line, size_t length)
{
	struct cmdline cmdline = cmdline_read(line, length);
	enum iommu result = IOMMU_UNSAID;
	struct parameter parameter;

	while (cmdline_next(&cmdline, &parameter)) {
		bool intel = parameter_is(&parameter, "intel_iommu");

		if (!intel && !parameter_is(&parameter, "amd_iommu") &&
			!parameter_is(&parameter, "iommu"))
			continue;
		if (iommu_has_option(parameter.value, "off"))
			result = IOMMU_OFF;
		else if (intel && iommu_has_option(parameter.value, "on"))
			result = IOMMU_ON;
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
