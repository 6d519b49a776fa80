/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the nodes are there; can they be used? */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/text/lines.h"
#include "tools/system/root.h"
#include "tools/diagnose/gathered.h"
#include "tools/diagnose/log/kernel-log.h"

/* "u 0 100000 65536": what the host's number is inside; false if it is nobody's. */
static bool map_number(
	const struct pve_line *line, char kind, uint32_t outside, uint32_t *inside)
{
	struct span rest = line->value, word;
	uint64_t number[3];

	if (!span_word(&rest, &word) || word.length != 1 ||
		(word.text[0] != kind && word.text[0] != 'b'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(number); i++)
		if (!span_word(&rest, &word) ||
			!span_number(word, 10, UINT32_MAX, &number[i]))
			return false;
	if (outside < number[1] || outside - number[1] >= number[2])
		return false;
	*inside = (uint32_t)(number[0] + (outside - number[1]));
	return true;
}

/* A user ('u') or group ('g') of the host as the container knows it. */
static bool maps_to(
	const struct container *container, char kind, uint32_t outside, uint32_t *inside)
{
	*inside = outside;
	if (!container->own_idmap) {
		/* Proxmox's default for unprivileged containers */
		if (container->unprivileged)
			*inside = outside - 100000;
		return !container->unprivileged ||
		       (outside >= 100000 && outside < 165536);
	}
	for (size_t i = 0; i < container->conf.line_count; i++) {
		const struct pve_line *line = &container->conf.line[i];

		if (line->section == 0 && span_is(line->key, "lxc.idmap") &&
			map_number(line, kind, outside, inside))
			return true;
	}
	return false;
}

struct access {
	struct gathered gathered;
	struct lines nodes; /* to give anew */
};

/* `target` is the node as the container names it, `source` as the host does. */
static void gather_node(struct access *access, const struct container_guest *guest,
	const char *target, const char *source)
{
	CLEANUP_FREE char *path = format_text("/proc/%ld/root%s", guest->pid, target);
	CLEANUP_FREE char *value = NULL;
	uint32_t uid, gid;
	bool has_user, has_group;
	struct node node;

	if (node_read(path, &node) < 0 || node.type != 'c')
		return; /* CT-NODES-INSIDE has something to say */
	has_user = maps_to(&guest->conf, 'u', node.uid, &uid);
	has_group = maps_to(&guest->conf, 'g', node.gid, &gid);
	value = node_text(0, &node);
	if ((node.mode & 06) == 06 ||
		(has_group && gid != 0 && (node.mode & 060) == 060)) {
		gather_evidence(&access->gathered, path, "%s", value);
		return;
	}
	lines_add(&access->nodes, "%s", source);
	if (!has_user && !has_group)
		gather(&access->gathered, CHECK_FAIL, path, value,
			"%s belongs to nobody inside the container, where not even root may "
			"use it",
			target);
	else
		gather(&access->gathered, CHECK_WARN, path, value,
			"only root inside the container may use %s", target);
}

static void gather_access(struct access *access, const struct container_guest *guest,
	const struct wanted_node *wanted)
{
	CLEANUP_FREE char *target = format_text("/%.*s", SPAN(wanted->target));
	CLEANUP_FREE char *source = span_copy(wanted->source);
	CLEANUP_FREE char *directory = NULL;
	char **names;

	if (!wanted->directory) {
		gather_node(access, guest, target, source);
		return;
	}
	/* Of /dev/dri the render nodes are what programs use; card0 is for displays. */
	directory = format_text("/proc/%ld/root%s", guest->pid, target);
	names = root_list(directory);
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *inside = format_text("%s/%s", target, names[i]);
		CLEANUP_FREE char *outside = format_text("%s/%s", source, names[i]);

		if (!text_begins(names[i], "card"))
			gather_node(access, guest, inside, outside);
	}
	root_list_free(names);
}

/* Whether a file has this line, apart from blanks. */
static bool has_setting(const char *text, const char *wanted)
{
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line))
		if (span_is(span_trim(line), wanted))
			return true;
	return false;
}

/* Docker inside: NVIDIA's runtime may not write device rules from there (libnvidia-
 * container#154). */
static void gather_nested(struct gathered *gathered, const struct container_guest *guest)
{
	CLEANUP_FREE char *path = format_text(
		"/proc/%ld/root/etc/nvidia-container-runtime/config.toml", guest->pid);
	CLEANUP_FREE char *text = root_read_word(path);

	if (text != NULL && guest->conf.nesting && guest->conf.unprivileged &&
		!has_setting(text, "no-cgroups = true"))
		gather(gathered, CHECK_WARN, path, "no 'no-cgroups = true'",
			"containers inside the container cannot use the card: the runtime "
			"there tries to write device rules");
}

static void check_access(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct access access = {0};
	struct wanted_node *wanted;
	enum check_status status;
	size_t count;

	(void)context;
	if (guest->pid == 0) {
		skip_guest(findings, guest->name, "the container does not run");
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++)
		gather_access(&access, guest, &wanted[i]);
	free(wanted);
	gather_nested(&access.gathered, guest);
	status = access.gathered.status;
	if (access.gathered.path.count == 0) {
		skip_guest(findings, guest->name,
			"the container sees none of the nodes it wants");
		return;
	}
	gathered_say(&access.gathered, findings, guest->name,
		"users inside the container may use every node they see");
	if (status != CHECK_PASS && access.nodes.count == 0) {
		finding_remedy(findings,
			"write no-cgroups = true into the runtime's config.toml inside");
		finding_command(findings,
			"pct exec %ld -- nvidia-ctk config --in-place "
			"--set nvidia-container-cli.no-cgroups=true",
			guest->id);
	} else if (status != CHECK_PASS) {
		finding_remedy(findings,
			"give the nodes with devN and a mode, or with gid= and the "
			"number that the group video or render has inside; delete other "
			"lines for them from %s",
			guest->path);
		command_set_nodes(findings, guest, &access.nodes);
	}
	lines_free(&access.nodes);
}

void check_permissions(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_access);
}

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  595.45.04  Tue ..."; malloc'ed */
static char *driver_version(void)
{
	CLEANUP_FREE char *text = root_read_word("/proc/driver/nvidia/version");
	struct span rest, line, word;

	if (text == NULL)
		return NULL;
	rest = span_of(text);
	if (!span_line(&rest, &line))
		return NULL;
	/* the first word that is digits and dots */
	while (span_word(&line, &word))
		if (word.length > 3 && word.text[0] >= '1' && word.text[0] <= '9' &&
			strspn(word.text, "0123456789.") >= word.length &&
			memchr(word.text, '.', word.length) != NULL)
			return span_copy(word);
	return NULL;
}

/* libnvidia-ml.so.595.45.04 in the container; malloc'ed path or NULL */
static char *library_inside(const struct container_guest *guest, char **version)
{
	static const char *const places[] = {"usr/lib/x86_64-linux-gnu", "usr/lib64",
		"usr/lib", "usr/lib/aarch64-linux-gnu",
		"usr/lib/x86_64-linux-gnu/nvidia/current"};
	static const char stem[] = "libnvidia-ml.so.";
	char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(places) && found == NULL; i++) {
		CLEANUP_FREE char *place =
			format_text("/proc/%ld/root/%s", guest->pid, places[i]);
		char **names = root_list(place);

		for (size_t j = 0; names[j] != NULL && found == NULL; j++) {
			if (!text_begins(names[j], stem) ||
				strchr(names[j] + strlen(stem), '.') == NULL)
				continue;
			*version = copy_text(names[j] + strlen(stem));
			found = format_text("%s/%s", place, names[j]);
		}
		root_list_free(names);
	}
	return found;
}

static bool wants_nvidia(const struct container *container)
{
	size_t count;
	struct wanted_node *wanted = container_wanted(container, &count);
	bool found = container->nvidia_hook != NULL;

	for (size_t i = 0; i < count && !found; i++)
		found = gpu_node_kind(wanted[i].source) == GPU_NODE_NVIDIA ||
			gpu_node_kind(wanted[i].source) == GPU_NODE_NVIDIA_ALL;
	free(wanted);
	return found;
}

static void check_library(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	CLEANUP_FREE char *driver = driver_version();
	CLEANUP_FREE char *version = NULL;
	CLEANUP_FREE char *library = NULL;
	const struct log_record *record;
	bool same;

	if (!wants_nvidia(&guest->conf) || driver == NULL || guest->pid == 0) {
		skip_guest(findings, guest->name,
			driver == NULL	  ? "the NVIDIA driver is not loaded on the host"
			: guest->pid == 0 ? "the container does not run"
					  : "the container wants nothing of NVIDIA's");
		return;
	}
	library = library_inside(guest, &version);
	if (library == NULL) {
		finding(findings, context->root ? CHECK_WARN : CHECK_UNKNOWN,
			"no NVIDIA library was found inside the container");
		finding_subject(findings, guest->name);
		finding_evidence(findings, "/proc/driver/nvidia/version", "%s", driver);
		finding_remedy(findings,
			"install NVIDIA's libraries %s inside, without the kernel "
			"module: the installer's --no-kernel-modules",
			driver);
		return;
	}
	same = strcmp(version, driver) == 0;
	record = log_find(context->log, NULL, "API mismatch: the client");
	finding(findings, same ? CHECK_PASS : CHECK_FAIL,
		same ? "the NVIDIA libraries inside, %s, are of the host's driver"
		     : "the NVIDIA libraries inside are %s, the host's driver is %s",
		version, driver);
	finding_subject(findings, guest->name);
	finding_evidence(findings, "/proc/driver/nvidia/version", "%s", driver);
	finding_evidence(findings, library, "%s", version);
	if (same)
		return;
	if (record != NULL)
		finding_evidence(findings, context->log->source, "%s", record->text);
	finding_remedy(findings,
		"install the libraries %s inside, without the kernel module: the installer's "
		"--no-kernel-modules",
		driver);
}

void check_userspace(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_library);
}

const struct check container_use_checks[] = {
	{.id = "CT-PERMS",
		.about = "whether others than root may use the nodes inside",
		.run = check_permissions},
	{.id = "CT-USERSPACE-VERSION",
		.about = "whether its NVIDIA libraries fit the host's driver",
		.run = check_userspace},
	{0},
};
