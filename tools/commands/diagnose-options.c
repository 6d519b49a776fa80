/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/system/input.h"
#include "tools/text/lines.h"
#include "tools/diagnose/check.h"
#include "tools/commands/command.h"
#include "tools/commands/diagnose-options.h"
#include "tools/commands/options.h"
#include "tools/diagnose/checks/catalogue.h"

const char diagnose_help[] =
	"  DEVICE             only these cards, written as for enable\n"
	"  --ct N|NAME        for the Proxmox container N, or the container NAME of LXC, Incus\n"
	"                     or LXD\n"
	"  --vm N             for the Proxmox VM N\n"
	"  --domain NAME      for the libvirt domain\n"
	"  --want vm|host     for any VM, or for the host's own driver; without one of these\n"
	"                     the configuration says what each card is for\n"
	"  --format text|markdown|json|prom\n"
	"                     how the report is written; prom: node_exporter's textfile\n"
	"  --output FILE      write it to this file, as a whole or not at all, for its owner\n"
	"                     only (prom: for all to read)\n"
	"  --raw              nothing replaced or left out; without it, names, addresses,\n"
	"                     UUIDs and serial numbers become host-1, mac-1 and so on\n"
	"  --all              rows that pass, inform or do not apply too, what says what each\n"
	"                     card is for, and all evidence\n"
	"  --verbose          that, and evidence for what is well\n"
	"  --color auto|always|never\n"
	"                     whether the text has colours\n"
	"  --dmesg FILE       read this saved kernel log instead of /dev/kmsg\n"
	"  --list-checks      the ids of all checks\n"
	"  --list-signatures  the kernel messages that are known\n"
	"  --only ID,...      make only these checks\n"
	"  --ignore ID,...    leave these out\n"
	"  --strict           a warning is a failure\n"
	"  --timeout SECONDS  how long a single check may take (5)\n"
	"\n"
	"Nothing is changed, anywhere. Exit status: 0 healthy, 1 something fails, 2 it could\n"
	"not be diagnosed.\n";

/* Adds the ids of a list with commas; false if one is no check. */
static bool add_ids(struct lines *lines, const char *list)
{
	CLEANUP_FREE char *copy = copy_text(list);
	char *rest = copy, *id;

	while ((id = strsep(&rest, ",")) != NULL) {
		size_t i = 0;

		while (check_at(i) != NULL && strcmp(check_at(i)->id, id) != 0)
			i++;
		if (check_at(i) == NULL) {
			print_message(
				"no check '%s'; 'vfio-early diagnose --list-checks' "
				"lists them",
				id);
			return false;
		}
		lines_add(lines, "%s", id);
	}
	return true;
}

static bool guest_number(const char *option, const char *text, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && *number <= 999999999)
		return true;
	print_message("--%s takes the number of a guest, not '%s'", option, text);
	return false;
}

/* A number, which Proxmox writes without zeros in front, or a name. */
static bool container_id(const char *text, const char **id)
{
	*id = text;
	while ((*id)[0] == '0' && isdigit((unsigned char)(*id)[1]))
		++*id;
	if (text[0] != '\0' && text[0] != '-' && text[0] != '.' &&
		strpbrk(text, "/ \t\n") == NULL)
		return true;
	print_message(
		"--ct takes the number of a Proxmox container, or the name of one of "
		"LXC, Incus or LXD, not '%s'",
		text);
	return false;
}

static bool choose_format(const char *name, enum format *format)
{
	static const char *const names[] = {"text", "markdown", "json", "prom"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0) {
			*format = (enum format)i;
			return true;
		}
	print_message("--format is text, markdown, json or prom, not '%s'", name);
	return false;
}

static bool choose_want(const char *name, enum want *want)
{
	if (strcmp(name, "vm") != 0 && strcmp(name, "host") != 0) {
		print_message("--want is vm or host, not '%s'", name);
		return false;
	}
	*want = strcmp(name, "vm") == 0 ? WANT_VM : WANT_HOST;
	return true;
}

static bool choose_colour(const char *name, int *colour)
{
	if (strcmp(name, "always") == 0)
		*colour = 1;
	else if (strcmp(name, "never") == 0)
		*colour = 0;
	else if (strcmp(name, "auto") == 0)
		*colour = -1;
	else
		return print_message("--color is auto, always or never, not '%s'", name),
		       false;
	return true;
}

const struct option diagnose_options[] = {
	{"ct", required_argument, NULL, 'c'},
	{"vm", required_argument, NULL, 'v'},
	{"domain", required_argument, NULL, 'd'},
	{"want", required_argument, NULL, 'w'},
	{"dmesg", required_argument, NULL, 'm'},
	{"format", required_argument, NULL, 'f'},
	{"only", required_argument, NULL, 'o'},
	{"ignore", required_argument, NULL, 'i'},
	{"strict", no_argument, NULL, 's'},
	{"all", no_argument, NULL, 'a'},
	{"verbose", no_argument, NULL, 'V'},
	{"color", required_argument, NULL, 'C'},
	{"timeout", required_argument, NULL, 't'},
	{"list-checks", no_argument, NULL, 'l'},
	{"list-signatures", no_argument, NULL, 'L'},
	{"output", required_argument, NULL, 'O'},
	{"raw", no_argument, NULL, 'r'},
	{0},
};

/* A pipe is read here, once: each child that makes checks begins anew. */
static bool load_log(const char *path, struct request *request)
{
	CLEANUP_FREE char *why = NULL;

	free(request->dmesg_text);
	request->dmesg = path;
	if (input_read_stream(path, &request->dmesg_text, &request->dmesg_length, &why) ==
		0)
		return true;
	print_message("%s", why);
	return false;
}

bool diagnose_options_read(int argc, char **argv, struct wanted *wanted)
{
	struct request *request = &wanted->request;
	int option, guests = 0;
	bool good = true;

	while (good && (option = options_next(&command_diagnose, argc, argv)) != -1)
		switch (option) {
		case 'c':
			good = container_id(optarg, &request->container);
			guests++;
			break;
		case 'v':
			good = guest_number("vm", optarg, &request->machine);
			guests++;
			break;
		case 'd':
			request->domain = optarg;
			guests++;
			break;
		case 'w':
			good = choose_want(optarg, &request->want);
			guests++;
			break;
		case 'm':
			good = load_log(optarg, request);
			break;
		case 'f':
			good = choose_format(optarg, &wanted->format);
			break;
		case 'o':
			good = add_ids(&wanted->only, optarg);
			break;
		case 'i':
			good = add_ids(&wanted->ignore, optarg);
			break;
		case 's':
			wanted->strict = true;
			break;
		case 'a':
			wanted->all = true;
			break;
		case 'V':
			wanted->verbose = true;
			break;
		case 'C':
			good = choose_colour(optarg, &wanted->colour);
			break;
		case 't':
			wanted->seconds = atof(optarg);
			good = wanted->seconds > 0;
			if (!good)
				print_message(
					"--timeout takes seconds, not '%s'", optarg);
			break;
		case 'l':
			wanted->list = LIST_CHECKS;
			break;
		case 'L':
			wanted->list = LIST_SIGNATURES;
			break;
		case 'O':
			wanted->output = optarg;
			break;
		case 'r':
			request->raw = true;
			break;
		default:
			break;
		}
	request->word = argv + optind;
	request->words = (size_t)(argc - optind);
	if (good && guests > 1) {
		print_message("one of --ct, --vm, --domain and --want at a time");
		good = false;
	}
	return good;
}

void diagnose_options_free(struct wanted *wanted)
{
	free(wanted->request.dmesg_text);
	lines_free(&wanted->only);
	lines_free(&wanted->ignore);
}
