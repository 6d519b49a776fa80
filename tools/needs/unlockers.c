/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/images/contents.h"
#include "tools/kernel/kernels.h"
#include "tools/needs/network-parameters.h"
#include "tools/needs/servers.h"
#include "tools/needs/unlockers.h"
#include "tools/pci/routes.h"
#include "tools/system/root.h"

static const struct {
	const char *name;
	struct sign sign[2]; /* ended by one without a path: image_look's list */
} unlockers[] = {
	{"dropbear", {{.path = {"sbin/dropbear", "bin/dropbear"}}}},
	{"tinyssh", {{.path = {"sbin/tinysshd", "bin/tinysshd"}}}},
	{"sshd", {{.path = {"sbin/sshd", "bin/sshd"}}}},
	{"clevis", {{.path = {"bin/clevis-decrypt-tang"}}}},
};

/* The first of them in an image of a kernel here, and that image: malloc'ed. */
static const char *find_in_image(const struct kernel *kernel)
{
	const struct sign *lists[ARRAY_SIZE(unlockers) + 1] = {0};
	struct image_search search = {
		.path = kernel->image, .version = kernel->version, .signs = lists};
	CLEANUP_FREE char *why = NULL;
	const char *found = NULL;
	struct image image;

	for (size_t i = 0; i < ARRAY_SIZE(unlockers); i++)
		lists[i] = unlockers[i].sign;
	image_look(&search, &image, &why);
	for (size_t i = 0; i < ARRAY_SIZE(unlockers) && found == NULL; i++)
		if (image_has(&image, unlockers[i].sign))
			found = unlockers[i].name;
	image_free(&image);
	return found;
}

/* initramfs-tools' DEVICE= and IP=. */
static void add_configured(const char *path, struct lines *interfaces)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;

	if (root_read(path, &text, NULL) < 0)
		return;
	rest = span_of(text);
	while (span_line(&rest, &line)) {
		CLEANUP_FREE char *copy = span_copy(span_trim(line));

		if (text_begins(copy, "DEVICE=") || text_begins(copy, "IP="))
			interfaces_named(strchr(copy, '=') + 1, interfaces);
	}
}

/* Those that are named; without any, all that are up are asked for an address. */
static struct lines find_interfaces(void)
{
	static const char directory[] = "/etc/initramfs-tools/conf.d";
	char **names = root_list(directory);
	struct lines interfaces = {0};

	add_configured("/etc/initramfs-tools/initramfs.conf", &interfaces);
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", directory, names[i]);

		add_configured(path, &interfaces);
	}
	root_list_free(names);
	if (interfaces.count == 0)
		interfaces_add_up(&interfaces);
	return interfaces;
}

static void add_needs(const struct next_boot *boot, struct needs *needs,
	struct lines *interfaces, const struct kernel *kernel)
{
	const char *unlocker = find_in_image(kernel), *interface;
	const struct pci_device *owner = NULL;

	while (unlocker != NULL &&
		(owner = interface_owner(boot, owner, interfaces, &interface)) != NULL)
		need_add(needs, owner, NEED_WARNING,
			"%s is in %s, and can be reached before there is a root over its "
			"network interface %s, which the next boot does not have",
			unlocker, kernel->image, interface);
}

/* Images are large: they are looked into only if a network card is to go. */
void needs_of_unlockers(const struct next_boot *boot, struct needs *needs)
{
	struct lines interfaces = find_interfaces();
	struct kernels kernels = {0};
	const char *interface;

	if (interface_owner(boot, NULL, &interfaces, &interface) != NULL)
		kernels_find(&kernels);
	for (size_t i = 0; i < kernels.count; i++)
		if (kernels.kernel[i].image != NULL)
			add_needs(boot, needs, &interfaces, &kernels.kernel[i]);
	kernels_free(&kernels);
	lines_free(&interfaces);
}
