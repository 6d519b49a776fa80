/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read before the first check is asked, in this order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/flag.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/boot/loader.h"
#include "tools/claims/places.h"
#include "tools/diagnose/collect.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/wishes-of-claims.h"
#include "tools/diagnose/wishes-of-guests.h"

/* Root by what /proc says, so that a captured system is judged as it was. */
static bool is_root(void)
{
	CLEANUP_FREE char *status = NULL;
	unsigned int real, effective;
	const char *line;

	if (root_read("/proc/self/status", &status, NULL) < 0)
		return false;
	line = strstr(status, "\nUid:");
	return line != NULL && sscanf(line, "\nUid: %u %u", &real, &effective) == 2 &&
	       effective == 0;
}

static void collect_system(struct context *context)
{
	context->root = is_root();
	free(context->cmdline);
	context->cmdline = root_read_word("/proc/cmdline");
	if (context->cmdline == NULL)
		context->cmdline = copy_text("");
}

static void collect_devices(struct context *context)
{
	CLEANUP_FREE char *why = NULL;

	if (devices_read(&context->devices, &why) < 0) {
		context->devices = (struct devices){0};
		lines_add(&context->unread, "%s", why);
	}
}

static void collect_devices_without_config(struct context *context)
{
	devices_without_config = true;
	collect_devices(context);
}

static void collect_log(struct context *context)
{
	const struct request *request = &context->request;

	context->log = request->dmesg_text != NULL
			       ? log_of(request->dmesg, request->dmesg_text,
					 request->dmesg_length)
			       : log_read(request->dmesg);
}

/* One wish for each word of a flag's value. */
static void wish_words(
	struct context *context, const char *words, const char *source, const char *text)
{
	CLEANUP_FREE struct flag *flag = allocate_more(NULL, sizeof(*flag));

	flag_parse((struct span){words, strlen(words)}, flag);
	if (flag->state != FLAG_ON)
		return;
	for (unsigned int i = 0; i < flag->count; i++) {
		CLEANUP_FREE char *word = format_text(
			"%.*s", (int)flag->item[i].word.length, flag->item[i].word.text);

		wish_add(context, WANT_VM, word, NULL, source, "%s", text);
	}
}

/*
 * The chosen cards are wanted in a VM as long as the switch is on: `vfio-early disable`
 * leaves the choice as it is, but is the user's word that the host is to have them. What
 * this boot was told stays true until the next one.
 */
static void collect_selection(struct context *context)
{
	CLEANUP_FREE struct flag *flag = allocate_more(NULL, sizeof(*flag));
	const struct boot_state *boot = &context->boot;
	CLEANUP_FREE char *why = NULL;

	boot_read(&context->boot);
	if (conf_load(&context->conf, &why) < 0)
		lines_add(&context->unread, "%s", why);
	else if (context->conf.devices != NULL &&
		 (boot->loader == NULL || boot->on || boot->once))
		wish_words(
			context, context->conf.devices, conf_path, context->conf.devices);
	flag_find(context->cmdline, strlen(context->cmdline), flag);
	context->running_flag = flag->state == FLAG_ON;
	if (context->running_flag) {
		CLEANUP_FREE char *value =
			format_text("%.*s", (int)flag->value.length, flag->value.text);
		CLEANUP_FREE char *text = format_text(FLAG_NAME "=%s", value);

		wish_words(context, value, "/proc/cmdline", text);
	}
}

static void collect_guests(struct context *context)
{
	int error;

	context->guests = allocate_more(NULL, sizeof(*context->guests));
	error = guests_read(context->guests);
	if (error < 0)
		lines_add(&context->unread,
			"the configuration of some guests cannot be read: %s",
			strerror(-error));
	guests_wish(context);
}

static void collect_claims(struct context *context)
{
	context->claims = allocate_more(NULL, sizeof(*context->claims));
	*context->claims = (struct claims){0};
	claims_read(context->claims);
	wishes_of_claims(context);
}

const struct collector collectors[] = {
	{.name = "the system", .collect = collect_system, .vital = true},
	{.name = "the list of PCI devices",
		.collect = collect_devices,
		.vital = true,
		.instead = collect_devices_without_config},
	{.name = "the kernel log", .collect = collect_log},
	{.name = "vfio-early's selection", .collect = collect_selection},
	{.name = "the guests' configuration", .collect = collect_guests},
	{.name = "who claims the devices", .collect = collect_claims},
	{.name = "what the devices are for", .collect = collect_intents, .vital = true},
	{0},
};
