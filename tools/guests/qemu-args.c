/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <jansson.h>

#include "tools/guests/qemu-args.h"
#include "tools/text/string.h"

bool qemu_args_word(struct span *rest, struct span *word)
{
	char quote = '\0';
	size_t end = 0;

	*rest = span_trim(*rest);
	for (; end < rest->length; end++) {
		char c = rest->text[end];

		if (c == '\\' && quote != '\'' && end + 1 < rest->length)
			end++;
		else if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '\'' || c == '"')
			quote = c;
		else if (strchr(" \t", c) != NULL)
			break;
	}
	*word = (struct span){rest->text, end};
	*rest = span_from(*rest, end);
	return end > 0;
}

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

static bool is_vfio(struct span driver)
{
	return span_is(driver, "vfio-pci") || span_is(driver, "vfio-pci-nohotplug");
}

/* A JSON document with its quotes, behind "'" or behind '"' with a "\" before each. */
static json_t *load_json(struct span value)
{
	struct span inside = without_quotes(value);
	CLEANUP_FREE char *text = span_copy(inside);
	char *to = text;

	if (value.length > 0 && value.text[0] == '"') {
		for (const char *from = text; *from != '\0'; from++)
			if (*from != '\\' || from[1] == '\0')
				*to++ = *from;
			else
				*to++ = *++from;
		*to = '\0';
	}
	return text[0] == '{' ? json_loads(text, 0, NULL) : NULL;
}

/* The string with this key, where it stands in the value. */
static struct span find_string(const json_t *object, const char *key, struct span value)
{
	const char *string = json_string_value(json_object_get(object, key));
	const char *at =
		string == NULL || string[0] == '\0'
			? NULL
			: memmem(value.text, value.length, string, strlen(string));

	return at != NULL ? (struct span){at, strlen(string)} : (struct span){0};
}

static void read_json(
	const json_t *object, struct span value, struct qemu_vfio_device *device)
{
	struct span path = find_string(object, "sysfsdev", value);

	if (!is_vfio(find_string(object, "driver", value)))
		return;
	device->host = find_string(object, "host", value);
	if (path.length > 0)
		read_sysfs_path(path, device);
	device->romfile = find_string(object, "romfile", value);
}

static void read_pieces(struct span rest, struct qemu_vfio_device *device)
{
	struct span piece;

	if (!span_piece(&rest, ',', &piece) || !is_vfio(piece))
		return;
	while (span_piece(&rest, ',', &piece)) {
		if (span_starts(piece, "host="))
			device->host = span_from(piece, strlen("host="));
		else if (span_starts(piece, "sysfsdev="))
			read_sysfs_path(span_from(piece, strlen("sysfsdev=")), device);
		else if (span_starts(piece, "romfile="))
			device->romfile = span_from(piece, strlen("romfile="));
	}
}

bool qemu_vfio_device_read(struct span value, struct qemu_vfio_device *device)
{
	json_t *object = load_json(value);

	*device = (struct qemu_vfio_device){0};
	if (object != NULL)
		read_json(object, value, device);
	else
		read_pieces(without_quotes(value), device);
	json_decref(object);
	return device->host.length > 0 || device->mdev.length > 0;
}
