/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/selection/choose.h"
#include "tools/selection/refuse-flag.h"
#include "tools/kernel/parameters.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/commands/explain-json.h"
#include "tools/commands/explain-words.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/text/json.h"
#include "tools/text/span.h"
#include "tools/pci/cards.h"

/* Whether the entry before is of the same card and says the same. */
static bool is_repeated(const struct plan *plan, unsigned int i)
{
	return i > 0 && plan->entry[i - 1].reason == plan->entry[i].reason &&
	       pci_same_slot(&plan->entry[i - 1].device->function.address,
		       &plan->entry[i].device->function.address);
}

/* Devices that the words name but that stay with the host all the same. */
static void warn_of_leaving(
	const struct prediction *prediction, const struct devices *devices)
{
	for (unsigned int i = 0; i < prediction->plan.count; i++) {
		const struct plan_entry *entry = &prediction->plan.entry[i];
		const struct pci_device *device =
			devices_find(devices, &entry->device->function.address);
		CLEANUP_FREE char *what = explain_entry(prediction, entry);

		if (entry->action == ACTION_LEAVE && device != NULL &&
			entry->reason != REASON_SIBLING &&
			!is_repeated(&prediction->plan, i))
			print_message("note: with these words %s %s",
				pci_device_short(device), what);
	}
}

/* These words go to the end of the line that the machine boots with, where they cannot
 * undo all that stands in front. */
static void warn_of_line(const char *words)
{
	CLEANUP_FREE char *running = root_read_word("/proc/cmdline");
	CLEANUP_FREE char *both =
		format_text("%s %s", running != NULL ? running : "", words);
	struct parameter off;

	if (iommu_in(both, &off) == IOMMU_OFF)
		print_message("note: '%.*s' has to go from the kernel command line: the "
			      "IOMMU stays off with it, whatever stands behind",
			SPAN(off.word));
}

/* What enable would refuse or warn of: these words are the way of those without it. */
static void warn_of_refusals(const struct lines *refused, const struct lines *warnings)
{
	for (size_t i = 0; i < refused->count; i++)
		print_message("warning: 'vfio-early enable' refuses this: %s",
			refused->line[i]);
	for (size_t i = 0; i < warnings->count; i++)
		print_message("warning: %s", warnings->line[i]);
}

static int print_words(const struct options *options, const struct devices *devices,
	char *const *named, size_t count, const char *value)
{
	const char *iommu = iommu_words();
	CLEANUP_FREE char *flag = format_text(FLAG_NAME "=%s", value);
	CLEANUP_FREE char *words = passthrough_parameters(value);
	CLEANUP_FREE char *why = NULL;
	struct prediction *prediction = predict_boot(words, true, &why);
	struct lines refused = {0}, warnings = {0};
	int status = STATUS_OK;

	if (prediction == NULL) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	warn_of_leaving(prediction, devices);
	warn_of_line(words);
	choose_warn(devices, named, count, &warnings);
	refuse_flag(devices, prediction, &refused, &warnings);
	warn_of_refusals(&refused, &warnings);
	if (!options->json)
		print_plain("%s\n", words);
	else if (json_print(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "words",
			 json_text(words), "flag", json_text(flag), "iommu",
			 json_text(iommu), "devices",
			 explain_devices_json(prediction, devices), "refused",
			 json_lines(&refused), "warnings", json_lines(&warnings))) < 0)
		status = STATUS_USAGE;
	lines_free(&refused);
	lines_free(&warnings);
	free(prediction);
	return status;
}

static int choose(const struct devices *devices, int argc, char **argv, char **value)
{
	CLEANUP_FREE char *why = NULL;
	struct conf conf = {0};
	int error;

	if (argc > 0) {
		error = choose_named(devices, argv, (size_t)argc, value, &why);
	} else {
		error = conf_load(&conf, &why);
		if (error == 0)
			error = choose_unnamed(devices, &conf, value, &why);
		conf_free(&conf);
	}
	if (error == 0)
		return STATUS_OK;
	print_message("%s", why);
	return error == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

static const struct option cmdline_options[] = {{"explain", no_argument, NULL, 'e'}, {0}};

/*
 * Takes the options out of the line; what is left are the words, in argv[1] and behind,
 * and the result is their number. A kernel command line may have a "--" of its own, which
 * stays unless it is in front of the first word.
 */
static int take_options(int argc, char **argv, bool *explaining)
{
	int option, words = 0;

	while ((option = options_next(&command_cmdline, argc, argv)) != -1) {
		if (option == OPTIONS_WORD)
			argv[++words] = optarg;
		else
			*explaining = *explaining || option == 'e';
	}
	if (words > 0 && strcmp(argv[optind - 1], "--") == 0 &&
		argv[words] != argv[optind - 1])
		argv[++words] = argv[optind - 1];
	while (optind < argc)
		argv[++words] = argv[optind++];
	return words;
}

static int run_cmdline(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *value = NULL;
	CLEANUP_FREE char *why = NULL;
	struct devices devices = {0};
	bool explaining = false;
	int status;

	argc = take_options(argc, argv, &explaining);
	argv++;
	if (devices_read(&devices, &why) < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	if (explaining) {
		status = explain_words(options, &devices, argc, argv);
	} else {
		status = choose(&devices, argc, argv, &value);
		if (status == STATUS_OK)
			status =
				print_words(options, &devices, argv, (size_t)argc, value);
	}
	devices_free(&devices);
	return status;
}

const struct command command_cmdline = {
	.name = "cmdline",
	.run = run_cmdline,
	.options = cmdline_options,
	.letters = "-e", /* in their order */
	.usage = "[DEVICE...] | --explain [WORDS]",
	.summary =
		"the kernel parameters that select devices, or what parameters do here",
	.help = "Without a DEVICE: the cards that were chosen before, or the only one that is not\n"
		"the boot display. A DEVICE is an address (01:00, or a function of it), a path\n"
		"(00:01.0/00), an ID (10de:2d04), an ID at a place (10de:2d04@01:00), or what\n"
		"lspci takes behind -s and -d.\n\n"
		"  -e, --explain  what WORDS do on this machine, device by device, and which of\n"
		"                 them are wrong. WORDS is a kernel command line, or the value of\n"
		"                 " FLAG_NAME
		"= alone; without it, the running kernel's. The exit status\n"
		"                 is 1 if a word is wrong.\n",
};
