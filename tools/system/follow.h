/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbolic links, followed name by name, and never out of a directory. */
#ifndef TOOLS_SYSTEM_FOLLOW_H
#define TOOLS_SYSTEM_FOLLOW_H

typedef void root_link_visitor(const char *place, const char *target, void *data);

/* Where a path leads that is below `root`, as root_follow (root.h) has it; `root` is not
 * in `*place`. `visit` may be NULL. 0 or -errno. */
int follow_links(const char *root, const char *path, root_link_visitor *visit, void *data,
	char **place);
/* The target of a link as it stands there; NULL: it is none. malloc'ed. */
char *read_link(const char *real);

#endif
