/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/claims/graphics-words.h"
#include "tools/pci/graphics-drivers.h"

enum { VENDOR_INTEL = 0x8086 };

/* Where a claim is written, and the claims that it goes to. */
struct place {
	struct claims *claims;
	const char *who, *path;
	unsigned int line;
	struct span text;
};

static struct claim *add_block(const struct place *place, struct span module)
{
	struct claim *claim = claims_add(place->claims, CLAIM_BLOCK, place->who,
		place->path, place->line, module, place->text);

	claim->target = TARGET_MODULE;
	return claim;
}

/*
 * force_probe=56a0,!9a49: the driver leaves alone what has a "!" in front, "!*" by itself
 * is everything (id_blocked in the kernel's i915_pci.c and xe_pci.c).
 */
static void add_force_probe(
	const struct place *place, struct span module, struct span list)
{
	bool all = span_is(list, "!*");
	struct span one;

	while (span_piece(&list, ',', &one)) {
		uint64_t device = ID_ANY;
		struct claim *claim;

		if (!span_starts(one, "!"))
			continue;
		one = span_from(one, 1);
		if (span_starts(one, "0x"))
			one = span_from(one, 2);
		if (!all && !span_number(one, 16, UINT16_MAX, &device))
			continue;
		claim = add_block(place, module);
		claim->target = TARGET_ID;
		claim->id = (struct claim_id){.vendor = VENDOR_INTEL,
			.device = (uint32_t)device,
			.subvendor = ID_ANY,
			.subdevice = ID_ANY};
	}
}

/* One option of a module. False: it is none of those that keep a driver away. */
static bool read_option(const struct place *place, struct span module, struct span name,
	struct span value)
{
	if (span_is(name, "modeset") && graphics_driver_has_modeset(module)) {
		if (span_is(value, "0"))
			add_block(place, module);
	} else if (span_is(name, "force_probe") &&
		   graphics_driver_has_force_probe(module)) {
		add_force_probe(place, module, value);
	} else {
		return false;
	}
	return true;
}

bool claims_in_graphics_word(struct claims *claims, const struct parameter *word,
	const char *who, const char *path, unsigned int line)
{
	const struct place place = {claims, who, path, line, word->word};
	struct span value = word->value, name = word->name, module;
	const char *driver;

	if (parameter_is(word, CLAIM_NOMODESET)) {
		add_block(&place, word->name);
	} else if (parameter_is(word, "initcall_blacklist")) {
		while (span_piece(&value, ',', &module))
			if ((driver = graphics_driver_of_initcall(module)) != NULL)
				add_block(&place, span_of(driver));
	} else {
		return span_has(name, ".") && span_piece(&name, '.', &module) &&
		       read_option(&place, module, name, value);
	}
	return true;
}

void claims_in_graphics_options(struct claims *claims, struct span module,
	struct span options, struct span text, const char *who, const char *path,
	unsigned int line)
{
	const struct place place = {claims, who, path, line, text};
	struct span word, name;

	while (span_word(&options, &word))
		if (span_piece(&word, '=', &name))
			read_option(&place, module, name, word);
}
