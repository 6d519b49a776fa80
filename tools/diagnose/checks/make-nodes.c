/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/system/node.h"
#include "tools/text/string.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/checks/make-nodes.h"

/* What has the numbers of another boot is to be made anew. */
static bool is_missing(const struct wanted_node *wanted)
{
	CLEANUP_FREE char *path = span_copy(wanted->source);
	struct node_numbers expected;
	struct node node;

	return node_read(path, &node) < 0 || node.type != 'c' ||
	       node_is_stale(wanted->name, &node, &expected);
}

/* What nvidia-modprobe is to be told for one node, behind what is there already. */
static void add_words(char **words, struct span name)
{
	int minor = gpu_node_minor(name);
	CLEANUP_FREE char *word = NULL;

	if (minor >= 0) {
		word = format_text(" -c %d", minor);
	} else if (span_starts(name, "/dev/nvidia-uvm")) {
		word = copy_text(" -u");
	} else if (span_is(name, "/dev/nvidia-modeset")) {
		word = copy_text(" -m");
	} else if (span_starts(name, "/dev/nvidia-caps/")) {
		CLEANUP_FREE char *capability = nvidia_capability(name);

		if (capability != NULL)
			word = format_text(" -f %s", capability);
	}
	if (word != NULL && (*words == NULL || strstr(*words, word) == NULL))
		text_append(words, "%s", word);
}

char *make_nodes_commands(const struct wanted_node *wanted, size_t count)
{
	CLEANUP_FREE char *words = NULL;

	for (size_t i = 0; i < count; i++)
		if (gpu_node_is_nvidia(wanted[i].name) && is_missing(&wanted[i]))
			add_words(&words, wanted[i].name);
	/* -c makes nvidiactl too (nvidia-modprobe.c) */
	return format_text(
		"printf '%%s\\n' '[Unit]' 'Description=Device nodes of NVIDIA cards, ahead "
		"of the containers' 'Before=pve-guests.service lxc.service incus.service' "
		"'[Service]' 'Type=oneshot' 'ExecStart=/usr/bin/nvidia-modprobe%s' "
		"'[Install]' 'WantedBy=multi-user.target' "
		">/etc/systemd/system/nvidia-nodes.service\n"
		"systemctl enable --now nvidia-nodes.service",
		words != NULL ? words : " -c 0");
}
