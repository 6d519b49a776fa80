/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware and the boot loaders leave in EFI variables. */
#ifndef TOOLS_BOOT_EFI_H
#define TOOLS_BOOT_EFI_H

#include <stdbool.h>

/* Whether the firmware that started this system is UEFI. */
bool efi_firmware(void);
/*
 * A variable of the Boot Loader Interface ("LoaderInfo", "StubInfo") as text; malloc'ed,
 * NULL if it is not there or is no text.
 */
char *efi_loader_text(const char *name);
/*
 * The file that the firmware started, as its boot option of this boot (BootCurrent) names
 * it: "\EFI\debian\shimx64.efi". malloc'ed, NULL if it does not say.
 */
char *efi_booted_file(void);
/*
 * Where a file of the EFI system partition is below --root, by its name there with
 * backslashes; malloc'ed, NULL if no partition that is mounted has it.
 */
char *efi_find_file(const char *name);

#endif
