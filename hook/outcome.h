/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a function: the words of the record, which the host tool reads. */
#ifndef HOOK_OUTCOME_H
#define HOOK_OUTCOME_H

enum outcome {
	OUTCOME_LEFT,	  /* not touched: the plan's reason says why */
	OUTCOME_TAKEN,	  /* bound to the VFIO driver by us */
	OUTCOME_KEPT,	  /* was bound to it already */
	OUTCOME_HELD,	  /* kept from all drivers until its VFIO driver can be loaded */
	OUTCOME_RESTORED, /* could not be taken and went back to the host */
	OUTCOME_FAILED,	  /* could not be taken, nor be given back as it was */
};

/* The record's word for an outcome. */
const char *outcome_text(enum outcome outcome);

#endif
