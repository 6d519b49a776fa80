/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line and the flag on it. */
#include "cmdline/cmdline.h"
#include "cmdline/flag.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct cmdline cmdline = cmdline_read(text.text, text.length);
	struct parameter parameter;
	struct flag flag;
	size_t words = 0;

	while (cmdline_next(&cmdline, &parameter)) {
		PROMISE(++words <= CMDLINE_SIZE);
		PROMISE(parameter.word.length > 0);
		PROMISE(inside(parameter.word, text));
		PROMISE(inside(parameter.name, parameter.word));
		PROMISE(inside(parameter.value, parameter.word));
		PROMISE(parameter.has_value || parameter.value.length == 0);
	}
	flag_find(text.text, text.length, &flag);
	PROMISE(flag.count <= FLAG_SELECTORS_MAX);
	PROMISE((flag.state == FLAG_BAD) == (flag.error != NULL));
	PROMISE(flag.state == FLAG_ABSENT || inside(flag.value, text));
	for (unsigned int i = 0; i < flag.count; i++) {
		PROMISE(inside(flag.item[i].word, flag.value));
		PROMISE(flag.item[i].error == NULL ||
			inside(flag.item[i].bad, flag.item[i].word));
	}
	return 0;
}
