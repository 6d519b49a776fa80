/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/diagnose/checks/signature-match.h"
#include "tools/diagnose/log/kernel-log.h"

bool signature_fits(const struct signature *signature, const char *text)
{
	for (size_t i = 0; i < SIGNATURE_TEXTS && signature->said[i].text != NULL; i++)
		if (log_matches(text, signature->said[i].text))
			return true;
	return false;
}
