/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/lines.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/selection/choose.h"
#include "tools/commands/command.h"
#include "tools/commands/enable-steps.h"
#include "tools/commands/options.h"
#include "tools/commands/recover.h"
#include "tools/selection/refuse.h"
#include "tools/system/lock.h"
#include "tools/system/write.h"
#include "tools/pci/cards.h"
#include "tools/pci/resolve.h"

struct enable_request {
	bool once;
	bool force;
	enum carry carry;
	char **words;
	size_t count;
};

static const struct option enable_options[] = {
	{"once", no_argument, NULL, 'o'},
	{"force", no_argument, NULL, 'f'},
	{"carry", required_argument, NULL, 'c'},
	{0},
};

static bool read_carry(const char *word, enum carry *carry)
{
	bool image = strcmp(word, "image") == 0;

	if (!image && strcmp(word, "archive") != 0) {
		print_message(
			"--carry: unexpected '%s'; it is 'image' or 'archive'", word);
		return false;
	}
	*carry = image ? CARRY_IMAGE : CARRY_ARCHIVE;
	return true;
}

static bool read_request(int argc, char **argv, struct enable_request *request)
{
	int option;

	while ((option = options_next(&command_enable, argc, argv)) != -1) {
		request->once = request->once || option == 'o';
		request->force = request->force || option == 'f';
		if (option == 'c' && !read_carry(optarg, &request->carry))
			return false;
	}
	request->words = argv + optind;
	request->count = (size_t)(argc - optind);
	return true;
}

/* The number that a person types, 1 to `count`; 0 for anything else. */
static unsigned int ask_number(const struct choice *choice)
{
	unsigned int number = 0;
	char answer[32];

	if (choice->doubt != NULL)
		print_plain("Note: %s.\n", choice->doubt);
	print_plain("Which card is for virtual machines?\n");
	for (size_t i = 0; i < choice->count; i++) {
		const struct pci_device *face = card_face(&choice->card[i]);

		print_plain("  %zu) %s  %s%s\n", i + 1, pci_device_short(face),
			face->name,
			card_boot_display(&choice->card[i]) != NULL
				? "  (the host's display)"
				: "");
	}
	print_plain("Number (Enter changes nothing): ");
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) == NULL ||
		sscanf(answer, "%u", &number) != 1 || number > choice->count)
		return 0;
	return number;
}

/* Asks for one of several cards on a terminal. 0 and its selector, or -errno. */
static int ask(const struct devices *devices, char **value, char **why)
{
	struct choice choice;
	unsigned int number;

	choice_find(devices, &choice);
	number = ask_number(&choice);
	if (number > 0)
		*value = card_selector(devices, &choice.card[number - 1]);
	else
		*why = copy_text("no card was chosen");
	choice_free(&choice);
	return number > 0 ? 0 : -ECANCELED;
}

static int choose(const struct devices *devices, const struct conf *conf,
	const struct enable_request *request, bool may_ask, char **value, char **why)
{
	int error;

	if (request->count > 0)
		return choose_named(devices, request->words, request->count, value, why);
	error = choose_unnamed(devices, conf, value, why);
	if (error == -ENOTUNIQ && may_ask && isatty(STDIN_FILENO) &&
		isatty(STDOUT_FILENO)) {
		free(*why);
		*why = NULL;
		error = ask(devices, value, why);
	}
	return error;
}

/* The cards of the user's words, or of the value chosen in their place. */
static int find_cards(const struct devices *devices, const struct enable_request *request,
	const char *value, struct candidate **candidates, size_t *count, char **why)
{
	CLEANUP_FREE char *copy = copy_text(value);
	size_t words = 0;
	char *rest = NULL;

	*candidates = NULL;
	*count = 0;
	for (char *word = strtok_r(copy, ",", &rest);;
		word = strtok_r(NULL, ",", &rest)) {
		CLEANUP_FREE struct card *cards = NULL;
		bool by_address;
		size_t number;
		int error;

		if (request->count > 0)
			word = words < request->count ? request->words[words++] : NULL;
		if (word == NULL)
			return 0;
		error = devices_resolve_all(
			devices, word, &cards, &number, &by_address, why);
		if (error < 0) {
			text_append(why, " (chosen in %s); name the card that is meant",
				conf_path);
			return error;
		}
		for (size_t i = 0; i < number; i++)
			choose_candidate(candidates, count, &cards[i], by_address);
	}
}

static void show_cards(const struct candidate *candidates, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct card *card = &candidates[i].card;

		for (size_t j = 0; j < card->count; j++) {
			const struct pci_device *device = &card->function[j];

			print_plain("%s%s  %s  %s", j > 0 ? "  " : "",
				pci_device_short(device), device->id, device->name);
			if (device->facts.group >= 0)
				print_plain("   IOMMU group %d", device->facts.group);
			putchar('\n');
		}
	}
}

/* With --force: the last thing said, as it is the last thing to be seen there. */
static void say_what_is_dark(
	const struct devices *devices, const struct candidate *candidates, size_t count)
{
	const char *what;
	const struct pci_device *lost = display_lost(devices, candidates, count, &what);

	if (lost != NULL)
		print_plain(
			"\nThis machine's screen stays dark in such a boot, from the kernel's "
			"start on: %s\n(%s). Have another way in (ssh, a serial console).\n",
			pci_device_short(lost), what);
}

static void say_how_to_go_on(const struct enabling *enabling)
{
	bool reboot = enabling->changes.reboot_required;

	print_plain("\nThe boot loader is %s.\n", enabling->loader);
	if (reboot)
		print_plain(
			"\nReboot to use it: %s gives these devices to virtual machines.\n",
			enabling->to == BOOT_ONCE ? "the next boot, and only that one,"
						  : "every boot from then on");
	print_plain(
		"%sTo go back: 'vfio-early disable' and reboot, or choose the normal entry "
		"in the boot\nmenu, which is as it always was.\n",
		reboot ? "" : "\n");
	if (!enabling->inputs.guard.on)
		print_plain(
			"\nThe guard is off: %s.\nIf a passthrough boot does not come up, "
			"choose the normal entry in the boot menu.\n",
			enabling->inputs.guard.reason);
}

/* Refuses, or takes the steps. `*failure` is the sentence if something went wrong. */
static int go(const struct enable_request *request, const struct devices *devices,
	const struct candidate *candidates, size_t count, struct enabling *enabling,
	char **failure)
{
	struct lines warnings = {0};

	choose_warn(devices, request->words, request->count, &warnings);
	refuse_cards(devices, candidates, count, request->force,
		&enabling->changes.refused, &warnings);
	for (size_t i = 0; i < warnings.count; i++)
		print_message("warning: %s", warnings.line[i]);
	lines_free(&warnings);
	if (enabling->changes.refused.count > 0) {
		*failure = copy_text("nothing was changed");
		return -EPERM;
	}
	return enable_devices(enabling, failure);
}

static int enable(const struct options *options, const struct enable_request *request,
	const struct devices *devices, struct conf *conf)
{
	CLEANUP_FREE struct candidate *candidates = NULL;
	CLEANUP_FREE char *value = NULL, *why = NULL;
	struct enabling enabling = {
		.conf = conf,
		.to = request->once ? BOOT_ONCE : BOOT_ON,
		.carry = request->carry,
	};
	size_t count = 0;
	int error = choose(
		devices, conf, request, !options->json && !options->yes, &value, &why);

	if (error == 0)
		error = find_cards(devices, request, value, &candidates, &count, &why);
	if (error < 0) {
		if (changes_print(options, &enabling.changes, why) < 0)
			return STATUS_FAILED;
		return error == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	}
	if (!options->json)
		show_cards(candidates, count);
	enabling.devices = value;
	error = go(request, devices, candidates, count, &enabling, &why);
	if (error < 0)
		recover_own(&enabling.changes, &why);
	enabling.changes.reboot_required = error == 0 && !booted_with(value);
	changes_note_kexec(&enabling.changes);
	if (changes_print(options, &enabling.changes, why) < 0)
		error = -EIO;
	else if (error == 0 && !options->json && !write_dry_run) {
		say_how_to_go_on(&enabling);
		say_what_is_dark(devices, candidates, count);
	}
	enabling_free(&enabling);
	return error < 0 ? STATUS_FAILED : STATUS_OK;
}

static int run_enable(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *why = NULL;
	struct enable_request request = {0};
	struct devices devices;
	struct conf conf;
	int status;

	if (!read_request(argc, argv, &request))
		return STATUS_USAGE;
	if (conf_load(&conf, &why) < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	if (devices_read(&devices, &why) < 0) {
		print_message("%s", why);
		conf_free(&conf);
		return STATUS_USAGE;
	}
	status = enable(options, &request, &devices, &conf);
	devices_free(&devices);
	conf_free(&conf);
	return status;
}

const struct command command_enable = {
	.name = "enable",
	.run = run_enable,
	.options = enable_options,
	.writes = true,
	.lock = LOCK_COMMAND,
	.usage =
		"[DEVICE...] [--once] [--force] [--carry image|archive] [--yes] [--dry-run]",
	.summary = "give cards to virtual machines, from the next boot on",
	.help = "Without a DEVICE: the cards that were chosen before, or the only one that is not\n"
		"the boot display. 'vfio-early help cmdline' says how a DEVICE can be named.\n"
		"A card goes as a whole, with its sound and USB functions; one of these goes alone\n"
		"if it is named and has an IOMMU group of its own.\n\n"
		"  --once     for the next boot only: normal boots after it, even where it was on\n"
		"  --force    the boot display, the last display, or the only keyboard where the boot\n"
		"             asks for a passphrase, if it is named by address\n"
		"  --carry image|archive\n"
		"             what brings the early program into a boot. image: the kernel's initramfs\n"
		"             image, which is made anew where it lacks it. archive: no image is made\n"
		"             anew; the passthrough entry loads a small one of vfio-early's beside it\n"
		"  --yes      never ask\n"
		"  --dry-run  say what would be done, and do nothing\n",
};
