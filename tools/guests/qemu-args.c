/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/guests/qemu-args.h"

static struct span without_quotes(struct span value)
{
	char first = value.length >= 2 ? value.text[0] : '\0';

	if ((first == '\'' || first == '"') && value.text[value.length - 1] == first)
		return (struct span){value.text + 1, value.length - 2};
	return value;
}

/* The last name of a path; a slash at its end does not count. */
static struct span last_name(struct span path)
{
	struct span piece, last = {0};

	while (span_piece(&path, '/', &piece))
		if (piece.length > 0)
			last = piece;
	return last;
}

/* "0000:01:00.0" or a UUID, by what a path below /sys ends in. */
static void read_sysfs_path(struct span path, struct qemu_vfio_device *device)
{
	struct span name = last_name(path);

	if (span_has(name, ":"))
		device->host = name;
	else
		device->mdev = name;
}

bool qemu_vfio_device_read(struct span value, struct qemu_vfio_device *device)
{
	struct span rest = without_quotes(value), piece;

	*device = (struct qemu_vfio_device){0};
	if (!span_piece(&rest, ',', &piece) ||
		!(span_is(piece, "vfio-pci") || span_is(piece, "vfio-pci-nohotplug")))
		return false;
	while (span_piece(&rest, ',', &piece)) {
		if (span_starts(piece, "host="))
			device->host = span_from(piece, strlen("host="));
		else if (span_starts(piece, "sysfsdev="))
			read_sysfs_path(span_from(piece, strlen("sysfsdev=")), device);
		else if (span_starts(piece, "romfile="))
			device->romfile = span_from(piece, strlen("romfile="));
	}
	return device->host.length > 0 || device->mdev.length > 0;
}
