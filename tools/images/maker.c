/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tools/images/maker.h"
#include "tools/text/string.h"

bool generator_is_ours(const struct generator *generator)
{
	return generator->make != NULL;
}

char *generator_obstacle(const struct generator *generator)
{
	char *obstacle = generator->obstacle != NULL ? generator->obstacle() : NULL;

	if (obstacle == NULL && generator->switched_off != NULL)
		obstacle = generator->switched_off();
	return obstacle;
}

char *generator_names(const char *joint)
{
	char *names = copy_text("");
	size_t left = 0;

	for (size_t i = 0; generators[i] != NULL; i++)
		left += generator_is_ours(generators[i]);
	for (size_t i = 0; generators[i] != NULL; i++) {
		if (!generator_is_ours(generators[i]))
			continue;
		left--;
		text_append(&names, "%s%s", generators[i]->name,
			left > 1    ? ", "
			: left == 1 ? joint
				    : "");
	}
	return names;
}

static bool has_mark(const struct image *image, const struct generator *generator)
{
	for (const struct sign *sign = generator->signs; sign->path[0] != NULL; sign++)
		if (sign->mark && image_has(image, sign))
			return true;
	return false;
}

const struct generator *generator_of(const struct image *image)
{
	for (size_t i = 0; generators[i] != NULL; i++)
		if (has_mark(image, generators[i]))
			return generators[i];
	return NULL;
}

const struct sign **generator_signs(void)
{
	const struct sign **signs;
	size_t count = 0;

	while (generators[count] != NULL)
		count++;
	signs = allocate_more(NULL, (count + 1) * sizeof(*signs));
	for (size_t i = 0; i < count; i++)
		signs[i] = generators[i]->signs;
	signs[count] = NULL;
	return signs;
}
