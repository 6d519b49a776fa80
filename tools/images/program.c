/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <link.h>
#include <stdbool.h>
#include <string.h>

#include "tools/images/program.h"

/* The linker's name for the head of this very program, which runs here. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static bool is_of_this_machine(const ElfW(Ehdr) * header)
{
	return header->e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS] &&
	       header->e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA] &&
	       header->e_machine == __ehdr_start.e_machine;
}

const char *program_fault(const char *data, size_t size)
{
	static const char broken[] = "is no complete program, and cannot run there";
	ElfW(Ehdr) header;

	if (size < sizeof(header))
		return broken;
	memcpy(&header, data, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return broken;
	if (!is_of_this_machine(&header))
		return "is made for another kind of processor, and cannot run there";
	for (size_t i = 0; i < header.e_phnum; i++) {
		size_t at = header.e_phoff + i * header.e_phentsize;
		ElfW(Phdr) segment;

		if (at > size || size - at < sizeof(segment))
			return broken;
		memcpy(&segment, data + at, sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return "needs libraries, and cannot run there";
	}
	return NULL;
}
