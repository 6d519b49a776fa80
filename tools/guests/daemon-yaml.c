/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "tools/text/string.h"
#include "tools/guests/daemon-yaml.h"

enum { DEPTH_MAX = 4 }; /* instance: devices: gpu0: pci: */

/* Where in the document the parser is: the keys of the mappings around. */
struct place {
	char *key[DEPTH_MAX];
	size_t depth; /* mappings that are open */
	size_t lists; /* sequences that are open: snapshots and such */
	bool has_key; /* the next value is for key[depth - 1] */
};

static const char *key_at(const struct place *place, size_t depth)
{
	return place->key[depth] != NULL ? place->key[depth] : "";
}

/* A value of the instance; it is called "container" in older files. */
static void add_value(struct daemon_settings *settings, const struct place *place,
	const yaml_event_t *event)
{
	bool device = place->depth == 4;

	if (place->lists > 0 || place->depth < 3 || place->depth > DEPTH_MAX ||
		(strcmp(key_at(place, 0), "container") != 0 &&
			strcmp(key_at(place, 0), "instance") != 0))
		return;
	*ARRAY_ADD(settings->setting, settings->count) = (struct daemon_setting){
		.part = copy_text(key_at(place, 1)),
		.device = copy_text(device ? key_at(place, 2) : ""),
		.key = copy_text(key_at(place, place->depth - 1)),
		.value = copy_text((const char *)event->data.scalar.value),
		.line = (unsigned int)event->start_mark.line + 1,
	};
}

static void take_scalar(
	struct daemon_settings *settings, struct place *place, const yaml_event_t *event)
{
	if (place->lists > 0 || place->depth == 0)
		return;
	if (place->has_key) {
		add_value(settings, place, event);
		place->has_key = false;
		return;
	}
	if (place->depth <= DEPTH_MAX) {
		char **key = &place->key[place->depth - 1];

		free_pointer(key);
		*key = copy_text((const char *)event->data.scalar.value);
	}
	place->has_key = true;
}

static void take_event(
	struct daemon_settings *settings, struct place *place, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
		place->depth += place->lists == 0;
		place->has_key = false;
		break;
	case YAML_MAPPING_END_EVENT:
		place->depth -= place->lists == 0;
		place->has_key = false;
		break;
	case YAML_SEQUENCE_START_EVENT:
		place->lists++;
		break;
	case YAML_SEQUENCE_END_EVENT:
		place->lists--;
		place->has_key = place->lists > 0 && place->has_key;
		break;
	case YAML_SCALAR_EVENT:
		take_scalar(settings, place, event);
		break;
	case YAML_ALIAS_EVENT:
		place->has_key = false;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

int daemon_settings_read(struct span text, struct daemon_settings *settings)
{
	struct place place = {0};
	yaml_parser_t parser;
	bool more = true;
	int error = 0;

	*settings = (struct daemon_settings){0};
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(
		&parser, (const unsigned char *)text.text, text.length);
	while (more) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			error = -EINVAL;
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		take_event(settings, &place, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	for (size_t i = 0; i < DEPTH_MAX; i++)
		free_pointer(&place.key[i]);
	return error;
}

const char *daemon_setting(const struct daemon_settings *settings, const char *part,
	const char *device, const char *key)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct daemon_setting *setting = &settings->setting[i];

		if (strcmp(setting->part, part) == 0 &&
			strcmp(setting->device, device) == 0 &&
			strcmp(setting->key, key) == 0)
			return setting->value;
	}
	return NULL;
}
