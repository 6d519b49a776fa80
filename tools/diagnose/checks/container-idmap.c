/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: whether their numbers may be mapped as lxc.idmap has them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/container-guest.h"
#include "tools/guests/idmap.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

#define NOT_STARTED ": the container does not start"
VERDICT no_map = {
	CHECK_SKIP, "the container has the host's numbers for users and groups"};
VERDICT mapped_by_daemon = {CHECK_PASS, "{system} itself maps users and groups"};
VERDICT allowed = {CHECK_PASS, "root may map every user and group of the container"};
VERDICT not_allowed = {
	CHECK_FAIL, "{1} does not let root map the range {2}" NOT_STARTED, "allow it{3}"};
VERDICT overlaps = {CHECK_FAIL,
	"lxc.idmap maps numbers twice, in lines {1} and {2}" NOT_STARTED,
	"make the ranges of {file} follow each other without overlapping"};
VERDICT no_range = {CHECK_FAIL,
	"line {1}: an idmap is u, g or b and three numbers, the last of them not 0" NOT_STARTED,
	"correct the line in {file}"};
VERDICT list_unread = {CHECK_UNKNOWN, "{1}, which says what root may map, cannot be read",
	"look into it"};

struct mapping_check {
	struct findings *findings;
	struct verdict_notes notes;
	const struct container_guest *guest;
	struct lines allow; /* commands that allow what is missing */
};

/* How many numbers from `first` on root owns by this list ("root:100000:65536"): the end
 * of the longest entry that has it. */
static uint64_t owned_end(const char *text, uint64_t first)
{
	struct span rest = span_of(text), line, owner, start, count;
	uint64_t from, length, end = first;

	while (span_line(&rest, &line)) {
		if (!span_piece(&line, ':', &owner) || !span_piece(&line, ':', &start) ||
			!span_piece(&line, ':', &count) ||
			!(span_is(owner, "root") || span_is(owner, "0")) ||
			!span_number(span_trim(start), 10, UINT32_MAX, &from) ||
			!span_number(span_trim(count), 10, UINT32_MAX, &length))
			continue;
		if (from <= first && first < from + length && from + length > end)
			end = from + length;
	}
	return end;
}

/* newuidmap lets several entries follow each other, and everybody map himself (shadow's
 * lib/subordinateio.c have_range, src/newuidmap.c). */
static bool may_map(const char *text, const struct idmap_range *range)
{
	uint64_t at = range->outside, end = range->outside + range->count, next;

	if (range->outside == 0 && range->count == 1)
		return true;
	for (; at < end; at = next) {
		next = owned_end(text, at);
		if (next == at)
			return false;
	}
	return true;
}

static char *place_of(const struct mapping_check *check, const struct idmap_range *range)
{
	return range->from != NULL ? container_line_path(check->guest, range->from)
				   : copy_text(check->guest->path);
}

/* Proxmox has another way. */
static const char by_device[] =
	"; a container that needs a group of the host for a device is better given it by "
	"devN with gid=, which needs no lxc.idmap";

static void note_list(struct mapping_check *check, const char *list, char kind,
	const struct idmap_range *range, size_t count)
{
	CLEANUP_FREE char *text = NULL;
	int error = root_read(list, &text, NULL);

	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *place = place_of(check, &range[i]);
		CLEANUP_FREE char *numbers = format_text("%llu to %llu",
			(unsigned long long)range[i].outside,
			(unsigned long long)(range[i].outside + range[i].count - 1));
		bool may = error == 0 && may_map(text, &range[i]);

		if (!idmap_is_about(&range[i], kind))
			continue;
		/* Proxmox sets up its own when it is installed. */
		verdict_note(check->findings, &check->notes,
			error < 0 ? (range[i].from != NULL ? &list_unread : NULL)
			: may	  ? NULL
				  : &not_allowed,
			place, numbers, list, numbers,
			check->guest->system == CONTAINER_PROXMOX ? by_device : "", NULL);
		if (error == 0 && !may)
			lines_add(&check->allow, "echo root:%llu:%llu >>%s",
				(unsigned long long)range[i].outside,
				(unsigned long long)range[i].count, list);
	}
}

static bool overlap(uint64_t a, uint64_t b, uint64_t length_a, uint64_t length_b)
{
	return a < b + length_b && b < a + length_a;
}

/* The kernel refuses a map whose ranges overlap, on either side. */
static void note_overlaps(struct mapping_check *check, char kind,
	const struct idmap_range *range, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			const struct idmap_range *a = &range[i], *b = &range[j];
			CLEANUP_FREE char *first = NULL, *second = NULL, *place = NULL;

			if (!idmap_is_about(a, kind) || !idmap_is_about(b, kind) ||
				(!overlap(a->inside, b->inside, a->count, b->count) &&
					!overlap(a->outside, b->outside, a->count,
						b->count)))
				continue;
			first = format_text("%u", a->from->line);
			second = format_text("%u", b->from->line);
			place = place_of(check, b);
			verdict_note(check->findings, &check->notes, &overlaps, place,
				"overlaps", first, second, NULL);
		}
}

static void note_wrong_lines(struct mapping_check *check)
{
	const struct pve_conf *conf = &check->guest->conf.conf;
	struct idmap_range range;

	for (size_t i = 0; i < conf->line_count; i++) {
		const struct pve_line *line = &conf->line[i];
		CLEANUP_FREE char *place = container_line_path(check->guest, line);
		CLEANUP_FREE char *number = format_text("%u", line->line);
		CLEANUP_FREE char *value = span_copy(line->value);

		if (line->section == 0 && span_is(line->key, "lxc.idmap") &&
			!idmap_read(line, &range))
			verdict_note(check->findings, &check->notes, &no_range, place,
				value, number, NULL);
	}
}

static void check_idmap(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct mapping_check check = {.findings = findings, .guest = guest};
	size_t count;
	CLEANUP_FREE struct idmap_range *range = container_idmap(&guest->conf, &count);
	bool refused;

	(void)context;
	if (guest->system == CONTAINER_INCUS || guest->system == CONTAINER_LXD) {
		verdict_row(findings, &mapped_by_daemon, NULL);
		return;
	}
	note_wrong_lines(&check);
	if (count == 0 && check.notes.worst == NULL) {
		verdict_row(findings, &no_map, NULL);
		return;
	}
	note_overlaps(&check, 'u', range, count);
	note_overlaps(&check, 'g', range, count);
	note_list(&check, "/etc/subuid", 'u', range, count);
	note_list(&check, "/etc/subgid", 'g', range, count);
	refused = check.notes.worst == &not_allowed;
	verdict_conclude(findings, &check.notes, &allowed);
	for (size_t i = 0; refused && i < check.allow.count; i++)
		finding_command(findings, "%s", check.allow.line[i]);
	lines_free(&check.allow);
}

const struct check container_idmap_checks[] = {
	{.id = "CT-IDMAP",
		.about =
			"whether its users and groups may be mapped as lxc.idmap has them",
		.run_container = check_idmap},
	{0},
};
