/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initramfs image, read to its end. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/text/string.h"
#include "tools/images/contents.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	int file = memfd_create("image", MFD_CLOEXEC);
	CLEANUP_FREE char *path = format_text("/proc/self/fd/%d", file);
	CLEANUP_FREE char *why = NULL;
	struct image image;
	int result;

	PROMISE(file >= 0 && write(file, data, size) == (ssize_t)size);
	result = image_look(path, "6.1.0-9-amd64", NULL, NULL, &image, &why);
	PROMISE(result <= 0);
	PROMISE((result < 0) == (why != NULL));
	if (result == 0) {
		PROMISE(((image.facts & IMAGE_PROGRAM) != 0) == (image.program != NULL));
		PROMISE(((image.facts & IMAGE_ORDER) != 0) == (image.order != NULL));
		PROMISE(((image.facts & IMAGE_UNIT) != 0) == (image.unit != NULL));
	}
	if (image.program != NULL)
		is_static_program(image.program, image.program_size);
	image_free(&image);
	close(file);
	return 0;
}
