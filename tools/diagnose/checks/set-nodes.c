/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/diagnose/intent.h"
#include "tools/diagnose/checks/set-nodes.h"
#include "tools/diagnose/findings.h"

void usual_nodes(const struct context *context, const struct container_guest *guest,
	struct lines *nodes)
{
	static const char *const nvidia[] = {"/dev/nvidia0", "/dev/nvidiactl",
		"/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"};
	const struct intent *intent = NULL;
	bool other = false, own = false;

	while ((intent = guest_device(context, guest->name, intent)) != NULL)
		if (intent->device->facts.function.vendor == VENDOR_NVIDIA)
			own = true;
		else
			other = true;
	if (other && !own) {
		lines_add(nodes, "/dev/dri/renderD128");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(nvidia); i++)
		lines_add(nodes, "%s", nvidia[i]);
}

static bool is_taken(const struct container *container, int number)
{
	for (size_t i = 0; i < container->device_count; i++)
		if (container->device[i].number == number &&
			container_in_main(container, container->device[i].from))
			return true;
	return false;
}

void command_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes)
{
	int number = 0;

	for (size_t i = 0; i < nodes->count; i++, number++) {
		while (is_taken(&guest->conf, number))
			number++;
		finding_command(findings, "pct set %ld -dev%d %s,mode=0666", guest->id,
			number, nodes->line[i]);
	}
	finding_command(findings, "pct reboot %ld", guest->id);
}
