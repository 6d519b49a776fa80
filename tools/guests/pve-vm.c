/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/pve-vm.h"
#include "tools/guests/qemu-args.h"

static void problem(
	struct vm *vm, const struct pve_line *line, struct span text, const char *what)
{
	struct pve_problem *problem = ARRAY_ADD(vm->conf.problem, vm->conf.problem_count);

	*problem = (struct pve_problem){
		.line = line->line,
		.column = line->column + (unsigned int)(text.text - line->value.text),
		.text = text,
		.what = what,
	};
}

/* [a-f0-9]{n}, or {n,} with `more`; takes it off the front */
static bool take_hex(struct span *id, size_t digits, bool more)
{
	size_t length = 0;

	while (length < id->length &&
		((id->text[length] >= '0' && id->text[length] <= '9') ||
			(id->text[length] >= 'a' && id->text[length] <= 'f')))
		length++;
	if (length < digits || (length > digits && !more))
		return false;
	*id = span_from(*id, length);
	return true;
}

static bool take_sign(struct span *id, char sign)
{
	if (id->length == 0 || id->text[0] != sign)
		return false;
	*id = span_from(*id, 1);
	return true;
}

static bool short_id_fits(struct span id)
{
	if (!take_hex(&id, 2, false) || !take_sign(&id, ':') || !take_hex(&id, 2, false))
		return false;
	return id.length == 0 ||
	       (take_sign(&id, '.') && take_hex(&id, 1, false) && id.length == 0);
}

bool hostpci_id_fits(struct span id)
{
	struct span rest = id;

	if (short_id_fits(id))
		return true;
	return take_hex(&rest, 4, true) && take_sign(&rest, ':') && short_id_fits(rest);
}

bool hostpci_next(struct span *host, struct span *id)
{
	return span_piece(host, ';', id);
}

static const char *check_host(struct span host)
{
	struct span id;

	while (hostpci_next(&host, &id))
		if (!hostpci_id_fits(id))
			return "an address is [DDDD:]BB:DD[.F] in lower-case hexadecimal";
	return NULL;
}

/* 0x and four hexadecimal digits, as the IDs shown to the guest */
static const char *check_id(struct span value)
{
	uint64_t number;

	if (!span_starts(value, "0x") ||
		!span_number(span_from(value, 2), 16, 0xffff, &number))
		return "an ID is 0x and four hexadecimal digits";
	return NULL;
}

/* The properties of hostpciN, as PVE's schema has them (qemu-server
 * PVE/QemuServer/PCI.pm). */
static const struct hostpci_property {
	const char *name;
	enum { HOST_LIST, PLAIN_TEXT, YES_OR_NO, SHOWN_ID, DRIVER_NAME } kind;
	size_t offset; /* in struct vm_hostpci: a span, or a bool for YES_OR_NO */
} properties[] = {
	{"host", HOST_LIST, offsetof(struct vm_hostpci, host)},
	{"mapping", PLAIN_TEXT, offsetof(struct vm_hostpci, mapping)},
	{"pcie", YES_OR_NO, offsetof(struct vm_hostpci, pcie)},
	{"x-vga", YES_OR_NO, offsetof(struct vm_hostpci, x_vga)},
	{"rombar", YES_OR_NO, offsetof(struct vm_hostpci, rombar)},
	{"legacy-igd", YES_OR_NO, offsetof(struct vm_hostpci, legacy_igd)},
	{"romfile", PLAIN_TEXT, offsetof(struct vm_hostpci, romfile)},
	{"mdev", PLAIN_TEXT, offsetof(struct vm_hostpci, mdev)},
	{"device-id", SHOWN_ID, 0},
	{"vendor-id", SHOWN_ID, 0},
	{"sub-device-id", SHOWN_ID, 0},
	{"sub-vendor-id", SHOWN_ID, 0},
	{"driver", DRIVER_NAME, offsetof(struct vm_hostpci, keeps_driver)},
};

/* Takes over the value; what is wrong with it, or NULL. */
static const char *take_property(struct vm_hostpci *entry,
	const struct hostpci_property *property, struct span value)
{
	void *field = (char *)entry + property->offset;

	switch (property->kind) {
	case HOST_LIST:
		*(struct span *)field = value;
		return check_host(value);
	case PLAIN_TEXT:
		*(struct span *)field = value;
		return NULL;
	case YES_OR_NO:
		*(bool *)field = span_boolean(value) == 1;
		return span_boolean(value) < 0 ? "the property is 0 or 1" : NULL;
	case SHOWN_ID:
		return check_id(value);
	case DRIVER_NAME:
		*(bool *)field = span_is(value, "keep");
		if (!span_is(value, "vfio") && !span_is(value, "keep"))
			return "the driver is vfio or keep";
	}
	return NULL;
}

/* `*seen` has a bit for each property of the line so far. */
static const char *read_property(
	struct vm_hostpci *entry, unsigned int *seen, struct span key, struct span value)
{
	unsigned int i = 0;

	while (i < ARRAY_SIZE(properties) && !span_is(key, properties[i].name))
		i++;
	if (i == ARRAY_SIZE(properties))
		return "PVE knows no such property of hostpci: it drops the whole line";
	if (*seen & (1u << i))
		return "the property is given twice: PVE drops the whole line";
	*seen |= 1u << i;
	return take_property(entry, &properties[i], value);
}

static void read_hostpci(struct vm *vm, const struct pve_line *line, int number)
{
	struct vm_hostpci entry = {.from = line, .number = number, .rombar = true};
	struct span rest = line->value, key, value;
	unsigned int seen = 0;
	const char *wrong;
	bool more;

	if (number >= HOSTPCI_MAX) {
		problem(vm, line, line->value,
			"PVE has hostpci0 to hostpci15: it drops this line");
		return;
	}
	for (;;) {
		wrong = pve_property_next(&rest, "host", &key, &value, &more);
		if (!more)
			break;
		if (wrong == NULL)
			wrong = read_property(&entry, &seen, key, value);
		if (wrong == NULL)
			continue;
		problem(vm, line, pve_property_at(key, value), wrong);
		entry.refused = true;
	}
	if (!entry.refused && (entry.host.length > 0) == (entry.mapping.length > 0)) {
		problem(vm, line, line->value,
			entry.host.length > 0
				? "either a host address or a mapping, not both"
				: "neither a host address nor a mapping is given");
		entry.refused = true;
	}
	*ARRAY_ADD(vm->hostpci, vm->hostpci_count) = entry;
}

/* args: what QEMU gets besides, in the words of a shell; some of it are devices */
static void read_args(struct vm *vm, const struct pve_line *line)
{
	struct span rest = line->value, word;
	bool device = false;

	while (qemu_args_word(&rest, &word)) {
		struct qemu_vfio_device given;

		if (device && qemu_vfio_device_read(word, &given))
			*ARRAY_ADD(vm->hostpci, vm->hostpci_count) =
				(struct vm_hostpci){.from = line,
					.number = -1,
					.host = given.host,
					.mdev_instance = given.mdev,
					.romfile = given.romfile,
					.rombar = true};
		device = span_is(word, "-device") || span_is(word, "--device");
	}
}

/* machine: [type=]q35|pc-q35-8.1[,viommu=intel] */
static void read_machine(struct vm *vm, struct span value)
{
	struct span key, piece;
	bool more;

	while (pve_property_next(&value, "type", &key, &piece, &more), more) {
		if (span_is(key, "type"))
			vm->q35 = span_is(piece, "q35") || span_has(piece, "q35");
		else if (span_is(key, "viommu"))
			vm->viommu = true;
	}
}

/* memory: [current=]4096[,…] */
static void read_memory(struct vm *vm, struct span value)
{
	struct span key, piece;
	bool more;

	while (pve_property_next(&value, "current", &key, &piece, &more), more)
		if (span_is(key, "current"))
			span_number(piece, 10, 1ull << 32, &vm->memory);
}

static void read_item(struct vm *vm, const struct pve_line *line)
{
	int number = pve_key_number(line->key, "hostpci");
	struct span key = line->key;

	if (number >= 0)
		read_hostpci(vm, line, number);
	else if (span_is(key, "args"))
		read_args(vm, line);
	if (line->section != 0)
		return;
	if (span_is(key, "machine"))
		read_machine(vm, line->value);
	else if (span_is(key, "bios"))
		vm->ovmf = span_is(line->value, "ovmf");
	else if (span_is(key, "memory"))
		read_memory(vm, line->value);
	else if (span_is(key, "hugepages"))
		vm->hugepages = true;
	else if (span_is(key, "efidisk0"))
		vm->efidisk = true;
	else if (span_is(key, "template"))
		vm->template = span_boolean(line->value) == 1;
	else if (span_is(key, "vga"))
		vm->vga = line->value;
}

static int by_line(const void *a, const void *b)
{
	const struct pve_problem *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->column > right->column) - (left->column < right->column);
}

void vm_read(struct span text, struct vm *vm)
{
	*vm = (struct vm){.memory = 512};
	pve_conf_read(text, PVE_VM, &vm->conf);
	for (size_t i = 0; i < vm->conf.line_count; i++)
		read_item(vm, &vm->conf.line[i]);
	if (vm->conf.problem_count > 1)
		qsort(vm->conf.problem, vm->conf.problem_count, sizeof(*vm->conf.problem),
			by_line);
}

void vm_free(struct vm *vm)
{
	pve_conf_free(&vm->conf);
	free(vm->hostpci);
	*vm = (struct vm){0};
}

bool vm_in_main(const struct vm *vm, const struct pve_line *from)
{
	return pve_line_where(&vm->conf, from) == PVE_MAIN;
}
