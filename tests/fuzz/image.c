/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initramfs image, read to its end. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/text/string.h"
#include "tools/images/contents.h"
#include "tools/images/program.h"

static const struct sign signs[] = {
	{{"scripts/init-top/ORDER", "lib/dracut/*"}, .mark = true, .keep = true},
	{{"etc/*.service"}, .type = S_IFREG, .keep = true},
	{{"*.service"}, .type = S_IFLNK},
	{.path = {NULL}},
};

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const struct sign *const lists[] = {signs, NULL};
	int file = memfd_create("image", MFD_CLOEXEC);
	CLEANUP_FREE char *path = format_text("/proc/self/fd/%d", file);
	CLEANUP_FREE char *why = NULL;
	const struct image_search search = {
		.path = path, .version = "6.1.0-9-amd64", .signs = lists};
	struct image image;
	int result;

	PROMISE(file >= 0 && write(file, data, size) == (ssize_t)size);
	result = image_look(&search, &image, &why);
	PROMISE(result <= 0);
	PROMISE((result < 0) == (why != NULL));
	PROMISE(((image.facts & IMAGE_PROGRAM) != 0) == (image.program != NULL));
	for (const struct sign *sign = signs; sign->path[0] != NULL; sign++)
		PROMISE((image_content(&image, sign) != NULL) ==
			(sign->keep && image_has(&image, sign)));
	if (image.program != NULL)
		program_fault(image.program, image.program_size);
	image_free(&image);
	close(file);
	return 0;
}
