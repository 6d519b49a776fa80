/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log: /dev/kmsg's records, and the lines of a saved one. The first byte says
 * which. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/text/string.h"
#include "tools/diagnose/log/kmsg.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned long long line = 0;
	size_t at = 1;
	char *text;

	if (size == 0)
		return 0;
	/* a NUL ends the text, as it does what root_read gives */
	text = allocate_more(NULL, size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	kmsg_looks_like(text + 1);
	while (at < size) {
		struct log_record record = {0};
		size_t used = data[0] == 'k' ? kmsg_record(text + at, size - at, &record)
					     : dmesg_record(text + at, size - at, ++line,
						       &record);

		PROMISE(used <= size - at);
		if (used > 0) {
			PROMISE(record.text != NULL);
			PROMISE(strchr(record.text, '\n') == NULL);
			PROMISE(record.level >= -1 && record.level <= 7);
		}
		at += used > 0 ? used : 1;
		log_record_free(&record);
	}
	free(text);
	return 0;
}
