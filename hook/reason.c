/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmdline/address.h"
#include "hook/reason.h"

const char *reason_text(enum reason reason)
{
	switch (reason) {
	case REASON_NONE:
		return "";
	case REASON_WRONG_ID:
		return "another device than the flag says is at this place";
	case REASON_BAD_WORD:
		return "a word of the flag that speaks of this card cannot be read";
	case REASON_LOST_WORD:
		return "a word of the flag cannot be read, and may have meant any card";
	case REASON_BRIDGE:
		return "it is a bridge, which is never given away";
	case REASON_DEAD:
		return "it does not answer: its configuration space reads ff";
	case REASON_NO_GROUP:
		return "it has no IOMMU group: the IOMMU is off, or missing in this machine";
	case REASON_PARENT:
		return "its virtual functions or mediated devices are in use";
	case REASON_BOOT_DISPLAY:
		return "it is the boot display, which is only taken by its address";
	case REASON_LAST_DISPLAY:
		return "no display would be left to the host; name it by its address";
	case REASON_STORAGE:
		return "it is a storage controller, which is only taken by its address";
	case REASON_DRIVER:
		return "is not known to let go";
	case REASON_IN_USE:
		return "it is in use by ";
	case REASON_TWO_DRIVERS:
		return "two words of the flag name different drivers for it";
	case REASON_SIBLING:
		return "another function of this card stays with the host";
	case REASON_GROUP:
		return "a device in its IOMMU group stays with the host";
	case REASON_OVERFLOW:
		return "too many devices fit the flag";
	}
	return "";
}

void reason_add(enum reason reason, const struct device *device,
	const struct device *culprit, struct text *text)
{
	if (reason == REASON_DRIVER) {
		text_add(text, "its driver ");
		text_add(text, device->driver);
		text_add(text, " ");
	}
	text_add(text, reason_text(reason));
	if (reason == REASON_IN_USE)
		device_use_add(&device->use, text);
	if (culprit == NULL)
		return;
	text_add(text, " (");
	if (reason == REASON_SIBLING) {
		text_add(text, "function ");
		text_add_number(text, culprit->function.address.function);
	} else {
		pci_address_format(&culprit->function.address, text);
	}
	text_add(text, ")");
}
