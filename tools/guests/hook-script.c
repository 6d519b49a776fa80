/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/hook-script.h"
#include "tools/guests/node-kinds.h"

/* Up to the end of a simple command; takes it off the front. */
static bool next_command(struct span *rest, struct span *command)
{
	size_t end = 0;

	if (rest->length == 0)
		return false;
	while (end < rest->length && strchr(";&|\n", rest->text[end]) == NULL)
		end++;
	*command = (struct span){rest->text, end};
	*rest = span_from(*rest, end + 1);
	return true;
}

static struct span without_quotes(struct span word)
{
	while (word.length > 0 && strchr("\"'", word.text[0]) != NULL)
		word = span_from(word, 1);
	while (word.length > 0 && strchr("\"'", word.text[word.length - 1]) != NULL)
		word.length--;
	return word;
}

/* "${LXC_ROOTFS_MOUNT}/dev/dri/card0" is "/dev/dri/card0" inside; false for a path of the
 * host's, which is not below a variable. */
static bool path_inside(struct span word, struct span *path)
{
	const char *slash;

	word = without_quotes(word);
	if (word.length == 0 || word.text[0] != '$')
		return false;
	slash = memchr(word.text, '/', word.length);
	if (slash == NULL)
		return false;
	*path = without_quotes(span_from(word, (size_t)(slash - word.text)));
	/* "${LXC_ROOTFS_MOUNT}"/dev has a quote in the middle, and // is / */
	while (span_starts(*path, "//"))
		*path = span_from(*path, 1);
	return true;
}

static void add_node(struct hook_node **nodes, size_t *count, struct span path, bool made)
{
	if (gpu_node_kind(path) != GPU_NODE_NONE)
		*ARRAY_ADD(*nodes, *count) = (struct hook_node){span_copy(path), made};
}

/* cp -a /dev/dri ROOT/dev: what is copied keeps its name. */
static void read_command(struct span command, struct hook_node **nodes, size_t *count)
{
	struct span word, path, inside = {0}, host = {0};
	bool makes = false, brings = false;

	while (span_word(&command, &word)) {
		struct span plain = without_quotes(word);

		makes |= span_is(plain, "mknod");
		brings |= span_is(plain, "mount") || span_is(plain, "cp");
		if (path_inside(word, &path))
			inside = path;
		else if (span_starts(plain, "/dev/"))
			host = plain;
	}
	if (!makes && !brings)
		return;
	if (gpu_node_kind(inside) != GPU_NODE_NONE)
		add_node(nodes, count, inside, makes);
	else if (inside.length > 0)
		add_node(nodes, count, host, makes);
}

struct hook_node *hook_script_nodes(struct span text, size_t *count)
{
	struct hook_node *nodes = NULL;
	struct span command;

	*count = 0;
	while (next_command(&text, &command)) {
		command = span_trim(command);
		if (!span_starts(command, "#"))
			read_command(command, &nodes, count);
	}
	return nodes;
}
