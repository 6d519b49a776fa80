/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook/outcome.h"

const char *outcome_text(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_LEFT:
		return "left";
	case OUTCOME_TAKEN:
		return "taken";
	case OUTCOME_KEPT:
		return "kept";
	case OUTCOME_HELD:
		return "held";
	case OUTCOME_RESTORED:
		return "restored";
	case OUTCOME_FAILED:
		return "failed";
	}
	return "";
}
