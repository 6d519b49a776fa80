/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt's domain XML. */
#include "tests/fuzz/fuzz.h"
#include "tools/guests/libvirt-domain.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct domain domain;
	char *why = NULL;

	if (domain_read((const char *)data, size, &domain, &why) == 0)
		PROMISE(domain.name != NULL && why == NULL);
	else
		PROMISE(why != NULL);
	domain_free(&domain);
	free(why);
	return 0;
}
