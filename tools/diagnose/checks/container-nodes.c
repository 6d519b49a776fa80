/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the device nodes on the host, and the numbers in their rules. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/claims/claim.h"
#include "tools/diagnose/gathered.h"
#include "tools/diagnose/intent.h"

enum { VENDOR_NVIDIA = 0x10de };

/* What keeps a node from being there. */
enum lack {
	LACK_NONE,
	LACK_VFIO,     /* the card is bound to a VFIO driver */
	LACK_DRIVER,   /* the card has no driver, or not the one that makes this node */
	LACK_NO_NODE,  /* the driver is there, and nobody has made the node */
	LACK_NO_CARD,  /* no such card */
	LACK_DRM,      /* the card has a driver, which offers nothing in /dev/dri */
	LACK_NO_MINOR, /* the driver counts its cards otherwise */
	LACK_NOT_A_NODE,
};

struct nodes {
	const struct context *context;
	const struct container_guest *guest;
	struct gathered gathered;
	enum lack lack;			 /* of the worst so far */
	const struct pci_device *device; /* that it is about; NULL */
	bool uvm, modeset;		 /* what is missing: for nvidia-modprobe */
};

static bool has_vm_driver(const struct pci_device *device)
{
	return is_vm_driver(span_of(device->facts.driver));
}

/* The card to blame for a missing node: the one that a VM driver holds, if there is one.
 */
static const struct pci_device *card_of(
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
			return intent->device;
		if (first == NULL)
			first = intent;
	}
	return first != NULL ? first->device : NULL;
}

/* Which card has which minor number now. */
static void gather_minors(struct gathered *gathered)
{
	char **gpus = root_list(NVIDIA_GPUS);

	for (size_t i = 0; gpus[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text(NVIDIA_GPUS "/%s", gpus[i]);

		gather_evidence(gathered, path, "/dev/nvidia%d", nvidia_minor(gpus[i]));
	}
	root_list_free(gpus);
}

/* What happens at the container's start without it. */
static const char *outcome(const struct wanted_node *wanted)
{
	if (wanted->optional)
		return "the container starts without it in silence";
	return "the container does not start";
}

static void gather_missing(struct nodes *nodes, const struct wanted_node *wanted,
	const char *path, const char *value)
{
	const struct pci_device *device = card_of(nodes, wanted);
	enum lack lack;

	nodes->uvm |= span_starts(wanted->source, "/dev/nvidia-uvm");
	nodes->modeset |= span_is(wanted->source, "/dev/nvidia-modeset");
	if (device == NULL) {
		lack = LACK_NO_CARD;
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"%s is not there on the host, nor a card that it may belong to: "
			"%s",
			path, outcome(wanted));
	} else if (has_vm_driver(device)) {
		lack = LACK_VFIO;
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"%s cannot be there: %s is bound to %s, and a container can only have what "
			"the host's own driver drives",
			path, device->address, device->facts.driver);
	} else if (gpu_node_kind(wanted->source) != GPU_NODE_DRI &&
		   strcmp(device->facts.driver, "nvidia") != 0) {
		lack = LACK_DRIVER;
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"%s is not there on the host: the driver of %s is %s, not "
			"nvidia",
			path, device->address,
			device->facts.driver[0] != '\0' ? device->facts.driver : "none");
	} else if (gpu_node_kind(wanted->source) == GPU_NODE_NVIDIA &&
		   !nvidia_has_minor(gpu_node_minor(wanted->source))) {
		lack = LACK_NO_MINOR;
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"no card is %s now: the driver numbers them anew when one comes "
			"or goes",
			path);
		gather_minors(&nodes->gathered);
	} else if (gpu_node_kind(wanted->source) == GPU_NODE_DRI) {
		lack = LACK_DRM;
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"%s is not there on the host, although %s has the driver %s: %s",
			path, device->address,
			device->facts.driver[0] != '\0' ? device->facts.driver : "none",
			outcome(wanted));
	} else {
		lack = LACK_NO_NODE;
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"nobody has made %s on the host yet, although %s has its driver: "
			"%s",
			path, device->address, outcome(wanted));
	}
	if (nodes->lack == LACK_NONE) {
		nodes->lack = lack;
		nodes->device = device;
	}
}

static void gather_node(struct nodes *nodes, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *path = span_copy(wanted->source);
	struct node_numbers expected;
	struct node node = {0};
	int error = node_read(path, &node);
	CLEANUP_FREE char *value = node_text(error, &node);

	if (error == -ENOENT) {
		gather_missing(nodes, wanted, path, value);
		return;
	}
	if (error < 0) {
		gather(&nodes->gathered, CHECK_UNKNOWN, path, value,
			"%s cannot be looked at", path);
		return;
	}
	if (wanted->directory && node.type == 'd') {
		gather_evidence(&nodes->gathered, path, "%s", value);
		return;
	}
	if (node.type != 'c') {
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			wanted->device && node.type == 'd'
				? "%s is a directory, and devN takes single nodes only"
				: "%s is not a device node: %s stands in its place",
			path, value);
		if (nodes->lack == LACK_NONE)
			nodes->lack = LACK_NOT_A_NODE;
		return;
	}
	if (node_expected(wanted->source, &expected) &&
		(node.major != expected.major ||
			(!expected.any_minor && node.minor != expected.minor))) {
		gather(&nodes->gathered, CHECK_FAIL, path, value,
			"%s has stale numbers: the driver has %u:%u now", path,
			expected.major, expected.minor);
		if (nodes->lack == LACK_NONE)
			nodes->lack = LACK_NOT_A_NODE;
		return;
	}
	gather_evidence(&nodes->gathered, path, "%s", value);
}

/* Whether vfio-early itself gave the card away. */
static bool is_our_doing(const struct nodes *nodes)
{
	const struct intent *intent = context_intent(nodes->context, nodes->device);

	for (size_t i = 0; intent != NULL && i < intent->count; i++)
		if (strcmp(intent->wish[i]->source, CONF_PATH) == 0 ||
			strstr(intent->wish[i]->text, "vfio_early=") != NULL)
			return true;
	return false;
}

static void say_remedy(const struct nodes *nodes, struct findings *findings)
{
	long id = nodes->guest->id;

	switch (nodes->lack) {
	case LACK_VFIO:
		if (is_our_doing(nodes)) {
			finding_remedy(findings, "give %s back to the host",
				nodes->device->address);
			finding_command(findings, "vfio-early disable");
		} else {
			finding_remedy(findings,
				"give %s back to the host: remove what DRV-OTHER-CLAIMS "
				"names",
				nodes->device->address);
		}
		finding_command(findings, "reboot");
		finding_needs_reboot(findings);
		return;
	case LACK_DRIVER:
		finding_remedy(findings,
			"install NVIDIA's driver on the host, keep other drivers from the "
			"card, and load it");
		finding_command(findings, "modprobe nvidia");
		break;
	case LACK_NO_NODE:
		finding_remedy(findings,
			"have the nodes made, now and at each boot, and restart the "
			"container");
		break;
	case LACK_DRM:
		finding_remedy(findings,
			"load the driver's part that makes /dev/dri, look into it, and "
			"name what is there");
		if (strcmp(nodes->device->facts.driver, "nvidia") == 0)
			finding_command(findings, "modprobe nvidia_drm");
		finding_command(findings, "ls -l /dev/dri/by-path");
		return;
	case LACK_NO_CARD:
		finding_remedy(findings, "see whether the card is there at all");
		finding_command(findings, "vfio-early list --all");
		return;
	case LACK_NO_MINOR:
		finding_remedy(findings,
			"name the node that the card has now, and delete the line of the "
			"other from %s",
			nodes->guest->path);
		finding_command(findings, "ls -l /dev/nvidia[0-9]*");
		return;
	case LACK_NOT_A_NODE:
		finding_remedy(findings,
			"name single device nodes, remove what stands in their place and "
			"have them made again");
		break;
	case LACK_NONE:
		finding_remedy(findings, "run it as root");
		return;
	}
	if (nodes->uvm)
		finding_command(findings, "modprobe nvidia_uvm");
	finding_command(
		findings, "nvidia-modprobe -c 0 -u%s", nodes->modeset ? " -m" : "");
	finding_command(findings, "systemctl enable --now nvidia-persistenced");
	finding_command(findings, "pct reboot %ld", id);
}

static void check_host(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	struct nodes nodes = {.context = context, .guest = guest};
	enum check_status status;
	size_t count;
	struct wanted_node *wanted = container_wanted(&guest->conf, &count);

	for (size_t i = 0; i < count; i++)
		gather_node(&nodes, &wanted[i]);
	free(wanted);
	status = nodes.gathered.status;
	if (count == 0) {
		skip_guest(findings, guest->name, "the container names no graphics node");
		return;
	}
	gathered_say(&nodes.gathered, findings, guest->name,
		"the host has every graphics node that the container wants");
	if (status != CHECK_PASS)
		say_remedy(&nodes, findings);
}

void check_nodes_host(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_host);
}
