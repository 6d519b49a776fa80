/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `vfio-early enable` would say of the cards of a diagnosis. */
#ifndef TOOLS_DIAGNOSE_REFUSAL_H
#define TOOLS_DIAGNOSE_REFUSAL_H

struct context;
struct intent;

/*
 * Why `enable` refuses the card of the intent, or, for NULL, the first of those that are
 * wanted in a VM: a sentence, malloc'ed. NULL: it does not.
 */
char *enable_refusal(const struct context *context, const struct intent *intent);

#endif
