/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/kernel/iommu-state.h"
#include "tools/system/root.h"
#include "tools/commands/options.h"
#include "tools/selection/conf.h"
#include "tools/pci/devices.h"
#include "tools/pci/cards.h"
#include "tools/pci/resolve.h"
#include "tools/text/json.h"
#include "tools/selection/predict.h"

struct view {
	struct devices devices;
	struct conf conf;
	struct prediction *choice; /* what the conf selects */
	bool all;
};

static bool is_selected(const struct view *view, const struct pci_device *device)
{
	return prediction_selects(view->choice, &device->facts.function.address);
}

/* The function that stands for the card in the list: never a bridge. NULL if the card is
 * not to be shown. */
static const struct pci_device *head_of(const struct view *view, const struct card *card)
{
	const struct pci_device *head = card_face(card);

	if (pci_device_is_graphics(head))
		return head;
	for (size_t i = 0; i < card->count && view->all; i++)
		if (!pci_device_is_bridge(&card->function[i]))
			return &card->function[i];
	return NULL;
}

static void print_function(
	const struct view *view, const struct pci_device *device, bool companion)
{
	const struct device *facts = &device->facts;
	int indent = companion ? 2 : 0;
	int width = (int)strlen(pci_device_short(device));

	print_plain("%*s%s  %s\n", indent, "", pci_device_short(device), device->name);
	print_plain("%*s  %s   ", indent + width, "", device->id);
	if (facts->driver[0] != '\0')
		print_plain("driver %s", facts->driver);
	else
		print_plain("no driver");
	if (facts->group >= 0)
		print_plain("   IOMMU group %d", facts->group);
	else
		print_plain("   no IOMMU group");
	if (device->variant != NULL)
		print_plain("   VFIO driver %s", device->variant);
	if (facts->boot_display)
		print_plain("   BOOT DISPLAY");
	if (is_selected(view, device))
		print_plain("   SELECTED");
	putchar('\n');
}

static void print_card(
	const struct view *view, const struct card *card, const struct pci_device *head)
{
	const struct pci_device *foreign = devices_foreign(&view->devices, card, NULL);

	print_function(view, head, false);
	for (size_t i = 0; i < card->count; i++)
		if (&card->function[i] != head &&
			!pci_device_is_bridge(&card->function[i]))
			print_function(view, &card->function[i], true);
	if (foreign != NULL)
		print_plain("  In the same IOMMU group, but not of this card:\n");
	for (; foreign != NULL; foreign = devices_foreign(&view->devices, card, foreign))
		print_plain("    %s  %s (%s)\n", pci_device_short(foreign), foreign->name,
			foreign->facts.driver[0] != '\0' ? foreign->facts.driver
							 : "no driver");
	putchar('\n');
}

static bool has_groups(const struct devices *devices)
{
	for (size_t i = 0; i < devices->count; i++)
		if (devices->device[i].facts.group >= 0)
			return true;
	return false;
}

/* The judgement that enable and diagnose have, too. */
static void print_no_groups(void)
{
	CLEANUP_FREE char *cmdline = root_read_word("/proc/cmdline");
	enum iommu_state state = iommu_state(cmdline != NULL ? cmdline : "");

	if (state == IOMMU_RUNS)
		puts("No device has an IOMMU group, so that nothing can be given away.");
	else
		print_plain(
			"No device has an IOMMU group, so that nothing can be given away:\n"
			"%s; %s.\n",
			iommu_state_text(state), iommu_state_remedy(state));
}

static void print_legend(const struct view *view)
{
	puts("Indented devices are on the same card and go where the card goes. A virtual\n"
	     "machine gets all devices of an IOMMU group or none: the hardware cannot keep\n"
	     "them apart. The boot display shows the firmware's and GRUB's messages.");
	if (!has_groups(&view->devices))
		print_no_groups();
}

static int print_text(const struct view *view)
{
	const char *nothing = devices_nothing_to_choose(&view->devices);
	struct card card;
	bool any = false;

	for (size_t i = 0; i < view->devices.count; i += card.count) {
		const struct pci_device *head;

		card = devices_card(&view->devices, &view->devices.device[i]);
		head = head_of(view, &card);
		if (head == NULL)
			continue;
		print_card(view, &card, head);
		any = true;
	}
	if (any)
		print_legend(view);
	else if (view->all)
		puts("There is no PCI device here.");
	if (nothing != NULL)
		print_plain("%c%s.\n", toupper((unsigned char)nothing[0]), nothing + 1);
	return STATUS_OK;
}

static json_t *group_as_json(const struct view *view, const struct card *card)
{
	const struct pci_device *foreign = devices_foreign(&view->devices, card, NULL);
	json_t *list = json_array();

	for (; foreign != NULL; foreign = devices_foreign(&view->devices, card, foreign))
		json_array_append_new(list, json_text(foreign->address));
	return list;
}

static json_t *as_json(const struct view *view, const struct card *card,
	const struct pci_device *head, const struct pci_device *device)
{
	const struct device *facts = &device->facts;
	CLEANUP_FREE char *class = format_text("0x%06x", facts->class);
	CLEANUP_FREE char *selector = card_selector(&view->devices, card);
	json_t *object = json_object();

	json_object_set_new(object, "address", json_text(device->address));
	json_object_set_new(object, "id", json_text(device->id));
	json_object_set_new(object, "subsystem",
		device->subsystem[0] != '\0' ? json_text(device->subsystem)
					     : json_null());
	json_object_set_new(object, "name", json_text(device->name));
	json_object_set_new(object, "class", json_text(class));
	json_object_set_new(object, "class_name", json_text(device->class_name));
	json_object_set_new(object, "driver",
		facts->driver[0] != '\0' ? json_text(facts->driver) : json_null());
	json_object_set_new(object, "vfio_driver",
		json_text(device->variant != NULL ? device->variant : "vfio-pci"));
	json_object_set_new(object, "iommu_group",
		facts->group >= 0 ? json_integer(facts->group) : json_null());
	json_object_set_new(object, "group_foreign", group_as_json(view, card));
	json_object_set_new(object, "boot_display", json_boolean(facts->boot_display));
	json_object_set_new(object, "selected", json_boolean(is_selected(view, device)));
	/* The devices with the same value are one card. */
	json_object_set_new(object, "card", json_text(head->address));
	json_object_set_new(object, "selector", json_text(selector));
	return object;
}

static int print_json(const struct view *view)
{
	json_t *list = json_array();
	struct card card;

	for (size_t i = 0; i < view->devices.count; i += card.count) {
		const struct pci_device *head;

		card = devices_card(&view->devices, &view->devices.device[i]);
		head = head_of(view, &card);
		for (size_t f = 0; f < card.count && head != NULL; f++)
			if (!pci_device_is_bridge(&card.function[f]))
				json_array_append_new(list,
					as_json(view, &card, head, &card.function[f]));
	}
	return json_print(json_pack("{s:o}", "devices", list)) < 0 ? STATUS_USAGE
								   : STATUS_OK;
}

/* What the conf selects is marked; a conf that cannot be read marks nothing. */
static int read_choice(struct view *view, char **why)
{
	CLEANUP_FREE char *line = NULL;
	CLEANUP_FREE char *conf_why = NULL;

	if (conf_load(&view->conf, &conf_why) < 0)
		print_message("%s; no device is shown as selected", conf_why);
	line = format_text(
		FLAG_NAME "=%s", view->conf.devices != NULL ? view->conf.devices : "off");
	view->choice = predict_boot(line, true, why);
	return view->choice != NULL ? 0 : -1;
}

static const struct option list_options[] = {{"all", no_argument, NULL, 'a'}, {0}};

static int run_list(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *why = NULL;
	struct view view = {0};
	int status = STATUS_USAGE;
	int option;

	while ((option = options_next(&command_list, argc, argv)) != -1)
		view.all = view.all || option == 'a';
	if (!options_end(&command_list, argc, argv, NULL))
		return STATUS_USAGE;
	if (devices_read(&view.devices, &why) < 0 || read_choice(&view, &why) < 0)
		print_message("%s", why);
	else
		status = options->json ? print_json(&view) : print_text(&view);
	if (view.devices.names_missing != NULL)
		print_message("%s", view.devices.names_missing);
	free(view.choice);
	conf_free(&view.conf);
	devices_free(&view.devices);
	return status;
}

const struct command command_list = {
	.name = "list",
	.run = run_list,
	.options = list_options,
	.letters = "a",
	.usage = "[--all]",
	.summary = "show the displays of this machine and what belongs to them",
	.help = "  -a, --all  every device that is not a bridge\n",
};
