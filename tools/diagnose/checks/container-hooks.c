/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: hooks that bring device nodes, and what they need for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/node.h"
#include "tools/system/root.h"
#include "tools/guests/container-guest.h"
#include "tools/guests/gpu-nodes.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

#define NOT_STARTED ": the container does not start"
static const char not_run_title[] = "the hook {1} cannot be run" NOT_STARTED;
VERDICT no_hooks = {CHECK_SKIP, "no hook brings device nodes into the container"};
VERDICT hooks_work = {CHECK_PASS, "the hooks that bring device nodes can do so"};
VERDICT no_script = {CHECK_FAIL, "the hook {1} is not there" NOT_STARTED,
	"put the script there, or delete its line from {file}"};
VERDICT not_executable = {
	CHECK_FAIL, not_run_title, "make it executable", "chmod +x {1}"};
VERDICT script_hidden = {CHECK_UNKNOWN,
	"the hook {1}, which may bring device nodes, cannot be read", "run it as root"};
VERDICT no_mknod = {CHECK_FAIL,
	"the hook {1} makes {2} with mknod, which an unprivileged container may not" NOT_STARTED,
	"let the script mount the host's node in its place, or give the node with {gives} and "
	"delete the hook's line from {file}"};
/* LXC's own hook says so itself: share/lxc/hooks/nvidia */
VERDICT hook_privileged = {CHECK_FAIL,
	"NVIDIA's hook works in unprivileged containers only, and this one is privileged" NOT_STARTED,
	"delete its line from {file} and give the nodes with {gives}"};
VERDICT hook_tool = {CHECK_FAIL,
	"NVIDIA's hook needs nvidia-container-cli, which is not on the host" NOT_STARTED,
	"install libnvidia-container-tools from NVIDIA's package source, or delete the line "
	"from {file} and give the nodes with {gives}"};
VERDICT runtime_privileged = {CHECK_FAIL,
	"nvidia.runtime works in unprivileged containers only, and this one is "
	"privileged" NOT_STARTED,
	"do without nvidia.runtime: the gpu device brings the nodes",
	"{unset} nvidia.runtime"};
VERDICT runtime_tool = {CHECK_FAIL,
	"nvidia.runtime needs nvidia-container-cli, which is not on the host" NOT_STARTED,
	"install libnvidia-container-tools from NVIDIA's package source, or do without "
	"nvidia.runtime: the gpu device brings the nodes",
	"{unset} nvidia.runtime"};
VERDICT hook_asks_nothing = {CHECK_FAIL,
	"NVIDIA's hook does nothing: no lxc.environment sets NVIDIA_VISIBLE_DEVICES",
	"add the line lxc.environment{3} NVIDIA_VISIBLE_DEVICES=all to {file} and restart the "
	"container"};
VERDICT hook_and_device = {CHECK_FAIL,
	"NVIDIA's hook and {1} both bring {2}, and the hook stumbles over it" NOT_STARTED,
	"delete one of the two: the hook brings the nodes and the libraries",
	"pct set {id} -delete {1}\n{restart}"};

struct hooks {
	struct findings *findings;
	struct verdict_notes notes;
	const struct container_guest *guest;
};

/* Whether a program is where a root's shell looks for it. */
static bool has_program(const char *name)
{
	static const char *const places[] = {"/usr/local/sbin", "/usr/local/bin",
		"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", places[i], name);

		if (root_exists(path))
			return true;
	}
	return false;
}

/* Whether the hook is told which cards: "void" and nothing are none. */
static bool asks_for_cards(const struct container *container)
{
	static const char name[] = "NVIDIA_VISIBLE_DEVICES=";

	for (size_t i = container->conf.line_count; i-- > 0;) {
		const struct pve_line *line = &container->conf.line[i];

		if (line->section == 0 && span_is(line->key, "lxc.environment") &&
			span_starts(line->value, name))
			return !span_is(line->value, name) &&
			       !span_is(span_from(line->value, strlen(name)), "void");
	}
	return false;
}

/* The first devN that gives one of NVIDIA's nodes too; NULL. */
static const struct container_device *same_device(const struct container *container)
{
	for (size_t i = 0; i < container->device_count; i++)
		if (container->device[i].number >= 0 &&
			container_in_main(container, container->device[i].from) &&
			gpu_node_is_nvidia(container->device[i].path))
			return &container->device[i];
	return NULL;
}

static bool is_unprivileged(const struct container *container)
{
	return container->unprivileged || container->own_idmap;
}

static void note_nvidia(struct hooks *hooks)
{
	const struct container *container = &hooks->guest->conf;
	const struct pve_line *from = container->nvidia_hook;
	const struct container_device *device = same_device(container);
	CLEANUP_FREE char *place = container_line_path(hooks->guest, from);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *key = device != NULL ? span_copy(device->from->key) : NULL;
	CLEANUP_FREE char *path = device != NULL ? span_copy(device->path) : NULL;
	const struct verdict *verdict = NULL;

	enum container_system system = hooks->guest->system;

	/* Incus and LXD ask for the cards themselves, and LXD's snap has the program */
	if (system <= CONTAINER_LXC && !asks_for_cards(container))
		verdict = &hook_asks_nothing;
	else if (!is_unprivileged(container))
		verdict =
			system <= CONTAINER_LXC ? &hook_privileged : &runtime_privileged;
	else if (system != CONTAINER_LXD && !has_program("nvidia-container-cli"))
		verdict = system <= CONTAINER_LXC ? &hook_tool : &runtime_tool;
	else if (device != NULL)
		verdict = &hook_and_device;
	verdict_note(hooks->findings, &hooks->notes, verdict, place, text,
		key != NULL ? key : "", path != NULL ? path : "",
		container->lxc ? " =" : ":", NULL);
}

/* mknod is for the host's root, but of what a container without a user namespace has. */
static const struct hook_node *made_node(const struct container_hook *hook)
{
	for (size_t i = 0; i < hook->node_count; i++)
		if (hook->node[i].made)
			return &hook->node[i];
	return NULL;
}

/* Those that run inside the container's user namespace (lxc.container.conf(5)). */
static bool runs_inside(const struct container_hook *hook)
{
	return span_is(hook->when, "pre-mount") || span_is(hook->when, "mount") ||
	       span_is(hook->when, "autodev") || span_is(hook->when, "start");
}

static const struct verdict *judge_script(
	const struct container *container, const struct container_hook *hook)
{
	struct node node;

	if (hook->error == -ENOENT)
		return &no_script;
	if (hook->error < 0)
		return &script_hidden;
	if (hook->script != NULL && node_read(hook->script, &node) == 0 &&
		node.type == 'f' && (node.mode & 0111) == 0)
		return &not_executable;
	return is_unprivileged(container) && runs_inside(hook) && made_node(hook) != NULL
		       ? &no_mknod
		       : NULL;
}

static void note_script(struct hooks *hooks, const struct container_hook *hook)
{
	const struct container *container = &hooks->guest->conf;
	const struct verdict *verdict = judge_script(container, hook);
	const struct hook_node *made = made_node(hook);
	CLEANUP_FREE char *place = container_line_path(hooks->guest, hook->from);
	CLEANUP_FREE char *command = span_copy(hook->command);

	/* other hooks may do anything, and are no business of ours */
	if (verdict != NULL || hook->node_count > 0)
		verdict_note(hooks->findings, &hooks->notes, verdict, place, command,
			hook->script != NULL ? hook->script : command,
			made != NULL ? made->path : "", NULL);
}

static void check_hooks(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct hooks hooks = {.findings = findings, .guest = guest};

	(void)context;
	if (guest->conf.nvidia_hook != NULL)
		note_nvidia(&hooks);
	for (size_t i = 0; i < guest->conf.hook_count; i++)
		note_script(&hooks, &guest->conf.hook[i]);
	if (hooks.notes.path.count == 0)
		verdict_row(findings, &no_hooks, NULL);
	else
		verdict_conclude(findings, &hooks.notes, &hooks_work);
}

const struct check container_hooks_checks[] = {
	{.id = "CT-HOOKS",
		.about = "whether the hooks that bring its device nodes can do so",
		.run_container = check_hooks},
	{0},
};
