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

/* {1} is the node, {2} the card and {3} its driver, {4} what becomes of the container at
 * its start, {5} the commands that make nodes. */
#define GIVE_BACK "give {2} back to the host"
static const char vfio_title[] =
	"{1} cannot be there: {2} is bound to {3}, and a container can only have what the "
	"host's own driver drives";
static const char drm_title[] =
	"{1} is not there on the host, although {2} has the driver {3}: {4}";
static const char drm_remedy[] =
	"load the driver's part that makes /dev/dri, look into it, and name what is there";
static const char single_nodes[] =
	"name single device nodes, remove what stands in their place and have them made again";
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
VERDICT no_such_minor = {CHECK_FAIL,
	"no card is {1} now: the driver numbers them anew when one comes or goes",
	"name the node that the card has now, and delete the line of the other from {file}",
	"ls -l /dev/nvidia[0-9]*"};
VERDICT no_drm = {CHECK_FAIL, drm_title, drm_remedy, "ls -l /dev/dri/by-path"};
VERDICT no_driver = {CHECK_FAIL,
	"{1} is not there on the host, since {2} is with no driver: {4}",
	"DRV-BOUND says what keeps the driver away"};
VERDICT no_nvidia_drm = {
	CHECK_FAIL, drm_title, drm_remedy, "modprobe nvidia_drm\nls -l /dev/dri/by-path"};
VERDICT not_made = {CHECK_FAIL,
	"nobody has made {1} on the host yet, although {2} has its driver: {4}",
	"have the nodes made, now and at each boot, and restart the container", "{5}"};
VERDICT directory = {CHECK_FAIL, "{1} is a directory, and devN takes single nodes only",
	single_nodes, "{5}"};
VERDICT stands_in = {CHECK_FAIL, "{1} is not a device node: {2} stands in its place",
	single_nodes, "{5}"};
VERDICT stale = {
	CHECK_FAIL, "{1} has stale numbers: the driver has {2} now", single_nodes, "{5}"};

struct nodes {
	const struct context *context;
	const struct container_guest *guest;
	struct findings *findings;
	struct verdict_notes notes;
	char *make; /* commands that make the nodes of NVIDIA's driver */
};

static bool has_vm_driver(const struct pci_device *device)
{
	return is_vm_driver(span_of(device->facts.driver));
}

/* The card to blame for a missing node: the one that a VM driver holds, if there is one.
 */
static const struct intent *card_of(
	const struct nodes *nodes, const struct wanted_node *wanted)
{
	enum gpu_node kind = gpu_node_kind(wanted->source);
	bool nvidia = kind == GPU_NODE_NVIDIA || kind == GPU_NODE_NVIDIA_ALL;
	const struct intent *intent = NULL, *first = NULL;

	while ((intent = guest_device(nodes->context, nodes->guest->name, intent)) !=
		NULL) {
		if (nvidia && intent->device->facts.function.vendor != VENDOR_NVIDIA)
			continue;
		if (has_vm_driver(intent->device))
			return intent;
		if (first == NULL)
			first = intent;
	}
	return first;
}

/* Why the host does not have a node. */
static const struct verdict *judge_missing(
	const struct intent *intent, const struct wanted_node *wanted)
{
	bool dri = gpu_node_kind(wanted->source) == GPU_NODE_DRI, nvidia;

	if (intent == NULL)
		return &no_card;
	if (has_vm_driver(intent->device))
		return intent_is_ours(intent) ? &given_by_us : &given_away;
	nvidia = strcmp(intent->device->facts.driver, "nvidia") == 0;
	if (dri && intent->device->facts.driver[0] == '\0')
		return &no_driver;
	if (dri)
		return nvidia ? &no_nvidia_drm : &no_drm;
	if (!nvidia)
		return &not_nvidia;
	if (gpu_node_kind(wanted->source) == GPU_NODE_NVIDIA &&
		!nvidia_has_minor(gpu_node_minor(wanted->source)))
		return &no_such_minor;
	return &not_made;
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

static void note_missing(struct nodes *nodes, const struct wanted_node *wanted,
	const char *path, const char *value)
{
	const struct intent *intent = card_of(nodes, wanted);
	const struct verdict *verdict = judge_missing(intent, wanted);
	const char *driver = intent != NULL ? intent->device->facts.driver : "";

	verdict_note(nodes->findings, &nodes->notes, verdict, path, value, path,
		intent != NULL ? intent->device->address : "",
		driver[0] != '\0' ? driver : "none",
		wanted->optional ? "the container starts without it in silence"
				 : "the container does not start",
		nodes->make, NULL);
	if (verdict == &no_such_minor)
		note_minors(nodes);
}

/* Whether the node's numbers are not those that its driver has now: `*now`, malloc'ed. */
static bool is_stale(struct span path, const struct node *node, char **now)
{
	struct node_numbers expected;

	if (!node_expected(path, &expected) ||
		(node->major == expected.major &&
			(expected.any_minor || node->minor == expected.minor)))
		return false;
	*now = format_text("%u:%u", expected.major, expected.minor);
	return true;
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
	if (error < 0)
		verdict = &hidden;
	else if (node.type == 'd' && wanted->device)
		verdict = &directory;
	else if (node.type != 'c' && !(node.type == 'd' && wanted->directory))
		verdict = &stands_in;
	else if (node.type == 'c' && is_stale(wanted->source, &node, &now))
		verdict = &stale;
	verdict_note(nodes->findings, &nodes->notes, verdict, path, value, path,
		now != NULL ? now : value, "", "", nodes->make, NULL);
}

/* The commands that make what is missing of these nodes, and restart the container. */
static char *make_commands(const struct container_guest *guest,
	const struct wanted_node *wanted, size_t count)
{
	bool uvm = false, modeset = false;

	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *path = span_copy(wanted[i].source);
		struct node node;

		if (node_read(path, &node) != -ENOENT)
			continue;
		uvm |= span_starts(wanted[i].source, "/dev/nvidia-uvm");
		modeset |= span_is(wanted[i].source, "/dev/nvidia-modeset");
	}
	return format_text("%snvidia-modprobe -c 0 -u%s\n"
			   "systemctl enable --now nvidia-persistenced\n"
			   "pct reboot %ld",
		uvm ? "modprobe nvidia_uvm\n" : "", modeset ? " -m" : "", guest->id);
}

static void check_host(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	size_t count;
	CLEANUP_FREE struct wanted_node *wanted = container_wanted(&guest->conf, &count);
	CLEANUP_FREE char *make = make_commands(guest, wanted, count);
	struct nodes nodes = {
		.context = context, .guest = guest, .findings = findings, .make = make};

	if (count == 0) {
		verdict_row(findings, &none_named, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++)
		note_node(&nodes, &wanted[i]);
	verdict_conclude(findings, &nodes.notes, &all_there);
}

const struct check container_nodes_checks[] = {
	{.id = "CT-NODES-HOST",
		.about = "whether the host has the device nodes it wants",
		.run_container = check_host},
	{0},
};
