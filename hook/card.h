/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a card is, and what a bridge is: from what the scan read alone. */
#ifndef HOOK_CARD_H
#define HOOK_CARD_H

#include "hook/device.h"

/*
 * A card is a display and what hangs on it, of its slot: sound and USB, and what has its
 * IOMMU group or its maker. Every other function is a card of its own: the ports of a
 * NIC, a physical function and its virtual ones, what shares a slot with the display of
 * an APU.
 */
bool device_hangs_on(const struct device *device, const struct device *display);

/* Whether both are of one card, once device_find_card() has seen them. */
bool device_same_card(const struct device *a, const struct device *b);

/* Sets `card` of a device, from the `count` functions of its slot (or more). */
void device_find_card(
	struct device *device, const struct device *slot, unsigned int count);

/* Never given away: what the kernel takes for a bridge (its header has another type), the
 * host bridge and the ISA bridge. */
bool device_is_bridge(const struct device *device);
/* Its configuration space reads ff. */
bool device_is_dead(const struct device *device);

/* Shows a picture: any class 03, but of 3D controllers (0302) only those that are seen to
 * have a screen, and no virtual function. */
bool device_is_display(const struct device *device);

#endif
