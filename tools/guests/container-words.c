/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/text/string.h"
#include "tools/guests/container-words.h"

static struct container_words proxmox_words(const char *id, const char *file)
{
	return (struct container_words){
		.system = "Proxmox",
		.file = copy_text(file),
		.gives = "devN",
		.start = format_text("pct start %s", id),
		.restart = format_text("pct reboot %s", id),
		.inside = format_text("pct exec %s --", id),
		.usable = format_text(
			"give the nodes with devN and a mode, or with gid= and the number "
			"that the group video or render has inside; delete other lines for "
			"them from %s",
			file),
		.allowed = format_text(
			"give the nodes with devN, whose rules Proxmox writes at each "
			"start, and delete their lxc.mount.entry and lxc.cgroup2 lines "
			"from %s: the numbers change with the kernel",
			file),
	};
}

static struct container_words lxc_words(const char *id, const char *file)
{
	return (struct container_words){
		.system = "LXC",
		.file = copy_text(file),
		.gives = "lxc.mount.entry",
		.start = format_text("lxc-start -n %s", id),
		.restart = format_text("lxc-stop -n %s\nlxc-start -n %s", id, id),
		.inside = format_text("lxc-attach -n %s --", id),
		.usable = copy_text("open the node on the host, whose owner and mode are "
				    "those inside, by a rule of udev's"),
		.allowed =
			format_text("allow its numbers of today in %s; those of drivers "
				    "other than 195 and 226 change with the kernel",
				file),
	};
}

static struct container_words daemon_words(
	enum container_system system, const char *id, const char *project)
{
	const char *command = container_command(system);
	CLEANUP_FREE char *where =
		project != NULL ? format_text(" --project %s", project) : copy_text("");

	return (struct container_words){
		.system = system == CONTAINER_INCUS ? "Incus" : "LXD",
		.gives = "a gpu device",
		.file = format_text("raw.lxc (%s config edit %s%s)", command, id, where),
		.start = format_text("%s start %s%s", command, id, where),
		.restart = format_text("%s restart %s%s", command, id, where),
		.inside = format_text("%s exec %s%s --", command, id, where),
		.unset = format_text("%s config unset %s%s", command, id, where),
		.usable = copy_text(
			"set the device's mode, or its gid to the number that the group "
			"video or render has inside"),
		.allowed = copy_text("give the card with a gpu device, for which the "
				     "daemon writes the rules, and delete its lines from "
				     "raw.lxc"),
	};
}

struct container_words container_words(enum container_system system, const char *id,
	const char *project, const char *file, bool runs)
{
	struct container_words words =
		system == CONTAINER_PROXMOX ? proxmox_words(id, file)
		: system == CONTAINER_LXC   ? lxc_words(id, file)
					    : daemon_words(system, id, project);

	/* none of them stops what does not run */
	if (!runs) {
		free_pointer(&words.restart);
		words.restart = copy_text(words.start);
	}
	return words;
}

char *container_name(enum container_system system, const char *id, const char *project)
{
	static const char *const kinds[] = {
		[CONTAINER_PROXMOX] = "container",
		[CONTAINER_LXC] = "LXC container",
		[CONTAINER_INCUS] = "Incus container",
		[CONTAINER_LXD] = "LXD container",
	};

	return project != NULL
		       ? format_text("%s %s of project %s", kinds[system], id, project)
		       : format_text("%s %s", kinds[system], id);
}

const char *container_command(enum container_system system)
{
	return system == CONTAINER_INCUS ? "incus" : "lxc";
}
