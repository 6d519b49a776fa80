/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_DIAGNOSE_TEXT_OF_H
#define TOOLS_DIAGNOSE_TEXT_OF_H

#include <jansson.h>

/* The string behind a key; "" if there is none. */
static inline const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

#endif
