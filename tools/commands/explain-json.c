/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/commands/explain-json.h"
#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/pci/cards.h"

json_t *wrong_words_json(const struct wrong_words *wrong)
{
	json_t *list = json_array();

	for (size_t i = 0; i < wrong->count; i++) {
		const struct wrong_word *word = &wrong->word[i];
		json_t *object = json_object();

		json_object_set_new(
			object, "word", json_text_of(word->word.text, word->word.length));
		json_object_set_new(
			object, "bad", json_text_of(word->bad.text, word->bad.length));
		json_object_set_new(object, "error", json_text(word->sentence));
		json_array_append_new(list, object);
	}
	return list;
}

json_t *explain_devices_json(
	const struct prediction *prediction, const struct devices *devices)
{
	static const char *const action[] = {
		[ACTION_LEAVE] = "leave",
		[ACTION_TAKE] = "take",
		[ACTION_KEEP] = "keep",
	};
	json_t *list = json_array();

	for (unsigned int i = 0; i < prediction->plan.count; i++) {
		const struct plan_entry *entry = &prediction->plan.entry[i];
		const struct span word = prediction->flag.item[entry->item].word;
		const struct pci_device *device =
			devices_find(devices, &entry->device->function.address);
		CLEANUP_FREE char *reason = explain_reason(entry);
		json_t *object;

		if (device == NULL)
			continue;
		object = json_object();
		json_object_set_new(object, "address", json_text(device->address));
		json_object_set_new(object, "id", json_text(device->id));
		json_object_set_new(object, "name", json_text(device->name));
		json_object_set_new(object, "word", json_text_of(word.text, word.length));
		json_object_set_new(object, "action", json_text(action[entry->action]));
		json_object_set_new(object, "driver", json_text(entry->driver));
		json_object_set_new(object, "reason",
			reason[0] != '\0' ? json_text(reason) : json_null());
		json_array_append_new(list, object);
	}
	return list;
}
