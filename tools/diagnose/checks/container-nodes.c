/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the device nodes on the host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/claims/claim.h"
#include "tools/guests/guests.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/checks/make-nodes.h"
#include "tools/diagnose/checks/set-nodes.h"
#include "tools/diagnose/log/kernel-log.h"

/* {1} is the node, {2} the card and {3} its driver, {4} what becomes of the container at
 * its start, {5} the commands that make nodes. */
#define GIVE_BACK "give {2} back to the host"
#define DELETE "delete its line from {file}: nothing here can make the node"
static const char vfio_title[] =
	"{1} cannot be there: {2} is bound to {3}, and a container can only have what the "
	"host's own driver drives";
static const char drm_title[] =
	"{1} is not there on the host, although {2} has the driver {3}: {4}";
static const char drm_remedy[] =
	"load the driver's part that makes /dev/dri, look into it, and name what is there";
VERDICT all_there = {
	CHECK_PASS, "the host has every graphics node that the container wants"};
VERDICT none_named = {CHECK_SKIP, "the container names no graphics node"};
VERDICT hidden = {CHECK_UNKNOWN, "{1} cannot be looked at", "run it as root"};
VERDICT no_card = {CHECK_FAIL,
	"{1} is not there on the host, nor a card that it may belong to: {4}",
	"see whether the card is there at all", "vfio-early list --all"};
VERDICT given_by_us = {
	CHECK_FAIL, vfio_title, GIVE_BACK, "vfio-early disable\nreboot", .reboot = true};
VERDICT given_away = {CHECK_FAIL, vfio_title,
	GIVE_BACK ": remove what DRV-OTHER-CLAIMS names", "reboot", .reboot = true};
VERDICT not_nvidia = {CHECK_FAIL,
	"{1} is not there on the host: the driver of {2} is {3}, not nvidia",
	"install NVIDIA's driver on the host, keep other drivers from the card, and load it",
	"modprobe nvidia\n{5}"};
VERDICT not_amdgpu = {CHECK_FAIL,
	"{1} is not there on the host: it is made by amdgpu, and the driver of {2} is {3}",
	"keep other drivers from the card and load amdgpu, or delete the line from {file}",
	"modprobe amdgpu"};
VERDICT no_compute = {CHECK_FAIL,
	"{1} is not there on the host: amdgpu offers no compute for {2} with this kernel, "
	"and {4}",
	DELETE};
VERDICT no_accelerator = {CHECK_FAIL,
	"{1} is not there on the host: no accelerator's driver has made it, and {4}",
	"load the accelerator's driver, or delete the line from {file}"};
VERDICT no_hyperv = {CHECK_FAIL,
	"{1} is not there on the host: it exists in guests of Hyper-V and WSL only, and {4}",
	DELETE};
VERDICT no_such_minor = {CHECK_FAIL,
	"no card is {1} now: the driver numbers them anew when one comes or goes",
	"name the node that the card has now, and delete the line of the other from {file}",
	"ls -l /dev/nvidia[0-9]*"};
VERDICT no_such_capability = {CHECK_FAIL,
	"no MIG slice has the capability {1} now: they are numbered anew when slices are made",
	"name those of the slices that are there now, and delete the line from {file}",
	"cat /proc/driver/nvidia-caps/mig-minors"};
VERDICT no_drm = {CHECK_FAIL, drm_title, drm_remedy, "ls -l /dev/dri/by-path"};
VERDICT no_driver = {CHECK_FAIL,
	"{1} is not there on the host, since {2} is with no driver: {4}",
	"DRV-BOUND says what keeps the driver away"};
VERDICT no_nvidia_drm = {CHECK_FAIL, drm_title, drm_remedy,
	"echo nvidia_drm >/etc/modules-load.d/nvidia-drm.conf\nmodprobe nvidia_drm\n"
	"ls -l /dev/dri/by-path"};
VERDICT not_made = {CHECK_FAIL,
	"nobody has made {1} on the host yet, although {2} has its driver: {4}",
	"have the nodes made, now and ahead of the containers at each boot, and restart the "
	"container",
	"{5}\n{restart}"};
/* behind the remedy come the commands that set the nodes */
VERDICT directory = {CHECK_FAIL,
	"{1} is a directory, and {gives} takes single nodes only",
	"name the device nodes that are in it"};
VERDICT stands_in = {CHECK_FAIL, "{1} is not a device node: {2} stands in its place",
	"remove what stands in its place and have the node made again",
	"rm -r {1}\n{5}\n{restart}"};
VERDICT stands_in_drm = {CHECK_FAIL, "{1} is not a device node: {2} stands in its place",
	"the next boot makes the node; delete the line that mounts over it if it comes back",
	"rm -r {1}\nreboot", .reboot = true};
VERDICT stale = {CHECK_FAIL, "{1} has stale numbers: the driver has {2} now",
	"have the node made again", "rm {1}\n{5}\n{restart}"};

struct nodes {
	const struct context *context;
	const struct container_guest *guest;
	struct findings *findings;
	struct verdict_notes notes;
	char *make;	     /* commands that make the nodes of NVIDIA's driver */
	struct lines set;    /* directories, whose nodes are to be set */
	struct lines remove; /* lines that are to go: "dev1" */
};

static bool has_vm_driver(const struct pci_device *device)
{
	return is_vm_driver(span_of(device->facts.driver));
}

/* Whether a card of that vendor can be what the node is for. */
static bool vendor_fits(enum gpu_node kind, uint16_t vendor)
{
	if (kind == GPU_NODE_NVIDIA || kind == GPU_NODE_NVIDIA_ALL)
		return vendor == VENDOR_NVIDIA;
	return kind != GPU_NODE_KFD || vendor == VENDOR_ATI;
}

/* The card to blame for a missing node: the one whose node it is, else one that a VM
 * driver holds, if there is one. */
static const struct intent *card_of(
	const struct nodes *nodes, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *name = span_copy(wanted->name);
	const struct wish wish = {.what = name};
	const struct intent *intent = NULL, *first = NULL;

	while ((intent = guest_device(nodes->context, nodes->guest->name, intent)) !=
		NULL) {
		const struct pci_device *device = intent->device;

		if (!vendor_fits(
			    gpu_node_kind(wanted->name), device->facts.function.vendor))
			continue;
		if (has_vm_driver(device) && wish_means(nodes->context, &wish, device))
			return intent;
		if (first == NULL || has_vm_driver(device))
			first = intent;
	}
	return first;
}

/* Why a node of NVIDIA's is not there although the driver has the card. */
static const struct verdict *judge_unmade(struct span name)
{
	if (gpu_node_kind(name) == GPU_NODE_NVIDIA &&
		!nvidia_has_minor(gpu_node_minor(name)))
		return &no_such_minor;
	if (span_starts(name, "/dev/nvidia-caps/")) {
		CLEANUP_FREE char *capability = nvidia_capability(name);

		if (capability == NULL)
			return &no_such_capability;
	}
	return &not_made;
}

/* Why the host does not have a node. */
static const struct verdict *judge_missing(
	const struct intent *intent, const struct wanted_node *wanted)
{
	const char *driver = intent != NULL ? intent->device->facts.driver : "";
	enum gpu_node kind = gpu_node_kind(wanted->name);

	if (kind == GPU_NODE_DXG)
		return &no_hyperv;
	if (kind == GPU_NODE_ACCEL)
		return &no_accelerator;
	if (intent == NULL)
		return kind == GPU_NODE_NVIDIA &&
				       !nvidia_has_minor(gpu_node_minor(wanted->name))
			       ? &no_such_minor
			       : &no_card;
	if (has_vm_driver(intent->device))
		return intent_is_ours(intent) ? &given_by_us : &given_away;
	if (driver[0] == '\0' && (kind == GPU_NODE_DRI || kind == GPU_NODE_KFD))
		return &no_driver;
	if (kind == GPU_NODE_DRI)
		return strcmp(driver, "nvidia") == 0 ? &no_nvidia_drm : &no_drm;
	if (kind == GPU_NODE_KFD)
		return strcmp(driver, "amdgpu") == 0 ? &no_compute : &not_amdgpu;
	return strcmp(driver, "nvidia") == 0 ? judge_unmade(wanted->name) : &not_nvidia;
}

/* Which card has which minor number now. */
static void note_minors(struct nodes *nodes)
{
	char **gpus = root_list(NVIDIA_GPUS);

	for (size_t i = 0; gpus[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text(NVIDIA_GPUS "/%s", gpus[i]);
		CLEANUP_FREE char *node =
			format_text("/dev/nvidia%d", nvidia_minor(gpus[i]));

		verdict_note(nodes->findings, &nodes->notes, NULL, path, node, NULL);
	}
	root_list_free(gpus);
}

/* What the kernel said of the card's compute part. */
static void note_compute_log(struct nodes *nodes)
{
	const struct log_record *record =
		log_find(nodes->context->log, NULL, "not supported in kfd");

	if (record != NULL)
		verdict_note(nodes->findings, &nodes->notes, NULL,
			nodes->context->log->source, record->text, NULL);
}

static void note_missing(struct nodes *nodes, const struct wanted_node *wanted,
	const char *path, const char *value)
{
	const struct intent *intent = card_of(nodes, wanted);
	const struct verdict *verdict = judge_missing(intent, wanted);
	const char *driver = intent != NULL ? intent->device->facts.driver : "";

	if ((verdict == &no_compute || verdict == &no_hyperv) && wanted->device)
		lines_add(&nodes->remove, "%.*s", SPAN(wanted->from->key));
	verdict_note(nodes->findings, &nodes->notes, verdict, path, value, path,
		intent != NULL ? intent->device->address : "",
		driver[0] != '\0' ? driver : "none",
		wanted->optional ? "the container starts without it in silence"
				 : "the container does not start",
		nodes->make, NULL);
	if (verdict == &no_such_minor)
		note_minors(nodes);
	if (verdict == &no_compute)
		note_compute_log(nodes);
}

/* Whether the node's numbers are not those that its driver has now: `*now`, malloc'ed. */
static bool is_stale(struct span name, const struct node *node, char **now)
{
	struct node_numbers expected;

	if (!node_is_stale(name, node, &expected))
		return false;
	*now = format_text("%u:%u", expected.major, expected.minor);
	return true;
}

/* What a node that is there comes to; NULL: it is as it should be. `*now` are the
 * numbers that it should have. */
static const struct verdict *judge_there(struct nodes *nodes,
	const struct wanted_node *wanted, const struct node *node, char **now)
{
	if (node->type == 'd' && wanted->device) {
		lines_add(&nodes->set, "%.*s", SPAN(wanted->source));
		return &directory;
	}
	if (node->type != 'c' && !(node->type == 'd' && wanted->directory))
		return gpu_node_is_nvidia(wanted->name) ? &stands_in : &stands_in_drm;
	return node->type == 'c' && is_stale(wanted->name, node, now) ? &stale : NULL;
}

static void note_node(struct nodes *nodes, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *path = span_copy(wanted->source);
	CLEANUP_FREE char *now = NULL;
	struct node node = {0};
	int error = node_read(path, &node);
	CLEANUP_FREE char *value = node_text(error, &node);
	const struct verdict *verdict = NULL;

	if (error == -ENOENT) {
		note_missing(nodes, wanted, path, value);
		return;
	}
	verdict = error < 0 ? &hidden : judge_there(nodes, wanted, &node, &now);
	verdict_note(nodes->findings, &nodes->notes, verdict, path, value, path,
		now != NULL ? now : value, "", "", nodes->make, NULL);
}

/* The commands that only some verdicts have. */
static void add_commands(struct nodes *nodes, const struct verdict *worst)
{
	if (worst == &directory)
		command_set_nodes(nodes->findings, nodes->guest, &nodes->set);
	for (size_t i = 0; i < nodes->remove.count; i++)
		if (worst == &no_compute || worst == &no_hyperv)
			command_delete(
				nodes->findings, nodes->guest, nodes->remove.line[i]);
	lines_free(&nodes->set);
	lines_free(&nodes->remove);
}

static void check_host(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	size_t count;
	CLEANUP_FREE struct wanted_node *wanted = container_wanted(&guest->conf, &count);
	CLEANUP_FREE char *make = make_nodes_commands(wanted, count);
	struct nodes nodes = {
		.context = context, .guest = guest, .findings = findings, .make = make};
	const struct verdict *worst;

	if (count == 0) {
		verdict_row(findings, &none_named, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!wanted[i].made)
			note_node(&nodes, &wanted[i]);
	worst = nodes.notes.worst;
	verdict_conclude(findings, &nodes.notes, &all_there);
	add_commands(&nodes, worst);
}

const struct check container_nodes_checks[] = {
	{.id = "CT-NODES-HOST",
		.about = "whether the host has the device nodes it wants",
		.run_container = check_host},
	{0},
};
