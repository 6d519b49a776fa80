/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "tools/text/string.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"
#include "tools/kernel/variant.h"

/*
 * vfio_pci itself claims every device. Of several others none is better than the rest as
 * far as anyone can tell from here, so that it stays vfio-pci.
 */
static char *only_other(const struct kmod_list *list)
{
	const struct kmod_list *item;
	char *name = NULL;

	kmod_list_foreach (item, list) {
		struct kmod_module *module = kmod_module_get_module(item);
		const char *found = kmod_module_get_name(module);
		bool other = strcmp(found, "vfio_pci") != 0;

		if (other && name != NULL && strcmp(found, name) != 0) {
			kmod_module_unref(module);
			free(name);
			return NULL;
		}
		if (other && name == NULL)
			name = copy_text(found);
		kmod_module_unref(module);
	}
	return name;
}

struct kmod_ctx *variants_open(void)
{
	/* What modprobe.d says of loading does not matter here. */
	static const char *const no_configuration[] = {NULL};
	struct kmod_ctx *modules = NULL;
	struct kernels kernels;

	kernels_find(&kernels);
	if (kernels.count > 0) {
		CLEANUP_FREE char *path =
			format_text("/lib/modules/%s", kernels.kernel[0].version);
		CLEANUP_FREE char *directory = root_path(path);

		modules = kmod_new(directory, no_configuration);
	}
	kernels_free(&kernels);
	if (modules != NULL)
		kmod_set_log_priority(modules, LOG_CRIT);
	return modules;
}

char *variants_driver(struct kmod_ctx *modules, const char *modalias)
{
	CLEANUP_FREE char *alias = NULL;
	struct kmod_list *list = NULL;
	char *name = NULL;

	if (modules == NULL || !text_begins(modalias, "pci:"))
		return NULL;
	alias = format_text("vfio_%s", modalias);
	/* The modules carry the names of their drivers. */
	if (kmod_module_new_from_lookup(modules, alias, &list) == 0)
		name = only_other(list);
	kmod_module_unref_list(list);
	return name;
}

void variants_close(struct kmod_ctx *modules)
{
	if (modules != NULL)
		kmod_unref(modules);
}
