/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: NVIDIA's libraries inside, which must be of the driver's version. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/guests.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/log/kernel-log.h"

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  595.45.04  Tue ..."; malloc'ed */
static char *driver_version(void)
{
	CLEANUP_FREE char *text = root_read_word("/proc/driver/nvidia/version");
	struct span rest, line, word;

	if (text == NULL)
		return NULL;
	rest = span_of(text);
	if (!span_line(&rest, &line))
		return NULL;
	/* the first word that is digits and dots */
	while (span_word(&line, &word))
		if (word.length > 3 && word.text[0] >= '1' && word.text[0] <= '9' &&
			strspn(word.text, "0123456789.") >= word.length &&
			memchr(word.text, '.', word.length) != NULL)
			return span_copy(word);
	return NULL;
}

/* libnvidia-ml.so.595.45.04 in the container; malloc'ed path or NULL */
static char *library_inside(const struct container_guest *guest, char **version)
{
	static const char *const places[] = {"usr/lib/x86_64-linux-gnu", "usr/lib64",
		"usr/lib", "usr/lib/aarch64-linux-gnu",
		"usr/lib/x86_64-linux-gnu/nvidia/current"};
	static const char stem[] = "libnvidia-ml.so.";
	char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(places) && found == NULL; i++) {
		CLEANUP_FREE char *place =
			format_text("/proc/%ld/root/%s", guest->pid, places[i]);
		char **names = root_list(place);

		for (size_t j = 0; names[j] != NULL && found == NULL; j++) {
			if (!text_begins(names[j], stem) ||
				strchr(names[j] + strlen(stem), '.') == NULL)
				continue;
			*version = copy_text(names[j] + strlen(stem));
			found = format_text("%s/%s", place, names[j]);
		}
		root_list_free(names);
	}
	return found;
}

static bool wants_nvidia(const struct container *container)
{
	size_t count;
	struct wanted_node *wanted = container_wanted(container, &count);
	bool found = container->nvidia_hook != NULL;

	for (size_t i = 0; i < count && !found; i++)
		found = gpu_node_kind(wanted[i].source) == GPU_NODE_NVIDIA ||
			gpu_node_kind(wanted[i].source) == GPU_NODE_NVIDIA_ALL;
	free(wanted);
	return found;
}

#define INSTALL(what) \
	"install " what " {1} inside, without the kernel module: the installer's " \
	"--no-kernel-modules"
static const char none_title[] = "no NVIDIA library was found inside the container";
VERDICT no_driver = {CHECK_SKIP, "the NVIDIA driver is not loaded on the host"};
VERDICT not_running = {CHECK_UNKNOWN,
	"which NVIDIA libraries the container has is seen while it runs only",
	"start it and ask again", "{start}"};
VERDICT none_wanted = {CHECK_SKIP, "the container wants nothing of NVIDIA's"};
VERDICT none_found = {CHECK_WARN, none_title, INSTALL("NVIDIA's libraries")};
VERDICT none_visible = {CHECK_UNKNOWN, none_title, INSTALL("NVIDIA's libraries")};
VERDICT same_version = {
	CHECK_PASS, "the NVIDIA libraries inside, {2}, are of the host's driver"};
VERDICT other_version = {CHECK_FAIL,
	"the NVIDIA libraries inside are {2}, the host's driver is {1}",
	INSTALL("the libraries")};

static void say_library(const struct context *context, const char *driver,
	const char *library, const char *version, struct findings *findings)
{
	const struct log_record *record =
		log_find(context->log, NULL, "API mismatch: the client");
	const struct verdict *verdict =
		library == NULL ? (context->root ? &none_found : &none_visible)
		: strcmp(version, driver) == 0 ? &same_version
					       : &other_version;

	verdict_row(findings, verdict, driver, version, NULL);
	finding_evidence(findings, "/proc/driver/nvidia/version", "%s", driver);
	if (library != NULL)
		finding_evidence(findings, library, "%s", version);
	if (verdict == &other_version && record != NULL)
		finding_evidence(findings, context->log->source, "%s", record->text);
}

static void check_library(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	CLEANUP_FREE char *driver = driver_version();
	CLEANUP_FREE char *version = NULL;
	CLEANUP_FREE char *library = NULL;

	if (driver == NULL || !wants_nvidia(&guest->conf) || guest->pid == 0) {
		verdict_row(findings,
			driver == NULL		      ? &no_driver
			: !wants_nvidia(&guest->conf) ? &none_wanted
						      : &not_running,
			NULL);
		return;
	}
	library = library_inside(guest, &version);
	say_library(context, driver, library, version, findings);
}

const struct check container_library_checks[] = {
	{.id = "CT-USERSPACE-VERSION",
		.about = "whether its NVIDIA libraries fit the host's driver",
		.run_container = check_library},
	{0},
};
