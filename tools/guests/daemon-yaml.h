/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backup.yaml in which Incus and LXD write down an instance of theirs. */
#ifndef TOOLS_GUESTS_DAEMON_YAML_H
#define TOOLS_GUESTS_DAEMON_YAML_H

#include "tools/text/span.h"

/* One setting: {"config", "", "raw.lxc"} or {"devices", "gpu0", "pci"}. */
struct daemon_setting {
	char *part;   /* "config", "devices": what the instance itself says;
		       * "expanded_config",   "expanded_devices": with what its profiles say
		       */
	char *device; /* of devices; "" */
	char *key;
	char *value;
	unsigned int line;
};

struct daemon_settings {
	struct daemon_setting *setting;
	size_t count;
};

/*
 * Reads what the file says of the instance as it is now (its snapshots are passed over):
 * 0, or -EINVAL if it is no YAML of that form, with what could be read up to there. What
 * it allocates lives as long as the program. Pure.
 */
int daemon_settings_read(struct span text, struct daemon_settings *settings);

/* The value of a setting; NULL: it is not there. */
const char *daemon_setting(const struct daemon_settings *settings, const char *part,
	const char *device, const char *key);

#endif
