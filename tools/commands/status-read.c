/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/text/span.h"
#include "tools/boot/loader.h"
#include "tools/boot/state.h"
#include "tools/kernel/parameters.h"
#include "tools/images/ready.h"
#include "tools/system/root.h"
#include "tools/commands/status-read.h"

static int read_choice(struct status *status, char **why)
{
	bool any;

	if (conf_load(&status->conf, &status->conf_why) < 0)
		conf_free(&status->conf);
	any = status->conf.devices != NULL && status->conf.devices[0] != '\0';
	status->choice_line = passthrough_parameters(any ? status->conf.devices : "off");
	status->choice = predict_boot(status->choice_line, true, why);
	return status->choice != NULL ? 0 : -EIO;
}

static int read_running(struct status *status, char **why)
{
	if (root_read("/proc/cmdline", &status->cmdline, NULL) < 0)
		status->cmdline = copy_text("");
	status->running = predict_boot(status->cmdline, false, why);
	if (status->running == NULL)
		return -EIO;
	status->has_record = record_read(&status->record, &status->record_why) == 0;
	return 0;
}

/* An unknown boot loader may have been told by hand: then this boot's words stay. */
static int read_next(struct status *status, char **why)
{
	const struct boot_state *boot = &status->boot;
	const char *words;

	boot_read(&status->boot);
	words = boot->parameters;
	if (words == NULL && boot->next == NEXT_NORMAL)
		words = "";
	if (words == NULL && boot->next == NEXT_UNKNOWN && boot->loader == NULL)
		words = status->cmdline;
	if (words == NULL)
		return 0;
	status->next = predict_boot(words, true, why);
	return status->next != NULL ? 0 : -EIO;
}

int status_read(struct status *status, char **why)
{
	int error;

	*status = (struct status){0};
	error = devices_read(&status->devices, why);
	if (error == 0)
		error = read_choice(status, why);
	if (error == 0)
		error = read_running(status, why);
	if (error == 0)
		error = read_next(status, why);
	if (error < 0) {
		status_free(status);
		return error;
	}
	(void)journal_read(&status->journal, &status->journal_why);
	kernels_find(&status->kernels);
	kernels_check(&status->kernels, DEPTH_NOTE);
	return 0;
}

void status_free(struct status *status)
{
	for (size_t i = 0; i < status->differences; i++)
		free(status->difference[i].text);
	free(status->difference);
	journal_free(&status->journal);
	free(status->journal_why);
	kernels_free(&status->kernels);
	free(status->next);
	boot_state_free(&status->boot);
	free(status->record_why);
	if (status->has_record)
		record_free(&status->record);
	free(status->running);
	free(status->cmdline);
	free(status->choice);
	free(status->choice_line);
	free(status->conf_why);
	conf_free(&status->conf);
	devices_free(&status->devices);
	*status = (struct status){0};
}

bool status_is_passthrough(const struct status *status)
{
	return status->running->flag.state == FLAG_ON ||
	       status->running->flag.state == FLAG_BAD;
}

bool status_is_healthy(const struct status *status)
{
	for (size_t i = 0; i < status->differences; i++)
		if (!status->difference[i].healthy)
			return false;
	return true;
}

bool status_concerns(const struct status *status, const struct pci_device *device)
{
	const struct pci_address *address = &device->facts.function.address;

	return prediction_of(status->choice, address) != NULL ||
	       prediction_of(status->running, address) != NULL ||
	       (status->has_record && record_of(&status->record, address) != NULL) ||
	       (status->next != NULL && prediction_of(status->next, address) != NULL);
}

void status_add(struct status *status, bool healthy, const char *id, char *text)
{
	*ARRAY_ADD(status->difference, status->differences) =
		(struct difference){id, text, healthy};
}
