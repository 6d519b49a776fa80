/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of the kernel and of its modules. */
#include <string.h>

#include "cmdline/cmdline.h"
#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/claims/claim.h"
#include "tools/claims/configuration.h"
#include "tools/claims/graphics-words.h"

static const char by_cmdline[] = "the kernel command line";
static const char by_grub[] = "the kernel command line of the next boot";
static const char by_modprobe[] = "modprobe.d";
static const char by_modules[] = "a list of modules to load";
static const char by_image[] = "the initramfs configuration";

/* One element of ids=, as vfio-pci reads it with sscanf("%x:%x:%x:%x:%x:%x"). */
static bool read_id(struct span text, struct claim_id *id)
{
	uint32_t *const field[] = {&id->vendor, &id->device, &id->subvendor,
		&id->subdevice, &id->class, &id->mask};
	struct span piece;
	size_t count = 0;
	uint64_t value;

	*id = (struct claim_id){.subvendor = ID_ANY, .subdevice = ID_ANY};
	while (count < ARRAY_SIZE(field) && span_piece(&text, ':', &piece)) {
		if (span_starts(piece, "0x"))
			piece = span_from(piece, 2);
		if (!span_number(piece, 16, UINT32_MAX, &value))
			break;
		*field[count++] = (uint32_t)value;
	}
	return count >= 2;
}

static void add_ids(struct claims *claims, const char *who, const char *path,
	unsigned int line, struct span list, struct span text, const char *driver)
{
	struct span one;

	while (span_piece(&list, ',', &one)) {
		struct claim_id id;
		struct claim *claim;

		if (!read_id(one, &id))
			continue;
		claim = claims_add(claims, CLAIM_VFIO, who, path, line, one, text);
		claim->target = TARGET_ID;
		claim->id = id;
		claim->driver = copy_text(driver);
	}
}

static void add_modules(struct claims *claims, const char *who, const char *path,
	unsigned int line, struct span list, char separator, struct span text)
{
	struct span name;

	while (span_piece(&list, separator, &name))
		if (name.length > 0)
			claims_add(claims, CLAIM_BLOCK, who, path, line, name, text)
				->target = TARGET_MODULE;
}

/* One word of a kernel command line. */
static void read_word(struct claims *claims, const struct parameter *word,
	const char *who, const char *path, unsigned int line)
{
	struct span value = word->value, text = word->word, one;
	struct pci_address address;

	if (claims_in_graphics_word(claims, word, who, path, line))
		return;
	if (parameter_is(word, "vfio-pci.ids")) {
		add_ids(claims, who, path, line, value, text, "vfio-pci");
	} else if (parameter_is(word, "pci-stub.ids")) {
		add_ids(claims, who, path, line, value, text, "pci-stub");
	} else if (parameter_is(word, "xen-pciback.hide") ||
		   parameter_is(word, "rd.qubes.hide_pci")) {
		while (find_address(&value, &address)) {
			struct claim *claim = claims_add(
				claims, CLAIM_VFIO, who, path, line, value, text);

			claim->target = TARGET_ADDRESS;
			claim->address = address;
			claim->driver = copy_text("pciback");
		}
	} else if (parameter_is(word, "modprobe.blacklist") ||
		   parameter_is(word, "module_blacklist") ||
		   parameter_is(word, "rd.driver.blacklist")) {
		add_modules(claims, who, path, line, value, ',', text);
	} else if (parameter_is(word, "rd.driver.pre") ||
		   parameter_is(word, "modules-load") ||
		   parameter_is(word, "rd.modules-load")) {
		while (span_piece(&value, ',', &one))
			if (is_vm_driver(one))
				claims_add(
					claims, CLAIM_ORDER, who, path, line, one, text);
	} else if (parameter_is(word, "supergfxd.mode") &&
		   span_is_nocase(value, "vfio")) {
		claims_add(claims, CLAIM_VFIO, who, path, line, value, text)->driver =
			copy_text("vfio-pci");
	}
}

static void read_words(struct claims *claims, struct span text, const char *who,
	const char *path, unsigned int line)
{
	struct cmdline cmdline = cmdline_read(text.text, text.length);
	struct parameter word;

	while (cmdline_next(&cmdline, &word))
		read_word(claims, &word, who, path, line);
}

void claims_in_cmdline(struct claims *claims, struct span text, const char *path)
{
	read_words(claims, text, by_cmdline, path, 0);
}

void claims_in_grub(struct claims *claims, struct span text, const char *path)
{
	unsigned int number = 0;
	struct span line;

	while (span_line(&text, &line)) {
		const char *equals;
		struct span rest = span_trim(line);

		number++;
		if (rest.length == 0 || rest.text[0] == '#')
			continue;
		/* GRUB_CMDLINE_LINUX="words"; /etc/kernel/cmdline has the words alone */
		equals = memchr(rest.text, '=', rest.length);
		if (span_starts(rest, "GRUB_CMDLINE_LINUX") && equals != NULL)
			rest = span_from(rest, (size_t)(equals - rest.text) + 1);
		if (rest.length > 1 && (rest.text[0] == '"' || rest.text[0] == '\'') &&
			rest.text[rest.length - 1] == rest.text[0])
			rest = (struct span){rest.text + 1, rest.length - 2};
		read_words(claims, rest, by_grub, path, number);
	}
}

/* NAME=VALUE among the words of an options line */
static void read_options(struct claims *claims, struct span module, struct span options,
	struct span text, const char *who, const char *path, unsigned int line)
{
	struct span word;

	while (span_word(&options, &word)) {
		if (!span_starts(word, "ids="))
			continue;
		word = span_from(word, 4);
		if (word.length > 1 && word.text[0] == '"') {
			word = span_from(word, 1);
			word.length -= word.text[word.length - 1] == '"';
		}
		add_ids(claims, who, path, line, word, text,
			kernel_name_is(module, "pci-stub") ? "pci-stub" : "vfio-pci");
	}
}

/* A command that does nothing and so keeps the module out. */
static bool does_nothing(struct span command)
{
	struct span word;

	if (!span_word(&command, &word))
		return true;
	return span_is(word, "/bin/false") || span_is(word, "/bin/true") ||
	       span_is(word, "/usr/bin/false") || span_is(word, "/usr/bin/true") ||
	       span_is(word, "false") || span_is(word, "true") || span_is(word, ":");
}

static void read_modprobe_line(
	struct claims *claims, struct span line, const char *path, unsigned int number)
{
	struct span rest = line, verb, module;
	struct claim *claim;

	if (!span_word(&rest, &verb) || verb.text[0] == '#' || !span_word(&rest, &module))
		return;
	rest = span_trim(rest);
	if (span_is(verb, "options") && is_vm_driver(module)) {
		read_options(claims, module, rest, line, by_modprobe, path, number);
	} else if (span_is(verb, "options")) {
		claims_in_graphics_options(
			claims, module, rest, line, by_modprobe, path, number);
	} else if (span_is(verb, "blacklist")) {
		add_modules(claims, by_modprobe, path, number, module, '\0', line);
	} else if (span_is(verb, "install")) {
		claim = claims_add(claims,
			does_nothing(rest) ? CLAIM_BLOCK : CLAIM_SCRIPT, by_modprobe,
			path, number, module, line);
		/* an install line for anything else than vfio-pci is no script of ours
		 * to judge */
		claim->target = TARGET_MODULE;
		claim->driver = span_copy(rest);
	} else if (span_is(verb, "softdep") && span_has(rest, "vfio")) {
		claims_add(claims, CLAIM_ORDER, by_modprobe, path, number, module, line);
	} else if (span_is(verb, "alias") && is_vm_driver(rest) &&
		   span_starts(module, "pci:v")) {
		claims_add(claims, CLAIM_VFIO, by_modprobe, path, number, module, line)
			->driver = span_copy(rest);
	}
}

void claims_in_modprobe(struct claims *claims, struct span text, const char *path)
{
	unsigned int number = 0;
	struct span line, next;

	while (span_line(&text, &line)) {
		unsigned int first = ++number;

		/* a backslash at the end continues the line */
		while (line.length > 0 && line.text[line.length - 1] == '\\' &&
			span_line(&text, &next)) {
			line.length = (size_t)(next.text + next.length - line.text);
			number++;
		}
		read_modprobe_line(claims, line, path, first);
	}
}

void claims_in_modules(struct claims *claims, struct span text, const char *path)
{
	unsigned int number = 0;
	struct span line, rest, module;

	while (span_line(&text, &line)) {
		number++;
		rest = line;
		if (!span_word(&rest, &module) || module.text[0] == '#' ||
			!is_vm_driver(module))
			continue;
		claims_add(claims, CLAIM_ORDER, by_modules, path, number, module, line);
		read_options(claims, module, rest, line, by_modules, path, number);
	}
}

void claims_in_shell_conf(struct claims *claims, struct span text, const char *path)
{
	unsigned int number = 0;
	struct span line, rest, word;

	while (span_line(&text, &line)) {
		number++;
		rest = span_trim(line);
		if (rest.length == 0 || rest.text[0] == '#')
			continue;
		if (span_starts(rest, "kernel_cmdline")) {
			claims_in_grub(claims, rest, path);
			continue;
		}
		if (!span_starts(rest, "force_drivers") &&
			!span_starts(rest, "add_drivers") &&
			!span_starts(rest, "omit_drivers") &&
			!span_starts(rest, "MODULES"))
			continue;
		for (size_t i = 0; i < rest.length; i++) {
			size_t start = i;

			while (i < rest.length &&
				strchr(" \t\"'()=+", rest.text[i]) == NULL)
				i++;
			word = (struct span){rest.text + start, i - start};
			if (is_vm_driver(word))
				claims_add(claims,
					span_starts(rest, "omit") ? CLAIM_BLOCK
								  : CLAIM_ORDER,
					by_image, path, number, word, line)
					->target = TARGET_MODULE;
		}
	}
}
