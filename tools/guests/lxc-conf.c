/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/node.h"
#include "tools/system/root.h"
#include "tools/guests/lxc-conf.h"

enum { DEPTH_MAX = 8 };

const char lxc_renamed_key[] =
	"the key has another name since LXC 2.1, and LXC 3 refuses "
	"the whole file for it";

struct reader {
	struct pve_conf *conf;
	const char *file;   /* NULL: the container's own */
	unsigned int depth; /* of includes; DEPTH_MAX and more: none is followed */
};

static void read_text(const struct reader *reader, struct span text);

/* Keys of LXC 2.0 and older (doc/lxc.container.sgml.in of 2.1), with the new name where
 * it matters here. */
static bool is_renamed(struct span key, struct span *name)
{
	static const char *const old[] = {"lxc.aa_profile", "lxc.aa_allow_incomplete",
		"lxc.se_context", "lxc.seccomp", "lxc.rootfs", "lxc.utsname", "lxc.tty",
		"lxc.pts", "lxc.console", "lxc.devttydir", "lxc.haltsignal",
		"lxc.rebootsignal", "lxc.stopsignal", "lxc.init_cmd", "lxc.init_uid",
		"lxc.init_gid", "lxc.loglevel", "lxc.logfile", "lxc.syslog", "lxc.kmsg",
		"lxc.pivotdir", "lxc.rootfs.backend"};

	*name = key;
	if (span_is(key, "lxc.id_map"))
		*name = span_of("lxc.idmap");
	else if (span_is(key, "lxc.mount"))
		*name = span_of("lxc.mount.fstab");
	if (!span_same(*name, key) || span_starts(key, "lxc.network") ||
		span_starts(key, "lxc.limit."))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(old); i++)
		if (span_is(key, old[i]))
			return true;
	return false;
}

static void add_problem(const struct reader *reader, unsigned int number,
	struct span line, struct span text, const char *what)
{
	struct pve_conf *conf = reader->conf;

	*ARRAY_ADD(conf->problem, conf->problem_count) = (struct pve_problem){
		.file = reader->file,
		.line = number,
		.column = (unsigned int)(text.text - line.text) + 1,
		.text = text,
		.what = what,
	};
}

/* A key without a value takes back what was said under it, or under keys below it. */
static void forget(struct pve_conf *conf, struct span key)
{
	CLEANUP_FREE char *name = span_copy(key);
	CLEANUP_FREE char *below = format_text("%s.", name);
	size_t kept = 0;

	for (size_t i = 0; i < conf->line_count; i++)
		if (!span_is(conf->line[i].key, name) &&
			!span_starts(conf->line[i].key, below))
			conf->line[kept++] = conf->line[i];
	conf->line_count = kept;
}

static struct span without_quotes(struct span value)
{
	if (value.length > 1 && (value.text[0] == '\'' || value.text[0] == '"') &&
		value.text[value.length - 1] == value.text[0])
		return (struct span){value.text + 1, value.length - 2};
	return value;
}

/* A file that is included, or whose lines are mounts; -errno. */
static int read_file(const struct reader *reader, const char *path, struct span *text)
{
	char *content;
	size_t length;
	int error =
		reader->depth < DEPTH_MAX ? root_read(path, &content, &length) : -ELOOP;

	if (error == 0)
		*text = (struct span){content, length};
	return error;
}

static int include_file(const struct reader *reader, const char *path)
{
	struct reader inner = {reader->conf, copy_text(path), reader->depth + 1};
	struct span text;
	int error = read_file(reader, path, &text);

	if (error == 0)
		read_text(&inner, text);
	return error;
}

/* Of a directory what ends in .conf. */
static int include(const struct reader *reader, const char *path)
{
	struct node node;
	char **names;

	if (node_read(path, &node) < 0 || node.type != 'd')
		return include_file(reader, path);
	names = root_list(path);
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *file = format_text("%s/%s", path, names[i]);

		if (text_ends(names[i], ".conf"))
			include_file(reader, file);
	}
	root_list_free(names);
	return 0;
}

static void read_fstab(const struct reader *reader, const char *path)
{
	struct pve_conf *conf = reader->conf;
	const char *file = copy_text(path);
	struct span text, line;
	unsigned int number = 0;

	if (read_file(reader, path, &text) < 0)
		return;
	while (span_line(&text, &line)) {
		struct span entry = span_trim(line);

		number++;
		if (entry.length > 0 && entry.text[0] != '#')
			*ARRAY_ADD(conf->line, conf->line_count) = (struct pve_line){
				.file = file,
				.line = number,
				.column = (unsigned int)(entry.text - line.text) + 1,
				.key = span_of("lxc.mount.entry"),
				.value = entry,
			};
	}
}

static void follow(const struct reader *reader, unsigned int number, struct span line,
	struct span key, struct span value)
{
	CLEANUP_FREE char *path = span_copy(value);

	if (reader->depth >= DEPTH_MAX)
		return;
	if (span_is(key, "lxc.mount.fstab"))
		read_fstab(reader, path);
	else if (span_is(key, "lxc.include") && include(reader, path) == -ENOENT)
		add_problem(reader, number, line, value,
			"the included file is not there, and LXC refuses the whole "
			"configuration");
}

static void read_line(const struct reader *reader, struct span line, unsigned int number)
{
	struct pve_conf *conf = reader->conf;
	struct span rest = span_trim(line), key, name;

	/* what does not begin so is nothing to LXC, comments among it */
	if (!span_starts(rest, "lxc."))
		return;
	if (memchr(rest.text, '=', rest.length) == NULL) {
		add_problem(reader, number, line, rest,
			"there is no = in the line, and LXC refuses the whole file");
		return;
	}
	span_piece(&rest, '=', &key);
	key = span_trim(key);
	if (key.length == 0 || span_has(key, " ") || span_has(key, "\t") ||
		span_has(key, ":")) {
		add_problem(reader, number, line, key,
			"that is no key: LXC wants KEY = VALUE, and refuses the whole file");
		return;
	}
	if (is_renamed(key, &name))
		add_problem(reader, number, line, key, lxc_renamed_key);
	rest = without_quotes(span_trim(rest));
	if (rest.length == 0) {
		forget(conf, name);
		return;
	}
	*ARRAY_ADD(conf->line, conf->line_count) = (struct pve_line){
		.file = reader->file,
		.line = number,
		.column = (unsigned int)(rest.text - line.text) + 1,
		.key = name,
		.value = rest,
	};
	follow(reader, number, line, name, rest);
}

static void read_text(const struct reader *reader, struct span text)
{
	struct span line;
	unsigned int number = 0;

	while (span_line(&text, &line))
		read_line(reader, line, ++number);
}

static void begin(struct pve_conf *conf)
{
	if (conf->section_count == 0)
		*ARRAY_ADD(conf->section, conf->section_count) = (struct pve_section){0};
}

void lxc_conf_add(struct span text, struct pve_conf *conf)
{
	begin(conf);
	read_text(&(struct reader){conf, NULL, DEPTH_MAX}, text);
}

int lxc_conf_load(const char *path, char **text, struct pve_conf *conf)
{
	size_t length;
	int error = root_read(path, text, &length);

	if (error < 0)
		return error;
	begin(conf);
	read_text(&(struct reader){conf, NULL, 0}, (struct span){*text, length});
	return 0;
}
