/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/needs/fstab.h"
#include "tools/needs/named-disk.h"
#include "tools/needs/servers.h"
#include "tools/needs/table.h"

enum { SOURCE, POINT, TYPE, OPTIONS };

struct reading {
	const struct next_boot *boot;
	struct needs *needs;
};

/* systemd.mount(5): the boot neither needs it nor, with automount, mounts it. */
static bool is_needed(const char *options)
{
	return !option_find(options, "noauto", NULL) &&
	       !option_find(options, "nofail", NULL) &&
	       !option_find(options, "x-systemd.automount", NULL);
}

static enum need_weight weight_of(const char *point)
{
	return strcmp(point, "/") == 0 || strcmp(point, "/usr") == 0 ? NEED_REFUSED
								     : NEED_WARNING;
}

/* A drive that is missing keeps local-fs.target from being reached, which means emergency
 * mode; swap.target is only wanted (systemd's bootup(7)). */
static void add_disk(const struct reading *reading, const struct table_line *line)
{
	CLEANUP_FREE char *disk = NULL;
	const struct pci_device *owner =
		disk_owner(reading->boot, line->field[SOURCE], &disk);

	if (owner == NULL)
		return;
	if (strcmp(line->field[TYPE], "swap") == 0)
		need_add(reading->needs, owner, NEED_WARNING,
			"%s has swap space on its disk %s: the next boot waits for it, "
			"and goes on without it",
			line->place, disk);
	else
		need_add(reading->needs, owner, weight_of(line->field[POINT]),
			"%s mounts %s from its disk %s: without it the next boot stops "
			"in emergency mode, unless 'nofail' is among the options there",
			line->place, line->field[POINT], disk);
}

static void add_server(const struct reading *reading, const struct table_line *line)
{
	struct lines interfaces = {0};
	const struct pci_device *owner = NULL;
	const char *interface;

	if (server_interfaces(line->field[TYPE], line->field[SOURCE],
		    line->field[OPTIONS], &interfaces))
		while ((owner = interface_owner(
				reading->boot, owner, &interfaces, &interface)) != NULL)
			need_add(reading->needs, owner, weight_of(line->field[POINT]),
				"%s mounts %s over its network interface %s: the next "
				"boot does not have it",
				line->place, line->field[POINT], interface);
	lines_free(&interfaces);
}

static void visit(const struct table_line *line, void *data)
{
	if (!is_needed(line->field[OPTIONS]))
		return;
	add_disk(data, line);
	add_server(data, line);
}

void needs_of_fstab(const struct next_boot *boot, struct needs *needs)
{
	struct reading reading = {boot, needs};

	table_walk("/etc/fstab", visit, &reading);
}
