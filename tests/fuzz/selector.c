/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One selector: what is understood, written again and read again, is the same. */
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/selector.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct span word = {(const char *)data, size}, bad = {0};
	char once[SELECTOR_TEXT_MAX], twice[SELECTOR_TEXT_MAX];
	struct text text = text_in(once, sizeof(once)), again;
	struct selector selector, second;
	struct pci_address address, same;
	const char *error = selector_parse(word, &selector, &bad);

	if (error != NULL) {
		PROMISE(inside(bad, word));
		return 0;
	}
	PROMISE(selector.has_place || selector.has_id);
	selector_format(&selector, &text);
	PROMISE(!text.cut);
	PROMISE(selector_parse((struct span){once, text.length}, &second, &bad) == NULL);
	again = text_in(twice, sizeof(twice));
	selector_format(&second, &again);
	PROMISE(strcmp(once, twice) == 0);

	if (pci_address_parse(word, &address)) {
		text = text_in(once, sizeof(once));
		pci_address_format(&address, &text);
		PROMISE(pci_address_parse((struct span){once, text.length}, &same));
		PROMISE(pci_address_compare(&address, &same) == 0);
	}
	return 0;
}
