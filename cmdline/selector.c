/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/driver.h"
#include "cmdline/selector.h"

static const char default_driver[] = "vfio-pci";

struct selector_reader {
	const char *at;
	const char *end;
};

static struct span up_to(const char *from, const char *to)
{
	return (struct span){from, (size_t)(to - from)};
}

static bool take(struct selector_reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

/* Reads `least` to `most` hexadecimal digits whose value is at most `max`, or nothing. */
static bool take_hex(
	struct selector_reader *reader, int least, int most, uint32_t max, uint32_t *out)
{
	const char *start = reader->at;
	uint32_t value = 0;
	int digits = 0;

	while (reader->at < reader->end && hex_digit(*reader->at) >= 0 && digits < most) {
		value = value << 4 | (uint32_t)hex_digit(*reader->at++);
		digits++;
	}
	if (digits < least || value > max ||
		(reader->at < reader->end && hex_digit(*reader->at) >= 0)) {
		reader->at = start;
		return false;
	}
	*out = value;
	return true;
}

static const char wrong_function[] = "a function number is 0 to 7";

/* DD[.F] */
static const char *take_step(struct selector_reader *reader, struct pci_step *step)
{
	uint32_t device, function;

	if (!take_hex(reader, 1, 2, 0x1f, &device))
		return "a PCI device number is 00 to 1f";
	step->device = (uint8_t)device;
	step->function = SELECTOR_ANY;
	if (!take(reader, '.'))
		return NULL;
	if (!take_hex(reader, 1, 1, 7, &function))
		return wrong_function;
	step->function = (int8_t)function;
	return NULL;
}

/*
 * Place syntax: [DDDD:]BB:DD[.F][/DD.F]...   (only the last element may omit .F)
 * This is the <pci_dev> form of Documentation/admin-guide/kernel-parameters.rst.
 * `*known` is set once the slot of the first element is understood.
 */
static const char *take_place(
	struct selector_reader *reader, struct pci_place *place, bool *known)
{
	struct selector_reader bus_only = *reader;
	uint32_t domain = 0, bus;
	const char *error, *first_error = NULL;

	*known = false;
	*place = (struct pci_place){0};
	if (!take_hex(reader, 1, 8, UINT32_MAX, &domain) || !take(reader, ':'))
		return "neither an address such as 01:00.0 nor an ID such as 10de:2d04";
	if (take_hex(reader, 1, 2, 0xff, &bus) && take(reader, ':')) {
		place->domain = domain;
	} else {
		*reader = bus_only;
		if (!take_hex(reader, 1, 2, 0xff, &bus) || !take(reader, ':'))
			return "neither an address such as 01:00.0 nor an ID such as 10de:2d04";
	}
	place->bus = (uint8_t)bus;
	do {
		if (place->length == PCI_DEPTH_MAX + 1)
			return "too many elements in this path";

		/* The walk goes on: the card that is meant is at the path's end. */
		if (place->length > 0 && place->step[place->length - 1].function < 0)
			first_error =
				"only the last element of a path may omit its function";
		error = take_step(reader, &place->step[place->length]);
		if (error == NULL || error == wrong_function)
			place->length++;
	} while (error == NULL && take(reader, '/'));
	*known = place->length > 0;
	return first_error != NULL ? first_error : error;
}

/* ID syntax: [pci:]VVVV:DDDD[:SSSS:ssss]   (four digits each, which no address has) */
static const char *take_id(struct selector_reader *reader, struct pci_id *id)
{
	static const char wrong[] =
		"an ID is VVVV:DDDD or VVVV:DDDD:SSSS:ssss, four hexadecimal digits each";
	uint32_t part[4];
	int parts = 0;

	do {
		if (parts == 4 || !take_hex(reader, 4, 4, 0xffff, &part[parts]))
			return wrong;
		parts++;
	} while (take(reader, ':'));
	if (parts != 2 && parts != 4)
		return wrong;
	id->vendor = (uint16_t)part[0];
	id->device = (uint16_t)part[1];
	id->subvendor = parts == 4 ? (int32_t)part[2] : SELECTOR_ANY;
	id->subdevice = parts == 4 ? (int32_t)part[3] : SELECTOR_ANY;
	return NULL;
}

/* Takes "=DRIVER" off the word's end. Only a VFIO driver may be named. */
static const char *take_driver(struct span *word, char driver[DRIVER_NAME_MAX])
{
	const char *equals = memchr(word->text, '=', word->length);
	size_t length;

	driver[0] = '\0';
	if (equals == NULL)
		return NULL;
	length = (size_t)(word->text + word->length - (equals + 1));
	word->length = (size_t)(equals - word->text);
	if (length == 0 || length >= DRIVER_NAME_MAX)
		return "a driver's name is missing or too long";
	memcpy(driver, equals + 1, length);
	driver[length] = '\0';
	for (size_t i = 0; i < length; i++) {
		char c = driver[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
			    c == '-'))
			return "a driver's name is made of a-z, 0-9, - and _";
	}
	if (!driver_is_vfio(driver))
		return "this is not a VFIO driver";
	if (strcmp(driver, default_driver) == 0)
		driver[0] = '\0';
	return NULL;
}

const char *selector_driver(const struct selector *selector)
{
	return selector->driver[0] != '\0' ? selector->driver : default_driver;
}

/* An ID has four digits in front of its first colon, and more than two behind it. */
static bool looks_like_id(struct span word)
{
	size_t digits = 0, behind = 0;

	if (word.length >= 4 && memcmp(word.text, "pci:", 4) == 0)
		return true;
	while (digits < word.length && hex_digit(word.text[digits]) >= 0)
		digits++;
	if (digits != 4 || digits == word.length || word.text[digits] != ':')
		return false;
	while (digits + 1 + behind < word.length &&
		hex_digit(word.text[digits + 1 + behind]) >= 0)
		behind++;
	return behind > 2;
}

/* What `whole` has behind its first part. */
static struct span behind(struct span whole, struct span part)
{
	return up_to(part.text + part.length, whole.text + whole.length);
}

const char *selector_parse(struct span word, struct selector *out, struct span *bad)
{
	const struct span whole = word;
	struct span place;
	const char *at, *error, *driver_error, *id_error = NULL;
	struct selector_reader reader;

	memset(out, 0, sizeof(*out));
	*bad = word;
	if (word.length == 0)
		return "empty selector: a comma too many?";
	driver_error = take_driver(&word, out->driver);
	at = memchr(word.text, '@', word.length);
	place = word;

	if (at != NULL || looks_like_id(word)) {
		struct span id = at != NULL ? up_to(word.text, at) : word;

		*bad = id;
		if (id.length >= 4 && memcmp(id.text, "pci:", 4) == 0)
			id = up_to(id.text + 4, id.text + id.length);
		reader = (struct selector_reader){id.text, id.text + id.length};
		id_error = take_id(&reader, &out->id);
		if (id_error == NULL && reader.at != reader.end)
			id_error = "unexpected text behind the ID";
		out->has_id = id_error == NULL;
		if (at == NULL) {
			if (id_error == NULL && driver_error != NULL)
				*bad = behind(whole, word);
			return id_error != NULL ? id_error : driver_error;
		}
		place = up_to(at + 1, word.text + word.length);
	}

	reader = (struct selector_reader){place.text, place.text + place.length};
	error = take_place(&reader, &out->place, &out->has_place);
	if (error == NULL && reader.at != reader.end)
		error = "unexpected text behind the address";
	if (id_error != NULL)
		return id_error;
	if (error != NULL)
		*bad = reader.at < reader.end ? up_to(reader.at, reader.end) : place;
	else if (driver_error != NULL)
		*bad = behind(whole, word);
	return error != NULL ? error : driver_error;
}

static void format_step(const struct pci_step *step, struct text *text)
{
	text_add_hex(text, step->device, 2);
	if (step->function != SELECTOR_ANY) {
		text_add(text, ".");
		text_add_hex(text, (uint32_t)step->function, 1);
	}
}

void selector_format(const struct selector *selector, struct text *text)
{
	if (selector->has_id) {
		text_add_hex(text, selector->id.vendor, 4);
		text_add(text, ":");
		text_add_hex(text, selector->id.device, 4);
		if (selector->id.subvendor != SELECTOR_ANY) {
			text_add(text, ":");
			text_add_hex(text, (uint32_t)selector->id.subvendor, 4);
			text_add(text, ":");
			text_add_hex(text, (uint32_t)selector->id.subdevice, 4);
		}
	}
	if (selector->has_id && selector->has_place)
		text_add(text, "@");
	if (selector->has_place) {
		if (selector->place.domain != 0) {
			text_add_hex(text, selector->place.domain, 4);
			text_add(text, ":");
		}
		text_add_hex(text, selector->place.bus, 2);
		text_add(text, ":");
		for (unsigned int i = 0; i < selector->place.length; i++) {
			if (i > 0)
				text_add(text, "/");
			format_step(&selector->place.step[i], text);
		}
	}
	if (selector->driver[0] != '\0') {
		text_add(text, "=");
		text_add(text, selector->driver);
	}
}

static bool at_step(const struct pci_address *address, const struct pci_step *step)
{
	return address->device == step->device &&
	       (step->function == SELECTOR_ANY || address->function == step->function);
}

bool place_in_slot(const struct pci_place *place, const struct pci_function *function)
{
	unsigned int last = place->length - 1U;
	const struct pci_address *first;

	if (function->depth < last || (last > 0 && function->off_path) ||
		function->address.device != place->step[last].device)
		return false;
	for (unsigned int i = 0; i < last; i++)
		if (!at_step(&function->above[function->depth - last + i],
			    &place->step[i]))
			return false;
	first = last > 0 ? &function->above[function->depth - last] : &function->address;
	return first->domain == place->domain && first->bus == place->bus;
}

bool place_matches(const struct pci_place *place, const struct pci_function *function)
{
	return place_in_slot(place, function) &&
	       at_step(&function->address, &place->step[place->length - 1]);
}

unsigned int place_checked_function(const struct pci_place *place)
{
	int8_t function = place->step[place->length - 1].function;

	return function == SELECTOR_ANY ? 0 : (unsigned int)function;
}

bool id_matches(const struct pci_id *id, const struct pci_function *function)
{
	return id->vendor == function->vendor && id->device == function->device &&
	       (id->subvendor == SELECTOR_ANY ||
		       (id->subvendor == function->subvendor &&
			       id->subdevice == function->subdevice));
}
