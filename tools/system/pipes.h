/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program that we run reads, and what it says: one pipe for each stream. */
#ifndef TOOLS_SYSTEM_PIPES_H
#define TOOLS_SYSTEM_PIPES_H

#include <stddef.h>

/* The program's input, and the pipes for what it says: [0] is our end. */
struct pipes {
	int input, output[2], errors[2];
};

/* A pipe's end here, and what came out of it. */
struct stream {
	int file;
	char *text;
	size_t length;
};

/* Makes the pipes, and an input with this text; NULL: an empty one. 0 or -errno. */
int pipes_open(struct pipes *pipes, const char *input);
/* Closes what the program holds of them, or all. */
void pipes_close_theirs(struct pipes *pipes);
void pipes_close(struct pipes *pipes);
/* Takes what is there, and does not wait; closes the stream at its end. */
void stream_drain(struct stream *stream);
/* Closes it. What came out, malloc'ed. */
char *stream_keep(struct stream *stream);

#endif
