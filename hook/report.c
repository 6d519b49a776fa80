/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "hook/log.h"
#include "hook/record.h"
#include "hook/report.h"

static void report_words(int root, const struct flag *flag, const struct plan *plan)
{
	char buffer[LOG_LINE_MAX];
	struct text text = text_in(buffer, sizeof(buffer));

	if (flag->state == FLAG_BAD) {
		text_add(&text, FLAG_NAME "=: \"");
		text_add_printable(&text, flag->bad);
		text_add(&text, "\": ");
		text_add(&text, flag->error);
		text_add(&text, "; every device stays with the host");
		log_line(root, LOG_WARNING, buffer);
	}
	for (unsigned int i = 0; i < flag->count; i++) {
		if (plan->word[i] == WORD_FITS)
			continue;
		text = text_in(buffer, sizeof(buffer));
		text_add(&text, FLAG_NAME "=: ");
		record_word_error(flag, plan, i, &text);
		log_line(root, LOG_WARNING, buffer);
	}
}

static void add_slot(struct text *text, const struct pci_address *address)
{
	text_add_hex(text, address->domain, 4);
	text_add(text, ":");
	text_add_hex(text, address->bus, 2);
	text_add(text, ":");
	text_add_hex(text, address->device, 2);
}

static void add_function(struct text *text, const struct plan_entry *entry)
{
	text_add(text, " .");
	text_add_hex(text, entry->device->function.address.function, 1);
	text_add(text, " ");
	text_add_hex(text, entry->device->function.vendor, 4);
	text_add(text, ":");
	text_add_hex(text, entry->device->function.device, 4);
}

/* The function whose reason or problem explains the card. */
static unsigned int culprit(const struct plan *plan, const struct result *result,
	unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		if (result[i].problem != NULL ||
			(plan->entry[i].reason != REASON_NONE &&
				plan->entry[i].reason != REASON_SIBLING))
			return i;
	return first;
}

static void report_card(int root, const struct plan *plan,
	const struct result result[SCAN_MAX], unsigned int first, unsigned int end)
{
	unsigned int why = culprit(plan, result, first, end);
	const struct plan_entry *entry = &plan->entry[why];
	enum outcome outcome = result[why].outcome;
	char buffer[LOG_LINE_MAX];
	struct text text = text_in(buffer, sizeof(buffer));

	add_slot(&text, &plan->entry[first].device->function.address);
	text_add(&text, ":");
	for (unsigned int i = first; i < end; i++)
		add_function(&text, &plan->entry[i]);
	if (outcome == OUTCOME_TAKEN || outcome == OUTCOME_KEPT) {
		text_add(&text,
			outcome == OUTCOME_TAKEN ? " taken for " : " already with ");
		text_add(&text, result[first].after);
		log_line(root, LOG_INFO, buffer);
		return;
	}
	if (outcome == OUTCOME_HELD) {
		text_add(&text, " held for ");
		text_add(&text, entry->driver);
		text_add(&text, ", which cannot be loaded yet");
		log_line(root, LOG_INFO, buffer);
		return;
	}
	text_add(&text, outcome == OUTCOME_FAILED     ? " failed: ."
			: outcome == OUTCOME_RESTORED ? " given back to the host: ."
						      : " left to the host: .");
	text_add_hex(&text, entry->device->function.address.function, 1);
	text_add(&text, ": ");
	if (result[why].problem != NULL)
		text_add(&text, result[why].problem);
	else
		plan_add_reason(entry, &text);
	if (result[why].error != 0) {
		text_add(&text, " (error ");
		text_add_number(&text, (uint64_t)result[why].error);
		text_add(&text, ")");
	}
	log_line(root, LOG_WARNING, buffer);
}

void report_boot(int root, const struct flag *flag, const struct plan *plan,
	const struct result result[SCAN_MAX])
{
	report_words(root, flag, plan);
	for (unsigned int first = 0, end; first < plan->count; first = end) {
		end = plan_card_end(plan, first);
		report_card(root, plan, result, first, end);
	}
}
