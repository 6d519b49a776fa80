/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a container's configuration says about device nodes. Pure: text to struct. */
#ifndef TOOLS_GUESTS_PVE_CONTAINER_H
#define TOOLS_GUESTS_PVE_CONTAINER_H

#include "tools/guests/hook-script.h"
#include "tools/guests/pve-conf.h"

/* devN: /dev/nvidia0,gid=44,mode=0660 (pve-container 5.0.7, November 2023, and newer) */
struct container_device {
	const struct pve_line *from;
	int number;
	struct span path;
	struct span target; /* in the container, without the slash in front; empty: the
			       same */
	unsigned int mode;  /* 0660 unless given */
	uint32_t uid, gid;  /* as the container sees them */
	bool deny_write;
	bool owner_given; /* a uid, a gid or a mode was given */
	/* Of a daemon's device only, whose number is -1 and whose key is its name: */
	bool host_mode; /* it has the mode of the host's node */
	bool optional;	/* a missing node is passed over in silence */
	bool inherited; /* it comes from a profile */
};

/* lxc.cgroup2.devices.allow = c 195:* rwm */
struct container_rule {
	const struct pve_line *from;
	bool allow;
	char type;	      /* 'a', 'b' or 'c' */
	int64_t major, minor; /* -1 is "*" */
	struct span access;
	bool old; /* lxc.cgroup.devices: of no effect with cgroup v2 */
};

/* lxc.mount.entry = /dev/nvidia0 dev/nvidia0 none bind,optional,create=file
 * or Proxmox's own mpN: /dev/dri,mp=/dev/dri */
struct container_mount {
	const struct pve_line *from;
	struct span source;
	struct span target; /* below the container's root, without a slash in front */
	bool optional;	    /* a missing source is passed over in silence */
	bool create;	    /* create=file or create=dir */
	bool directory;	    /* create=dir */
	/* The graphics node that it brings where the source's name does not say so:
	 * "/dev/dri/renderD128"; NULL */
	char *known_as;
};

/* lxc.hook.autodev = /var/lib/lxc/901/nodes.sh */
struct container_hook {
	const struct pve_line *from;
	struct span when;    /* "autodev", "mount", "pre-start", … */
	struct span command; /* as the shell is given it */
	/* Of its script, which is read elsewhere: */
	char *script; /* its path; NULL: the command itself is one */
	int error;    /* why it cannot be read, as -errno; 0 */
	struct hook_node *node;
	size_t node_count;
};

struct container {
	struct pve_conf conf;
	struct container_device *device;
	size_t device_count;
	struct container_rule *rule;
	size_t rule_count;
	struct container_mount *mount;
	size_t mount_count;
	struct container_hook *hook; /* of the main section, but NVIDIA's */
	size_t hook_count;
	bool unprivileged; /* of the main section */
	bool template;	   /* it is never started */
	bool own_idmap;	   /* lxc.idmap is given: treated as unprivileged by LXC */
	const struct pve_line *nvidia_hook; /* lxc.hook.mount with LXC's own; or NULL */
	bool nesting;			    /* features: nesting=1 */
	bool lxc;			    /* read as LXC reads its own files */
	bool open; /* no device rule counts: every device may be used */
};

/*
 * Reads /etc/pve/lxc/N.conf. Items of every section are in the lists: see `from` and
 * pve_line_where. Values that PVE or LXC would refuse become problems of `conf`.
 */
void container_read(struct span text, struct container *container);
/* The same for LXC's own file, /var/lib/lxc/N/config: "key = value" and no sections.
 * Includes are passed over. */
void container_read_lxc(struct span text, struct container *container);
/* The same with what it includes (lxc_conf_load): 0 or -errno. */
int container_load_lxc(const char *path, char **text, struct container *container);
/* The same of the lines of LXC's that `conf` has already. */
void container_read_lines(struct container *container);
/* On a host with cgroup v1 its rules are the ones that count. */
void container_use_cgroup1(struct container *container);
void container_free(struct container *container);

/* Whether the item stands where it has an effect once the container is restarted. */
bool container_in_main(const struct container *container, const struct pve_line *from);

#endif
