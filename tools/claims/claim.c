/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A claim on a device: what it speaks of, and the words that it is written with. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/claims/claim.h"

struct claim *claims_add(struct claims *claims, enum claim_kind kind, const char *who,
	const char *path, unsigned int line, struct span what, struct span text)
{
	struct claim *claim = ARRAY_ADD(claims->claim, claims->count);

	*claim = (struct claim){
		.kind = kind,
		.who = who,
		.what = span_copy(what),
		.text = span_copy(span_trim(text)),
		.source = line > 0 ? format_text("%s:%u", path, line) : copy_text(path),
		.ours = strstr(path, "vfio-early") != NULL,
	};
	return claim;
}

void claims_free(struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++) {
		free(claims->claim[i].what);
		free(claims->claim[i].driver);
		free(claims->claim[i].source);
		free(claims->claim[i].text);
	}
	free(claims->claim);
	*claims = (struct claims){0};
}

bool is_vm_driver(struct span name)
{
	static const char *const names[] = {"pci-stub", "xen-pciback", "pciback"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (kernel_name_is(name, names[i]))
			return true;
	return driver_name_is_vfio(name);
}

/* hhhh:hh:hh.h, or with "_" between as libvirt's node devices have it */
static bool is_address(const char *text, struct pci_address *address)
{
	static const char form[] = "hhhh:hh:hh.h";
	char plain[sizeof(form)];

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		char c = text[i];

		if (form[i] == 'h' ? hex_digit(c) < 0 : c != form[i] && c != '_')
			return false;
		plain[i] = form[i] == 'h' ? c : form[i];
	}
	return pci_address_parse((struct span){plain, sizeof(form) - 1}, address);
}

bool find_address(struct span *rest, struct pci_address *address)
{
	const size_t length = strlen("0000:01:00.0");

	for (size_t i = 0; i + length <= rest->length; i++) {
		/* not the end of a longer number */
		if (i > 0 && hex_digit(rest->text[i - 1]) >= 0)
			continue;
		if (!is_address(rest->text + i, address))
			continue;
		*rest = span_from(*rest, i + length);
		return true;
	}
	return false;
}

static bool id_fits(uint32_t wanted, uint32_t is)
{
	return wanted == ID_ANY || wanted == is;
}

bool claim_means(const struct claim *claim, const struct pci_device *device)
{
	const struct pci_function *function = &device->facts.function;
	const struct claim_id *id = &claim->id;

	if (claim->target == TARGET_ADDRESS)
		return pci_address_compare(&claim->address, &function->address) == 0;
	if (claim->target != TARGET_ID)
		return false;
	return id_fits(id->vendor, function->vendor) &&
	       id_fits(id->device, function->device) &&
	       id_fits(id->subvendor, function->subvendor) &&
	       id_fits(id->subdevice, function->subdevice) &&
	       ((id->class ^ device->facts.class) & id->mask) == 0;
}
