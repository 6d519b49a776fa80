/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/system/pipes.h"
#include "tools/text/string.h"

static int open_input(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;
	int file = memfd_create("input", MFD_CLOEXEC);

	while (file >= 0 && length > 0) {
		ssize_t written = write(file, text, length);

		if (written < 0) {
			close(file);
			return -1;
		}
		text += written;
		length -= (size_t)written;
	}
	if (file >= 0)
		lseek(file, 0, SEEK_SET);
	return file;
}

void stream_drain(struct stream *stream)
{
	while (stream->file >= 0) {
		char buffer[4096];
		ssize_t got = read(stream->file, buffer, sizeof(buffer));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			close(stream->file);
			stream->file = -1;
			return;
		}
		stream->text =
			allocate_more(stream->text, stream->length + (size_t)got + 1);
		memcpy(stream->text + stream->length, buffer, (size_t)got);
		stream->length += (size_t)got;
		stream->text[stream->length] = '\0';
	}
}

char *stream_keep(struct stream *stream)
{
	if (stream->file >= 0)
		close(stream->file);
	return stream->text != NULL ? stream->text : copy_text("");
}

static void close_end(int *file)
{
	if (*file >= 0)
		close(*file);
	*file = -1;
}

void pipes_close(struct pipes *pipes)
{
	close_end(&pipes->input);
	for (int i = 0; i < 2; i++) {
		close_end(&pipes->output[i]);
		close_end(&pipes->errors[i]);
	}
}

int pipes_open(struct pipes *pipes, const char *input)
{
	*pipes = (struct pipes){open_input(input), {-1, -1}, {-1, -1}};
	if (pipes->input < 0 || pipe2(pipes->output, O_CLOEXEC) < 0 ||
		pipe2(pipes->errors, O_CLOEXEC) < 0)
		return -errno;
	fcntl(pipes->output[0], F_SETFL, O_NONBLOCK);
	fcntl(pipes->errors[0], F_SETFL, O_NONBLOCK);
	return 0;
}

void pipes_close_theirs(struct pipes *pipes)
{
	close_end(&pipes->input);
	close_end(&pipes->output[1]);
	close_end(&pipes->errors[1]);
}
