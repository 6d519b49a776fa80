/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/text/lines.h"
#include "cmdline/flag.h"
#include "tools/selection/conf.h"
#include "tools/system/root.h"

const char conf_path[] = SYSCONFDIR "/vfio-early.conf";

static const char key_devices[] = "devices";

static const char preamble[] =
	"# vfio-early: the devices that the passthrough boot entry gives to vfio-pci.\n"
	"# 'vfio-early enable' writes this file; 'vfio-early help enable' says how a\n"
	"# device can be named.\n";

static char *trim(char *text)
{
	size_t length;

	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Splits "KEY = VALUE" in place. False for lines that say nothing, and for no "=". */
static bool split(char *line, char **key, char **value)
{
	char *equals = strchr(line, '=');

	if (equals == NULL || *trim(line) == '#')
		return false;
	*equals = '\0';
	*key = trim(line);
	*value = trim(equals + 1);
	return true;
}

static bool says_nothing(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return *line == '\0' || *line == '#';
}

/* Takes the value if the flag can carry it. NULL, or what is wrong, malloc'ed. */
static char *read_devices(struct conf *conf, const char *value)
{
	struct flag flag;

	flag_parse((struct span){value, strlen(value)}, &flag);
	if (flag.state == FLAG_BAD)
		return format_text(
			"'%.*s': %s", (int)flag.bad.length, flag.bad.text, flag.error);
	for (unsigned int i = 0; i < flag.count; i++)
		if (flag.item[i].error != NULL)
			return format_text("'%.*s': %s", (int)flag.item[i].bad.length,
				flag.item[i].bad.text, flag.item[i].error);
	conf->devices = copy_text(flag.state == FLAG_ON ? value : "");
	return NULL;
}

/* Takes one line in. NULL, or what is wrong with it. */
static char *read_line(struct conf *conf, const char *line)
{
	CLEANUP_FREE char *copy = copy_text(line);
	char *key, *value;

	if (says_nothing(line))
		return NULL;
	if (!split(copy, &key, &value))
		return format_text("'%s' is not of the form KEY = VALUE", trim(copy));
	if (strcmp(key, key_devices) != 0)
		return format_text(
			"'%s' is no key; the only key is '%s'", key, key_devices);
	if (conf->devices != NULL)
		return format_text("'%s' stands here a second time", key);
	return read_devices(conf, value);
}

int conf_load(struct conf *conf, char **why)
{
	CLEANUP_FREE char *path = root_path(conf_path);
	CLEANUP_FREE char *text = NULL;
	int error = root_read(conf_path, &text, NULL);
	char *rest = text;

	*conf = (struct conf){0};
	if (error == -ENOENT)
		return 0;
	if (error < 0) {
		*why = format_text("cannot read %s: %s", path, strerror(-error));
		return error;
	}
	for (size_t number = 1; rest != NULL && *rest != '\0'; number++) {
		char *line = strsep(&rest, "\n");
		CLEANUP_FREE char *wrong = read_line(conf, line);

		if (wrong != NULL) {
			*why = format_text("%s:%zu: %s", path, number, wrong);
			conf_free(conf);
			return -EINVAL;
		}
		lines_add(&conf->original, "%s", line);
	}
	return 0;
}

void conf_set_devices(struct conf *conf, const char *devices)
{
	free(conf->devices);
	conf->devices = devices != NULL ? copy_text(devices) : NULL;
}

static void add_line(char **text, const char *line)
{
	text_append(text, "%s\n", line);
}

char *conf_format(const struct conf *conf)
{
	CLEANUP_FREE char *ours = format_text(
		"%s = %s", key_devices, conf->devices != NULL ? conf->devices : "");
	char *text = copy_text(conf->original.count == 0 ? preamble : "");
	bool done = false;

	/* The only lines with a key are those of the devices: conf_load refused others.
	 */
	for (size_t i = 0; i < conf->original.count; i++) {
		const char *line = conf->original.line[i];

		if (says_nothing(line)) {
			add_line(&text, line);
		} else {
			add_line(&text, ours);
			done = true;
		}
	}
	if (!done)
		add_line(&text, ours);
	return text;
}

void conf_free(struct conf *conf)
{
	free(conf->devices);
	lines_free(&conf->original);
	*conf = (struct conf){0};
}
